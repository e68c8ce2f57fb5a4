"""Rebuilds the derived tables of `reference/` from a folder of public data.

`python -m tools.build_reference.tables --data DIR`.

Derived: countries, currencies, airlines, hs6, the descriptions that the United Kingdom's authority calls vague,
look-alike letters, the words of headings and the sample words. Every other table is written by hand and left alone;
so are rows by hand in a derived table.
"""

import argparse
import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

REFERENCE: Final = Path(__file__).resolve().parents[2] / "reference"

COUNTRIES_SOURCE: Final = "iso-codes, ISO 3166-1"
CURRENCIES_SOURCE: Final = "ISO 4217 list one"
AIRLINES_SOURCE: Final = "OpenTravelData"
HS_SOURCE: Final = "HS list, PDDL"
HS_EDITION: Final = "HS 2022"
VAGUE_SOURCE: Final = "HMRC parcel classifier, vague list"
GOODS_SOURCE: Final = "HMRC parcel classifier"
NAMES_SOURCE: Final = "Own list of ordinary names"
CONFUSABLES_SOURCE: Final = "Unicode confusables 13.0"
DECOMPOSITION_SOURCE: Final = "Unicode decomposition"
CONFUSABLE_FIELDS: Final = 3

NO_MONEY: Final = frozenset({"XTS", "XXX"})
"""Codes for tests and for no currency."""

NO_GOODS: Final = "999999"
"""Not a subheading: the list's own place for what it can't place."""

_EMPTY_NOUNS = """
accessories acc appliances apparel articles aesthetics bits clothes clothing collections commodity component
components consumables cosmetics crafts
devices electronics equipment eqp eqpt food foodstuff foodstuffs footwear garments gifts glassware goods hardware
healthcare housewares homeware
ingredients items ironmongery ladieswear machines materials medicines merchandise novelties parcel parts perishables
peripherals pieces products
samples sets shopfittings snacks spares stationery stock stuff supplies tableware things tools toys utensils wear
womenswear
"""
EMPTY_NOUNS: Final = frozenset(_EMPTY_NOUNS.split())
"""Words that name no goods. A description made of these and `EMPTY_QUALIFIERS` alone is vague."""

_EMPTY_QUALIFIERS = """
a adr all and any assorted automotive auto bathroom beauty building business bus car caravan casual catering charity
children childrens commercial
construction consumer curtain daily decorating decorative dental digital dangerous diverse domestic electrical
electronic engineering event fashion
fighting fire for from garden general gift gl girls girl boys home horticultural hobby household in kids kind kitchen
ladies lab laboratory leather
leisure live male medical men mens misc miscellaneous mixed mobile motor music new non not novelty of office other
outdoor paper party personal pet
pharmaceutical pharmacy plastic plastics private restricted retail rubber school several small spare sports the
thermal to use van various vehicle web
with women womens xmas
"""
EMPTY_QUALIFIERS: Final = frozenset(_EMPTY_QUALIFIERS.split())
"""Words that narrow nothing."""

_COLOURS_AND_SIZES = """
beige black blue brown charcoal cream dark deep dusky fuchsia green grey gray khaki large light long medium mocha
multicolor multicolour mustard navy
one o petite pink pure purple red regular royal s m l xs xl xxl sage silver size small taupe teal white yellow double
king single superking
"""
COLOURS_AND_SIZES: Final = frozenset(_COLOURS_AND_SIZES.split())
"""A description made of these alone says how big or what colour, not what."""

PLAIN_WORDS_MIN: Final = 2
PLAIN_CHARS_MIN: Final = 12
PLAIN_SHARE: Final = 0.8
"""Share of a description's words that have to be `SPOKEN_CHARS_MIN` letters long with a vowel."""
SPOKEN_CHARS_MIN: Final = 3
CUT_OFF_AT: Final = 30
"""The source cuts many descriptions off here."""

Row = Sequence[str]


def write(name: str, head: Row, rows: Iterable[Row]) -> None:
    """One table, sorted, so that two builds of the same data are the same bytes."""
    path = REFERENCE / name
    path.parent.mkdir(exist_ok=True)
    ordered = sorted({tuple(row) for row in rows})
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        table.writerows(ordered)
    sys.stdout.write(f"{name}: {len(ordered)} rows, {path.stat().st_size:,} bytes\n")


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """A table of the data folder."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def by_hand(name: str, derived_source: str) -> list[Row]:
    """Rows of a derived table that did not come from the data."""
    path = REFERENCE / name
    if not path.exists():
        return []
    return [tuple(row.values()) for row in read(path) if row["source"] != derived_source]


def countries(data: Path) -> Iterator[Row]:
    """Country codes, ISO 3166-1 alpha-2."""
    text = (data / "codes/iso_codes_pycountry/iso3166-1.json").read_text(encoding="utf-8")
    for entry in json.loads(text)["3166-1"]:
        yield entry["alpha_2"], entry.get("common_name", entry["name"]), COUNTRIES_SOURCE


def currencies(data: Path) -> Iterator[Row]:
    """Currencies in which one can pay; metals, bonds and units of account have no minor unit and are left out."""
    table = ET.parse(data / "codes/iso4217/table.xml").getroot()  # noqa: S314 - the maintenance agency's own file, read once by hand
    for entry in table.iter("CcyNtry"):
        code, name = entry.findtext("Ccy"), entry.findtext("CcyNm")
        if code and name and code not in NO_MONEY and (entry.findtext("CcyMnrUnts") or "").isdigit():
            yield code, name, CURRENCIES_SOURCE


def airlines(data: Path) -> Iterator[Row]:
    """Air waybill prefixes of airlines that still fly; where two share one, the busier names it."""
    busiest: dict[str, tuple[int, str]] = {}
    for entry in read(data / "codes/optd_airlines/optd_airlines.csv", "^"):
        number = entry["num_code"]
        if not number.isdigit() or int(number) == 0 or entry["validity_to"]:
            continue
        flights = int(entry["flt_freq"]) if (entry["flt_freq"] or "").isdigit() else 0
        prefix = f"{int(number):03d}"
        busiest[prefix] = max(busiest.get(prefix, (-1, "")), (flights, entry["name"]))
    added = by_hand("airlines.csv", AIRLINES_SOURCE)
    for prefix in busiest.keys() - {row[0] for row in added}:
        yield prefix, busiest[prefix][1], AIRLINES_SOURCE
    yield from added


def hs6(data: Path) -> Iterator[Row]:
    """Subheadings of the Harmonized System."""
    for entry in read(data / "nomenclature/hs6/harmonized-system.csv"):
        if entry["level"] == "6" and entry["hscode"] != NO_GOODS:
            yield entry["hscode"], entry["description"], HS_EDITION, HS_SOURCE


def is_vague(description: str) -> bool:
    """Whether a whole description names no goods.

    >>> is_vague("electrical items"), is_vague("black, s"), is_vague("garden hose")
    (True, True, False)
    """
    if not description.isascii():
        return False
    words = re.findall(r"[a-z]+", re.sub(r"'s?\b", "", description.lower()))
    if not words or any(char.isdigit() for char in description):
        return False
    if set(words) <= COLOURS_AND_SIZES:
        return True
    return bool(EMPTY_NOUNS & set(words)) and set(words) <= EMPTY_NOUNS | EMPTY_QUALIFIERS


def vague(data: Path) -> Iterator[Row]:
    """Descriptions that say nothing: those by hand, and those of the authority's list that hold no telling word."""
    added = by_hand("vague_descriptions.csv", VAGUE_SOURCE)
    known = {row[0] for row in added}
    yield from added
    for entry in read(data / "goods/vague_descriptions.csv"):
        phrase = " ".join(entry["description"].split())
        if entry["is_vague"] == "1" and phrase not in known and is_vague(phrase):
            yield phrase, "en", VAGUE_SOURCE


def _is_plain(description: str) -> bool:
    """Whether a real description is fit for a clean parcel.

    Words of plain characters, not cut off, not squeezed into consonants.
    """
    words = description.split()
    if not (
        len(words) >= PLAIN_WORDS_MIN
        and len(description) >= PLAIN_CHARS_MIN
        and re.fullmatch(r"[a-z0-9 ,.'&()/%+*-]+", description)
    ):
        return False
    spoken = [word for word in words if len(word) >= SPOKEN_CHARS_MIN and re.search(r"[aeiouy]", word)]
    return len(spoken) >= PLAIN_SHARE * len(words) and words[-1] in spoken and "hscode" not in description


def goods(data: Path) -> Iterator[Row]:
    """Real parcel descriptions with the subheading their sender gave, without those the authority calls vague."""
    subheadings = {row[0] for row in hs6(data)}
    for entry in read(data / "goods/parcel_descriptions.csv"):
        description = " ".join(entry["description"].split())
        if (
            len(description) < CUT_OFF_AT - 1
            and entry["also_in_hmrc_vague_list"] == "0"
            and entry["hs6"] in subheadings
            and _is_plain(description)
            and not is_vague(description)
        ):
            yield description, entry["hs6"], GOODS_SOURCE


def is_other_alphabet(char: str) -> bool:
    """Whether a character belongs to none of the scripts that descriptions are written in.

    >>> [is_other_alphabet(char) for char in "оα가一カ"]
    [True, True, False, False, False]
    """
    name = unicodedata.name(char, "")
    return not name.startswith(
        ("HANGUL", "CJK", "KATAKANA", "HIRAGANA", "BOPOMOFO", "IDEOGRAPH", "HALFWIDTH", "KANGXI")
    )


def is_stable(char: str) -> bool:
    """Whether a text is one character, as it stands after compatibility form and lower case."""
    return len(char) == 1 and unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold()) == char


def confusables(data: Path) -> Iterator[Row]:
    """Single characters that pass for an ASCII letter or digit, after compatibility form and lower case."""
    plain: dict[str, tuple[str, str]] = {}
    for line in (data / "unicode/confusables.txt").read_text(encoding="utf-8-sig").splitlines():
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) < CONFUSABLE_FIELDS or " " in fields[0] or " " in fields[1]:
            continue
        char, letter = (chr(int(field, 16)) for field in fields[:2])
        folded = unicodedata.normalize("NFKC", char).casefold()
        passes = (
            is_stable(folded)
            and not folded.isascii()
            and letter.isascii()
            and letter.isalnum()
            and is_other_alphabet(folded)
        )
        # A letter may look Latin as a capital alone; the small letter's own row wins.
        if passes and (folded not in plain or char == folded):
            plain[folded] = (letter.lower(), CONFUSABLES_SOURCE)
    for code in range(0xC0, 0x1F00):
        char = chr(code)
        base = unicodedata.normalize("NFKD", char)[0]
        if is_stable(char) and base.isascii() and base.isalpha():
            plain[char] = (base.lower(), DECOMPOSITION_SOURCE)
    added = by_hand("confusables.csv", CONFUSABLES_SOURCE)
    yield from (row for row in added if row[2] != DECOMPOSITION_SOURCE)
    hand = {row[0] for row in added if row[2] != DECOMPOSITION_SOURCE}
    for char, (letter, source) in plain.items():
        if f"U+{ord(char):04X}" not in hand:
            yield f"U+{ord(char):04X}", letter, source


def consignees(data: Path) -> Iterator[Row]:
    """Ordinary Korean names with a romanisation."""
    names: Mapping[str, str] = {
        row["hangul"]: row["canonical_romanised"] for row in read(data / "names/korean_consignees.csv")
    }
    for name, romanised in names.items():
        yield name, romanised.upper(), NAMES_SOURCE


def build(data: Path) -> None:
    """Every derived table."""
    write("countries.csv", ("code", "name", "source"), countries(data))
    write("currencies.csv", ("code", "name", "source"), currencies(data))
    write("airlines.csv", ("prefix", "name", "source"), airlines(data))
    write("hs6.csv", ("code", "text", "edition", "source"), hs6(data))
    write("vague_descriptions.csv", ("phrase", "language", "source"), vague(data))
    write("confusables.csv", ("char", "plain", "source"), confusables(data))
    write("sample/goods.csv", ("description", "hs_code", "source"), goods(data))
    write("sample/consignees.csv", ("name", "name_en", "source"), consignees(data))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with codes/, goods/, names/ and nomenclature/"
    )
    build(parser.parse_args().data)


if __name__ == "__main__":
    main()
