"""SEC-01, SEC-02: before loading, and what officers do."""

import pytest

from agents.rules import assessment
from agents.rules.assessment import ActionCase
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, header, parcel

NOWHERE = parcel(consignor={"address": "Hangzhou"})

TABLE = (
    pytest.param(assessment.loading_data_is_complete, case(), [], id="everything is said"),
    pytest.param(
        assessment.loading_data_is_complete, case(NOWHERE), ["/consignor/address"], id="an address of one word"
    ),
    pytest.param(
        assessment.loading_data_is_complete,
        case(parcel(consignor={"address": "杭州市文三路88号"})),
        [],
        id="a Chinese address without spaces",
    ),
    pytest.param(
        assessment.loading_data_is_complete,
        case(parcel(consignor={"address": "杭州"})),
        ["/consignor/address"],
        id="a Chinese town alone",
    ),
    pytest.param(
        assessment.loading_data_is_complete, case(NOWHERE, header_=header(mode="SEA_EXPRESS")), [], id="by sea"
    ),
    pytest.param(
        assessment.loading_data_is_complete,
        case(NOWHERE, header_=header(departs_at=None)),
        [],
        id="nobody knows when it leaves",
    ),
    pytest.param(
        assessment.loading_data_is_complete,
        case(NOWHERE, header_=header(departs_at="2026-11-22T00:00:00Z")),
        [],
        id="it has left",
    ),
    pytest.param(
        assessment.loading_data_is_complete,
        case(parcel(items=[{}, {"description": "CONSOL"}])),
        ["/items/1/description"],
        id="a consolidation",
    ),
    pytest.param(assessment.loading_data_is_complete, export_case(), [], id="an export"),
    pytest.param(assessment.assessment_is_ended, ActionCase(open="DO_NOT_LOAD"), [""], id="still open"),
    pytest.param(assessment.assessment_is_ended, ActionCase(), [], id="nothing open"),
    pytest.param(
        assessment.assessment_is_ended, ActionCase(action="HOLD", open="DO_NOT_LOAD"), [], id="an officer acts on it"
    ),
    pytest.param(assessment.officer_does_not_hold, ActionCase(action="HOLD"), [""], id="held"),
    pytest.param(assessment.officer_does_not_hold, ActionCase(action="RELEASE"), [], id="not held"),
    pytest.param(assessment.no_officer_request, ActionCase(action="DO_NOT_LOAD"), [""], id="not to be loaded"),
    pytest.param(assessment.no_officer_request, ActionCase(action="HOLD"), [], id="a hold is no request"),
    pytest.param(assessment.officer_releases, ActionCase(action="RELEASE"), [""], id="released"),
    pytest.param(assessment.officer_releases, ActionCase(action="ANSWER"), [""], id="answered"),
    pytest.param(assessment.officer_releases, ActionCase(action="HOLD"), [], id="held is not released"),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_assessment(check: Check, subject: object, found: list[str]) -> None:
    assert paths(check, subject) == found
