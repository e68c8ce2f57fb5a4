"""From a declared parcel to its decision, in named steps.

`PROVISIONAL` needs no memory and is taken for all parcels of a run, each step for all before the next
(docs/decisions/0005-step-by-step.md). `DECIDING` is taken parcel by parcel: each sees what the one before left in the
memory of its consignee.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import msgspec

from agents.importers.customs_interface import verification_of
from agents.reference import Reference
from agents.rules import ACTION_RULES, SCREENING_RULES, SELECTION_RULES
from agents.rules.assessment import ActionCase
from agents.rules.consignee import ScreenCase, limits_under
from agents.rules.outcome import is_covert
from agents.rules.phases import active_rules
from agents.rules.selection import SelectionCase
from agents.screening.decisions import EXPORT_ROUTES, decide, priority_of
from agents.screening.draft import DecisionDraft
from agents.screening.notices import CUSTOMS_CONFIRMATION_RULE, assessment_of
from agents.state.consignees import ConsigneeStore
from agents.values.clock import HOUR_MS, day_of_ms
from agents.values.money import E4
from schemas import limits
from schemas.checked_parcel import write_checked
from schemas.decision import Finding
from schemas.decision_encoding import encode_decision

BLOCKING_OUTCOMES: Final = frozenset({"HOLD", "INSPECT", "REFER"})
"""Outcomes that bring a parcel to a desk by themselves."""

ProvisionalStep = Callable[[DecisionDraft, Reference], None]
Step = Callable[[DecisionDraft, ConsigneeStore, Reference], None]


def look_up_law(draft: DecisionDraft, reference: Reference) -> None:
    """The law of the day of lodging."""
    draft.law = reference.on(date.fromordinal(draft.parcel.facts.lodged_on))


def decide_alone(draft: DecisionDraft, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """The decision if the consignee's others change nothing, which is nearly always so."""
    parcel = draft.parcel
    draft.decided = decide(
        parcel, draft.law, (), parcel.findings, sequence=parcel.sequence, supersedes=parcel.supersedes
    )


def encode(draft: DecisionDraft, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """The decision in Avro."""
    draft.encoded = encode_decision(draft.parcel.decision_head, draft.decided, draft.parcel.risk)


PROVISIONAL: Final[tuple[ProvisionalStep, ...]] = (look_up_law, decide_alone, encode)


def recall_others(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """The consignee's other parcels of late."""
    draft.others = store.others(draft.token, draft.name, draft.now_ms)


def recall_verification(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """What customs said of the importer, where it is asked."""
    particulars = draft.parcel.facts.particulars
    draft.verification = None
    if particulars:
        since_ms = draft.now_ms - draft.law.figures.importer_answer_hours // E4 * HOUR_MS
        draft.verification = verification_of(store.answer(draft.token, particulars, since_ms))


def decide_among_others(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:
    """What the rules of screening find, and the decision again where that or its place changes it."""
    more: tuple[Finding, ...] = ()
    if draft.others or draft.verification is not None:
        more = screening_findings(draft, reference)
    if store.assessed:
        more = (*more, *open_assessment_findings(draft, store, reference))
    if more or draft.sequence != draft.decided.sequence or draft.supersedes != draft.decided.supersedes:
        draft.findings = (*draft.parcel.findings, *more)
        draft.decided = decide(
            draft.parcel, draft.law, more, draft.findings, sequence=draft.sequence, supersedes=draft.supersedes
        )
        encode(draft, reference)


def select(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:
    """Whether the inspectors of its site look at the parcel; with that, all that is covert."""
    selected = selection_findings(draft, store, reference)
    draft.targeted = (*filter(is_covert, draft.findings), *selected) if draft.findings else selected


def keep_for_customs(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """The parcel itself, while customs has still to say who the importer is and there is room for it."""
    if draft.verification is None or draft.verification.answer != "PENDING":
        return
    others = tuple([finding for finding in draft.findings if finding.rule != CUSTOMS_CONFIRMATION_RULE])
    if len(others) == len(draft.findings):
        return
    packed = write_checked(msgspec.structs.replace(draft.parcel, findings=others))
    if len(packed) + store.waiting_bytes(draft.token, draft.name) <= limits.CONSIGNEE_WAITING_BYTES_MAX:
        draft.waiting = packed


def assess_before_loading(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> None:  # noqa: ARG001 - every step is called alike
    """What the carrier is told before it loads air cargo."""
    if draft.decided.findings:
        draft.assessment = assessment_of(draft.decided.findings, draft.parcel.facts, draft.law, draft.now_ms)


DECIDING: Final[tuple[Step, ...]] = (
    recall_others,
    recall_verification,
    decide_among_others,
    select,
    keep_for_customs,
    assess_before_loading,
)


def screening_findings(
    draft: DecisionDraft, reference: Reference, *, only: Iterable[str] | None = None
) -> tuple[Finding, ...]:
    """What the rules of screening find of a parcel among the consignee's others; `only` some, by id."""
    case = ScreenCase(
        now_ms=draft.now_ms,
        facts=draft.parcel.facts,
        others=draft.others,
        law=draft.law,
        limits=limits_under(reference.on(day_of_ms(draft.now_ms))),
        verification=draft.verification,
        is_import=draft.parcel.route not in EXPORT_ROUTES,
    )
    return tuple(
        [
            rule.finding(found)
            for rule in active_rules(SCREENING_RULES, draft.law)
            if only is None or rule.id in only
            for found in rule.check(case)
        ]
    )


def open_assessment_findings(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> tuple[Finding, ...]:
    """What is still open of what the carrier was told before loading."""
    assessed = store.assessed.get(draft.name)
    return () if assessed is None else action_findings(ActionCase(open=assessed), draft.now_ms, reference)


def action_findings(case: ActionCase, now_ms: int, reference: Reference) -> tuple[Finding, ...]:
    """What the rules of officers' actions find, by the law of the day of receipt."""
    law = reference.on(day_of_ms(now_ms))
    return tuple([rule.finding(found) for rule in active_rules(ACTION_RULES, law) for found in rule.check(case)])


def selection_findings(draft: DecisionDraft, store: ConsigneeStore, reference: Reference) -> tuple[Finding, ...]:
    """Whether the inspectors of its site look at a parcel that nothing else stops, and why."""
    parcel, facts, decided = draft.parcel, draft.parcel.facts, draft.decided
    law = reference.on(day_of_ms(draft.now_ms))
    site, rates = law.site(facts.port, facts.mode), law.rates_of(parcel.carrier)
    if site is None or rates is None or decided.route in EXPORT_ROUTES:
        return ()
    books = store.books
    shift = books.shift_of(site, facts.arrives_ms, draft.now_ms)
    is_new = decided.sequence == 1
    if decided.outcome in BLOCKING_OUTCOMES:
        if is_new:
            books.count(site, shift, "OPEN" if decided.outcome == "INSPECT" else None)
        return ()
    priority_ppm = priority_of(parcel.risk_ppm, draft.findings, law.signals)
    choice = books.choose(
        site, shift, rates, facts.draw, priority_ppm, law.figures.selection_warm_up_parcels // E4, is_new=is_new
    )
    if choice is None:
        return ()
    case = SelectionCase(choice=choice, priority_ppm=priority_ppm)
    return tuple([rule.finding(found) for rule in active_rules(SELECTION_RULES, law) for found in rule.check(case)])
