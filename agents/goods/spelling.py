"""Reads words through their disguises: look-alike letters, invisible characters, stacked marks, letters spaced apart.

A disguise is named only where it hides something from a reader of the plain text: an accent, a Korean text with Latin
brand names or an emoji with its joiner is none.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import islice
from typing import Final

from agents.goods.understood import Disguise

ODD_CHARS_MAX: Final = 96
"""Characters outside the plain alphabets that are read of one text; each costs twenty times a plain one."""
WORDS_MAX: Final = 16
"""Words with letters of other scripts that are looked at."""
FEW: Final = 24
"""Up to so many different odd characters are replaced one by one, more in one slower pass."""

_LETTERS: Final = "A-Za-z0-9\u00c0-\u058f\uac00-\ud7a3\u4e00-\u9fff\uff21-\uff5a"
"""Letters of scripts that never need an invisible character between them, as Arabic and Indic ones do."""
_ODD: Final = re.compile("[^ -~\uac00-\ud7a3\u4e00-\u9fff\u3041-\u3096\u30a1-\u30fa\u30fc]")
"""Anything but ASCII, Hangul syllables, common Han and kana."""
_TOO_ODD: Final = re.compile(f"(?:{_ODD.pattern.replace('[^', '[')}*+.){{{ODD_CHARS_MAX}}}", re.DOTALL)
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_INVISIBLE_INSIDE: Final = re.compile(f"[{_LETTERS}]{_INVISIBLE.pattern}[{_LETTERS}]")
_STYLED_INSIDE: Final = re.compile("[A-Za-z][\U0001d400-\U0001d7ff]|[\U0001d400-\U0001d7ff][A-Za-z]")
"""Mathematical letters within a word of plain ones; a word wholly of them is a matter of taste."""
_MARK: Final = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20df\u20e1-\u20f0\ufe20-\ufe2f"
_MARKS: Final = re.compile(f"[{_MARK}]+")
_STACKED: Final = re.compile(f"[\u0334-\u0338]|[{_MARK}]{{3,}}")
"""Strokes through letters, or more marks than any alphabet puts on one; Vietnamese has two."""
_LONG_RUN: Final = re.compile(r"[^\w\s!-~]{9,}")
"""Marks in a row are put in order one by one: the time grows with the square of their number."""
_GREEK: Final = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_SIGNS: Final = re.compile("[\u2120\u2122\ufdfa\ufdfb]")
"""Marks of trade, and signs that unfold into whole sentences."""
_OTHER: Final = "[\u0370-\u058f\u10a0-\u10ff\u13a0-\u13ff\u1f00-\u1fff\u2c80-\u2cff\uab30-\uabbf]"
_OTHER_SCRIPT: Final = re.compile(_OTHER)
_OTHER_WORD: Final = re.compile(f"[a-z0-9]*{_OTHER}(?:[a-z0-9]|{_OTHER})*")
"""Greek, Cyrillic, Armenian, Georgian, Cherokee, Coptic: alphabets whose letters pass for Latin ones."""
_LATIN: Final = re.compile("[a-z]")

_JOINTS: Final = "-_.*~+|/\\^"
_SINGLES: Final = re.compile(
    " [a-z0-9](?:  ?[a-z0-9]){3,}(?= )| [\uac00-\ud7a3\u4e00-\u9fff](?:  ?[\uac00-\ud7a3\u4e00-\u9fff]){2,}(?= )"
)
_DIGIT_INSIDE: Final = re.compile("[0134578@$](?<=[a-z].)[0134578@$]*[a-z]")
_DIGITS_AS_LETTERS: Final = str.maketrans("0134578@$", "oieastbas")

Reading = tuple[str, tuple[Disguise, ...]]
"""Plain text in lower case with single spaces, and how it was disguised."""


class Spelling:
    """Reads texts with a table of look-alike characters: each a single character, and the ASCII text it passes for."""

    __slots__ = ("_lookalikes", "_translation")

    def __init__(self, lookalikes: Mapping[str, str]) -> None:
        self._lookalikes = dict(lookalikes)
        self._translation = {ord(char): plain for char, plain in lookalikes.items()}

    def read(self, text: str) -> Reading:
        r"""The text in plain letters.

        >>> Spelling({"о": "o"}).read("ｃ\u200bоcaine")
        ('cocaine', ('invisible characters', 'look-alike letters'))
        """
        if text.isascii():
            if text.isprintable():
                return _spaced(text), ()
            if not _CONTROL.search(text):
                return " ".join(text.lower().split()), ()
        elif _ODD.search(text) is None:
            return _spaced(text), ()
        return self._through(text)

    def _through(self, text: str) -> Reading:
        found: list[Disguise] = []
        if len(text) > ODD_CHARS_MAX and (cut := _TOO_ODD.match(text)):
            text = text[: cut.end()]
            found.append("too much to read")
        if _STACKED.search(text):
            found.append("stacked marks")
            text = _STACKED.sub("", text)
        if _INVISIBLE.search(text):
            if _INVISIBLE_INSIDE.search(text):
                found.append("invisible characters")
            text = _INVISIBLE.sub("", text)
        text = _LONG_RUN.sub(_beginning, _SIGNS.sub(" ", text))
        styled = _STYLED_INSIDE.search(text) is not None
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)[: 2 * len(text) + 16]
        text = text.casefold()
        if _MARKS.search(text):
            text = unicodedata.normalize("NFC", _MARKS.sub("", text))
        odd = set(_ODD.findall(text))
        if odd:
            alike, mixed = self._passes_for_latin(text)
            text = self._in_plain_letters(text, odd)
            styled = styled or alike
            if mixed:
                found.append("mixed scripts")
        if styled:
            found.append("look-alike letters")
        return " ".join(text.split()), tuple(found)

    def _in_plain_letters(self, text: str, odd: set[str]) -> str:
        if len(odd) > FEW:
            return text.translate(self._translation)
        for char in odd:
            if (plain := self._lookalikes.get(char)) is not None:
                text = text.replace(char, plain)
        return text

    def _passes_for_latin(self, text: str) -> tuple[bool, bool]:
        """Whether a Latin word holds letters of another script: some that look Latin, and some that don't."""
        for match in islice(_OTHER_WORD.finditer(text), WORDS_MAX):
            word = match[0]
            if not _LATIN.search(word):
                continue
            others = _OTHER_SCRIPT.findall(word)
            if (
                len(others) == 1
                and _GREEK.match(others[0])
                and (word[0] == others[0] or word[-1] == others[0] or len(word) <= 3)  # noqa: PLR2004 - αGPC, 5μm, GABAα
            ):
                continue
            passing = sum(other in self._lookalikes for other in others)
            return passing > 0, passing < len(others)
        return False, False


def _spaced(text: str) -> str:
    """Lower case with single spaces, of a text whose only white space is spaces."""
    return " ".join(text.lower().split()) if "  " in text else text.lower().strip()


def squeezed(plain: str) -> str:
    """A plain text with letters that stand apart brought together.

    >>> squeezed("c-o-c-a-i-n-e"), squeezed("필 로 폰 5g"), squeezed("cotton shirt")
    ('cocaine', '필로폰 5g', 'cotton shirt')
    """
    for joint in _JOINTS:
        if joint in plain:
            plain = plain.replace(joint, "")
    return _SINGLES.sub(_together, f" {plain} ")[1:-1]


def lettered(plain: str) -> str:
    """A plain text with digits within words read as the letters they look like.

    >>> lettered("c0caine"), lettered("100 tablets")
    ('cocaine', '100 tablets')
    """
    return plain.translate(_DIGITS_AS_LETTERS) if _DIGIT_INSIDE.search(plain) else plain


def _together(match: re.Match[str]) -> str:
    return " " + match[0].replace(" ", "")


def _beginning(match: re.Match[str]) -> str:
    return match[0][:8]
