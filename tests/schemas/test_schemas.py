"""Every schema of the folder.

It can be read within bounds, says what each field is, has one id, and fits its struct.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import fastavro
import msgspec
import pytest

from schemas import avro, decision, manifest, receipt, security_case, topics
from schemas.avro_lint import lint

FILES: Final = sorted(path.name for path in avro.FOLDER.glob("*.avsc"))
STRUCTS: Final[dict[str, type[msgspec.Struct]]] = {
    "Manifest": manifest.Header,
    **{name: getattr(manifest, name) for name in ("Parcel", "Consignor", "Consignee", "Order", "Item")},
    **{name: getattr(decision, name) for name in ("Finding", "Suggestion", "Goods", "Versions", "Source")},
    "SecurityCase": security_case.SecurityCase,
    **{name: getattr(receipt, name) for name in ("Receipt", "Counts", "ReceiptFinding", "ParcelAnswer")},
}


def records(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a parsed schema
    """Every record a schema defines."""
    if isinstance(schema, list):
        for branch in schema:
            yield from records(branch)
    elif isinstance(schema, dict):
        if schema["type"] == "record":
            yield schema
            for field in schema["fields"]:
                yield from records(field["type"])
        yield from records(schema.get("items"))
        yield from records(schema.get("values"))


TODAY: Final = {avro.file_of(number) for number in (avro.MANIFEST, avro.DECISION, avro.SECURITY_CASE, avro.RECEIPT)}
"""Files of the layouts that are written now."""
ALL: Final = [
    pytest.param(record, id=f"{file} {record['name']}") for file in FILES for record in records(avro.load(file))
]


def test_there_are_schemas() -> None:
    assert len(FILES) >= 4


@pytest.mark.parametrize("file", FILES)
def test_a_schema_passes_ours_and_fastavros_rules(file: str) -> None:
    schema = avro.load(file)
    lint(schema)
    fastavro.parse_schema(schema)


@pytest.mark.parametrize("file", FILES)
def test_a_schema_has_one_id(file: str) -> None:
    ids = json.loads((avro.FOLDER / "ids.json").read_text(encoding="utf-8"))
    assert list(ids.values()).count(file) == 1
    assert set(ids.values()) == set(FILES)
    assert all(0 < int(number) < 2**31 for number in ids)


@pytest.mark.parametrize("record", ALL)
def test_every_field_says_what_it_is(record: dict[str, Any]) -> None:
    assert record["doc"].endswith(".")
    for field in record["fields"]:
        assert field["doc"].endswith("."), field["name"]


@pytest.mark.parametrize("record", ALL)
def test_no_field_is_there_twice_and_what_may_be_null_is_by_default(record: dict[str, Any]) -> None:
    assert max(Counter(field["name"] for field in record["fields"]).values()) == 1
    for field in record["fields"]:
        if isinstance(field["type"], list):
            assert field["type"][0] == "null"
            assert field["default"] is None


@pytest.mark.parametrize(
    "record", [case for case in ALL if str(case.id).split()[0] in TODAY and str(case.id).split()[-1] in STRUCTS]
)
def test_a_record_has_the_fields_of_its_struct(record: dict[str, Any]) -> None:
    struct = STRUCTS[record["name"]]
    apart = {"parcels"} if record["name"] == "Manifest" else set()
    internal = {"lane", "together_usd_e6"} if struct is decision.Finding else set()
    assert [field["name"] for field in record["fields"] if field["name"] not in apart] == [
        name for name in struct.__struct_fields__ if name not in internal
    ]


def test_a_decision_is_what_is_settled_and_then_what_is_decided() -> None:
    names = [field["name"] for field in avro.load("decision.v2.avsc")["fields"]]
    assert names == [*decision.DecisionHead.__struct_fields__, *decision.DecisionTail.__struct_fields__]


def test_a_topic_carries_a_schema_that_is_there() -> None:
    assert {topic.carries.split()[0] for topic in topics.TOPICS if ".avsc" in topic.carries} <= set(FILES)
