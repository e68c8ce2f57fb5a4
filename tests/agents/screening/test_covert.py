"""What customs selects in silence.

Everything a carrier or a clearance system can see is the same, byte for byte, as if nothing were selected.
"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from agents.law.dated import Dated
from agents.law.entries import Target
from agents.law.inspection import Rates, Site
from agents.reference import Reference
from schemas import topics
from streams.kafka.record import StoredRecord
from tests.flow import Flow, processor_of
from tests.parcels import manifest
from tests.reference import SHIPPED

FIRST: Final = date(2000, 1, 1)
SECRET: Final = frozenset(topics.SECURITY_OF_DESK.values())
INTERNAL: Final = frozenset({topics.CHECKED})


def context(*, random_ppm: int = 0, capacity: int = 0, targets: tuple[Target, ...] = ()) -> Reference:
    """Reference data under which so much is looked at."""
    sites = {
        ("*", mode): Dated({FIRST: Site(f"*/{mode}", 8, capacity, capacity, capacity, 50)})
        for mode in ("AIR_EXPRESS", "SEA_EXPRESS", "POST")
    }
    return replace(
        SHIPPED,
        sites=sites,
        rates={"UNRATED": Dated({FIRST: Rates("UNRATED", random_ppm, 100)})},
        ratings={},
        targets=targets,
    )


def day_under(reference: Reference) -> Flow:
    """A few manifests of an ordinary day, amended and withdrawn too."""
    flow = Flow(processor=processor_of(("kx",), reference=reference))
    bills = [
        {"house_bill": f"B{index}", "items": [{"description": "wooden table" if index % 9 == 0 else "cotton shirt"}]}
        for index in range(60)
    ]
    for number in range(4):
        named = {"manifest_id": f"M{number}"}
        mine = [
            {
                **bill,
                "house_bill": f"{number}{bill['house_bill']}",
                "consignee": {"clearance_code": f"P{number * 100 + index:012}"},
            }
            for index, bill in enumerate(bills)
        ]
        flow.send(manifest(*mine, **named))
        flow.send(manifest({**mine[9], "pieces": 2}, version=2, function="AMEND", **named))
        flow.send(manifest({"house_bill": mine[0]["house_bill"]}, version=3, function="CANCEL", **named))
    return flow


def seen(flow: Flow) -> list[StoredRecord]:
    """Everything but what security desks read and what workers tell each other: order, keys, times and headers."""
    return [record for record in flow.log if record.topic not in SECRET | INTERNAL]


def cases(flow: Flow) -> int:
    return len([record for record in flow.log if record.topic == "security.inspection"])


QUIET: Final = day_under(context())


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param(context(random_ppm=200_000), id="one in five is drawn"),
        pytest.param(context(random_ppm=1_000_000), id="all are drawn"),
        pytest.param(
            context(targets=(Target("CARRIER", "kx", FIRST, None, "OPEN", "e"),)), id="the carrier is targeted"
        ),
        pytest.param(context(targets=(Target("HS", "61", FIRST, None, "XRAY", "e"),)), id="the goods are targeted"),
    ],
)
def test_nobody_but_the_desks_sees_what_is_selected(reference: Reference) -> None:
    watched = day_under(reference)
    assert cases(watched) > cases(QUIET), "something was selected"
    assert seen(watched) == seen(QUIET)


def test_a_control_a_finding_that_is_told_shows() -> None:
    """Were the same finding not covert, the comparison would fail."""
    flow = Flow(processor=processor_of(("kx",), reference=context()))
    told = Flow(processor=processor_of(("kx",), reference=context()))
    flow.send(manifest({"house_bill": "A"}))
    told.send(manifest({"house_bill": "A", "consignee": {"address": "somewhere"}}))
    assert seen(flow) != seen(told)


def test_risk_selects_in_silence_too() -> None:
    """A site that has capacity and one that has none: the decisions are the same."""
    warm = {name: getattr(SHIPPED.thresholds, name) for name in SHIPPED.thresholds.__slots__}
    warm["selection_warm_up_parcels"] = Dated({date(2016, 1, 1): 5})
    thresholds = type(SHIPPED.thresholds)(**warm)
    quiet, watched = (day_under(replace(context(capacity=capacity), thresholds=thresholds)) for capacity in (0, 80))
    assert cases(watched) > cases(quiet)
    assert seen(watched) == seen(quiet)
