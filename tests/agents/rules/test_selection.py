"""SEC-06, SEC-08: why a parcel is looked at."""

import pytest

from agents.rules import selection
from agents.rules.selection import SelectionCase
from agents.state.inspections import Selection, Why
from tests.agents.rules.tables import Check, paths


def chosen(why: Why) -> SelectionCase:
    return SelectionCase(choice=Selection("KRICN/AIR_EXPRESS", 1, "OPEN", why, 1_200), priority_ppm=700_000)


TABLE = (
    pytest.param(selection.risk_is_below_cutoff, chosen("RISK"), [""], id="for its risk"),
    pytest.param(selection.risk_is_below_cutoff, chosen("RANDOM"), [], id="drawn, whatever its risk"),
    pytest.param(selection.not_sampled_at_random, chosen("RANDOM"), [""], id="drawn"),
    pytest.param(selection.not_sampled_at_random, chosen("RISK"), [], id="not drawn"),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_selection(check: Check, subject: SelectionCase, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_the_lane_goes_with_the_finding() -> None:
    (found,) = selection.not_sampled_at_random(chosen("RANDOM"))
    assert found.evidence == {"lane": "OPEN", "site": "KRICN/AIR_EXPRESS", "shift": "1"}
