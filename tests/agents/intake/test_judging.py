"""Steps of judging, called by name: each fills its own fields of a draft and rests on those before it alone."""

import json
from typing import Any, Final

import pytest

from agents.intake import forwarding, judging
from agents.intake.draft import ParcelDraft
from agents.intake.results import DecisionContext, Record
from agents.intake.version import ManifestVersion, open_version
from agents.state.carriers import CarrierState
from schemas.decision import Source
from tests.flow import KEYS, NOW_MS
from tests.parcels import manifest
from tests.reference import REFERENCE

Json = dict[str, Any]
SOURCE: Final = Source("manifests.kx", 0, 0)
MALFORMED: Final = {"house_bill": "B", "pieces": "two"}


def opened(*parcels: Json) -> ManifestVersion:
    """A manifest version of a carrier of whom nothing is remembered."""
    record = Record(value=json.dumps(manifest(*parcels)).encode(), carrier="kx", source=SOURCE, stored_at_ms=NOW_MS)
    return open_version(record, CarrierState(30), DecisionContext(reference=REFERENCE, keys=KEYS))


def laid_out(version: ManifestVersion) -> list[ParcelDraft]:
    """Drafts after `LAYOUT`."""
    drafts = judging.drafts_of(version)
    judging.take_steps(judging.LAYOUT, [draft for draft in drafts if draft.has_case], version)
    return drafts


def test_a_field_that_no_step_has_set_yet_is_no_default() -> None:
    (draft,) = judging.drafts_of(opened({"house_bill": "A"}))
    with pytest.raises(AttributeError):
        _ = draft.price


def test_layout_prices_the_goods_and_lays_out_the_case() -> None:
    (draft,) = laid_out(opened({"house_bill": "A"}))
    assert draft.price is not None
    assert draft.case.price is draft.price
    assert draft.case.goods is draft.goods
    assert draft.fields.customs_value_krw == draft.price.customs_value_krw


def test_looks_one_by_one_find_the_traits_that_one_look_finds() -> None:
    version = opened({"house_bill": "A"}, {"house_bill": "B", "items": [{"description": "stun gun"}]})
    for draft in laid_out(version):
        assert draft.traits == version.traits.of(draft.case)


def test_a_malformed_parcel_has_findings_and_no_case() -> None:
    version = opened({"house_bill": "A"}, MALFORMED)
    whole, malformed = judging.judge(version)
    assert (whole.has_case, whole.route) == (True, "LIST")
    assert (malformed.has_case, malformed.route, malformed.house_bill) == (False, None, "B")
    assert ("FMT-01", "REJECT", "/parcels/1/pieces") in {
        (finding.code, finding.severity, finding.path) for finding in malformed.findings
    }


def test_the_second_parcel_of_a_house_bill_conflicts_with_the_first() -> None:
    first, second = judging.judge(opened({"house_bill": "A"}, {"house_bill": "A"}))
    assert [finding.code for finding in first.findings] == []
    assert [finding.code for finding in second.findings] == ["XP-01"]


def test_forwarding_sets_what_screening_gets() -> None:
    version = opened({"house_bill": "A"})
    drafts = judging.judge(version)
    forwarding.forward(version, version.ids(), drafts)
    (draft,) = drafts
    assert draft.facts.address == draft.address_mark
    assert draft.lineage.consignee_path == (draft.token,)
    assert draft.lineage.sequence == 1
    assert draft.decision_id == version.ids().of("A")
