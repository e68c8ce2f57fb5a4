"""SEC-05: what intelligence has named."""

from datetime import date

import msgspec
import pytest

from agents.law.entries import Target, TargetKind
from agents.parcel.case import Case
from agents.rules import targets
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, header, parcel


def named(kind: TargetKind, value: str, subject: Case | None = None) -> Case:
    """A parcel while something is targeted."""
    subject = subject or case()
    target = Target(kind, value, date(2026, 1, 1), None, "OPEN", "e1")
    reference = msgspec.structs.replace(subject).reference
    law = type(subject.law)(
        **{name: getattr(subject.law, name) for name in subject.law.__slots__} | {"targets": {kind: {value: target}}}
    )
    return msgspec.structs.replace(subject, law=law, reference=reference)


TABLE = (
    pytest.param(targets.no_intelligence_target, case(), [], id="nothing is named"),
    pytest.param(targets.no_intelligence_target, named("CARRIER", "kx"), [""], id="the carrier"),
    pytest.param(targets.no_intelligence_target, named("CARRIER", "bw"), [], id="another carrier"),
    pytest.param(targets.no_intelligence_target, named("CONVEYANCE", "kx0853"), [""], id="the flight"),
    pytest.param(targets.no_intelligence_target, named("MASTER_BILL", "180-12345675"), [""], id="the master bill"),
    pytest.param(
        targets.no_intelligence_target,
        named("SENDER", "shadow trading", case(parcel(consignor={"name": "SHADOW  Trading"}))),
        ["/consignor/name"],
        id="the sender, folded",
    ),
    pytest.param(targets.no_intelligence_target, named("SELLER", "s-4411"), ["/order/seller_id"], id="the seller"),
    pytest.param(
        targets.no_intelligence_target, named("SELLER", "s-4411", case(parcel(order=None))), [], id="no order"
    ),
    pytest.param(
        targets.no_intelligence_target,
        named("ORIGIN", "cn", case(parcel(items=[{}, {}]))),
        ["/items/0/origin"],
        id="an origin is told once",
    ),
    pytest.param(targets.no_intelligence_target, named("HS", "6109"), ["/items/0/hs_code"], id="a heading"),
    pytest.param(targets.no_intelligence_target, named("HS", "610"), [], id="three digits are nothing"),
    pytest.param(
        targets.no_intelligence_target,
        named("CONVEYANCE", "kx0853", case(header_=header(conveyance=""))),
        [],
        id="no flight said",
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_targets(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found
