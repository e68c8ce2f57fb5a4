"""Whatever a carrier writes, in whatever field: nothing fails, each parcel is answered once, and nobody's data gets out."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import topics
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from tests.flow import Flow, Json, Stored, decisions, receipt, work_of
from tests.parcels import EXPORT, manifest, merged
from tests.reference import SHIPPED

NAUGHTY: Final = Path(__file__).with_name("naughty.txt").read_text(encoding="ascii").splitlines()
"""One string a line, as JSON writes it: only so can half a surrogate pair be said."""
VALUES: Final = ["1e400", "-1e400", "1E5", "1.0", "-0.0", "9" * 400, "9223372036854775808", "-9223372036854775809", "NaN", "true", "null", "[]", "{}", "[[[[]]]]", '{"":{"":null}}']
"""What else may stand where a string or a number is due; some of it is no JSON."""
EVERYTHING: Final = NAUGHTY + VALUES

PARTS: Final = {"consignor": Consignor, "consignee": Consignee, "order": Order, "items/0": Item}
WHOLE: Final = frozenset({"consignor", "consignee", "order", "items"})
FIELDS: Final = [*(f"{part}/{name}" for part, kind in PARTS.items() for name in kind.__struct_fields__), *Parcel.__struct_fields__]
HEADER_FIELDS: Final = [*Header.__struct_fields__, "parcels", "nobody_knows_this"]

MARK: Final = "@@naughty@@"
"""Where a line of the corpus goes."""
CANARY: Final = "Zq7vKx9w"
"""Beside a naughty string in a consignee's field; stands nowhere else."""
PERSON: Final[Json] = {"name": "남궁비밀", "name_en": "NAMGUNG BIMIL", "phone": "010-7391-2846", "address": "서울특별시 종로구 은밀한길 73912, 마동 1846호"}
SECRETS: Final = ("남궁비밀", "namgung", "bimil", "7391-2846", "73912846", "은밀한길", "1846호", CANARY, "p7000000")
CODE: Final = "P7000000{:05}"


def good(*numbers: int, **header: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    """A manifest with a parcel for each number, each for a consignee of its own; nothing shared between them."""
    parcels = ({"house_bill": f"N{number}", "consignee": {**PERSON, "clearance_code": CODE.format(number)}} for number in numbers)
    said: Json = json.loads(json.dumps(manifest(*parcels, **header)))
    return said


def put(parcel: Json, path: str, value: object) -> None:
    """Another value at a path of a parcel."""
    *parts, name = path.split("/")
    target: Any = parcel
    for part in parts:
        target = target[int(part)] if part.isdigit() else target[part]
    target[name] = value


def field_by_field(**header: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    """As many parcels as there are fields, each with the mark in another; one more with the mark in all of them."""
    said = good(*range(len(FIELDS) + 1), **header)
    for parcel, path in zip(said["parcels"], FIELDS, strict=False):
        put(parcel, path, MARK)
    for path in FIELDS:
        if path not in WHOLE:
            put(said["parcels"][-1], path, MARK)
    return said


def with_canaries(**header: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    """A parcel for each field of the consignee, with mark and canary there, and one with both in all of them."""
    names = Consignee.__struct_fields__
    said = good(*range(500, 501 + len(names)), **header)
    for parcel, name in zip(said["parcels"], names, strict=False):
        parcel["consignee"][name] = f"{MARK}{CANARY}"
    said["parcels"][-1]["consignee"] = dict.fromkeys(names, f"{CANARY}{MARK}")
    return said


TEMPLATES: Final = {
    "import": json.dumps(field_by_field()),
    "post": json.dumps(field_by_field(mode="POST")),
    "export": json.dumps(
        {**(sent := field_by_field(direction="EXPORT")), "parcels": [merged(parcel, EXPORT) if isinstance(parcel.get("consignee"), dict) else parcel for parcel in sent["parcels"]]}
    ),
    "canaries": json.dumps(with_canaries()),
    "header": json.dumps([{**good(700), name: MARK} for name in HEADER_FIELDS] + [{**good(701), **dict.fromkeys(HEADER_FIELDS, MARK)}]),
}
