"""What customs keeps silent about: a guilty parcel and its innocent twin bring the carrier the same bytes."""

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import pytest

from agents.intake.results import DecisionContext
from agents.rules import LINK_RULES, PARCEL_RULES, SCREENING_RULES
from agents.values.identity import TokenKeys
from schemas import limits, topics
from schemas.checked_parcel import Facts
from streams.kafka.record import StoredRecord
from streams.worker.processor import RecordProcessor
from tests.flow import CHECKED_PARTITIONS, KEYS, Flow, Json, decoded, processor_of
from tests.parcels import EXPORT, ITEM, manifest, merged
from tests.reference import SHIPPED

INNOCENT: Final[Json] = {"description": "ceramic plant pot, white", "hs_code": "691390"}

GUILTY: Final[dict[str, Json]] = {
    "a narcotic by its name": {"description": "cocaine"},
    "a narcotic in Korean": {"description": "필로폰 5g"},
    "a narcotic with its letters apart": {"description": "c o c a i n e"},
    "a narcotic in letters of another script": {"description": "сосaine, white"},
    "a narcotic with digits for letters": {"description": "pure c0caine"},
    "a narcotic among the ingredients": {"ingredients": "water, sugar, cocaine"},
    "a weapon by its name": {"description": "stun gun 500 kV"},
    "counterfeit money": {"description": "counterfeit banknotes, prop"},
    "a weapon by its code": {"hs_code": "930200"},
    "an opiate by its code": {"hs_code": "293911"},
    "a pot with invisible characters": {"description": "cera\u200bmic plant pot, white"},
    "a pot stuffed with terms": {"description": "vitamin " * 60},
}
TWIN: Final[dict[str, Json]] = {"a pot stuffed with terms": {"description": "vitamin " * 5}}
"""The twin, where it is no pot."""


def bare(**changes: Any) -> Json:  # noqa: ANN401 - whatever a manifest may hold
    """A manifest whose one parcel is to hold the goods in question."""
    return manifest({"house_bill": "TWIN"}, **changes)


def priced(price: str, **changes: Any) -> Json:  # noqa: ANN401 - whatever a parcel may hold
    """A parcel at a price, paid for as declared."""
    return merged(
        {
            "house_bill": "TWIN",
            "freight": "0",
            "order": {"paid": price},
            "items": [{"amount": price, "unit_price": price, "quantity": 1}],
        },
        changes,
    )


def beside(*lines: Json) -> Json:
    """A parcel with more lines beside the goods in question."""
    return {"house_bill": "TWIN", "gross_weight_g": 90_000, "items": [{}, *lines]}


VITAMINS: Final[Json] = {"description": "vitamin c tablets", "hs_code": "210690", "quantity": 7, "unit": "BT"}
PACIFIC: Final[Json] = {"consignor": {"name": "Pacific Trail LLC", "country": "US"}}
OTHER: Final[Json] = {"manifest_id": "KX-OTHER"}

SITUATIONS: Final[dict[str, list[Json]]] = {
    "on the list": [bare()],
    "above the list limit, paid as declared": [manifest(priced("180.00"))],
    "above the simplified limit": [manifest(priced("2500.00"))],
    "paid more than is declared": [manifest(priced("100.00", order={"paid": "400.00"}))],
    "from the United States, within the special limit": [manifest(priced("180.00", **PACIFIC))],
    "from the United States, a cent above it": [manifest(priced("200.01", **PACIFIC))],
    "by post": [manifest({**priced("300.00"), "house_bill": "RR473124829GB"}, mode="POST")],
    "for trade": [manifest({"house_bill": "TWIN", "purpose": "COMMERCIAL"})],
    "a sample to a company": [
        manifest(
            {
                "house_bill": "TWIN",
                "purpose": "SAMPLE",
                "consignee": {"clearance_code": None, "auth_number": None, "business_number": "116-82-00276"},
            }
        )
    ],
    "an export": [manifest(merged(EXPORT, {"house_bill": "TWIN"}), direction="EXPORT")],
    "beside goods that another agency looks at": [manifest(beside(VITAMINS))],
    "beside goods that are kept from the list, from the United States": [
        manifest(merged(beside({**VITAMINS, "quantity": 1, "amount": "120.00", "unit_price": "120.00"}), PACIFIC))
    ],
    "beside more findings than are kept": [
        manifest(beside(*[{"hs_code": "999999", "shoe_size": 43}] * (limits.ITEMS_PER_PARCEL_MAX - 1)))
    ],
    "refused for something else": [manifest({"house_bill": "TWIN", "consignee": {"phone": "1"}})],
    "looked at for something else": [manifest({"house_bill": "TWIN", "consignee": {"address": "서울특별시 강남구"}})],
    "with a field that nobody knows": [manifest({"house_bill": "TWIN", "colour": "blue"})],
    "one of two under one bill, above the limit together": [
        manifest({"house_bill": "OTHER", **priced("120.00", house_bill="OTHER")}, {"house_bill": "TWIN"})
    ],
    "the first of two under one bill": [manifest({"house_bill": "TWIN"}, priced("120.00", house_bill="OTHER"))],
    "added by an amendment": [manifest({"house_bill": "OTHER"}), bare(version=2, function="AMEND")],
    "amended, then cancelled": [
        bare(),
        bare(version=2, function="AMEND", conveyance="KX0854"),
        manifest(version=3, function="CANCEL"),
    ],
    "sent twice": [bare(), bare()],
    "the eleventh of a day": [manifest(*({"house_bill": f"N{number}"} for number in range(10))), bare(**OTHER)],
}


def holding(said: Json, goods: Json) -> Json:
    """The manifest with these goods in the first line of the parcel in question."""
    copy: Json = json.loads(json.dumps(said))
    for parcel in copy["parcels"]:
        if parcel["house_bill"] in {"TWIN", "RR473124829GB"}:
            parcel["items"][0] |= goods
    return copy


def run(situation: Sequence[Json], goods: Json) -> Flow:
    """What a situation brings with these goods."""
    flow = Flow(processor=processor_of(reference=SHIPPED))
    for said in situation:
        flow.send(holding(said, {**INNOCENT, **goods}))
    return flow


def heard(flow: Flow) -> list[tuple[str, int, bytes | None, bytes | None, int]]:
    """Everything on the carrier's topics, to the byte and in its order."""
    return [
        (record.topic, record.partition, record.key, record.value, record.timestamp)
        for record in flow.log
        if record.topic.startswith(topics.RECEIPTS)
    ]


def silent_findings(flow: Flow) -> set[str]:
    silent = {rule.id for rule in (*PARCEL_RULES, *SCREENING_RULES, *LINK_RULES) if rule.silent}
    return {
        finding["rule"] for decision in flow.decisions for finding in decision["findings"] if finding["rule"] in silent
    }


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("guilt", GUILTY)
def test_a_carrier_can_not_tell_the_guilty_parcel_from_its_twin(guilt: str, situation: str) -> None:
    guilty, innocent = run(SITUATIONS[situation], GUILTY[guilt]), run(SITUATIONS[situation], TWIN.get(guilt, {}))
    assert silent_findings(guilty)
    assert not silent_findings(innocent)
    assert heard(guilty) == heard(innocent)
    assert len(heard(guilty)) >= len(SITUATIONS[situation])


def spread(addresses: int) -> Flow:
    """Six parcels of one person to so many addresses."""
    flow = Flow(processor=processor_of(reference=SHIPPED))
    for number in range(6):
        place = {"address": f"서울특별시 강남구 테헤란로 {100 + number % addresses}, 101동 202호", "postcode": "06236"}
        flow.send(
            manifest(
                {"house_bill": f"A{number}", "consignee": place},
                manifest_id=f"M{number}",
                mode="SEA_EXPRESS",
                master_bill=f"SEA{number}",
            ),
            days=1,
        )
    return flow


def test_many_addresses_of_one_code_show_nowhere() -> None:
    guilty, innocent = spread(6), spread(1)
    assert silent_findings(guilty) == {"code_is_not_shared"}
    assert not silent_findings(innocent)
    assert heard(guilty) == heard(innocent)


def test_a_rule_that_is_only_watched_shows_nowhere() -> None:
    quantities: list[Flow] = [
        run(
            [bare()],
            {"quantity": number, "unit_price": "1.00", "amount": f"{number}.00", "net_weight_g": ITEM["net_weight_g"]},
        )
        for number in (30, 31)
    ]
    watched = [
        {finding["rule"] for decision in flow.decisions for finding in decision["findings"]}
        & {"quantity_looks_private"}
        for flow in quantities
    ]
    assert watched == [set(), {"quantity_looks_private"}]
    assert heard(quantities[0]) == heard(quantities[1])


# tokens and marks


def facts_under(keys: TokenKeys) -> tuple[str, Facts, list[StoredRecord]]:
    """The consignee's token and the facts of a parcel under some keys, and everything said."""
    processor = RecordProcessor(DecisionContext(reference=SHIPPED, keys=keys), memory_days=30, is_strict=True)
    processor.assign(("kx",), CHECKED_PARTITIONS)
    flow = Flow(processor=processor)
    (checked,) = [record for record in flow.send(bare()) if record.topic == topics.CHECKED]
    return (checked.key or b"").decode(), msgspec.convert(decoded(checked)["facts"], Facts), flow.log


def test_what_stands_for_a_person_depends_on_the_key() -> None:
    """Phones and codes can be counted through: without a key a mark would hide nothing."""
    (token, facts, _), (other_token, others, _) = facts_under(KEYS), facts_under(TokenKeys((("k1", b"another key"),)))
    assert token != other_token
    assert facts.address != others.address
    assert facts.phone != others.phone
    assert (facts.master, facts.supplier, facts.purchased_on) == (others.master, others.supplier, others.purchased_on)
