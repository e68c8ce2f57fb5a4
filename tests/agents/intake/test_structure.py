"""FMT-01: every fault of form by field, in a carrier's words, and what can be saved of the rest."""

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.intake.structure import parse, salvage, unknown_in
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from tests.flow import Json
from tests.parcels import HEADER, ITEM, parcel_json

ANY: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.just("x" * 501),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "description", "house_bill", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS: Final[tuple[type[msgspec.Struct], ...]] = (Header, Parcel, Consignor, Consignee, Order, Item)


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        pytest.param(parcel_json(), [], id="a good parcel"),
        pytest.param(parcel_json(order=None), [], id="no order"),
        pytest.param(
            {name: value for name, value in parcel_json().items() if name != "items"},
            [("/items", "required field is missing; send a list")],
            id="a required field is missing",
        ),
        pytest.param(
            parcel_json(house_bill=7),
            [("/house_bill", "a number was found; this field must be text")],
            id="a number for text",
        ),
        pytest.param(
            parcel_json(pieces="1"),
            [("/pieces", "text of 1 characters was found; this field must be a whole number")],
            id="text for a number",
        ),
        pytest.param(
            parcel_json(pieces=True),
            [("/pieces", "true or false was found; this field must be a whole number")],
            id="true for a number",
        ),
        pytest.param(
            parcel_json(pieces=1.5),
            [("/pieces", "a number was found; this field must be a whole number")],
            id="a fraction for a whole number",
        ),
        pytest.param(
            parcel_json(ecommerce="yes"),
            [("/ecommerce", "text of 3 characters was found; this field must be true or false")],
            id="text for a truth value",
        ),
        pytest.param(
            parcel_json(consignee=[1]),
            [("/consignee", "a list of 1 was found; this field must be an object")],
            id="a list for an object",
        ),
        pytest.param(
            parcel_json(order=7),
            [("/order", "a number was found; this field must be an object or null")],
            id="a number for an object or null",
        ),
        pytest.param(
            parcel_json() | {"items": {}},
            [("/items", "an object was found; this field must be a list")],
            id="an object for a list",
        ),
        pytest.param(
            parcel_json() | {"items": [ITEM, None]},
            [("/items/1", "null was found; this field must be an object")],
            id="null among items",
        ),
        pytest.param(
            parcel_json(purpose=None, consignor={"name": 1, "country": 2}, order={"paid": 3})
            | {"items": [{**ITEM, "quantity": "2", "volume_ml": "5"}]},
            [
                ("/purpose", "null was found; this field must be text"),
                ("/consignor/name", "a number was found; this field must be text"),
                ("/consignor/country", "a number was found; this field must be text"),
                ("/order/paid", "a number was found; this field must be text or null"),
                ("/items/0/quantity", "text of 1 characters was found; this field must be a whole number"),
                ("/items/0/volume_ml", "text of 1 characters was found; this field must be a whole number or null"),
            ],
            id="six at once",
        ),
        pytest.param([], [("", "a list of 0 was found; this field must be an object")], id="no object at all"),
    ],
)
def test_faults(raw: Any, faults: list[tuple[str, str]]) -> None:  # noqa: ANN401 - whatever a carrier sends
    shaped = parse(raw, Parcel)
    assert (shaped.value is None) == bool(faults)
    assert [fault.path for fault in shaped.faults] == [path for path, _ in faults]
    for fault, (_, message) in zip(shaped.faults, faults, strict=True):
        assert fault.message == message
        assert "`" not in fault.message


def test_paths_begin_where_they_are_told() -> None:
    assert [fault.path for fault in parse({}, Parcel, "/parcels/7").faults] == [
        f"/parcels/7/{name}" for name in ("house_bill", "consignor", "consignee", "items")
    ]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_a_value_or_a_fault_and_something_saved(kind: type[msgspec.Struct], data: st.DataObject) -> None:
    """Without a value there is a fault: what has neither would be taken for right."""
    names = st.sampled_from([*kind.__struct_fields__, "x"])
    good: Json = dict(
        {Header: HEADER, Parcel: parcel_json(), Item: ITEM}.get(kind, parcel_json().get(kind.__name__.lower(), {}))
    )
    raw = good | data.draw(st.dictionaries(names, ANY, max_size=3))
    shaped = parse(raw, kind)
    assert (shaped.value is None) == bool(shaped.faults)
    saved = salvage(raw, kind)
    if shaped.value is not None:
        assert saved == shaped.value
    if not {fault.path for fault in shaped.faults} & {"/manifest_id", "/version"}:
        msgspec.convert(msgspec.to_builtins(saved), kind)
    for fault in shaped.faults:
        assert "`" not in fault.message


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_anything_is_shaped_and_saved(raw: object) -> None:
    for kind in KINDS:
        assert isinstance(salvage(raw, kind), kind)
        shaped = parse(raw, kind)
        assert (shaped.value is None) == bool(shaped.faults)


def test_what_is_right_is_saved_and_the_rest_is_by_default() -> None:
    saved = salvage(
        parcel_json(pieces="1", consignee={"phone": 5}, order={"paid": 6}) | {"items": [{**ITEM, "amount": 5}, 7]},
        Parcel,
    )
    assert (saved.house_bill, saved.pieces, saved.gross_weight_g) == ("KX826110000017", 1, 850)
    assert (saved.consignee.name, saved.consignee.phone) == ("김민서", "")
    assert saved.order is not None
    assert (saved.order.paid, saved.order.order_number) == (None, "991")
    assert [(item.amount, item.origin) for item in saved.items] == [("", "CN"), ("", "")]
    assert salvage({"order": 7}, Parcel).order is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(dict(HEADER), [], id="a header"),
        pytest.param({**HEADER, "parcels": []}, [], id="a manifest"),
        pytest.param({"b": 1, "a": 2}, ['2 unknown field(s) were ignored: "a", "b"'], id="two"),
        pytest.param(
            {f"k{index}": 1 for index in range(6)},
            ['6 unknown field(s) were ignored: "k0", "k1", "k2", "k3", "k4";'],
            id="one more than is named",
        ),
        pytest.param({"k" * 500: 1}, [f'1 unknown field(s) were ignored: "{"k" * 64}"'], id="a long one"),
    ],
)
def test_fields_nobody_knows(raw: Json, said: list[str]) -> None:
    messages = [found.message for found in unknown_in(raw, Header)]
    assert [message[: len(text)] for message, text in zip(messages, said, strict=True)] == said
