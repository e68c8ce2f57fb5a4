"""Linking: a parcel among all that go to its address or phone, or come from its seller, whoever the consignees are.

What is remembered follows from the records of one partition of `parcels.links` within the window and from nothing else,
so that log is its own changelog: a worker that takes a partition over reads back the window and has the same memory.
The order of the log is the order of linking. Security cases are opened, decisions stay as they are.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from agents.output import Output, case_output
from agents.reference import Reference
from agents.rules import LINK_RULES
from agents.rules.link_prices import PRICE_RULES, LinkCase, PeerComparison, is_cheap, is_near, limits_under
from agents.rules.links import Linked, evidence_of
from agents.rules.outcome import PRECEDENCE, desks_of, rule_behind
from agents.rules.phases import active_rules
from agents.rules.rows import LinkRule
from agents.state.links import LinkStore, Parcels, SellerState, read_parcel_link
from agents.state.price_bands import PriceHistogram
from agents.values.clock import day_of_ms, show_ms
from agents.values.identity import Ids
from schemas import limits
from schemas.parcel_links import ADDRESS, PHONE, SELLER, LinkMessage, ParcelLink
from schemas.security_case import SecurityCase

if TYPE_CHECKING:
    from schemas.decision import Finding

_SIGHTINGS: Final = msgspec.msgpack.Decoder(LinkMessage).decode
_KIND_NAMES: Final = {ADDRESS: "address", PHONE: "phone", SELLER: "seller"}


class Linking:
    """Finds what parcels have in common, by the law of the day they were received."""

    __slots__ = ("_reference",)

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def decide(self, message: LinkMessage, links: LinkStore) -> list[Output]:
        """What a manifest's sightings bring, and what the partition then remembers of them."""
        now_ms = message.received_at_ms
        seen = _begun(message, links)
        law = self._reference.on(day_of_ms(now_ms))
        figures = limits_under(law)
        few = figures.receiver_parcels_min
        outputs: list[list[Output]] = [[] for _ in seen]
        for place, kind, parcel, together in _received(seen, links, now_ms):
            if together is not None and len(together) >= few:
                outputs[place].extend(
                    _cases(
                        message,
                        LinkCase(
                            parcel=parcel, kind=kind, now_ms=now_ms, law=law, limits=figures, together=together.values()
                        ),
                    )
                )
        for place, parcel, seller, band in _sent(seen, links, now_ms):
            group = seller.groups.get(parcel.goods)
            cheap = band is not None and is_cheap(parcel, band, links.bands, figures)
            if group is not None or cheap or is_near(parcel, figures):
                case = LinkCase(
                    parcel=parcel,
                    kind=SELLER,
                    now_ms=now_ms,
                    law=law,
                    limits=figures,
                    together=seller.parcels.values(),
                    group=group,
                    beside=PeerComparison(links.bands, seller.parcels.values(), now_ms, figures) if cheap else None,
                )
                outputs[place].extend(_cases(message, case))
        return [output for opened in outputs for output in opened]

    def remember(self, message: LinkMessage, links: LinkStore) -> None:
        """The same without asking any rule: what a worker does with the records it reads back."""
        seen = _begun(message, links)
        for _ in chain(_received(seen, links, message.received_at_ms), _sent(seen, links, message.received_at_ms)):
            pass


# One kind of mark after the other, not one parcel: what a step needs stays near. Deciding and remembering take the same
# way, so that the memory is the same.

_Seen = Sequence[tuple[int, bytes, ParcelLink]]
"""Kinds of marks, and the parcel, packed and unpacked, of each sighting."""


def _begun(message: LinkMessage, links: LinkStore) -> _Seen:
    """Forget what is out of reach and what is gone; what is seen, unpacked."""
    links.expire(message.received_at_ms)
    for gone in message.gone:
        links.retract(gone)
    packed = [bytes(raw) for _, raw in message.seen]
    return [
        (kinds, each, parcel)
        for (kinds, _), each, parcel in zip(message.seen, packed, map(read_parcel_link, packed), strict=True)
    ]


def _received(seen: _Seen, links: LinkStore, now_ms: int) -> Iterator[tuple[int, int, ParcelLink, Parcels | None]]:
    """Remember parcels by address, then by phone.

    Place among those seen, kind, the parcel, and all that share the mark where it is not the only one.
    """
    for kind in (ADDRESS, PHONE):
        for place, (kinds, packed, parcel) in enumerate(seen):
            if kinds & kind:
                yield (
                    place,
                    kind,
                    parcel,
                    links.add_receiver(parcel.address if kind == ADDRESS else parcel.phone, parcel, packed, now_ms),
                )


def _sent(
    seen: _Seen, links: LinkStore, now_ms: int
) -> Iterator[tuple[int, ParcelLink, SellerState, PriceHistogram | None]]:
    """Remember parcels by seller: place among those seen, the parcel, its seller and band."""
    for place, (kinds, _, parcel) in enumerate(seen):
        if kinds & SELLER:
            yield place, parcel, *links.add_seller(parcel.seller, parcel, now_ms)


@lru_cache(maxsize=64)
def _rules_of(rules: tuple[LinkRule, ...], kind: int) -> tuple[LinkRule, ...]:
    """The rules that look at parcels with a mark of these kinds in common."""
    return tuple(rule for rule in rules if rule.kinds & kind)


def _cases(message: LinkMessage, case: LinkCase) -> Iterator[Output]:
    """A security case for each desk that hears of what the rules find."""
    findings: list[Finding] = []
    evidence: dict[str, dict[str, None]] = {}
    for rule in active_rules(
        _rules_of(LINK_RULES, case.kind if case.beside is None else case.kind | PRICE_RULES), case.law
    ):
        for found in rule.check(case):
            finding = rule.finding(found)
            findings.append(finding)
            if isinstance(found, Linked) and finding.severity == "ACT":
                desk = rule_behind(finding).desk or ""
                evidence.setdefault(desk, {}).update(dict.fromkeys(evidence_of(found.parcels)))
    if not findings:
        return
    parcel = case.parcel
    ids = Ids(message.carrier, message.manifest_id, message.manifest_version)
    for desk, of_desk in desks_of(findings).items():
        outcomes = [rule.asks for rule in map(rule_behind, of_desk) if isinstance(rule, LinkRule)]
        opened = SecurityCase(
            case_id=ids.of(parcel.house_bill, "link", _KIND_NAMES[case.kind], desk),
            desk=desk,
            decision_id=ids.of(parcel.house_bill),
            carrier=message.carrier,
            manifest_id=message.manifest_id,
            manifest_version=message.manifest_version,
            master_bill=message.master_bill,
            house_bill=parcel.house_bill,
            sequence=parcel.sequence,
            outcome=min(outcomes, key=PRECEDENCE.index),
            consignee=f"v1.{message.key_id}.{parcel.consignee.hex()}",
            findings=tuple(of_desk),
            evidence_parcels=tuple(
                [name for name in evidence.get(desk, ()) if name != parcel.house_bill][-limits.EVIDENCE_PARCELS_MAX :]
            ),
            opened_at=show_ms(message.received_at_ms),
        )
        yield case_output(opened)


def read_link_message(value: bytes) -> LinkMessage:
    """A record of `parcels.links`, read back. Raises msgspec.MsgspecError."""
    return _SIGHTINGS(value)
