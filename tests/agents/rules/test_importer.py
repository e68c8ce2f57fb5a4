"""XF-08: what is found of a verification."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, get_args

import pytest

from agents.importers.verify import MATCH, PENDING, UNKNOWN, Verification
from agents.reference import Law
from agents.rules.importer import (
    DIFFERS,
    NOT_IN_FORCE,
    customs_confirms_the_importer,
    importer_code_is_in_force,
    importer_is_registered,
    importer_matches,
)
from agents.rules.rule import Found
from schemas.importer_answer import Particular, State
from schemas.messages import MESSAGES
from tests.parcels import TODAY
from tests.reference import REFERENCE, since, thresholds

SAMPLE = REFERENCE.on(TODAY)
COMPLETE = replace(REFERENCE, thresholds=thresholds(importer_register_complete=since("1"))).on(TODAY)


@dataclass(frozen=True)
class Case:
    verification: Verification | None
    law: Law = SAMPLE


TWO = Verification("MISMATCH", ("name", "auth_number"))
EXPIRED = Verification("INVALID", state="EXPIRED")


TABLE = (
    pytest.param(importer_matches, Case(MATCH), [], id="everything matches"),
    pytest.param(
        importer_matches, Case(TWO), ["/consignee/name", "/consignee/auth_number"], id="a finding for each that differs"
    ),
    pytest.param(importer_matches, Case(EXPIRED), [], id="an expired code is another rule's"),
    pytest.param(importer_matches, Case(UNKNOWN), [], id="unknown: nothing differs"),
    pytest.param(importer_matches, Case(None), [], id="nothing to verify"),
    pytest.param(importer_code_is_in_force, Case(EXPIRED), ["/consignee/clearance_code"], id="expired"),
    pytest.param(importer_code_is_in_force, Case(TWO), [], id="in force, though somebody else's"),
    pytest.param(importer_code_is_in_force, Case(None), [], id="no code to be in force"),
    pytest.param(importer_is_registered, Case(UNKNOWN), [], id="unknown to a register that is a sample"),
    pytest.param(
        importer_is_registered,
        Case(UNKNOWN, COMPLETE),
        ["/consignee/clearance_code"],
        id="unknown to a register that is complete",
    ),
    pytest.param(importer_is_registered, Case(MATCH, COMPLETE), [], id="known"),
    pytest.param(importer_is_registered, Case(None, COMPLETE), [], id="nothing to look up"),
    pytest.param(customs_confirms_the_importer, Case(PENDING), ["/consignee"], id="customs has not answered"),
    pytest.param(customs_confirms_the_importer, Case(MATCH), [], id="customs says yes"),
    pytest.param(
        customs_confirms_the_importer, Case(TWO), ["/consignee/name", "/consignee/auth_number"], id="customs says no"
    ),
    pytest.param(
        customs_confirms_the_importer,
        Case(Verification("INVALID", ("phone",), "NOT_ISSUED")),
        ["/consignee/clearance_code"],
        id="customs knows no such code",
    ),
    pytest.param(customs_confirms_the_importer, Case(None), [], id="customs was not to be asked"),
)


@pytest.mark.parametrize(("check", "case", "paths"), TABLE)
def test_where(check: Callable[[Any], Iterator[Found]], case: Case, paths: list[str]) -> None:
    assert [found.path for found in check(case)] == paths


def test_the_figure_counts_from_its_day() -> None:
    assert SAMPLE.figures.importer_register_complete == 0
    assert REFERENCE.thresholds.importer_register_complete.on(TODAY) == Decimal(0)
    assert COMPLETE.figures.importer_register_complete > 0


def test_every_difference_and_every_state_has_its_words() -> None:
    assert set(DIFFERS) == set(get_args(Particular))
    assert set(NOT_IN_FORCE) == set(get_args(State)) - {"ACTIVE"}
    ids = [*(message_id for _, message_id in DIFFERS.values()), *NOT_IN_FORCE.values()]
    assert all(MESSAGES[message_id].remedy for message_id in ids), "each says what to do"
    assert len(set(ids)) == len(ids)
