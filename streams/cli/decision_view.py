"""One decision laid out for a person.

Route, outcome and exemption with their reasons, goods, taxes line by line, findings, versions.

Everything is taken from the decision itself; the reasons follow from the rows of the policy that its findings name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.rules import RULES
from schemas.messages import grouped
from streams.cli.console import columns, field, has_room, on_terminal, out, paragraph, print_line, printable, styled
from streams.cli.reasons import (
    Decision,
    acting_findings,
    is_postal,
    why_exempt,
    why_outcome,
    why_route,
    with_reason,
)
from streams.i18n import (
    Lang,
    base_and_rate,
    basis,
    day,
    describe,
    dollars,
    figures,
    label,
    message_parts,
    moment,
    place,
    sentence,
    source,
    translate,
)

TAXES: Final = ("duty", "consumption", "liquor", "education", "rural", "vat")
BASES: Final = {(rule.code, rule.id): rule.basis for rule in RULES}
"""The law behind a rule."""
AVERAGE: Final = "base"
"""The reason of a score that every declaration has."""


def show_decision(decision: Decision, lang: Lang, *, in_force: bool = False) -> None:
    """Everything that one decision says."""
    acting = acting_findings(decision)
    is_export = decision["direction"] == "EXPORT"
    _headline(decision, lang, in_force=in_force)
    field(translate(lang, "decided"), moment(decision["decided_at"], lang))
    field(translate(lang, "event"), _cause(decision, lang))
    field(translate(lang, "route"), with_reason(route_in_words(decision, lang), why_route(decision, acting, lang)))
    field(
        translate(lang, "outcome"),
        with_reason(_in_words("outcome", decision["outcome"], lang), why_outcome(decision, acting, lang)),
    )
    if not is_export:
        field(translate(lang, "exemption"), why_exempt(decision, acting, lang))
    if (price := decision["goods_price_usd"]) is not None:
        field(translate(lang, "goods price"), translate(lang, "{usd} USD", usd=dollars(price)))
    if (value := decision["customs_value_krw"]) is not None:
        field(
            translate(lang, "declared value (FOB)" if is_export else "customs value"),
            translate(lang, "{krw} KRW", krw=f"{value:,}"),
        )
    field(translate(lang, "exchange rate"), exchange(decision, lang))
    field(translate(lang, "risk"), _risk(decision["risk"], lang))
    _show_goods(decision["goods"], lang)
    if decision["tax"] is not None and not is_export:
        _show_taxes(decision["tax"], lang)
    _show_findings(decision["findings"], lang)
    field(translate(lang, "versions"), _versions(decision["versions"], lang))
    field(translate(lang, "read from"), "{topic}-{partition}-{offset}".format(**decision["source"]))
    field(translate(lang, "decision"), decision["decision_id"])


def house_bill_line(decision: Decision, lang: Lang) -> str:
    """Which parcel it is; in the mail, which item."""
    return printable(
        translate(
            lang,
            "Postal item {house_bill} of carrier {carrier}"
            if is_postal(decision)
            else "House bill {house_bill} of carrier {carrier}",
            house_bill=decision["house_bill"],
            carrier=decision["carrier"],
        )
    )


def route_label(decision: Decision, lang: Lang) -> str:
    """The route of a decision; the mail has names of its own for them in Korean."""
    route = decision["route"] or ""
    postal = describe("postal route", route, lang) if lang == "ko" and is_postal(decision) else ""
    return postal or label("route", route, lang)


def route_in_words(decision: Decision, lang: Lang) -> str:
    """The route of a decision and, in English, what it means."""
    return _in_words("route", decision["route"], lang) if lang == "en" else route_label(decision, lang)


def _in_words(kind: str, word: str | None, lang: Lang) -> str:
    """A word of the wire and what it means; in Korean only what it means."""
    if word is None:
        return ""
    meaning = describe(kind, word, lang)
    return (f"{word} ({meaning})" if lang == "en" else meaning) if meaning else word


def _versions(versions: Mapping[str, Any], lang: Lang) -> str:
    return ", ".join(
        f"{label('version', key, lang)} {day(version, lang)}"
        for key, version in versions.items()
        if version is not None
    )


def _risk(risk: Mapping[str, Any] | None, lang: Lang) -> str:
    """The learned score, and the reasons that add up to it."""
    if risk is None:
        return ""
    score = translate(
        lang,
        "fraud {score} = {reasons}",
        score=f"{risk['score']:.1%}",
        reasons=(" " if lang == "en" else ", ").join(_reason(reason, lang) for reason in risk["reasons"]),
    )
    return (
        score
        if risk["critical"] is None
        else score + translate(lang, "; critical fraud {critical}", critical=f"{risk['critical']:.2%}")
    )


def _reason(reason: Mapping[str, Any], lang: Lang) -> str:
    feature, share = reason["feature"], reason["contribution"]
    if lang == "en":
        return f"{share:+.1%} {_in_words('risk', feature, lang)}"
    return f"{label('risk', feature, lang)} " + (f"{share:.1%}" if feature == AVERAGE else f"{share:+.1%}p")


def _headline(decision: Decision, lang: Lang, *, in_force: bool) -> None:
    outcome = label("outcome", decision["outcome"], lang)
    begin, _, _ = translate(
        lang, "Decision {sequence}: {outcome}", sequence=decision["sequence"], outcome="\0"
    ).partition("\0")
    end = translate(lang, " on route {route}", route=route_label(decision, lang)) if decision["route"] else ""
    end += translate(lang, " (in force)") if in_force else ""
    if on_terminal():
        out().print(begin, styled(outcome), end, sep="")
    else:
        print_line(f"{begin}{outcome}{end}")


def _cause(decision: Decision, lang: Lang) -> str:
    event = decision["event"]
    meaning = describe("event", event, lang)
    cause = translate(
        lang,
        "{event}; postal list {manifest} version {version}, dispatch {master_bill}"
        if is_postal(decision)
        else "{event}; manifest {manifest} version {version}, master bill {master_bill}",
        event=(f"{event}, {meaning}" if lang == "en" else meaning) if meaning else event,
        manifest=decision["manifest_id"],
        version=decision["manifest_version"],
        master_bill=decision["master_bill"],
    )
    return cause + (
        translate(lang, ", replaces decision {sequence}", sequence=decision["supersedes"])
        if decision["supersedes"] is not None
        else ""
    )


def exchange(decision: Decision, lang: Lang) -> str:
    """The exchange rate and its week; empty when none was used."""
    used, week = (decision["tax"] or {}).get("exchange_rate"), decision["versions"]["rates"]
    if used is None:
        return ""
    won = grouped(used)
    if week is None:
        return translate(lang, "{rate} KRW per unit of the parcel's currency", rate=won)
    return translate(
        lang, "{rate} KRW per unit of the parcel's currency, week of {week}", rate=won, week=day(week, lang)
    )


def _show_goods(goods: Sequence[Mapping[str, Any]], lang: Lang) -> None:
    if not goods:
        return
    rows = [
        (
            place(f"/items/{index}", lang),
            _in_words("category", line["category"], lang) or "-",
            line["hs_code"] or "-",
            ", ".join(f"{suggestion['code']} ({suggestion['score']:.0%})" for suggestion in line["hs_suggestions"])
            or "-",
        )
        for index, line in enumerate(goods)
    ]
    heads = [
        translate(lang, head) for head in ("item", "classified as", "code as read", "suggested codes (confidence)")
    ]
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
                place(f"/items/{line['item']}", lang),
                _tax(line["tax"], lang),
                *base_and_rate(line["base"], line["rate"], lang),
                f"{line['amount']:,}",
                source(line["source"], lang),
            )
            for line in lines
        ]
        notes: dict[str, int] = {}
        if not has_room(heads, rows, 4):
            notes = {text: number for number, text in enumerate(dict.fromkeys(row[-1] for row in rows), start=1)}
            rows = [(*row[:-1], f"[{notes[row[-1]]}]") for row in rows]
        columns(heads, rows, indent=4, right=frozenset({2, 4}))
        for text, number in notes.items():
            paragraph(f"[{number}] {text}", 4)
    due = ", ".join(f"{_tax(of, lang)} {tax[of]:,}" for of in TAXES if tax[of])
    field(
        translate(lang, "payable"),
        translate(lang, "{taxes}; total {total} KRW (each tax cut to ten won)", taxes=due, total=f"{tax['total']:,}")
        if due
        else translate(lang, "none payable"),
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
    where = printable(translate(lang, "at {path}", path=place(finding["path"], lang)))
    if on_terminal():
        out().print("    ", f"{printable(finding['code'])} ", styled(severity), f"  {where}", sep="", markup=False)
    else:
        print_line(f"    {printable(finding['code'])} {severity}  {where}")
    if rule := sentence(finding, lang):
        law = basis(BASES.get((finding["code"], finding["rule"]), ""), lang)
        paragraph(translate(lang, "rule: {text}", text=f"{rule} [{law}]" if law else rule), 6)
    parts = message_parts(finding, lang)
    paragraph(translate(lang, "found: {text}", text=parts.finding), 6)
    if parts.remedy:
        paragraph(translate(lang, "→ {text}", text=parts.remedy), 6)
    if rest := figures(finding, lang):
        paragraph(translate(lang, "figures: {text}", text=rest), 6)
    if (phase := finding["phase"]) != "ENFORCE":
        meaning = describe("phase", phase, lang)
        paragraph(
            translate(lang, "phase: {text}", text=with_reason(phase, meaning) if lang == "en" else meaning or phase), 6
        )
