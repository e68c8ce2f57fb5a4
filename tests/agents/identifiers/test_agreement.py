"""Our reading of the identifiers agrees with other people's, on 100,000 numbers of each, right and damaged.

`python-stdnum` knows containers, GS1 numbers, one-stop shop, business and resident numbers. It knows no S10, air
waybill, EORI or clearance code: the first two are compared with a table of remainders, written here from the
standards without our arithmetic. Where the two differ, the difference has a name, and every name is met.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from string import ascii_uppercase, digits
from typing import Final

import pytest
from stdnum import ean, iso6346
from stdnum.eu import oss
from stdnum.exceptions import InvalidComponent
from stdnum.kr import brn, rrn
from stdnum.util import isdigits

from agents.identifiers import awb, business_number, clearance_code, container, eori, ioss, resident_number, s10, sscc

COUNT: Final = 100_000
SCRIPTS: Final = [
    str.maketrans(digits, other) for other in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "⁰¹²³⁴⁵⁶⁷⁸⁹")
]
"""Wide, Arabic, Devanagari and superscript: `str.isdigit` takes all of them for digits."""

VECTORS: Final = (
    (s10.is_valid, "RR473124829GB", True),
    (s10.is_valid, "EE471108151FR", True),
    (s10.is_valid, "EB000717595HK", True),
    (s10.is_valid, "EB000717594HK", False),
    (s10.is_valid, "RR100000140KR", True),
    (s10.is_valid, "RR100000025KR", True),
    # The test numbers of the open collection of tracking numbers by Jeff Keen (MIT).
    (s10.is_valid, "RB123456785GB", True),
    (s10.is_valid, "RB123456785US", True),
    (s10.is_valid, "RB123456785CV", True),
    (s10.is_valid, "RB123456785CF", True),
    (s10.is_valid, "RB123456786US", False),
    (sscc.is_valid, "000123450000000027", True),
    (sscc.is_valid, "000000000000000001", False),
    *((s10.is_valid, f"{letter}{second}473124829GB", False) for letter in "JKSTW" for second in "AR"),
    (awb.is_valid, "020-12345675", True),
    (awb.is_valid, "020-12345676", False),
    *((awb.is_valid, f"020-1234567{digit}", False) for digit in "789"),
    (business_number.is_valid, "116-82-00276", True),
    (business_number.is_valid, "134-86-72683", True),
    (business_number.is_valid, "124-81-00998", True),
    (business_number.is_valid, "116-82-00277", False),
    (container.is_valid, "CSQU3054383", True),
    (container.is_valid, "CSQU3054384", False),
    (sscc.is_valid, "106141412345678908", True),
    (sscc.is_valid, "106141412345678907", False),
    *((ioss.is_valid, f"IM{state}1234567", True) for state in oss.ISO_3166_1_MEMBER_STATES),
    (ioss.is_valid, "IM8261234567", False),
    (ioss.is_valid, "IN3721234567", False),
    (clearance_code.is_valid, "P123456789012", True),
    (clearance_code.is_valid, "P12345678901", False),
    (resident_number.has_form, "971013-9019902", False),
    (resident_number.has_form, "901301-1234567", True),
    (resident_number.has_form, "9013011234567", True),
    (eori.is_valid, "GB123456789000", True),
    (eori.is_valid, "PL" + "1" * 15, True),
    (eori.is_valid, "PL" + "1" * 16, False),
)


@pytest.mark.parametrize(
    ("is_valid", "text", "right"), [pytest.param(*each, id=f"{each[0].__module__}: {each[1]}") for each in VECTORS]
)
def test_published_numbers(is_valid: Callable[[str], bool], text: str, right: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_valid(text) is right


Holds = Callable[[str], bool]
Damage = Callable[[Random, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two readings of one identifier. All that one refuses and the other accepts has a name."""

    ours: Holds
    theirs: Holds
    draw: Callable[[Random], str]
    """A number in a usual form, with the right check digit; some are of kinds that only one of the two knows."""
    stricter: Mapping[str, Holds] = field(default_factory=dict)
    """What we refuse although they accept it."""
    looser: Mapping[str, Holds] = field(default_factory=dict)
    """What we accept although they refuse it."""


def drawn(rng: Random, characters: str, length: int) -> str:
    return (
        f"{rng.randrange(10**length):0{length}}" if characters is digits else "".join(rng.choices(characters, k=length))
    )


def a_container(rng: Random) -> str:
    begun = drawn(rng, ascii_uppercase, 3) + rng.choice("UUUUUJZRAX") + drawn(rng, digits, 6)
    return begun + iso6346.calc_check_digit(begun)


def a_container_code(rng: Random) -> str:
    begun = drawn(rng, digits, 17)
    return begun + ean.calc_check_digit(begun)


def an_article_number(rng: Random) -> str:
    begun = drawn(rng, digits, rng.choice((13, 13, 13, 13, 12, 11, 7)))
    return begun + ean.calc_check_digit(begun)


def a_one_stop_shop_number(rng: Random) -> str:
    state = rng.choice(oss.ISO_3166_1_MEMBER_STATES) if rng.random() < 0.9 else drawn(rng, digits, 3)
    scheme = rng.choice(("IM", "IM", "IM", "IM", "IN", "EU"))
    return scheme + state + drawn(rng, digits, 6 if scheme == "EU" else 7)


def a_business_number(rng: Random) -> str:
    office, kind = f"{rng.randrange(95, 1000):03}", rng.choice(("00", "81", "82", "86", "99"))
    begun = f"{office}{kind}{rng.choice(('0000', drawn(rng, digits, 4), drawn(rng, digits, 4)))}"
    number = begun + business_check_digit(begun)
    return brn.format(number) if rng.random() < 0.5 else number


def business_check_digit(begun: str) -> str:
    """Times five, its two digits added: what becomes of the ninth digit, as a table."""
    total = sum(int(digit) * weight for digit, weight in zip(begun, (1, 3, 7, 1, 3, 7, 1, 3), strict=False)) + int(
        "0516273849"[int(begun[8])]
    )
    return digits[-total % 10]


def a_resident_number(rng: Random) -> str:
    born = f"{rng.randrange(100):02}{rng.randrange(1, 13):02}{rng.randrange(1, 32):02}"
    begun = f"{born}{rng.choice('12345678901')}{drawn(rng, digits, 5)}"
    number = begun + rrn.calc_check_digit(begun)
    return rrn.format(number) if rng.random() < 0.5 else number


def a_postal_number(rng: Random) -> str:
    serial = drawn(rng, digits, 8)
    return drawn(rng, ascii_uppercase, 2) + serial + postal_check_digit(serial) + drawn(rng, ascii_uppercase, 2)


def postal_check_digit(serial: str) -> str:
    """The remainder of eleven looked up, so that the standard's two exceptions are places in a table."""
    weighted = sum(int(digit) * int(weight) for digit, weight in zip(serial, "86423597", strict=True))
    return "50987654321"[weighted % 11]


def is_postal(text: str) -> bool:
    written = re.fullmatch(r"[A-IL-RUVX-Z][A-Z]([0-9]{8})([0-9])[A-Z]{2}", text)
    return written is not None and postal_check_digit(written[1]) == written[2]


def an_air_waybill(rng: Random) -> str:
    serial = drawn(rng, digits, 7)
    return f"{drawn(rng, digits, 3)}-{serial}{air_check_digit(serial)}"


def air_check_digit(serial: str) -> str:
    """Digit by digit, as one divides on paper."""
    rest = 0
    for digit in serial:
        rest = int("0362514"[rest]) + int(digit)
        rest -= 7 * (rest // 7)
    return digits[rest]


def is_air_waybill(text: str) -> bool:
    written = re.fullmatch(r"[0-9]{3}-([0-9]{7})([0-6])", text)
    return written is not None and air_check_digit(written[1]) == written[2]


def is_container_to_stdnum(text: str) -> bool:
    try:
        return iso6346.is_valid(text)
    except ValueError:
        # Letters and digits that are not ASCII pass its pattern, and have no value in its alphabet.
        return False


def is_container_code_to_stdnum(text: str) -> bool:
    """`ean` has the check digit of all GS1 numbers, but wants the length of an article number."""
    number = ean.compact(text)
    return len(number) == 18 and isdigits(number) and number[-1] == ean.calc_check_digit(number[:-1])


def has_a_day(text: str) -> bool:
    try:
        rrn.get_birth_date(text)
    except InvalidComponent:
        return False
    return True


def resident(holds: Holds) -> Holds:
    """Of texts with the form of a resident number only."""
    form = re.compile(r"[0-9]{6}-?[1-8][0-9]{6}")
    return lambda text: form.fullmatch(text) is not None and holds(text)


def written_otherwise(compact: Callable[[str], str]) -> Holds:
    """Spaces, small letters, dashes and the digits of mathematics.

    They clean a number first, we take it as it stands.
    """
    return lambda text: compact(text) != text


def grouped_otherwise(*forms: str) -> Holds:
    """The same where we know dashes in their places too."""
    form = re.compile("|".join(forms))
    return lambda text: form.fullmatch(text) is None


PAIRS: Final = {
    "container": Pair(
        ours=container.is_valid,
        theirs=is_container_to_stdnum,
        draw=a_container,
        stricter={
            "written otherwise": written_otherwise(iso6346.compact),
            "R, which ISO 6346 does not have": lambda text: iso6346.compact(text)[3] == "R",
            "a digit in the owner's letters": lambda text: not iso6346.compact(text)[:3].isalpha(),
        },
    ),
    "shipping container code": Pair(
        ours=sscc.is_valid,
        theirs=is_container_code_to_stdnum,
        draw=a_container_code,
        stricter={"written otherwise": written_otherwise(ean.compact)},
    ),
    "shipping container code that holds an article number": Pair(
        ours=lambda text: sscc.is_valid("0000" + text),
        theirs=ean.is_valid,
        draw=an_article_number,
        stricter={
            "written otherwise": written_otherwise(ean.compact),
            "a shorter article number": lambda text: len(ean.compact(text)) < 14,
        },
    ),
    "one-stop shop": Pair(
        ours=ioss.is_valid,
        theirs=oss.is_valid,
        draw=a_one_stop_shop_number,
        stricter={
            "written otherwise": written_otherwise(oss.compact),
            "the scheme for services": lambda text: oss.compact(text).startswith("EU"),
        },
    ),
    "business number": Pair(
        ours=business_number.is_valid,
        theirs=brn.is_valid,
        draw=a_business_number,
        stricter={
            "written otherwise": grouped_otherwise("[0-9]{10}", "[0-9]{3}-[0-9]{2}-[0-9]{5}"),
            "a wrong check digit, which they leave": lambda text: (
                business_check_digit(brn.compact(text)[:9]) != brn.compact(text)[9]
            ),
        },
    ),
    "resident number": Pair(
        ours=resident_number.is_valid,
        theirs=rrn.is_valid,
        draw=a_resident_number,
        stricter={
            "written otherwise": grouped_otherwise("[0-9]{13}", "[0-9]{6}-[0-9]{7}"),
            "born before 1900": lambda text: rrn.compact(text)[6] in "90",
        },
        looser={
            "a wrong check digit, as newer ones may have": resident(
                lambda text: has_a_day(text) and rrn.compact(text)[12] != rrn.calc_check_digit(rrn.compact(text)[:12])
            ),
            "a place they don't know": resident(lambda text: has_a_day(text) and int(rrn.compact(text)[7:9]) > 96),
            "a day that its month lacks": resident(
                lambda text: not has_a_day(text) and "01" <= text[2:4] <= "12" and "29" <= text[4:6] <= "31"
            ),
        },
    ),
    "postal number, by a table": Pair(ours=s10.is_valid, theirs=is_postal, draw=a_postal_number),
    "air waybill, by division on paper": Pair(ours=awb.is_valid, theirs=is_air_waybill, draw=an_air_waybill),
}


def as_drawn(_rng: Random, text: str) -> str:
    return text


def place_of_a_digit(rng: Random, text: str) -> int:
    return rng.choice([place for place, char in enumerate(text) if char in digits])


def one_digit_off(rng: Random, text: str) -> str:
    at = place_of_a_digit(rng, text)
    return text[:at] + rng.choice(digits.replace(text[at], "")) + text[at + 1 :]


def two_swapped(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def shorter(rng: Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def longer(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(digits) + text[at:]


def other_digits(rng: Random, text: str) -> str:
    """From a digit of it on."""
    at = place_of_a_digit(rng, text)
    return text[:at] + text[at:].translate(rng.choice(SCRIPTS))


def other_sign(rng: Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(digits + ascii_uppercase + "_/.") + text[at + 1 :]


def other_writing(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    return rng.choice(
        (
            text.lower(),
            f" {text}",
            f"{text}\n",
            f"{text[:at]} {text[at:]}",
            f"{text[:at]}-{text[at:]}",
            text.replace("-", "‐"),
            text.replace("-", ""),
        )
    )


DAMAGES: Final = (
    (as_drawn, one_digit_off, two_swapped),
    (as_drawn, shorter, longer),
    (as_drawn, other_digits, other_sign),
    (as_drawn, one_digit_off, other_writing),
)
"""What becomes of one number after another."""


def values(rng: Random, draw: Callable[[Random], str]) -> Iterator[tuple[Damage, str]]:
    for damages in cycle(DAMAGES):
        number = draw(rng)
        for damage in damages:
            yield damage, damage(rng, number)


@pytest.mark.parametrize("pair", [pytest.param(pair, id=name) for name, pair in PAIRS.items()])
def test_both_say_the_same(pair: Pair) -> None:
    rng = Random(20261123)  # noqa: S311 - numbers to compare, not secrets
    met: Counter[str] = Counter()
    for damage, text in islice(values(rng, pair.draw), COUNT):
        theirs = pair.theirs(text)
        names = [name for name, holds in (pair.stricter if theirs else pair.looser).items() if holds(text)]
        expected = not names if theirs else bool(names)
        assert pair.ours(text) is expected, f"{damage.__name__}: {text!r}, they say {theirs}, differences {names}"
        met.update(names)
        met[f"{damage.__name__}, {expected}"] += 1
    assert set(met) >= {*pair.stricter, *pair.looser}, "a difference that is never met is none"
    assert met["as_drawn, True"] > COUNT // 20
    assert sum(count for name, count in met.items() if name.endswith(", False")) > COUNT // 3
    assert met["other_digits, True"] == 0
    assert met["other_digits, False"] > COUNT // 20
