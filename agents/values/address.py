"""Korean addresses as people write them, as keys by which one place is known again.

Road addresses (region, road, building number), lot addresses (region, neighbourhood, lot number) and the romanised
form of road addresses come out the same however their region is shortened, spaced and punctuated, and whatever a
bracket adds. That a road address and a lot address are one building stands in the national address register alone,
and a romanised road is not brought back to Hangul: those stay apart.
"""

import re
from typing import Final

from agents.values.text import fold

_REGIONS: Final[dict[str, str]] = {
    words: region
    for region, names in {
        "서울": "서울 서울시 서울특별시 seoul",
        "부산": "부산 부산시 부산광역시 busan pusan",
        "대구": "대구 대구시 대구광역시 daegu taegu",
        "인천": "인천 인천시 인천광역시 incheon inchon",
        "광주": "광주광역시 gwangju",
        "대전": "대전 대전시 대전광역시 daejeon taejon",
        "울산": "울산 울산시 울산광역시 ulsan",
        "세종": "세종 세종시 세종특별자치시 sejong",
        "경기": "경기 경기도 gyeonggi gyeonggido",
        "강원": "강원 강원도 강원특별자치도 gangwon gangwondo",
        "충북": "충북 충청북도 chungbuk chungcheongbukdo",
        "충남": "충남 충청남도 chungnam chungcheongnamdo",
        "전북": "전북 전라북도 전북특별자치도 jeonbuk jeollabukdo",
        "전남": "전남 전라남도 jeonnam jeollanamdo",
        "경북": "경북 경상북도 gyeongbuk gyeongsangbukdo",
        "경남": "경남 경상남도 gyeongnam gyeongsangnamdo",
        "제주": "제주 제주도 제주특별자치도 jeju jejudo",
    }.items()
    for words in names.split()
}
"""First-level regions by what they are called; 광주 and 광주시 alone are a metropolis or a city of Gyeonggi, which the
postcode tells.
"""
_FROM_POSTCODE: Final = (
    (9, "서울"),
    (20, "경기"),
    (23, "인천"),
    (26, "강원"),
    (29, "충북"),
    (30, "세종"),
    (33, "충남"),
    (35, "대전"),
    (40, "경북"),
    (43, "대구"),
    (45, "울산"),
    (49, "부산"),
    (53, "경남"),
    (56, "전북"),
    (60, "전남"),
    (62, "광주"),
    (63, "제주"),
)
"""Last first-two-digits of each region's postcodes (Korea Post, five digits)."""
_BY_POSTCODE: Final = {
    f"{number:02}": next(region for last, region in _FROM_POSTCODE if number <= last) for number in range(1, 64)
}

_USUAL: Final = re.compile(
    r"([가-힣]{2,8}) (?:[가-힣]{1,8}시 )?([가-힣]{1,8}[시군구]) ([가-힣][가-힣\d]{0,30}(?:로|길)) "
    r"([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?"
    r"(?:,? (?:([1-9][a-z\d]{0,4})동 ?)?([1-9]\d{0,4})호)?",
    re.ASCII,
)
"""Nearly all addresses: what the general way below would find, found at once."""
_BRACKET: Final = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_POINTS: Final = str.maketrans(dict.fromkeys(",.;:/|'\"()[]{}", " ") | dict.fromkeys("–—−~‐‑ー", "-"))
_COUNTRY: Final = re.compile(r"^(?:대한민국|한국)\s+|\b(?:republic of korea|south korea|rep of korea|korea)\b")
_ROAD: Final = re.compile(
    r"(?<![가-힣\d])([가-힣][가-힣\d·]{0,30}(?:로|길))\s{0,2}(?:(\d{1,4}[가-하]?)\s?(번?안?길)\s?)?(?:지하\s?)?(\d{1,5})(?:\s?-\s?(\d{1,5}))?(?![\d가-힣])",
)
_LOT: Final = re.compile(
    r"(?<![가-힣\d])([가-힣]{1,10}?)(?:제?\d{1,2})?(동|리|가|읍|면)\s?(산)?\s?(\d{1,5})(?:\s?-\s?(\d{1,5}))?\s?(?:번지)?(?![\d가-힣])"
)
_LATIN_NUMBERED: Final = re.compile(
    r"(?<![\w-])(\d{1,5}(?:-\d{1,5})?) +([a-z][a-z-]{1,40}?(?:daero|ro|gil)(?:[- ]?\d{1,4}(?:beon)?-?gil)?)(?![\w-])"
)
_LATIN_DISTRICT: Final = re.compile(r"\b([a-z]{2,30})-?(?:gu|si|gun)\b")
_DONG: Final = re.compile(r"(?<![가-힣a-z\d])(?:제\s?)?([a-z\d]{1,5}|[가-하])\s?동(?![가-힣])")
_HO: Final = re.compile(r"(?<![a-z\d])([a-z]?\d{1,5}(?:-\d{1,3})?)\s?호(?![가-힣])")
_PAIR: Final = re.compile(r"(?<![\w-])([a-z\d]{1,5})\s?-\s?(\d{1,5})(?![\w-])")
_FLOOR: Final = re.compile(r"(?<![a-z\d])(?:(지하|b)\s?)?(\d{1,3})\s?(?:층|f\b)")
_LATIN_DONG: Final = re.compile(r"(?<![\w-])([a-z]?\d{1,5})-?(?:dong)\b|\b(?:dong|building|bldg) ?([a-z]?\d{1,5})\b")
_LATIN_HO: Final = re.compile(
    r"(?<![\w-])([a-z]?\d{1,5})-?ho\b|(?:\b(?:room|rm|unit|apt|suite|ho|no) ?|#) ?([a-z]?\d{1,5})\b"
)
_NUMBER_ALONE: Final = re.compile(r"(?<![\w-])(\d{2,5})\s*$")
_NOT_SAID: Final = re.compile(r"[^\w]+")


def place_of(address: str, postcode: str = "") -> str:
    """The place that an address names, the building and what lies in it: block, room, floor.

    With the postcode where the address leaves its region out.

    Any text has an answer; one that is no Korean address is its own key, without case, spaces and punctuation.

    >>> known = place_of("서울특별시 강남구 테헤란로 123, 101동 202호", "06236")
    >>> place_of("서울시 강남구 테헤란로123 (역삼동) 101동202호") == known
    True
    """
    if (usual := _USUAL.fullmatch(address)) is not None and (known := _REGIONS.get(usual[1])) is not None:
        _, district, name, number, sub, dong, room = usual.groups()
        if sub:
            number = f"{number}-{sub}"
        return (
            f"{known} {district} {name} {number} {dong or ''}/{room}" if room else f"{known} {district} {name} {number}"
        )
    return _place_of(address, postcode)


def _place_of(address: str, postcode: str) -> str:
    text = fold(address)
    bare = text
    if "(" in bare or "[" in bare:
        bare = _BRACKET.sub(" ", bare)
    bare = bare.translate(_POINTS)
    if "국" in bare or "korea" in bare:
        bare = _COUNTRY.sub(" ", bare)
    if (road := _ROAD.search(bare)) is not None:
        name, side, kind, number, sub = road.groups()
        if side:
            name = f"{name}{side}{kind}"
        building = f"{_region(bare[: road.start()], postcode)} {name} {_number(number, sub)}"
        rest = bare[road.end() :]
    elif (lot := _LOT.search(bare)) is not None:
        name, kind, hill, number, sub = lot.groups()
        building = f"{_region(bare[: lot.start()], postcode)} {name}{kind} {hill or ''}{_number(number, sub)}"
        rest = bare[lot.end() :]
    elif (latin := _LATIN_NUMBERED.search(bare)) is not None:
        number, name = latin.groups()
        building = f"{_latin_region(bare, postcode)} {name.replace('-', '').replace(' ', '')} {number}"
        return _with_unit(building, _latin_unit(bare[: latin.start()], bare[latin.end() :]))
    else:
        words = _NOT_SAID.sub("", text)
        return f"{words} {postcode.strip()}" if words else ""
    return _with_unit(building, _unit(rest))


def _with_unit(building: str, unit: str) -> str:
    return f"{building} {unit}" if unit else building


def _number(number: str, sub: str | None) -> str:
    return f"{int(number)}-{int(sub)}" if sub else str(int(number))


def _region(words: str, postcode: str) -> str:
    """First-level region, and the innermost city, county or district."""
    region, district = "", ""
    for word in words.split():
        known = _REGIONS.get(word)
        if known is not None:
            region = region or known
        elif word[-1] in "시군구" and len(word) > 1:
            district = word
    if not region:
        region = _BY_POSTCODE.get(postcode.strip()[:2], "")
    return f"{region} {district}" if district else region


def _latin_region(words: str, postcode: str) -> str:
    region = next(
        (_REGIONS[word] for word in words.replace("-", "").split() if word in _REGIONS), ""
    ) or _BY_POSTCODE.get(postcode.strip()[:2], "")
    district = _LATIN_DISTRICT.search(words)
    return f"{region} {district[1]}" if district else region


def _unit(rest: str) -> str:
    """Block, room and floor behind the number of a building; a room names its floor, so one beside it is left out."""
    dong, room = _DONG.search(rest), _HO.search(rest)
    if room is not None:
        return f"{_lean(dong[1]) if dong else ''}/{_lean(room[1])}"
    if (pair := _PAIR.search(rest)) is not None:
        return f"{_lean(pair[1])}/{_lean(pair[2])}"
    if dong is not None:
        after = _NUMBER_ALONE.search(rest[dong.end() :])
        return f"{_lean(dong[1])}/{_lean(after[1]) if after else ''}"
    if (floor := _FLOOR.search(rest)) is not None:
        return f"{'b' if floor[1] else ''}{int(floor[2])}f"
    if "#" in rest and (room := _LATIN_HO.search(rest)) is not None:
        return f"/{_lean(room[1] or room[2])}"
    alone = _NUMBER_ALONE.search(rest)
    return f"/{_lean(alone[1])}" if alone else ""


def _latin_unit(before: str, after: str) -> str:
    """The same, romanised: the unit stands before the road."""
    for words in (before, after):
        dong, room = _LATIN_DONG.search(words), _LATIN_HO.search(words)
        if room is not None:
            return f"{_lean(dong[1] or dong[2]) if dong else ''}/{_lean(room[1] or room[2])}"
        if (pair := _PAIR.search(words)) is not None:
            return f"{_lean(pair[1])}/{_lean(pair[2])}"
        if (floor := _FLOOR.search(words)) is not None:
            return f"{'b' if floor[1] else ''}{int(floor[2])}f"
    return ""


def _lean(number: str) -> str:
    """A number without leading zeros."""
    return number.lstrip("0") or number
