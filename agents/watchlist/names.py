"""A name read: its words in Latin letters, its legal form, what was left aside."""

import re
import unicodedata
from typing import Final, Literal

import msgspec

from agents.watchlist.knowledge import HANGUL_FIRST, HANGUL_LAST, NameKnowledge, Phrase, syllable
from schemas import limits

Kind = Literal["PERSON", "ORGANISATION", "VESSEL", ""]
"""What a name stands for; empty when nobody says."""

PERSONAL_SYLLABLES_MAX: Final = 4
"""Hangul or Han in one piece is a person's name up to this length: family name, then given name."""
TWO_SYLLABLES: Final = (
    "남궁",
    "황보",
    "제갈",
    "사공",
    "선우",
    "서문",
    "독고",
    "欧阳",
    "歐陽",
    "司马",
    "司馬",
    "诸葛",
    "諸葛",
    "上官",
)
"""Family names of two syllables."""
_OPEN: Final = re.compile(r"\b((?:[a-z]\.)+[a-z]?)\b\.?")
_PUNCTUATION: Final = str.maketrans(
    {
        **dict.fromkeys(map(chr, range(128)), " "),
        **{char: char for char in "abcdefghijklmnopqrstuvwxyz0123456789"},
        **dict.fromkeys("'`"),
    }
)
_QUOTES: Final = str.maketrans(dict.fromkeys("’‘ʼʹʻ´ʾʿ＇″", "'"))
_LEET: Final = str.maketrans("0134579", "oieastg")
_SYLLABIC: Final = re.compile("[가-힣]+|[一-鿿]+")
_HAS_DIGIT: Final = re.compile("[0-9]")
_WORD_DIGITS: Final = re.compile("[a-z]+[0-9]+[a-z0-9]*|[0-9]+[a-z]+[a-z0-9]*")
_ORDINAL: Final = re.compile("([0-9]+)(?:st|nd|rd|th)")
COMMON_FORMS: Final = frozenset(
    {
        "sa",
        "ag",
        "ltd",
        "llc",
        "inc",
        "gmbh",
        "co",
        "bv",
        "nv",
        "spa",
        "srl",
        "plc",
        "pte",
        "pty",
        "ooo",
        "oao",
        "zao",
        "jsc",
        "ojsc",
        "ao",
    }
)
"""Legal forms that are nobody's name."""
SHORT_FORM: Final = 3
PERSON_WORDS: Final = 2
TENS: Final = range(20, 100, 10)
DIGITS_MAX: Final = 9

LATIN: Final = 0
ABJAD: Final = 1
"""Written without vowels."""
SYLLABLES: Final = 2
"""Hangul or Han."""
OTHER: Final = 3


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name as it is compared."""

    words: tuple[str, ...]
    """In their order, legal forms and titles left out."""
    weights: tuple[int, ...]
    """Of each word."""
    legal: tuple[str, ...] = ()
    """Classes of legal forms."""
    script: int = LATIN
    raw: tuple[str, ...] = ()
    """Every word as it stood."""

    @property
    def joined(self) -> str:
        """All words in one."""
        return "".join(self.words)


def _script(text: str) -> int:
    """The script that a text is written in."""
    for char in text:
        if char > "\u0249":
            if "\u0590" <= char <= "\u08ff":
                return ABJAD
            return SYLLABLES if HANGUL_FIRST <= ord(char) <= HANGUL_LAST or "\u4e00" <= char <= "\u9fff" else OTHER
    return LATIN


def _syllables(found: re.Match[str], letters: NameKnowledge) -> str:
    run = found.group()
    read_letters = [syllable(char) if char >= "가" else letters.letters.get(char, "") for char in run]
    if found.string.isspace() or len(run) > PERSONAL_SYLLABLES_MAX:
        return f" {' '.join(read_letters)} " if run < "가" else f" {''.join(read_letters)} "
    if len(run) != len(found.string.strip()) or len(run) == 1:
        return f" {''.join(read_letters)} "
    family = 2 if run.startswith(TWO_SYLLABLES) and len(run) > len(TWO_SYLLABLES[0]) else 1
    return f" {''.join(read_letters[:family])} {''.join(read_letters[family:])} "


def latin(text: str, known: NameKnowledge) -> str:
    """A text in small Latin letters, digits and spaces.

    >>> latin("O'Néill, Jürgen", NameKnowledge())
    'oneill  jurgen'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
        text = _SYLLABIC.sub(lambda found: _syllables(found, known), text)
        if not text.isascii():
            text = unicodedata.normalize("NFD", text.lower().translate(known.table)).translate(known.table)
            text = "".join([char if char.isascii() else " " for char in text])
    text = text.lower()
    if "." in text:
        text = _OPEN.sub(_closed, text)
    return text.translate(_PUNCTUATION)


def _closed(found: re.Match[str]) -> str:
    return found.group(1).replace(".", "") + " "


def read(text: str, kind: Kind, known: NameKnowledge) -> Name:
    """A name of any script. Never raises; what is longer than a name may be is cut."""
    text = text[: limits.NAME_CHARS_MAX]
    script = LATIN
    if text.isascii() and text.replace(" ", "").isalpha():
        words = text.lower().split()[: limits.NAME_WORDS_MAX]
    else:
        script = LATIN if text.isascii() else _script(text)
        plain = latin(text, known)
        words = plain.split()[: limits.NAME_WORDS_MAX]
        if script == ABJAD:
            words = _without_article(words)
        if _HAS_DIGIT.search(plain):
            words = [_plain_digits(word, kind) for word in words]
    raw = tuple(words)
    weight = known.weight
    if known.first_words.isdisjoint(words):
        return Name(raw, tuple([weight(word) for word in words]), (), script, raw)
    legal: list[str] = []
    if kind != "PERSON" or len(words) > 1:
        words, legal = _take(words, kind, known)
    if kind in ("PERSON", ""):
        while (
            len(words) > 1
            and words[0] in known.titles_of_first
            and (title := _phrase(words, 0, known.titles_of_first[words[0]])) is not None
            and len(title) < len(words)
        ):
            words = words[len(title) :]
    if kind != "PERSON":
        words = _symbols(words, kind, known, sure=bool(legal))
    if not known.numbers.keys().isdisjoint(words):
        words = _numbers(words, known)
    return Name(tuple(words), tuple([weight(word) for word in words]), tuple(legal), script, raw)


def _without_article(words: list[str]) -> list[str]:
    """The Arabic article apart."""
    out: list[str] = []
    for word in words:
        if word.startswith("al") and len(word) > 4:  # noqa: PLR2004 - shorter words begin so by themselves
            out += ("al", word[2:])
        else:
            out.append(word)
    return out


def _plain_digits(word: str, kind: Kind) -> str:
    """A digit that stands for a letter read as one, an ordinal as its number."""
    if found := _ORDINAL.fullmatch(word):
        return found.group(1)
    if (
        kind in ("PERSON", "")
        and _WORD_DIGITS.fullmatch(word)
        and sum(map(str.isalpha, word)) > sum(map(str.isdigit, word))
    ):
        return word.translate(_LEET)
    return word


def _phrase(words: list[str], at: int, phrases: tuple[Phrase, ...]) -> Phrase | None:
    for phrase in phrases:
        if len(phrase) == 1 or tuple(words[at : at + len(phrase)]) == phrase:
            return phrase
    return None


def _take(words: list[str], kind: Kind, known: NameKnowledge) -> tuple[list[str], list[str]]:
    """Words without the legal forms among them, and these; one word at least stays."""
    of_first, classes = known.legal_of_first, known.legal
    if of_first.keys().isdisjoint(words):
        return words, []
    kept: list[str] = []
    legal: list[str] = []
    at = 0

    def sure(phrase: Phrase, at: int) -> bool:
        ends = at + len(phrase) > len(words) - 2
        if kind in ("ORGANISATION", "VESSEL"):
            return at == 0 or ends or len(phrase) > 1
        if kind == "PERSON":
            return len(words) > PERSON_WORDS and at == len(words) - 1 and phrase[0] in COMMON_FORMS
        return len(phrase) > 1 or ((at == 0 or ends) and (phrase[0] in COMMON_FORMS or len(phrase[0]) > SHORT_FORM))

    while at < len(words):
        phrase = _phrase(words, at, of_first[words[at]]) if words[at] in of_first else None
        if phrase is not None and sure(phrase, at):
            legal.append(classes[phrase])
            at += len(phrase)
        else:
            kept.append(words[at])
            at += 1
    return (kept, legal) if kept else (words, [])


def _symbols(words: list[str], kind: Kind, known: NameKnowledge, *, sure: bool) -> list[str]:
    """Words of companies, each as the one that stands for its meaning."""
    of_first = known.symbols_of_first
    if of_first.keys().isdisjoint(words):
        return words
    if kind == "" and not sure and not any(len(word) > 3 and word in of_first for word in words):  # noqa: PLR2004 - short ones may be anything
        return words
    out: list[str] = []
    at = 0
    while at < len(words):
        phrase = _phrase(words, at, of_first[words[at]]) if words[at] in of_first else None
        if phrase is None:
            out.append(words[at])
            at += 1
        else:
            out.append(known.symbols[phrase])
            at += len(phrase)
    return out


def _numbers(words: list[str], known: NameKnowledge) -> list[str]:
    """Numbers in figures."""
    out: list[str] = []
    tens = 0
    for word in words:
        value = known.numbers.get(word, int(word) if word.isdigit() and len(word) <= DIGITS_MAX else None)
        if value is not None and tens and value < 10:  # noqa: PLR2004 - a unit after a ten
            out[-1] = str(tens + value)
            tens = 0
        elif value is not None:
            out.append(str(value))
            tens = value if value in TENS else 0
        else:
            out.append(word)
            tens = 0
    return out
