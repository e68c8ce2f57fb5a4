"""Whatever a carrier writes, in whatever field.

Nothing fails, each parcel is answered once, and nobody's data gets out.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.law.dated import Dated
from schemas import limits, topics
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from streams.kafka.record import StoredRecord
from streams.settings import CHECKOUT
from tests.flow import Flow, Json, decisions, processor_of, receipt
from tests.parcels import EXPORT, manifest, merged
from tests.reference import SHIPPED

NAUGHTY: Final = Path(__file__).with_name("naughty.txt").read_text(encoding="ascii").splitlines()
"""One string a line, as JSON writes it: only so can half a surrogate pair be said."""
VALUES: Final = [
    "1e400",
    "-1e400",
    "1E5",
    "1.0",
    "-0.0",
    "9" * 400,
    "9223372036854775808",
    "-9223372036854775809",
    "NaN",
    "true",
    "null",
    "[]",
    "{}",
    "[[[[]]]]",
    '{"":{"":null}}',
]
"""What else may stand where a string or a number is due; some of it is no JSON."""

PARTS: Final = {"consignor": Consignor, "consignee": Consignee, "order": Order, "items/0": Item}
WHOLE: Final = frozenset({"consignor", "consignee", "order", "items"})
FIELDS: Final = [
    *(f"{part}/{name}" for part, kind in PARTS.items() for name in kind.__struct_fields__),
    *Parcel.__struct_fields__,
]
HEADER_FIELDS: Final = [*Header.__struct_fields__, "parcels", "nobody_knows_this"]

MARK: Final = "@@naughty@@"
"""Where a line of the corpus goes."""
CANARY: Final = "Zq7vKx9w"
"""Beside a naughty string in a consignee's field; stands nowhere else."""
PERSON: Final[Json] = {
    "name": "남궁비밀",
    "name_en": "NAMGUNG BIMIL",
    "phone": "010-7391-2846",
    "address": "서울특별시 종로구 은밀한길 73912, 마동 1846호",
}
SECRETS: Final = ("남궁비밀", "namgung", "bimil", "7391-2846", "73912846", "은밀한길", "1846호", CANARY, "p7000000")
CODE: Final = "P7000000{:05}"


def good(*numbers: int, **header: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    """A manifest with a parcel for each number, each for a consignee of its own; nothing shared between them."""
    abroad: Json = dict(EXPORT) if header.get("direction") == "EXPORT" else {}
    parcels = [
        merged(
            abroad,
            {
                "house_bill": f"N{number}",
                "consignee": {**PERSON, "clearance_code": None if abroad else CODE.format(number)},
            },
        )
        for number in numbers
    ]
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
        parcel["consignee"][name] = f"{CANARY}{MARK}"
    said["parcels"][-1]["consignee"] = dict.fromkeys(names, f"{CANARY}{MARK}")
    return said


def header_by_header() -> list[Json]:
    """Manifests with the mark in one field of the header each, and one with the mark in all."""
    return [{**good(700), name: MARK} for name in HEADER_FIELDS] + [{**good(701), **dict.fromkeys(HEADER_FIELDS, MARK)}]


def written(said: Json) -> bytes:
    """A manifest as JSON, with room for a line of the corpus where the mark is."""
    return json.dumps(said, ensure_ascii=False).encode()


TEMPLATES: Final[dict[str, list[bytes]]] = {
    "import": [written(field_by_field())],
    "mail": [written(field_by_field(mode="POST"))],
    "export": [written(field_by_field(direction="EXPORT"))],
    "canaries": [written(with_canaries())],
    "header": [written(said) for said in header_by_header()],
}


def filled(template: bytes, literal: str) -> bytes:
    """A template with a line of the corpus: as the whole value, or within a string."""
    inside = literal[1:-1] if literal.startswith('"') else literal.replace('"', "")
    return template.replace(json.dumps(MARK).encode(), literal.encode()).replace(MARK.encode(), inside.encode())


def assert_answered_whole(outputs: Sequence[StoredRecord]) -> None:
    """One dead letter and nothing else, or a receipt with one decision for each parcel it counts."""
    letters = [record for record in outputs if record.topic == topics.DEAD_LETTERS]
    if letters:
        assert len(letters) == len(outputs) == 1
        return
    said = receipt(outputs)
    counts = said["counts"]
    assert (
        counts["received"] == counts["accepted"] + counts["rejected"] + counts["cancelled"] == len(decisions(outputs))
    )
    assert len(decisions(outputs)) > 0 or said["status"] in {"DUPLICATE", "SUPERSEDED", "REJECTED"}


def assert_nobody_got_out(flow: Flow) -> None:
    """Nothing of a consignee on any topic or in the state.

    Of a dead letter only the headers are looked at, its value is the carrier's own.
    """
    records = [*flow.log, *flow.state]
    out = b"\n".join(
        part
        for record in records
        for part in (
            record.key or b"",
            b"" if record.topic == topics.DEAD_LETTERS else record.value or b"",
            *(value or b"" for _, value in record.headers),
        )
    )
    lower = out.decode(errors="replace").lower()
    assert [secret for secret in SECRETS if secret.lower() in lower] == []


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_naughty_string_in_every_field(kind: str) -> None:
    for literal in [*NAUGHTY, *VALUES]:
        flow = Flow(processor=processor_of(reference=SHIPPED))
        for template in TEMPLATES[kind]:
            assert_answered_whole(flow.send(filled(template, literal)))
        assert_nobody_got_out(flow)


def test_the_corpus_reaches_the_rules() -> None:
    """Most lines can be read, and one naughty field leaves the other parcels alone."""
    flow = Flow(processor=processor_of(reference=SHIPPED))
    said = receipt(flow.send(filled(TEMPLATES["import"][0], json.dumps("<script>alert(1)</script>"))))
    assert said["status"] == "ACCEPTED_WITH_REJECTIONS"
    assert said["counts"]["accepted"] > len(FIELDS) // 4
    assert len(set(NAUGHTY)) == len(NAUGHTY) > 100


# any manifest at all

NUMBERS: Final = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS: Final = st.text(max_size=40) | st.sampled_from([json.loads(literal) for literal in NAUGHTY])
TREES: Final = st.recursive(
    NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "parcels", "items"]) | st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(FIELDS), TREES), max_size=6),
    st.lists(st.tuples(st.sampled_from(HEADER_FIELDS), TREES), max_size=2),
    st.sampled_from(["AIR_EXPRESS", "SEA_EXPRESS", "POST"]),
    st.sampled_from(["IMPORT", "EXPORT"]),
    st.sampled_from(["ORIGINAL", "AMEND", "CANCEL"]),
)
def test_a_manifest_with_anything_anywhere(
    parts: list[tuple[str, Any]], header: list[tuple[str, Any]], mode: str, direction: str, function: str
) -> None:
    flow = Flow(processor=processor_of(reference=SHIPPED))
    said = good(1, 2, mode=mode, direction=direction)
    flow.send(said)
    said |= {"version": 2, "function": function}
    for path, value in sorted(
        parts, key=lambda part: "/" not in part[0]
    ):  # what is within a part before the part itself
        put(said["parcels"][0], path, value)
    said |= dict(header)
    assert_answered_whole(flow.send(json.dumps(said).encode()))
    assert_nobody_got_out(flow)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(HEADER_FIELDS) | st.text(max_size=8), TREES, max_size=8),
    st.lists(TREES, max_size=3),
)
def test_any_object(said: Json, parcels: list[Any]) -> None:
    flow = Flow(processor=processor_of(reference=SHIPPED))
    assert_answered_whole(flow.send(json.dumps(said).encode()))
    assert_answered_whole(flow.send(json.dumps({"manifest_id": "M", "version": 1, "parcels": parcels} | said).encode()))
    assert_answered_whole(
        flow.send(
            json.dumps({"manifest_id": "M", "version": 2, "function": "AMEND"} | said | {"parcels": parcels}).encode()
        )
    )


# columns that slipped


@pytest.mark.parametrize("own", ["name", "name_en", "phone", "address", "clearance_code"])
def test_a_consignee_in_another_column_is_not_quoted(own: str) -> None:
    """A file whose columns have slipped puts a name where a currency is due.

    What identifies a parcel or a manifest stays as it was written.
    """
    flow = Flow(processor=processor_of(reference=SHIPPED))
    fields = [field for field in FIELDS if not field.startswith("consignee") and field not in {*WHOLE, "house_bill"}]
    said = good(*range(len(fields)))
    for parcel, field in zip(said["parcels"], fields, strict=True):
        put(parcel, field, parcel["consignee"][own])
    assert_answered_whole(flow.send(said))
    assert_nobody_got_out(flow)


# a memory that is one record


def test_what_is_remembered_of_a_consignee_fits_its_topic() -> None:
    """Of the largest parcels, all waiting for customs to say who their receiver is.

    A record too large for its topic would stop the worker for good.
    """
    (topic,) = [topic for topic in topics.TOPICS if topic.name == topics.SCREENING_STATE]
    asks = replace(
        SHIPPED, thresholds=replace(SHIPPED.thresholds, importer_asks_customs=Dated({date(2016, 1, 1): Decimal(1)}))
    )
    flow = Flow(processor=processor_of(reference=asks))
    line = {
        "description": "vitamin wine perfume coffee cigarettes crocodile chanel bag 1",
        "hs_code": "999999",
        "unit_price": "3.33",
        "amount": "9.99",
        "quantity": 31,
    }
    parcels = [
        {"house_bill": f"N{number}", "items": [line] * (limits.ITEMS_PER_PARCEL_MAX - 1), "gross_weight_g": 90_000}
        for number in range(80)
    ]
    flow.send(manifest(*parcels))
    largest = max(len(record.value or b"") for record in flow.state if record.topic == topics.SCREENING_STATE)
    assert topic.record_bytes_max // 4 < largest < topic.record_bytes_max * 3 // 4
    assert all(
        "customs_confirms_the_importer" in {finding["rule"] for finding in said["findings"]} for said in flow.decisions
    )


# the same bytes everywhere


def said_by_all() -> str:
    """A fingerprint of everything that the pipeline says, and keeps, of the corpus."""
    digest = sha256()
    for kind in ("import", "header"):
        flow = Flow(processor=processor_of(reference=SHIPPED))
        for number, literal in enumerate(NAUGHTY[::9]):
            flow.send(filled(TEMPLATES[kind][-1], literal).replace(b"KX-2026", b"KX%d" % number))
        for record in (*flow.log, *flow.state):
            digest.update(repr((record.topic, record.partition, record.key, record.value, record.headers)).encode())
    return digest.hexdigest()


def test_every_process_says_the_same_bytes() -> None:
    """Whatever order its sets happen to have."""
    code = f"import runpy; print(runpy.run_path({__file__!r})['said_by_all']())"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "4242")
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in begun}
    assert said == {said_by_all()}
