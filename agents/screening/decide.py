"""Screening: a checked parcel among the others of its consignee becomes a decision.

State is kept by consignee token in a `ConsigneeStore`. The order of the log is the order of decision: the same records
through one process give the same bytes and the same state.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from agents.output import Output
from agents.reference import Reference
from agents.rules.consignee import seen_of
from agents.screening.deciding import DECIDING, PROVISIONAL
from agents.screening.decisions import cancellation, refusal
from agents.screening.draft import DecisionDraft
from agents.screening.following_up import act, verify
from agents.screening.notices import decision_records
from agents.state.consignees import ConsigneeStore
from schemas import topics
from schemas.checked_parcel import Cancel, CheckedParcel, CustomsAnswered, Declare, OfficerActed, Refuse, write_checked
from schemas.officer_action import ASSESSMENTS


class Screening:
    """Decides checked parcels by the law of their day."""

    __slots__ = ("_reference", "_reference_at")

    def __init__(self, reference: Reference, reference_at: Callable[[int], Reference] | None = None) -> None:
        """`reference` decides new parcels.

        `reference_at` has what decided those of another time, `reference` always if it is left out.
        """
        self._reference = reference
        self._reference_at = reference_at or (lambda _: reference)

    def decide_provisionally(self, parcels: Sequence[tuple[str, Declare]]) -> list[DecisionDraft]:
        """Declared parcels by themselves, each with its consignee's token."""
        drafts = [DecisionDraft(token, parcel) for token, parcel in parcels]
        for step in PROVISIONAL:
            for draft in drafts:
                step(draft, self._reference)
        return drafts

    def decide(
        self, token: str, message: CheckedParcel, store: ConsigneeStore, draft: DecisionDraft | None = None
    ) -> Iterable[Output]:
        """What a message brings, and what the store then remembers.

        `draft` spares work, where the parcel was decided provisionally before.
        """
        store.expire(message.received_at_ms)
        match message:
            case CustomsAnswered():
                return verify(token, message, store, self._reference, self._reference_at)
            case OfficerActed():
                return act(token, message, store, self._reference, self._reference_at)
            case _:
                return self._decide_house_bill(token, message, store, draft)

    def _decide_house_bill(
        self, token: str, message: Declare | Cancel | Refuse, store: ConsigneeStore, draft: DecisionDraft | None
    ) -> Iterable[Output]:
        name = message.name
        past = store.get(token, name)
        further = message.further if past is None else max(message.further, past.further)
        supersedes = message.supersedes if past is None or message.supersedes is None else past.in_force
        if message.path:
            onwards = msgspec.structs.replace(
                message,
                path=message.path[1:],
                supersedes=supersedes,
                further=further,
                assessed=store.assessed.get(name, message.assessed),
            )
            if token != message.path[-1]:
                store.drop(token, name)
            store.assess(name, None)
            return (Output(None, topics.CHECKED, message.path[0], write_checked(onwards)),)
        if message.assessed in ASSESSMENTS:
            store.assess(name, message.assessed)
        sequence = message.sequence + further
        match message:
            case Refuse():
                if past is not None:
                    store.put(token, name, msgspec.structs.replace(past, latest=sequence))
                return (refusal(message, sequence),)
            case Cancel():
                if further and past is not None:  # its numbers are not forgotten: intake does not know them
                    kept = msgspec.structs.replace(past, in_force=0, latest=sequence, further=further, content=b"")
                    store.put(token, name, kept)
                else:
                    store.drop(token, name)
                return (cancellation(message, sequence, supersedes, past),)
            case Declare():
                draft = draft or self.decide_provisionally([(token, message)])[0]
                draft.sequence, draft.supersedes, draft.further = sequence, supersedes, further
                return self._declare(draft, store)

    def _declare(self, draft: DecisionDraft, store: ConsigneeStore) -> Iterable[Output]:
        for step in DECIDING:
            step(draft, store, self._reference)
        outputs = decision_records(draft)  # whatever may fail comes before the memory is changed
        if draft.assessment is not None:
            store.assess(draft.name, draft.assessment)
        route = draft.decided.route or "GENERAL"
        past = seen_of(draft.parcel.facts, draft.now_ms, route, draft.sequence, draft.further, draft.waiting)
        store.put(draft.token, draft.name, past)
        return outputs
