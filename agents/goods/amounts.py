"""Amounts that a description says in words: bottles, millilitres, tablets, grams; English, Korean, Chinese."""

import re
from itertools import islice
from typing import Final, Literal, NamedTuple

from schemas import limits

AMOUNTS_MAX: Final = 16
"""Numbers looked at in one description."""

CROSSES: Final = "x*×"
"""Signs of multiplication."""
YEAR_DIGITS: Final = 4

Kind = Literal["containers", "pieces", "ml", "doses", "g", "other"]


def _units(kind: Kind, micro: int, names: str) -> dict[str, tuple[Kind, int]]:
    return dict.fromkeys(names.split(), (kind, micro))


UNITS: Final[dict[str, tuple[Kind, int]]] = (
    _units(
        "containers",
        1_000_000,
        "bottle bottles btl btls jar jars can cans pack packs pk pkt pcs pc piece pieces box boxes ctn tube tubes "
        "unit units bag bags set sets vial vials ampoules",
    )
    | _units("containers", 1_000_000, "병 통 팩 캔 박스 상자 개 개입 입 봉 봉지 튜브 세트 보루 갑 자루 앰플")
    | _units("containers", 1_000_000, "瓶 盒 罐 支 袋 包 件 桶 听 箱 条 套 个 本 缶 箱入")
    | _units("ml", 1_000_000, "ml mls cc milliliter milliliters millilitre millilitres 밀리리터 毫升 미리")
    | _units("ml", 10_000_000, "cl 센티리터")
    | _units("ml", 100_000_000, "dl")
    | _units("ml", 1_000_000_000, "l lt ltr liter liters litre litres 리터 升 公升")
    | _units("ml", 29_573_530, "floz fl.oz")
    | _units(
        "doses",
        1_000_000,
        "tablet tablets tab tabs capsule capsules cap caps softgel softgels pill pills gummies gummy lozenges "
        "caplets vcaps vegcaps count ct sachets sachet",
    )
    | _units("doses", 1_000_000, "정 캡슐 알 환 포 타블렛 구미 粒 片 颗 粒入 胶囊 錠 丸 カプセル")
    | _units("g", 1_000_000, "g gr gram grams gramme grammes 그램 그람 克")
    | _units("g", 1_000_000_000, "kg kgs kilo kilos kilogram kilograms 킬로 킬로그램 公斤 千克")
    | _units("g", 500_000_000, "斤")
    | _units("g", 28_349_523, "oz ounce ounces 온스")
    | _units("g", 453_592_370, "lb lbs pound pounds 파운드")
    | _units(
        "other",
        0,
        "mg mcg iu cm mm m in inch gb tb mah v w hz k 개월 개국 개년 정도 정품 세 세대 통화 알파 포인트 병동 입문 "
        "환경 환불 포켓 포장 片装",
    )
)
"""Unit to its kind, and how many millionths of one it is. Words that only begin like a unit are among the others."""

PIECES: Final = frozenset(["pcs", "pc", "piece", "pieces", "unit", "units", "개", "개입", "입", "支", "个", "件", "本"])
"""Units that leave open what is counted."""

_AMOUNT: Final = re.compile(
    "([0-9]++(?:[.,][0-9]{1,3}(?![0-9]))?+) ?(fl\\.? "
    "?oz|[a-z]+|[\uac00-\ud7a3]+|[\u4e00-\u9fff]+|[\u30a1-\u30fa\u30fc]+)?( ?[x*×](?= ?[0-9]))?"
)
"""A number, what follows it, and a sign of multiplication before the next."""
_OF: Final = re.compile("(?:packs?|sets?|box|boxes|lot|case|bundle|bottles?) of $")
OF_CHARS: Final = 12
NUMBER_CHARS_MAX: Final = 9
_DIGIT: Final = re.compile("[0-9]")


class GoodsAmounts(NamedTuple):
    """Amounts of one container where the text says so; none where it says nothing."""

    containers: int | None = None
    volume_ml: int | None = None
    doses: int | None = None
    grams: int | None = None
    pieces: int | None = None
    """Of whatever it is: sixty pieces may be bottles or tablets."""


NO_AMOUNTS: Final = GoodsAmounts()


def amounts(plain: str) -> GoodsAmounts:  # noqa: C901 - one walk over the numbers, each understood by the one before
    """The amounts in a plain text: the largest of each kind.

    Containers times one another when the text multiplies them.

    >>> amounts("비타민c 1000mg 180정 3병")
    Amounts(containers=3, volume_ml=None, doses=180, grams=None)
    >>> amounts("perfume 60ml x 2")
    Amounts(containers=2, volume_ml=60, doses=None, grams=None)
    """
    if _DIGIT.search(plain) is None:
        return NO_AMOUNTS
    largest: dict[Kind, int] = {}
    times: int | None = None
    pending: int | None = None
    boxes = 1
    after_measure = joined = False
    end = -1
    for match in islice(_AMOUNT.finditer(plain), AMOUNTS_MAX):
        number, word, cross = match.groups()
        prefix = _prefix(plain, match.start(), end)
        if prefix is None or len(number) > NUMBER_CHARS_MAX:
            continue
        kind, millionths = _unit(word)
        loose = (word or "").rstrip(CROSSES) in PIECES
        if prefix == "of" and kind in {None, "other"}:
            kind, millionths, loose = "containers", 1_000_000, True
        follows = match.start() - len(prefix) - end <= 1
        if not follows:
            pending, after_measure = None, False
        if kind is None:
            count = _count(number)
            if (after_measure and (joined or prefix)) or _stands_alone(match, prefix, follows=follows, size=len(plain)):
                times = count
            pending = count if cross or word else None
            after_measure = False
        elif kind == "other":
            pending, after_measure = None, False
        else:
            value = _value(number, millionths)
            if kind == "containers":
                value *= pending or (boxes if after_measure and (joined or prefix) else 1)
                boxes = value
            elif pending:
                times = pending
            counted_as: Kind = (
                "pieces"
                if kind == "containers" and loose and not pending and not (after_measure and (joined or prefix))
                else kind
            )
            largest[counted_as] = max(largest.get(counted_as, 0), min(value, limits.QUANTITY_MAX))
            pending, after_measure = None, True
        joined = cross is not None or (word is not None and word[-1] in CROSSES)
        end = match.end()
    return GoodsAmounts(
        largest.get("containers") or times or None,
        largest.get("ml") or None,
        largest.get("doses") or None,
        largest.get("g") or None,
        largest.get("pieces") or None,
    )


def _prefix(plain: str, start: int, end: int) -> str | None:
    """What stands before a number and matters: a sign of multiplication, "of" (a pack of), or nothing.

    None if the number belongs to a word.

    `end` is where the amount before it ends: what stands there was read with that one.
    """
    if start in {0, end}:
        return ""
    last = plain[start - 1]
    if last in CROSSES:
        return last if last != "x" or not plain[max(0, start - 2) : start - 1].isalpha() else None
    if last != " ":
        return None if last in ".," or (last.isascii() and last.isalnum()) else ""
    before = plain[max(0, start - 2) : start - 1]
    if before in CROSSES and before and not plain[max(0, start - 3) : start - 2].isalpha():
        return before + " "
    return "of" if before == "f" and _OF.search(plain[max(0, start - OF_CHARS) : start]) else ""


def _stands_alone(match: re.Match[str], prefix: str, *, follows: bool, size: int) -> bool:
    """Whether a number is a count of its own: "x3", or "x 3" at the end."""
    return (
        prefix not in {"", "of"}
        and not follows
        and match[3] is None
        and match[2] is None
        and (prefix[-1] != " " or match.end() == size)
    )


def _unit(word: str | None) -> tuple[Kind | None, int]:
    """The unit a word is or, written together in Hangul or Han, begins with."""
    if word is None or word == "x":
        return None, 0
    if unit := UNITS.get(word):
        return unit
    if word[0] == "f" and word.endswith("oz"):
        return UNITS["floz"]
    if word.isascii():
        return (UNITS.get(word[:-1]) or (None, 0)) if word[-1] == "x" else ("other", 0)
    for size in (3, 2, 1):
        if unit := UNITS.get(word[:size]):
            return unit
    return "other", 0


def _value(number: str, millionths: int) -> int:
    """A number of units as a whole number of one; a comma before three digits parts thousands."""
    whole, _, decimals = number.replace(",", "." if not re.search(",[0-9]{3}$", number) else "").partition(".")
    thousandths = int(whole) * 1_000 + int(f"{decimals:0<3}"[:3])
    return thousandths * millionths // 1_000_000_000


def _count(number: str) -> int | None:
    """A count; none for a number with decimals or a year."""
    return int(number) if number.isdigit() and len(number) < YEAR_DIGITS else None
