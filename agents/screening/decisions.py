"""From findings to a decision: route, outcome and tax."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from agents.output import Output
from agents.reference import Law
from agents.rules.outcome import acting, closed_by, is_covert, outcome_of
from agents.state.parcels import PastParcel
from agents.tax.assess import Taxable, TaxableLine, assess
from agents.values.clock import show_ms
from agents.values.money import E2
from schemas import avro, topics
from schemas.checked_parcel import Cancel, Declare, Facts, GoodsLine, Money, Refuse
from schemas.decision import DecisionTail, Finding, Outcome, Relief, Route, Tax
from schemas.decision_encoding import encode_decision


def priority_of(score_ppm: int, findings: Iterable[Finding], signals: Mapping[str, int]) -> int:
    """How much a parcel deserves a look, in millionths: its risk score, and what findings add, each rule's once.

    0 where nothing speaks of it.
    """
    by_code = {finding.code: finding for finding in findings}
    if not by_code:
        return score_ppm
    return score_ppm + sum(
        [signals.get(code) or signals.get(f"{code}.{finding.rule}", 0) for code, finding in by_code.items()]
    )


EXPORT_ROUTES: Final = frozenset({"EXPORT_LIST", "EXPORT_GENERAL"})
_MONEY: Final = msgspec.msgpack.Decoder(Money).decode
FULL_EXEMPTIONS: Final = frozenset({"SMALL_VALUE", "EXPORT"})
"""Exemptions from all taxes."""
COMBINED_TAXATION_CODES: Final = frozenset({"XP-02", "XP-03"})
"""Rules whose parcels are taxed as one."""
DUTY_EXEMPT_CATEGORY: Final = "ALCOHOL"
"""Goods that are exempt from duty alone."""


def decide(  # noqa: PLR0913 - what a decision rests on
    checked: Declare,
    law: Law,
    more: Sequence[Finding],
    findings: tuple[Finding, ...],
    *,
    sequence: int,
    supersedes: int | None,
) -> DecisionTail:
    """The decided part of a decision; `more` are the findings of screening among `findings`.

    What is covert stands on no decision.
    """
    shown = tuple([finding for finding in findings if not is_covert(finding)]) if findings else ()
    facts = checked.facts
    route, relief, bundled = checked.route or "GENERAL", facts.relief, facts.bundled
    if more:
        rules = acting(more)
        route = _route_among(route, facts, more, law)
        on_mail_list = bundled or (
            facts.mode == "POST" and checked.route == "LIST" and bool(law.figures.post_simplified_rates)
        )
        bundled = on_mail_list and route == "SIMPLIFIED" and closed_by(rules) is None
        relief = "NONE" if any(rule.taxes for rule in rules) else relief
    return DecisionTail(
        decision_id=checked.decision_id,
        sequence=sequence,
        supersedes=supersedes,
        event=checked.event,
        route=route,
        outcome=outcome_of(route, acting(shown)),
        findings=shown,
        tax=tax_of(checked.money, facts.rate_krw_e4, relief, law, bundled=bundled) if checked.money else None,
        decided_at=show_ms(checked.received_at_ms),
    )


def _route_among(route: Route, facts: Facts, findings: Sequence[Finding], law: Law) -> Route:
    """The route once the consignee's other parcels are known.

    Parcels taxed as one are declared in general; mail up to its limit is still taxed on the mail list (Import notice
    Art. 69(1)).
    """
    rules = acting(findings)
    if not rules or route in EXPORT_ROUTES:
        return route
    together_usd_e6 = max(
        (
            finding.together_usd_e6
            for finding in findings
            if finding.severity == "ACT" and finding.code in COMBINED_TAXATION_CODES
        ),
        default=0,
    )
    if together_usd_e6 and (facts.mode != "POST" or together_usd_e6 > law.figures.simplified_limit_post_usd * E2):
        return "GENERAL"
    return "SIMPLIFIED" if route == "LIST" and (together_usd_e6 or closed_by(rules)) else route


def tax_of(packed: bytes, rate_krw_e4: int, relief: Relief, law: Law, *, bundled: bool) -> Tax:
    """Duties and taxes of a parcel; of one that is exempt from all nothing is looked into."""
    if relief in FULL_EXEMPTIONS:
        return assess(Taxable(lines=(), rate_krw_e4=rate_krw_e4, relief="ALL", reason=relief), law.taxes)
    money = _MONEY(packed)
    taxable = Taxable(
        lines=tuple([_taxable(line, relief) for line in money.lines]),
        rate_krw_e4=rate_krw_e4,
        local_charges_e4=money.local_charges_e4,
        freight_e4=money.freight_e4,
        insurance_e4=money.insurance_e4,
        mode="SIMPLIFIED" if bundled else "GENERAL",
        reason=None if relief == "NONE" else relief,
        has_purchase_proof=money.has_purchase_proof,
    )
    return assess(taxable, law.taxes)


def _taxable(line: GoodsLine, relief: Relief) -> TaxableLine:
    """A line as the taxes look at it; what is exempt from duty alone is the alcohol, not the goods beside it."""
    return TaxableLine(
        hs_code=line.hs_code,
        amount_e4=line.amount_e4,
        quantity=line.quantity,
        categories=line.categories,
        origin=line.origin,
        volume_ml=line.volume_ml,
        net_weight_g=line.net_weight_g,
        preference=line.preference,
        relief=None if relief != "DUTY" else "DUTY" if DUTY_EXEMPT_CATEGORY in line.categories else "ALL",
    )


def cancellation(checked: Cancel, sequence: int, supersedes: int | None, seen: PastParcel | None) -> Output:
    """A cancellation is told where the decision it ends was told."""
    route = seen.route if seen is not None else None
    topic = topics.CLEARANCE_OF_ROUTE[route] if route is not None else topics.CLEARANCE_OF_ROUTE["GENERAL"]
    return _ended(topic, checked, sequence, supersedes, route, "CANCELLED")


def refusal(checked: Refuse, sequence: int) -> Output:
    """A refusal of what was accepted before: it supersedes nothing."""
    return _ended(topics.REJECTED, checked, sequence, None, None, "REJECT")


def _ended(  # noqa: PLR0913, PLR0917 - what a decision says
    topic: str, checked: Cancel | Refuse, sequence: int, supersedes: int | None, route: Route | None, outcome: Outcome
) -> Output:
    decided = DecisionTail(
        decision_id=checked.decision_id,
        sequence=sequence,
        supersedes=supersedes,
        event=checked.event,
        route=route,
        outcome=outcome,
        findings=checked.findings,
        decided_at=show_ms(checked.received_at_ms),
    )
    return Output(avro.DECISION, topic, checked.house_bill, encode_decision(checked.decision_head, decided))
