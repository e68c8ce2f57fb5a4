"""Why a decision is what it is, in words: its route, its outcome, its exemption.

The reasons follow from the decision itself and from the rows of the policy that its findings name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from agents.identifiers import s10
from agents.rules.outcome import ACTIONS, OF_ROUTE
from agents.rules.rule import Rule
from streams.i18n import Lang, describe, translate

Decision = Mapping[str, Any]
"""With the names of schemas/decision.v1.avsc."""

COMBINED_TAXATION_CODES: Final = frozenset({"XP-02", "XP-03"})
"""Codes of parcels that are taxed as one."""
PRICE: Final = "XF-02"
"""Code of a price above the list limit."""
WITHOUT_REASONS: Final = frozenset({"REJECT", "CANCELLED"})
"""Outcomes whose route nobody has looked for."""

Acting = Sequence[tuple[Mapping[str, Any], Rule]]
"""Findings that act, each with its row of the policy."""


def is_postal(decision: Decision) -> bool:
    """Whether a parcel came by post: its house bill is an item number of the Universal Postal Union."""
    return s10.is_valid(decision["house_bill"])


def acting_findings(decision: Decision) -> Acting:
    """The findings of a decision that act, as far as this version knows their rules."""
    return [
        (finding, rule)
        for finding in decision["findings"]
        if finding["severity"] == "ACT" and (rule := ACTIONS.get((finding["code"], finding["rule"]))) is not None
    ]


def with_reason(word: str, why: str) -> str:
    """A word and why it is so."""
    return f"{word}: {why}" if word and why else word


def _codes(findings: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(finding["code"] for finding in findings))


def why_route(decision: Decision, acting: Acting, lang: Lang) -> str:
    """Why a parcel took its route; empty where nobody looked for one."""
    route, priced, by_post = decision["route"], decision["goods_price_usd"] is not None, is_postal(decision)
    if route is None or decision["outcome"] in WITHOUT_REASONS:
        return ""
    if route in ("EXPORT_LIST", "LIST"):
        return translate(
            lang,
            "the goods price is within the limit of the export list"
            if route == "EXPORT_LIST"
            else "the goods price is within the list limit, and no rule excludes the parcel from the list",
        )
    if not priced:
        return translate(lang, "the goods price is not known")
    if route == "EXPORT_GENERAL":
        return translate(lang, "the goods price is above the limit of the export list")
    closed = {
        procedure: [finding for finding, rule in acting if rule.closes == procedure]
        for procedure in ("LIST", "SIMPLIFIED")
    }
    combined = [finding for finding, _ in acting if finding["code"] in COMBINED_TAXATION_CODES]
    above = [finding for finding, _ in acting if finding["code"] == PRICE]
    reasons = []
    if closed["SIMPLIFIED"]:
        reasons.append(
            translate(
                lang,
                "excluded from simplified clearance of mail by {codes}"
                if by_post
                else "excluded from the simplified declaration by {codes}",
                codes=_codes(closed["SIMPLIFIED"]),
            )
        )
    if combined:
        reasons.append(translate(lang, "taxed together with other parcels ({codes})", codes=_codes(combined)))
    if route == "GENERAL" and not reasons:
        reasons.append(
            translate(
                lang,
                "the goods price is above the limit of simplified clearance of mail"
                if by_post
                else "the goods price is above the limit of the simplified declaration",
            )
        )
    if route == "SIMPLIFIED" and above:
        reasons.append(
            translate(
                lang,
                "the goods price is above the limit of list clearance of mail ({codes})"
                if by_post
                else "the goods price is above the list limit ({codes})",
                codes=_codes(above),
            )
        )
    if closed["LIST"]:
        reasons.append(
            translate(
                lang,
                "excluded from list clearance of mail by {codes}"
                if by_post
                else "excluded from list clearance by {codes}",
                codes=_codes(closed["LIST"]),
            )
        )
    return _joined(reasons, lang)


def why_outcome(decision: Decision, acting: Acting, lang: Lang) -> str:
    """Why this happens to a parcel."""
    outcome, route = decision["outcome"], decision["route"]
    if outcome == "CANCELLED":
        return translate(lang, "the carrier withdrew the parcel")
    asking = (
        [finding for finding in decision["findings"] if finding["severity"] == "REJECT"]
        if outcome == "REJECT"
        else [finding for finding, rule in acting if rule.outcome == outcome]
    )
    reasons = [translate(lang, "because of {codes}", codes=_codes(asking))] if asking else []
    if outcome == OF_ROUTE.get(route):
        reasons.append(translate(lang, "follows from the route"))
    return _joined(reasons, lang)


def why_exempt(decision: Decision, acting: Acting, lang: Lang) -> str:
    """What a parcel is exempt from and why, or why it is not."""
    tax = decision["tax"]
    if tax is None:
        return "" if decision["outcome"] in WITHOUT_REASONS else translate(lang, "not computed: the price is not known")
    if tax["exempt"] is not None:
        meaning = describe("exempt", tax["exempt"], lang)
        return with_reason(tax["exempt"], meaning) if lang == "en" else meaning or tax["exempt"]
    above = [finding for finding, _ in acting if finding["code"] == PRICE]
    ending = [finding for finding, rule in acting if rule.taxes]
    reasons = (
        [translate(lang, "the goods price is above the exemption limit ({codes})", codes=_codes(above))]
        if above
        else []
    )
    if ending:
        reasons.append(translate(lang, "ended by {codes}", codes=_codes(ending)))
    return translate(lang, "none: {why}", why=_joined(reasons, lang)) if reasons else translate(lang, "none")


def _joined(reasons: Sequence[str], lang: Lang) -> str:
    return (" " if lang == "ko" else "; ").join(reasons)
