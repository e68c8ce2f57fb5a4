"""The published example manifests: each is what the schemas say, in JSON and in Avro, and its sums are right."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import msgspec
import pytest

from schemas.manifest import Header, Parcel

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
EXAMPLES = sorted((SCHEMAS / "examples" / "manifest.v1").glob("*.json"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def manifest(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return loaded


def test_there_is_one_of_each() -> None:
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES]
    assert {manifest["function"] for manifest in manifests} == {"ORIGINAL", "AMEND", "CANCEL"}
    assert {manifest["direction"] for manifest in manifests} == {"IMPORT", "EXPORT"}
    assert "POST" in {manifest["mode"] for manifest in manifests}


def test_an_example_names_every_field_and_no_other(manifest: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / "manifest.v1.avsc").read_text(encoding="utf-8"))
    assert list(manifest) == [field["name"] for field in schema["fields"]]
    for parcel in manifest["parcels"]:
        assert set(parcel) == set(Parcel.__struct_fields__)


def test_an_example_converts_to_the_manifest(manifest: dict[str, Any]) -> None:
    header = msgspec.convert({key: value for key, value in manifest.items() if key != "parcels"}, Header, strict=True)
    parcels = [msgspec.convert(parcel, Parcel, strict=True) for parcel in manifest["parcels"]]
    assert header.manifest_id == manifest["manifest_id"]
    assert [parcel.house_bill for parcel in parcels] == [parcel["house_bill"] for parcel in manifest["parcels"]]


def test_an_example_comes_back_from_avro_as_it_went(manifest: dict[str, Any]) -> None:
    schema = fastavro.parse_schema(json.loads((SCHEMAS / "manifest.v1.avsc").read_text(encoding="utf-8")))
    written = io.BytesIO()
    fastavro.schemaless_writer(written, schema, manifest, strict=True)
    written.seek(0)
    assert fastavro.schemaless_reader(written, schema, None) == manifest


def test_the_sums_of_an_example_are_right(manifest: dict[str, Any]) -> None:
    for parcel in manifest["parcels"]:
        for item in parcel["items"]:
            assert Decimal(item["unit_price"]) * item["quantity"] == Decimal(item["amount"])
        assert sum(item["net_weight_g"] for item in parcel["items"]) <= parcel["gross_weight_g"]
        assert Decimal(parcel["order"]["paid"]) >= sum(Decimal(item["amount"]) for item in parcel["items"])


def test_the_master_bill_of_an_example_checks(manifest: dict[str, Any]) -> None:
    serial = manifest["master_bill"].partition("-")[2]
    assert int(serial[:7]) % 7 == int(serial[7])
