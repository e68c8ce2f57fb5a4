"""Names that follow from content: the same for the same, never the same for two, and nothing of a person in them."""

from itertools import combinations
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.values.identity import Ids, TokenKeys, consignee_token, digest, hash48
from tests.flow import KEYS
from tests.parcels import EXPORT, parcel

CODE: Final = {"clearance_code": "P123456789012"}
COMPANY: Final = {"clearance_code": None, "business_number": "120-81-47521"}
BUYER: Final = {
    "clearance_code": None,
    "business_number": None,
    "name": "Sato Yui",
    "phone": "+81 3-1234-5678",
    "postcode": "100-0001",
    "country": "JP",
}


def token(**changes: Any) -> str:  # noqa: ANN401 - whatever a consignee may hold
    return consignee_token(parcel(consignee=changes).consignee, KEYS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(CODE, {"clearance_code": " p123456789012 "}, id="a code in small letters"),
        pytest.param(
            CODE,
            CODE | {"name": "another", "phone": "02-123-4567", "address": "elsewhere"},
            id="the same code, all else changed",
        ),
        pytest.param(CODE, CODE | {"business_number": "120-81-47521"}, id="a code counts before a business number"),
        pytest.param(COMPANY, COMPANY | {"business_number": "1208147521"}, id="a business number without dashes"),
        pytest.param(COMPANY, COMPANY | {"clearance_code": "  "}, id="a code of spaces is none"),
        pytest.param(
            BUYER,
            BUYER | {"name": "SATO  YUI", "phone": "81312345678", "country": "jp"},
            id="a buyer written another way",
        ),
        pytest.param(BUYER, BUYER | {"phone": "+８１ 3-1234-5678"}, id="full-width digits"),
        pytest.param(BUYER, BUYER | {"address": "elsewhere"}, id="a buyer at another address"),
        pytest.param(BUYER, BUYER | {"clearance_code": " ", "business_number": "--"}, id="numbers that say nothing"),
    ],
)
def test_the_same_consignee(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert token(**one) == token(**other)


def test_different_consignees() -> None:
    people: list[dict[str, Any]] = [
        CODE,
        {"clearance_code": "P123456789013"},
        COMPANY,
        COMPANY | {"business_number": "1208147522"},
        BUYER,
        BUYER | {"name": "Sato Yuki"},
        BUYER | {"phone": "+81 3-1234-5679"},
        BUYER | {"postcode": "100-0002"},
        BUYER | {"country": "KR"},
        BUYER | {"name": "Sato Yui 81", "phone": "312345678"},
    ]
    assert all(token(**one) != token(**other) for one, other in combinations(people, 2))


def test_a_token_names_its_key_and_nothing_else() -> None:
    version, kid, text = token(**CODE).split(".")
    assert (version, kid, len(text)) == ("v1", "k1", 32)
    assert text.isalnum()
    assert text == text.lower()


def test_another_key_gives_another_token_and_the_first_key_writes() -> None:
    consignee = parcel().consignee
    new = TokenKeys((("k2", b"another secret"), *KEYS.keys))
    assert consignee_token(consignee, new).startswith("v1.k2.")
    assert consignee_token(consignee, new).split(".")[2] != consignee_token(consignee, KEYS).split(".")[2]
    assert consignee_token(consignee, new) == consignee_token(consignee, TokenKeys(new.keys[:1]))


def test_keys_do_not_show_their_secrets() -> None:
    assert repr(KEYS) == "TokenKeys(k1)"
    assert "secret" not in f"{KEYS} {KEYS!r}"


def test_an_export_has_a_token() -> None:
    assert consignee_token(parcel(**EXPORT).consignee, KEYS).startswith("v1.k1.")


NAMES: Final = st.lists(st.text("a1:\x1f/", max_size=4), min_size=1, max_size=3).map(tuple)


@given(
    st.lists(
        st.tuples(
            st.text("a\x1f1:", max_size=3),
            st.text("a\x1f1:", max_size=4),
            st.integers(1, 12),
            st.sampled_from(["", "1"]),
            NAMES,
        ),
        unique=True,
        max_size=20,
    )
)
def test_ids_of_different_things_differ(named: list[tuple[str, str, int, str, tuple[str, ...]]]) -> None:
    """Whatever a carrier puts into a number, separators included."""
    ids = [
        Ids(carrier, manifest_id, version, apart).of(*names) for carrier, manifest_id, version, apart, names in named
    ]
    assert len(set(ids)) == len(named)


def test_ids_are_the_same_always() -> None:
    """Written down: a change here changes every id ever given."""
    ids = Ids("kx", "KX-2026-11-23-0007", 1)
    assert ids.of("KX826110000017") == ids.of("KX826110000017") == "38fc2e289795be8e7a6534ef56228002"
    assert len(digest(b"")) == 16


# Marks


def test_a_mark_has_48_bits_and_none_is_0() -> None:
    assert hash48("") == hash48("", "", "") == hash48("", secret=b"key") == 0
    marks = {hash48(str(number)) for number in range(1_000)}
    assert len(marks) == 1_000
    assert 2**40 < max(marks) < 2**48


@given(st.lists(st.lists(st.text("a1", max_size=3), min_size=1, max_size=3).map(tuple), unique=True, max_size=20))
def test_marks_of_different_things_differ(named: list[tuple[str, ...]]) -> None:
    said = [names for names in named if any(names)]
    assert len({hash48(*names) for names in said}) == len(said)


def test_a_mark_under_a_key_is_another() -> None:
    assert len({hash48("x"), hash48("x", secret=b"one"), hash48("x", secret=b"two")}) == 3


@pytest.mark.parametrize("secret", [b"s", b"s" * 64, b"s" * 1_000], ids=["short", "as long as marks can use", "longer"])
def test_a_secret_of_any_length_marks(secret: bytes) -> None:
    keys = TokenKeys((("k1", secret), ("k0", b"old")))
    assert hash48("x", secret=keys.secret) == hash48("x", secret=secret[:64])
