"""What a finding rests on beside its message: the rest of its evidence, by name and with its unit."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas.messages import MESSAGES, grouped, money
from streams.i18n.tables import Lang
from streams.i18n.values import day, moment, source
from streams.i18n.vocabulary import describe, label

PPM: Final = 1_000_000
ANY_SITE: Final = "*"
_REASON: Final = re.compile(r"([a-z-]+)([+-]\d+)")
_HEADING: Final = re.compile(r"\d{4}")

Write = Callable[[str, Lang], str]


def figures(finding: Mapping[str, Any], lang: Lang) -> str:
    """The evidence that the message of a finding does not show anyway; empty where it shows all.

    >>> figures({"message_id": "LIST_EXCLUDED", "evidence": {"category": "TOBACCO", "term": "2402.20"}}, "ko")
    '판단 단서: "2402.20"'
    """
    message = MESSAGES.get(finding.get("message_id", ""))
    shown = message.parameters if message else ()
    return ", ".join(
        f"{describe('evidence', key, lang) or key}: {_WRITE.get(key, _plain)(value, lang)}"
        for key, value in finding["evidence"].items()
        if key not in shown
    )


def _plain(value: str, _: Lang) -> str:
    return value


def _number(value: str, _: Lang) -> str:
    return grouped(value)


def _money(value: str, _: Lang) -> str:
    return money(value)


def _word(kind: str, *others: str) -> Write:
    """A word of the wire of one kind, or else of another."""

    def write(value: str, lang: Lang) -> str:
        known = next((each for each in (kind, *others) if describe(each, value, lang)), kind)
        return label(known, value, lang).strip()

    return write


def _quoted(value: str, lang: Lang) -> str:
    return f'"{value}"' if lang == "ko" else value


def _share(scale: int) -> Write:
    def write(value: str, _: Lang) -> str:
        try:
            return f"{float(value) / scale:.2%}"
        except ValueError:
            return value

    return write


def _heading(value: str, lang: Lang) -> str:
    return f"제{value}호" if lang == "ko" and _HEADING.fullmatch(value) else value


def _list(value: str, _: Lang) -> str:
    return ", ".join(value.split())


def _site(value: str, lang: Lang) -> str:
    """A port, or all of them, and how goods come there."""
    if lang == "en":
        return value
    port, _, mode = value.partition("/")
    return " ".join(filter(None, ("모든 도착지" if port == ANY_SITE else port, label("mode", mode, lang))))


def _match(value: str, lang: Lang) -> str:
    """Why two names are alike, with what each reason gave or took."""
    reasons = [_REASON.fullmatch(part) for part in value.split()]
    if lang == "en" or not all(reasons):
        return value
    return ", ".join(
        f"{label('match', reason[1], lang)} {int(reason[2]) / 10:+g}%p" for reason in reasons if reason is not None
    )


_WRITE: Final[Mapping[str, Write]] = {
    **dict.fromkeys(("amount", "declared", "goods_price_usd", "limit_usd", "paid", "unit_price", "usd"), _money),
    **dict.fromkeys(("addresses", "characters", "codes", "count", "days", "lower", "of", "parcels", "phones"), _number),
    **dict.fromkeys(("gross_g", "limit", "net_g", "quantity"), _number),
    **dict.fromkeys(("as_high_ppm", "priority_ppm"), _share(PPM)),
    **{
        kind: _word(kind) for kind in ("agency", "answer", "assessment", "category", "lane", "purpose", "state", "unit")
    },
    **dict.fromkeys(("by", "differs"), _word("particular", "target")),
    **dict.fromkeys(("day", "since"), day),
    **dict.fromkeys(("due", "lodged"), moment),
    "goods": _heading,
    "house_bills": _list,
    "score": _share(1),
    "site": _site,
    "source": source,
    "term": _quoted,
    "why": _match,
}
"""How a value is written, by its name in the evidence."""
