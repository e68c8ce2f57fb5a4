"""One decision laid out for a person.

Route, outcome and exemption with their reasons, goods, taxes line by line, findings, versions.

Everything is taken from the decision itself; the reasons follow from the rows of the policy that its findings name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from agents.rules import RULES
from agents.rules.outcome import ACTIONS, OF_ROUTE
from agents.rules.rule import Rule
from streams.cli.console import columns, field, has_room, on_terminal, out, paragraph, print_line, printable, styled
from streams.i18n import Lang, basis, describe, label, message_parts, rate, sentence, translate

Decision = Mapping[str, Any]
"""With the names of schemas/decision.v1.avsc."""

COMBINED_TAXATION_CODES: Final = frozenset({"XP-02", "XP-03"})
"""Codes of parcels that are taxed as one."""
PRICE: Final = "XF-02"
"""Code of a price above the list limit."""
TAXES: Final = ("duty", "consumption", "liquor", "education", "rural", "vat")
WITHOUT_REASONS: Final = frozenset({"REJECT", "CANCELLED"})
"""Outcomes whose route nobody has looked for."""
BASES: Final = {(rule.code, rule.name): rule.basis for rule in RULES}
"""The law behind a rule."""

Acting = Sequence[tuple[Mapping[str, Any], Rule]]
"""Findings that act, each with its row of the policy."""


def show_decision(decision: Decision, lang: Lang, *, in_force: bool = False) -> None:
    """Everything that one decision says."""
    acting = [
        (finding, rule)
        for finding in decision["findings"]
        if finding["severity"] == "ACT" and (rule := ACTIONS.get((finding["code"], finding["rule"]))) is not None
    ]
    _headline(decision, lang, in_force=in_force)
    field(translate(lang, "decided"), decision["decided_at"])
    field(translate(lang, "because of"), _cause(decision, lang))
    field(translate(lang, "route"), _with(_named("route", decision["route"], lang), why_route(decision, acting, lang)))
    field(
        translate(lang, "outcome"),
        _with(_named("outcome", decision["outcome"], lang), why_outcome(decision, acting, lang)),
    )
    field(translate(lang, "exemption"), why_exempt(decision, acting, lang))
    field(
        translate(lang, "goods price"),
        None
        if decision["goods_price_usd"] is None
        else translate(lang, "{usd} USD", usd=_usd(decision["goods_price_usd"])),
    )
    field(
        translate(lang, "customs value"),
        None
        if decision["customs_value_krw"] is None
        else translate(lang, "{krw} KRW", krw=f"{decision['customs_value_krw']:,}"),
    )
    field(translate(lang, "exchange rate"), exchange(decision, lang))
    field(translate(lang, "risk"), _risk(decision["risk"], lang))
    _show_goods(decision["goods"], lang)
    if decision["tax"] is not None:
        _show_taxes(decision["tax"], lang)
    _show_findings(decision["findings"], lang)
    field(
        translate(lang, "versions"),
        ", ".join(f"{key} {version}" for key, version in decision["versions"].items() if version is not None),
    )
    field(translate(lang, "read from"), "{topic}-{partition}-{offset}".format(**decision["source"]))
    field(translate(lang, "decision"), decision["decision_id"])


def _risk(risk: Mapping[str, Any] | None, lang: Lang) -> str:
    """The learned score, and the reasons that add up to it."""
    if risk is None:
        return ""
    reasons = " ".join(
        f"{reason['contribution']:+.1%} {_named('risk', reason['feature'], lang)}" for reason in risk["reasons"]
    )
    score = translate(lang, "fraud {score} = {reasons}", score=f"{risk['score']:.1%}", reasons=reasons)
    return (
        score
        if risk["critical"] is None
        else score + translate(lang, "; critical fraud {critical}", critical=f"{risk['critical']:.2%}")
    )


def _usd(amount: str) -> str:
    """A price with its cents, and what is beyond them only where there is something."""
    whole, _, rest = amount.partition(".")
    return f"{whole}.{rest.rstrip('0'):0<2}"


def _headline(decision: Decision, lang: Lang, *, in_force: bool) -> None:
    outcome = label("outcome", decision["outcome"], lang)
    begin, _, _ = translate(
        lang, "Decision {sequence}: {outcome}", sequence=decision["sequence"], outcome="\0"
    ).partition("\0")
    end = (
        translate(lang, " on route {route}", route=label("route", decision["route"], lang)) if decision["route"] else ""
    )
    end += translate(lang, " (in force)") if in_force else ""
    if on_terminal():
        out().print(begin, styled(outcome), end, sep="")
    else:
        print_line(f"{begin}{outcome}{end}")


def _cause(decision: Decision, lang: Lang) -> str:
    event = decision["event"]
    holes = {
        "event": event,
        "manifest": decision["manifest_id"],
        "version": decision["manifest_version"],
        "master_bill": decision["master_bill"],
    }
    if meaning := describe("event", event, lang):
        cause = translate(
            lang,
            "{event}, {meaning}; manifest {manifest} version {version}, master bill {master_bill}",
            meaning=meaning,
            **holes,
        )
    else:
        cause = translate(lang, "{event}; manifest {manifest} version {version}, master bill {master_bill}", **holes)
    return cause + (
        translate(lang, ", replaces decision {sequence}", sequence=decision["supersedes"])
        if decision["supersedes"] is not None
        else ""
    )


def _named(kind: str, word: str | None, lang: Lang) -> str:
    """A word of the wire and what it means, in either language."""
    if word is None:
        return ""
    meaning = describe(kind, word, lang)
    return f"{word} ({meaning})" if meaning else word


def _with(word: str, why: str) -> str:
    return f"{word}: {why}" if word and why else word


def _codes(findings: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(finding["code"] for finding in findings))


def why_route(decision: Decision, acting: Acting, lang: Lang) -> str:
    """Why a parcel took its route; empty where nobody looked for one."""
    route, priced = decision["route"], decision["goods_price_usd"] is not None
    if route is None or decision["outcome"] in WITHOUT_REASONS:
        return ""
    if route in ("EXPORT_LIST", "LIST"):
        return translate(
            lang,
            "the goods price is within the limit of the export list"
            if route == "EXPORT_LIST"
            else "the goods price is within the list limit, and no rule keeps the parcel from the list",
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
            translate(lang, "kept from the simplified declaration by {codes}", codes=_codes(closed["SIMPLIFIED"]))
        )
    if combined:
        reasons.append(translate(lang, "taxed as one with further parcels ({codes})", codes=_codes(combined)))
    if route == "GENERAL" and not reasons:
        reasons.append(translate(lang, "the goods price is above the limit of the simplified declaration"))
    if route == "SIMPLIFIED" and above:
        reasons.append(translate(lang, "the goods price is above the list limit ({codes})", codes=_codes(above)))
    if closed["LIST"]:
        reasons.append(translate(lang, "kept from list clearance by {codes}", codes=_codes(closed["LIST"])))
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
        reasons.append(translate(lang, "the route asks for it"))
    return _joined(reasons, lang)


def why_exempt(decision: Decision, acting: Acting, lang: Lang) -> str:
    """What a parcel is exempt from and why, or why it is not."""
    tax = decision["tax"]
    if tax is None:
        return "" if decision["outcome"] in WITHOUT_REASONS else translate(lang, "not computed: the price is not known")
    if tax["exempt"] is not None:
        return _with(tax["exempt"], describe("exempt", tax["exempt"], lang))
    above = [finding for finding, _ in acting if finding["code"] == PRICE]
    ending = [finding for finding, rule in acting if rule.taxes]
    reasons = (
        [translate(lang, "the goods price is above the limit of exemption ({codes})", codes=_codes(above))]
        if above
        else []
    )
    if ending:
        reasons.append(translate(lang, "ended by {codes}", codes=_codes(ending)))
    return translate(lang, "none: {why}", why=_joined(reasons, lang)) if reasons else translate(lang, "none")


def _joined(reasons: Sequence[str], lang: Lang) -> str:
    return (" " if lang == "ko" else "; ").join(reasons)


def exchange(decision: Decision, lang: Lang) -> str:
    """The exchange rate and its week; empty when none was used."""
    used, week = (decision["tax"] or {}).get("exchange_rate"), decision["versions"]["rates"]
    if used is None:
        return ""
    if week is None:
        return translate(lang, "{rate} KRW for one unit of the parcel's currency", rate=used)
    return translate(lang, "{rate} KRW for one unit of the parcel's currency, week of {week}", rate=used, week=week)


def _show_goods(goods: Sequence[Mapping[str, Any]], lang: Lang) -> None:
    if not goods:
        return
    rows = [
        (
            f"/items/{index}",
            _named("category", line["category"], lang) or "-",
            line["hs_code"] or "-",
            ", ".join(f"{suggestion['code']} ({suggestion['score']:.0%})" for suggestion in line["hs_suggestions"])
            or "-",
        )
        for index, line in enumerate(goods)
    ]
    heads = [translate(lang, head) for head in ("item", "taken for", "code as read", "reads like (how sure)")]
    paragraph(translate(lang, "goods"), 2)
    columns(heads, rows, indent=4)


def _show_taxes(tax: Mapping[str, Any], lang: Lang) -> None:
    """Each tax on each item; where the terminal is too narrow for the sources, they stand below with a number."""
    lines = tax["lines"]
    if lines:
        paragraph(translate(lang, "taxes by item, in won"), 2)
        heads = [translate(lang, head) for head in ("item", "tax", "base", "rate", "amount", "source")]
        rows = [
            (
                f"/items/{line['item']}",
                _tax(line["tax"], lang),
                f"{line['base']:,}",
                rate(line["rate"], lang),
                f"{line['amount']:,}",
                line["source"],
            )
            for line in lines
        ]
        notes: dict[str, int] = {}
        if not has_room(heads, rows, 4):
            notes = {
                source: number for number, source in enumerate(dict.fromkeys(line["source"] for line in lines), start=1)
            }
            rows = [(*row[:-1], f"[{notes[row[-1]]}]") for row in rows]
        columns(heads, rows, indent=4, right=frozenset({2, 4}))
        for source, number in notes.items():
            paragraph(f"[{number}] {source}", 4)
    due = ", ".join(f"{_tax(of, lang)} {tax[of]:,}" for of in TAXES if tax[of])
    field(
        translate(lang, "collected"),
        translate(lang, "{taxes}; total {total} KRW", taxes=due, total=f"{tax['total']:,}")
        if due
        else translate(lang, "nothing"),
    )


def _tax(word: str, lang: Lang) -> str:
    """A tax by the name that forms have."""
    return (describe("tax", word, lang) if lang == "ko" else "") or ("VAT" if word == "vat" else word)


def _show_findings(findings: Sequence[Mapping[str, Any]], lang: Lang) -> None:
    if not findings:
        field(translate(lang, "findings"), translate(lang, "none"))
        return
    paragraph(translate(lang, "findings"), 2)
    for finding in findings:
        show_finding(finding, lang)


def show_finding(finding: Mapping[str, Any], lang: Lang) -> None:
    """A finding: code, place, rule with the law behind it, what was found, what would be right, figures, phase."""
    severity = label("severity", finding["severity"], lang)
    place = printable(translate(lang, "at {path}", path=finding["path"] or translate(lang, "the whole parcel")))
    if on_terminal():
        out().print("    ", f"{printable(finding['code'])} ", styled(severity), f"  {place}", sep="", markup=False)
    else:
        print_line(f"    {printable(finding['code'])} {severity}  {place}")
    if rule := sentence(finding, lang):
        law = basis(BASES.get((finding["code"], finding["rule"]), ""), lang)
        paragraph(translate(lang, "rule: {text}", text=f"{rule} [{law}]" if law else rule), 6)
    parts = message_parts(finding, lang)
    paragraph(translate(lang, "found: {text}", text=parts.finding), 6)
    if parts.remedy:
        paragraph(translate(lang, "→ {text}", text=parts.remedy), 6)
    figures = finding["evidence"]
    if figures:
        paragraph(
            translate(lang, "figures: {text}", text=", ".join(f"{key} = {value}" for key, value in figures.items())), 6
        )
    if (phase := finding["phase"]) != "ENFORCE":
        paragraph(translate(lang, "phase: {text}", text=_with(phase, describe("phase", phase, lang))), 6)
