"""Makes `name_words.csv` anew, with the Python of `make figures`.

`python -m tools.build_reference.names DATA`: DATA holds names/rigour, names/name_variants, names/negatives_us.csv.gz
and watchlists.

Letters of other scripts come from ICU, legal forms, words of companies and titles from rigour, spellings from
name_variants, and how common a word is from ordinary names and the lists together.

Longer than 400 lines, because half of it is word lists that only this script needs.
"""

import csv
import gzip
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from icu import Transliterator

from agents.watchlist.knowledge import PARTICLE_WEIGHT, WEIGHT, NameKnowledge
from agents.watchlist.names import latin

RIGOUR: Final = "rigour (MIT)"
VARIANTS: Final = "name_variants (MIT)"
UNICODE: Final = "Unicode CLDR"
COUNTED: Final = "Counted in lists and ordinary names"
OWN: Final = "Own"

PER: Final = 100_000
COUNT_MIN: Final = 10.0
"""Per `PER` names, below which a word is not listed."""
STEP: Final = 8.0
LEAST: Final = 30
ORDINARY_MIN: Final = 2
GENERIC: Final = {"PLC": "JSC"}
PARTICLES: Final = [
    "al",
    "el",
    "ul",
    "ad",
    "as",
    "ar",
    "az",
    "at",
    "an",
    "bin",
    "ben",
    "ibn",
    "bint",
    "ould",
    "de",
    "da",
    "do",
    "dos",
    "das",
    "del",
    "della",
    "di",
    "la",
    "le",
    "les",
    "du",
    "von",
    "van",
    "der",
    "den",
    "ter",
    "y",
    "e",
    "i",
    "of",
    "the",
    "and",
    "und",
    "et",
    "for",
    "in",
    "on",
    "a",
    "oglu",
    "ogly",
    "kyzy",
    "qizi",
    "zada",
    "ur",
    "abu",
    "abou",
]
UNITS: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
ORDINALS: Final = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
TENS: Final = {
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
BLOCKS: Final = (
    (0xC0, 0x24F),
    (0x250, 0x2AF),
    (0x370, 0x3FF),
    (0x1F00, 0x1FFF),
    (0x400, 0x52F),
    (0x531, 0x586),
    (0x5D0, 0x5EA),
    (0x620, 0x6FF),
    (0x10A0, 0x10FF),
    (0xE01, 0xE4D),
    (0x905, 0x94D),
    (0x985, 0x9CD),
    (0xB85, 0xBCD),
    (0x1780, 0x17DC),
    (0x3041, 0x30FF),
    (0x1E00, 0x1EFF),
    (0x4E00, 0x9FFF),
)
CYRILLIC: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџѓќѕ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
            "i",
            "yi",
            "ye",
            "g",
            "u",
            "dj",
            "j",
            "lj",
            "nj",
            "c",
            "dz",
            "g",
            "k",
            "dz",
        ],
        strict=True,
    )
)
ARABIC: Final = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويآأإؤئىةگپچژکیەۀہھڤٱ",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "a",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "i",
            "w",
            "y",
            "a",
            "a",
            "g",
            "p",
            "ch",
            "zh",
            "k",
            "y",
            "a",
            "a",
            "h",
            "h",
            "v",
            "a",
        ],
        strict=True,
    )
)
EXTRA: Final = {
    "ı": "i",
    "ş": "sh",
    "ç": "ch",
    "ğ": "g",
    "ə": "a",
    "ø": "o",
    "ß": "ss",
    "æ": "ae",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ø".upper(): "o",
    "ー": "",
    "・": " ",
    "·": " ",
}
EXTRA_PLAIN: Final = ("ş", "ç")
SPELT_CHARS_MIN: Final = 4
"""Shorter words are spelt alike by chance."""
SPELLINGS: Final = (
    "mohammed muhammad mohamed mohammad mohamad muhammed muhamad mohammod mahomet mohd md",
    "abdul abdel abd abdal abdoul abdulla abdullah abdallah",
    "yusuf yousef yousuf youssef yusif joseph",
    "sergey sergei serge sergej serhiy siarhei",
    "aleksandr alexander alexandr oleksandr aliaksandr alexandre",
    "dmitry dmitri dmitriy dmytro dzmitry",
    "mikhail michael mykhailo mikhael",
    "andrey andrei andriy andrew",
    "nikolai nikolay mykola nicholas",
    "vladimir volodymyr uladzimir wladimir",
    "evgeny evgeniy yevgeny yevgeniy yevhen eugene",
    "aleksey alexei aleksei alexey oleksiy",
    "yuri yury yuriy iurii",
    "igor ihor",
    "pavel paul pavlo",
    "john juan jon",
)


def main(data: Path, out: Path) -> None:  # noqa: C901, PLR0912 - one paragraph a kind of row
    """Write the table."""
    letters = dict(_letters())
    known = NameKnowledge(letters=letters)
    rows: dict[tuple[str, str], tuple[str, str]] = {}
    by_reading: dict[str, list[str]] = {}
    for char, reads in letters.items():
        by_reading.setdefault(reads, []).append(char)
    for reads, chars in by_reading.items():
        rows["LETTERS", "".join(chars)] = (reads, UNICODE)
    for phrase, name in _legal(data, known):
        rows.setdefault(("LEGAL", phrase), (name, RIGOUR))
    for phrase, name in _symbols(data, known):
        if ("LEGAL", phrase) not in rows:
            rows.setdefault(("SYMBOL", phrase), (name, RIGOUR))
    for title in _titles(data, known):
        rows["TITLE", title] = ("", RIGOUR)
    for word in PARTICLES:
        rows["PARTICLE", word] = ("", OWN)
    for words, first in ((UNITS, 0), (ORDINALS, 1)):
        for value, word in enumerate(words, first):
            rows["NUMBER", word] = (str(value), OWN)
    for word, value in TENS.items():
        rows["NUMBER", word] = (str(value), OWN)
    for word, groups in _spellings(data, known).items():
        rows["SPELLING", word] = (" ".join(groups), VARIANTS)
    symbols = {word: reads for (kind, word), (reads, _) in rows.items() if kind == "SYMBOL" and " " not in word}
    for word, weight in _weights(data, known, symbols):
        rows["WEIGHT", word] = (str(weight), COUNTED)
    for word in _ordinary(data, known):
        rows.setdefault(("ORDINARY", word), ("", COUNTED))
    for sound in _korean(data, known):
        rows["SYLLABLE", sound] = ("", VARIANTS)
    with out.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerow(("kind", "word", "reads", "source"))
        table.writerows((*key, *rows[key]) for key in sorted(rows))


def _letters() -> Iterator[tuple[str, str]]:
    to_latin = Transliterator.createInstance("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower")
    for first, last in BLOCKS:
        for char in map(chr, range(first, last + 1)):
            low = char.lower()
            if low != char and len(low) == 1:
                continue  # only small letters are looked up
            said = EXTRA.get(char, CYRILLIC.get(char, ARABIC.get(char)))
            if char in EXTRA_PLAIN:
                said = {"ş": "s", "ç": "c"}[char]
            if said is None and char.isalpha():
                said = re.sub("[^a-z]", "", to_latin.transliterate(char))
                if not said and not char.isalpha():
                    continue
            if said is not None and said != char:
                yield char, said


def _plain(text: str, known: NameKnowledge) -> str:
    return " ".join(latin(text, known).split())


def _legal(data: Path, known: NameKnowledge) -> Iterator[tuple[str, str]]:
    listed: list[dict[str, Any]] = yaml.safe_load((data / "names/rigour/org_types.yml").read_text(encoding="utf-8"))[
        "types"
    ]
    for entry in listed:
        name = entry.get("generic") or entry.get("compare") or entry.get("display")
        if not name:
            continue
        said = {
            phrase
            for alias in (*entry.get("aliases", ()), entry.get("display") or "", entry.get("compare") or "")
            if (phrase := _plain(str(alias), known))
        }
        for phrase in said:
            if len(phrase) > 1 and not phrase.isdigit() and phrase not in NOT_LEGAL:
                yield phrase, re.sub("[^A-Z0-9]", "", str(name).upper())
    yield from (("akg", "JSC"), ("sal", "JSC"), ("sarl", "LLC"), ("preduzece", "LLC"))


NOT_LEGAL: Final = frozenset(
    {
        "company",
        "corporation",
        "co",
        "corp",
        "the",
        "group",
        "company group",
        "association",
        "trust",
        "foundation",
        "kim",
        "ho",
        "an",
        "sin",
        "an co",
        "pak",
        "se",
        "das",
        "son",
        "jo",
        "ko",
        "as",
        "pa",
        "mb",
        "da",
        "li",
        "jung",
        "hyun",
        "min",
        "ei",
        "ik",
        "lo",
        "no",
        "ni",
        "na",
        "ha",
        "ali",
        "san",
        "et",
        "en",
        "abu",
        "de",
        "al",
        "la",
        "do",
        "ou",
    }
)


def _symbols(data: Path, known: NameKnowledge) -> Iterator[tuple[str, str]]:
    listed = yaml.safe_load((data / "names/rigour/symbols.yml").read_text(encoding="utf-8"))
    for group in ("org_symbols", "org_domains"):
        for name, words in listed[group].items():
            if name == "tpb":  # one company and no word
                continue
            for word in (name, *words):
                phrase = _plain(str(word), known)
                if len(phrase) > 1 and phrase not in PARTICLES and not phrase.isdigit():
                    yield phrase, str(name).lower()


def _titles(data: Path, known: NameKnowledge) -> set[str]:
    listed = yaml.safe_load((data / "names/rigour/stopwords.yml").read_text(encoding="utf-8"))
    found = {
        _plain(str(title), known)
        for title in (
            *listed["PERSON_NAME_PREFIXES"],
            "Shaikh",
            "Sheikh",
            "Mullah",
            "Maulavi",
            "Hajji",
            "Haji",
            "Gen",
            "Col",
            "Maj",
            "Imam",
            "Ayatollah",
            "Prasident",
            "씨",
        )
    }
    return {title for title in found if title and not title.isdigit()} - {"the"}


def _spellings(data: Path, known: NameKnowledge) -> dict[str, list[str]]:  # noqa: C901 - one source after the other
    listed = json.loads((data / "names/name_variants/name_variants.json").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for table, names in sorted(listed.items()):
        for number, (name, entry) in enumerate(names.items()):
            # Han and Hangul are read sound by sound; what a character's reading may mean elsewhere would join far too
            # much.
            if table.startswith(("CHINESE_GIVEN", "JAPANESE_GIVEN")):
                continue
            group = "".join(part[0] for part in table.split("_")).lower() + str(number)
            for word in {_plain(str(form), known) for form in (name, *entry["forms"])}:
                if (
                    " " not in word
                    and len(word) > 1
                    and (len(word) >= SPELT_CHARS_MIN or table.startswith(("KOREAN_SUR", "CHINESE_SUR")))
                ):
                    found.setdefault(word, set()).add(group)
    for number, line in enumerate(SPELLINGS):
        for word in line.split():
            found.setdefault(word, set()).add(f"own{number}")
    symbols = yaml.safe_load((data / "names/rigour/symbols.yml").read_text(encoding="utf-8"))
    for group in ("person_nick", "person_name_parts"):
        for name, words in symbols.get(group, {}).items():
            for word in (_plain(str(word), known) for word in words):
                if word and " " not in word and len(word) > 1:
                    found.setdefault(word, set()).add(f"n_{name}")
    found.setdefault("bibi", set()).add("n_bend")
    return {word: sorted(groups) for word, groups in found.items()}


def _weights(data: Path, known: NameKnowledge, symbols: dict[str, str]) -> Iterator[tuple[str, int]]:
    with gzip.open(data / "names/negatives_us.csv.gz", "rt", encoding="utf-8") as opened:
        ordinary = [row["full_name"] for number, row in enumerate(csv.DictReader(opened)) if number % 2 == 0]
    listed = list(_listed(data))
    counted: dict[str, float] = {}
    for names in (ordinary, listed):
        counts: Counter[str] = Counter()
        for name in names:
            counts.update({symbols.get(word, word) for word in latin(name, known).split()})
        for word, count in counts.items():
            counted[word] = max(counted.get(word, 0), count * PER / len(names))
    for word, often in counted.items():
        weight = max(LEAST, round(WEIGHT - STEP * math.log2(1 + often / COUNT_MIN)))
        if (
            len(word) > 1
            and not word.isdigit()
            and word not in PARTICLES
            and often >= COUNT_MIN * 2
            and weight < WEIGHT - STEP
        ):
            yield word, max(weight, PARTICLE_WEIGHT)


def _ordinary(data: Path, known: NameKnowledge) -> Iterator[str]:
    """Words of ordinary people's names: one that is another's is no misspelling."""
    with gzip.open(data / "names/negatives_us.csv.gz", "rt", encoding="utf-8") as opened:
        names = [row["full_name"] for number, row in enumerate(csv.DictReader(opened)) if number % 2 == 0]
    counts: Counter[str] = Counter()
    for name in names:
        counts.update(set(latin(name, known).split()))
    return (word for word, count in counts.items() if count >= ORDINARY_MIN and len(word) > 1)


def _korean(data: Path, known: NameKnowledge) -> set[str]:
    """Spellings of the syllables of Korean names."""
    listed = json.loads((data / "names/name_variants/name_variants.json").read_text(encoding="utf-8"))
    found: set[str] = set()
    for table in ("KOREAN_GIVEN_NAME_VARIANTS", "KOREAN_SURNAME_VARIANTS"):
        for name, entry in listed[table].items():
            if len(name) == 1:
                found.update({_plain(str(form), known) for form in (name, *entry["forms"])})
    return {word for word in found if word.isalpha()}


def _listed(data: Path) -> Iterable[str]:
    for file in sorted((data / "watchlists").rglob("*.csv")):
        column = {"sdn.csv": 1, "alt.csv": 3, "cons_prim.csv": 1, "cons_alt.csv": 3}.get(file.name)
        if column is not None:
            with file.open(encoding="utf-8", errors="replace", newline="") as opened:
                yield from (row[column] for row in csv.reader(opened) if len(row) > column)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).resolve().parents[2] / "reference" / "name_words.csv")
