"""Screening: a checked parcel among the others of its consignee becomes a decision.

State is kept by consignee token in a `ConsigneeStore`. The order of the log is
the order of decision: the same records through one process give the same bytes and the same state.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from agents.importers.customs_interface import Answer, verification_of
from agents.importers.verify import Verification
from agents.output import Output
from agents.reference import Law, Reference
from agents.risk.model import score_ppm_of
from agents.rules import ACTION_RULES, SCREENING_RULES, SELECTION_RULES
from agents.rules.assessment import ActionCase
from agents.rules.consignee import ScreenCase, limits_under, seen_of
from agents.rules.outcome import acting, is_covert, outcome_of
from agents.rules.phases import active_rules
from agents.rules.selection import SelectionCase
from agents.screening.decisions import (
    EXPORT_ROUTES,
    ProvisionalDecision,
    cancellation,
    decided_among,
    followed_up,
    priority_of,
    refusal,
    write_decision,
)
from agents.screening.notices import (
    CUSTOMS_CONFIRMATION_RULE,
    FINDINGS_AMONG_OTHERS,
    OFFICER_ACTION_CODE,
    assessment_of,
    decision_records,
    release_records,
)
from agents.screening.relays import read_checked, write_checked
from agents.state.consignees import ConsigneeStore
from agents.state.inspections import InspectionCapacity
from agents.state.parcels import PastParcel
from agents.values.clock import HOUR_MS, day_of_ms
from agents.values.money import E4
from schemas import dead_letter, limits, topics
from schemas.checked_parcel import CheckedParcel, Facts
from schemas.dead_letter import UnreadableError
from schemas.decision import DecisionTail, Finding
from schemas.officer_action import ASSESSMENTS, Action

_ACTION: Final = msgspec.msgpack.Decoder(Action).decode
_ANSWER: Final = msgspec.msgpack.Decoder(Answer).decode
_FACTS: Final = msgspec.msgpack.Decoder(Facts).decode
INFORMATION_REQUEST_CODE: Final = "SEC-01"
"""The finding that asks a carrier for information."""
BLOCKING_OUTCOMES: Final = frozenset({"HOLD", "INSPECT", "REFER"})
"""Outcomes that bring a parcel to a desk by themselves."""


class Screening:
    """Decides checked parcels by the law of their day."""

    __slots__ = ("_reference", "_reference_at")

    def __init__(self, reference: Reference, reference_at: Callable[[int], Reference] | None = None) -> None:
        """`reference` decides new parcels.

        `reference_at` has what decided those of another time, `reference` always if it is left out.
        """
        self._reference = reference
        self._reference_at = reference_at or (lambda _: reference)

    def decide_provisionally(self, declared: Sequence[CheckedParcel]) -> list[ProvisionalDecision]:
        """Declared parcels by themselves, each step for all of them before the next: what a step needs stays near."""
        facts = [_FACTS(checked.facts) for checked in declared]
        laws = [self._reference.on(date.fromordinal(each.lodged_on)) for each in facts]
        decided = [
            decided_among(
                checked, each, law, (), checked.findings, sequence=checked.sequence, supersedes=checked.supersedes
            )
            for checked, each, law in zip(declared, facts, laws, strict=True)
        ]
        written = [write_decision(checked, each) for checked, each in zip(declared, decided, strict=True)]
        return list(map(ProvisionalDecision, facts, laws, decided, written))

    def decide(
        self,
        token: str,
        checked: CheckedParcel,
        partition: ConsigneeStore,
        provisional: ProvisionalDecision | None = None,
    ) -> Iterable[Output]:
        """What a checked parcel brings, and what the partition then remembers of it.

        `provisional` spares work, where it was decided before.
        """
        partition.expire(checked.received_at_ms)
        if checked.operation == "VERIFY":
            return self._verified(token, checked, partition)
        if checked.operation == "ACT":
            return self._acted(token, checked, partition)
        name = f"{checked.carrier}/{checked.house_bill}"
        seen = partition.get(token, name)
        further = checked.further if seen is None else max(checked.further, seen.further)
        supersedes = checked.supersedes if seen is None or checked.supersedes is None else seen.in_force
        if checked.path:
            onwards = msgspec.structs.replace(
                checked,
                path=checked.path[1:],
                supersedes=supersedes,
                further=further,
                assessed=partition.assessed.get(name, checked.assessed),
            )
            moved = Output(None, topics.CHECKED, checked.path[0], write_checked(onwards))
            if token != checked.path[-1]:
                partition.drop(token, name)
            partition.assess(name, None)
            return (moved,)
        if checked.assessed in ASSESSMENTS:
            partition.assess(name, checked.assessed)
        sequence = checked.sequence + further
        if checked.operation == "REFUSE":
            refused = refusal(checked, sequence)
            if seen is not None:
                partition.put(token, name, msgspec.structs.replace(seen, latest=sequence))
            return (refused,)
        if checked.operation == "CANCEL":
            cancelled = cancellation(checked, sequence, supersedes, seen)
            if further and seen is not None:  # its numbers are not forgotten: intake does not know them
                partition.put(
                    token,
                    name,
                    msgspec.structs.replace(seen, in_force=0, latest=sequence, further=further, content=b""),
                )
            else:
                partition.drop(token, name)
            return (cancelled,)
        return self._declare(
            token,
            name,
            checked,
            provisional or self.decide_provisionally([checked])[0],
            partition,
            sequence=sequence,
            supersedes=supersedes,
            further=further,
        )

    def _declare(  # noqa: PLR0913 - what a decision rests on
        self,
        token: str,
        name: str,
        checked: CheckedParcel,
        provisional: ProvisionalDecision,
        partition: ConsigneeStore,
        *,
        sequence: int,
        supersedes: int | None,
        further: int,
    ) -> Iterable[Output]:
        now_ms, facts, law = checked.received_at_ms, provisional.facts, provisional.law
        others = partition.others(token, name, now_ms)
        verification = None
        if facts.particulars:
            since_ms = now_ms - law.figures.importer_answer_hours // E4 * HOUR_MS
            verification = verification_of(partition.answer(token, facts.particulars, since_ms))
        more = (
            self._among(others, facts, law, now_ms, verification, is_import=checked.route not in EXPORT_ROUTES)
            if others or verification is not None
            else ()
        )
        if partition.assessed:
            more = (*more, *self._open(partition, name, now_ms))
        findings, decided, written = checked.findings, provisional.decided, provisional.written
        if more or sequence != decided.sequence or supersedes != decided.supersedes:
            findings = (*findings, *more)
            decided = decided_among(checked, facts, law, more, findings, sequence=sequence, supersedes=supersedes)
            written = write_decision(checked, decided)
        selected = self._selected(partition.books, checked, facts, decided, findings)
        targeted = (*[finding for finding in findings if is_covert(finding)], *selected) if findings else selected
        content = b""
        if (
            verification is not None
            and verification.answer == "PENDING"
            and any(finding.rule == CUSTOMS_CONFIRMATION_RULE for finding in more)
        ):
            content = write_checked(
                msgspec.structs.replace(
                    checked,
                    findings=tuple(finding for finding in findings if finding.rule != CUSTOMS_CONFIRMATION_RULE),
                )
            )
            if len(content) + partition.waiting_bytes(token, name) > limits.CONSIGNEE_WAITING_BYTES_MAX:
                content = b""
        assessment = assessment_of(decided.findings, facts, law, now_ms) if decided.findings else None
        outputs = decision_records(
            token, checked, decided, written, targeted, others, assessment
        )  # whatever may fail comes before the memory is changed
        if assessment is not None:
            partition.assess(name, assessment)
        partition.put(token, name, seen_of(facts, now_ms, decided.route or "GENERAL", sequence, further, content))
        return outputs

    def _verified(self, token: str, checked: CheckedParcel, partition: ConsigneeStore) -> Iterable[Output]:
        """Customs has answered who an importer is: what waited for that is decided anew, and supersedes."""
        answer = _ANSWER(checked.facts)
        outputs: list[Output] = []
        if answer.answer == "NO_ANSWER":
            partition.record_answer(token, answer, checked.received_at_ms)
            return outputs
        decided_anew: dict[str, PastParcel] = {}
        verification = verification_of(answer)
        for name, seen in list(partition.parcels(token).items()):
            if not seen.content:
                continue
            waiting = read_checked(seen.content)
            facts = _FACTS(waiting.facts)
            if facts.particulars != answer.particulars:
                continue
            law = self._reference_at(waiting.received_at_ms).on(date.fromordinal(facts.lodged_on))
            case = ScreenCase(
                now_ms=checked.received_at_ms,
                facts=facts,
                others={},
                law=law,
                limits=limits_under(law),
                verification=verification,
            )
            more = tuple(
                [
                    rule.finding(found)
                    for rule in active_rules(SCREENING_RULES, law)
                    if rule.id == CUSTOMS_CONFIRMATION_RULE
                    for found in rule.check(case)
                ]
            )
            sequence, further = seen.latest + 1, seen.further + 1
            again = followed_up(waiting, "VERIFIED", sequence, checked.received_at_ms)
            findings = (*waiting.findings, *more)
            among = tuple(finding for finding in findings if finding.code in FINDINGS_AMONG_OTHERS)
            decided = decided_among(again, facts, law, among, findings, sequence=sequence, supersedes=seen.in_force)
            targeted = (
                *[finding for finding in findings if is_covert(finding)],
                *self._selected(partition.books, again, facts, decided, findings),
            )
            decided_anew[name] = msgspec.structs.replace(
                seen, route=decided.route or "GENERAL", in_force=sequence, latest=sequence, further=further, content=b""
            )
            outputs += decision_records(
                token,
                again,
                decided,
                write_decision(again, decided),
                targeted,
                partition.others(token, name, checked.received_at_ms),
            )
        partition.record_answer(token, answer, checked.received_at_ms)
        for name, kept in decided_anew.items():
            partition.put(token, name, kept)
        return outputs

    def _open(self, partition: ConsigneeStore, name: str, now_ms: int) -> tuple[Finding, ...]:
        """What is still open of what the carrier was told before loading."""
        assessed = partition.assessed.get(name)
        if assessed is None:
            return ()
        law = self._reference.on(day_of_ms(now_ms))
        return tuple(
            [
                rule.finding(found)
                for rule in active_rules(ACTION_RULES, law)
                for found in rule.check(ActionCase(open=assessed))
            ]
        )

    def _acted(self, token: str, checked: CheckedParcel, partition: ConsigneeStore) -> Iterable[Output]:
        """An officer, or a changed list, about a decision: if it is still in force, a further one supersedes it.

        Raises UnreadableError when it is not, or not known here.
        """
        action = _ACTION(checked.facts)
        now_ms = checked.received_at_ms
        acted_on = read_checked(action.parcel)
        name = f"{acted_on.carrier}/{acted_on.house_bill}"
        seen = partition.get(token, name)
        if seen is None or not seen.in_force:
            raise UnreadableError(
                dead_letter.STALE,
                f"no decision on {acted_on.house_bill!r} of {acted_on.carrier!r} is in force with this consignee; "
                "look it up again",
            )
        if seen.in_force != action.sequence:
            raise UnreadableError(
                dead_letter.STALE,
                f"decision {action.sequence} on {acted_on.house_bill!r} is not in force any more, {seen.in_force} "
                "is: look at it first",
            )
        facts = _FACTS(acted_on.facts)
        law = self._reference_at(acted_on.received_at_ms).on(date.fromordinal(facts.lodged_on))
        today = self._reference.on(day_of_ms(now_ms))
        case = ActionCase(action=action.action, by=action.by, why=action.why)
        said = tuple([rule.finding(found) for rule in active_rules(ACTION_RULES, today) for found in rule.check(case)])
        ended = action.action in ("RELEASE", "ANSWER") and (
            action.action == "RELEASE" or partition.assessed.get(name) in (None, "REQUEST_FOR_INFORMATION")
        )
        before = tuple(
            [finding for finding in acted_on.findings if not (ended and finding.code == OFFICER_ACTION_CODE)]
        )
        findings = (*before, *said)
        among = tuple([finding for finding in findings if finding.code in FINDINGS_AMONG_OTHERS])
        sequence, further = seen.latest + 1, seen.further + 1
        again = followed_up(acted_on, action.event, sequence, now_ms)
        decided = decided_among(again, facts, law, among, findings, sequence=sequence, supersedes=seen.in_force)
        assessment = action.action if action.action in ASSESSMENTS else None
        if ended:
            left = [
                finding
                for finding in decided.findings
                if action.action == "ANSWER" and finding.code != INFORMATION_REQUEST_CODE
            ]
            decided = msgspec.structs.replace(decided, outcome=outcome_of(decided.route or "GENERAL", acting(left)))
            outputs = release_records(action, again, decided)
        else:
            outputs = decision_records(
                token,
                again,
                decided,
                write_decision(again, decided),
                (),
                partition.others(token, name, now_ms),
                assessment,
            )
        if ended or assessment is not None:
            partition.assess(name, assessment)
        partition.put(
            token, name, msgspec.structs.replace(seen, in_force=sequence, latest=sequence, further=further, content=b"")
        )
        return outputs

    def _selected(
        self,
        books: InspectionCapacity,
        checked: CheckedParcel,
        facts: Facts,
        decided: DecisionTail,
        findings: Iterable[Finding],
    ) -> tuple[Finding, ...]:
        """Whether the inspectors of its site look at a parcel that nothing else stops, and why."""
        law = self._reference.on(day_of_ms(checked.received_at_ms))
        site, rates = law.site(facts.port, facts.mode), law.rates_of(checked.carrier)
        if site is None or rates is None or decided.route in EXPORT_ROUTES:
            return ()
        shift = books.shift_of(site, facts.arrives_ms, checked.received_at_ms)
        is_new = decided.sequence == 1
        if decided.outcome in BLOCKING_OUTCOMES:
            if is_new:
                books.count(site, shift, "OPEN" if decided.outcome == "INSPECT" else None)
            return ()
        priority_ppm = priority_of(score_ppm_of(checked.risk), findings, law.signals)
        choice = books.choose(
            site, shift, rates, facts.draw, priority_ppm, law.figures.selection_warm_up_parcels // E4, is_new=is_new
        )
        if choice is None:
            return ()
        case = SelectionCase(choice=choice, priority_ppm=priority_ppm)
        return tuple([rule.finding(found) for rule in active_rules(SELECTION_RULES, law) for found in rule.check(case)])

    def _among(  # noqa: PLR0913 - what the rules look at
        self,
        others: Mapping[str, PastParcel],
        facts: Facts,
        law: Law,
        now_ms: int,
        verification: Verification | None,
        *,
        is_import: bool,
    ) -> tuple[Finding, ...]:
        """What the rules find of a parcel among the others of its consignee."""
        limits = limits_under(self._reference.on(day_of_ms(now_ms)))
        case = ScreenCase(
            now_ms=now_ms,
            facts=facts,
            others=others,
            law=law,
            limits=limits,
            verification=verification,
            is_import=is_import,
        )
        return tuple([rule.finding(found) for rule in active_rules(SCREENING_RULES, law) for found in rule.check(case)])
