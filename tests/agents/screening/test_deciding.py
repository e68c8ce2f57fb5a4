"""Steps of screening, called by name: each fills its own fields of a draft and rests on those before it alone."""

from typing import Any, Final

import pytest

from agents.importers.customs_interface import verification_of
from agents.screening import deciding
from agents.screening.decide import Screening
from agents.screening.draft import DecisionDraft
from agents.state.consignees import ConsigneeStore
from schemas import topics
from schemas.checked_parcel import Declare, read_checked
from tests.flow import Flow
from tests.parcels import manifest
from tests.reference import REFERENCE

TOKEN: Final = "v1.k1.00"  # noqa: S105 - the token of a consignee, no secret


def declared(**parcel: Any) -> Declare:  # noqa: ANN401 - fields of a parcel
    """A parcel as intake passes it to screening."""
    records = Flow().send(manifest({"house_bill": "A"} | parcel), screen=False)
    (message,) = (read_checked(record.value or b"") for record in records if record.topic == topics.CHECKED)
    assert isinstance(message, Declare)
    return message


def provisional(parcel: Declare) -> DecisionDraft:
    """A draft after `PROVISIONAL`."""
    (draft,) = Screening(REFERENCE).decide_provisionally([(TOKEN, parcel)])
    return draft


def test_a_field_that_no_step_has_set_yet_is_no_default() -> None:
    with pytest.raises(AttributeError):
        _ = DecisionDraft(TOKEN, declared()).decided


def test_a_provisional_decision_needs_no_memory() -> None:
    draft = provisional(declared())
    assert (draft.decided.outcome, draft.decided.route, draft.decided.sequence) == ("RELEASE", "LIST", 1)
    assert draft.encoded.startswith(draft.parcel.decision_head)


def test_the_decision_is_made_again_only_where_something_changes_it() -> None:
    draft, store = provisional(declared()), ConsigneeStore()
    before = draft.decided
    for step in deciding.DECIDING:
        step(draft, store, REFERENCE)
    assert draft.decided is before
    moved = provisional(declared())
    moved.sequence = 3
    for step in deciding.DECIDING[:3]:
        step(moved, store, REFERENCE)
    assert moved.decided.sequence == 3


def test_what_waits_for_customs_is_kept_without_the_finding_that_says_so() -> None:
    draft = provisional(declared())
    deciding.keep_for_customs(with_verification(draft), ConsigneeStore(), REFERENCE)
    assert draft.waiting == b"", "nobody waits: no rule of confirmation has found anything"


def with_verification(draft: DecisionDraft) -> DecisionDraft:
    """The draft as if customs had been asked and had not answered yet."""
    draft.verification = verification_of(None)
    assert draft.verification.answer == "PENDING"
    return draft
