"""Messages: their ids, their parameters, and how those are written."""

import re

import pytest

from schemas.messages import MESSAGES, WORDS, english, grouped, holes_of, money, shown

A_DOUBLED_WORD = re.compile(r"\b(\w+) \1\b")


@pytest.mark.parametrize("message_id", sorted(MESSAGES))
def test_a_message_is_a_plain_sentence_with_parameters_that_have_kinds(message_id: str) -> None:
    message = MESSAGES[message_id]
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", message_id)
    assert message.finding
    assert not message.text.endswith((".", " ", ";"))
    assert "; " not in message.finding
    assert "; " not in message.remedy
    assert not A_DOUBLED_WORD.search(message.text)
    assert not re.search(r"\b(is right|are right|nothing was found|is no|are no)\b", message.text), (
        "write plain English"
    )


def test_two_messages_never_say_the_same() -> None:
    texts = [message.text for message in MESSAGES.values()]
    assert len(set(texts)) == len(texts)


def test_an_unknown_kind_of_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="kind 'colour'"):
        holes_of("{found:colour}")


def test_words_with_numbers_of_their_own() -> None:
    parameters = {"value": "TEXT", "length": "2100", "kind": "TEXT_AT_MOST", "limit": "200"}
    assert english("FIELD_TYPE_WRONG", parameters) == (
        "text of 2,100 characters was found; this field must be text of at most 200 characters"
    )
    assert shown("FIELD_TYPE_WRONG", {"more": "1", **parameters}) == parameters


def test_a_missing_parameter_and_an_unknown_message_raise() -> None:
    with pytest.raises(KeyError):
        english("LIST_EXCLUDED", {})
    with pytest.raises(KeyError):
        english("NO_SUCH_MESSAGE", {})


def test_what_a_message_does_not_show_is_not_shown() -> None:
    assert shown("LIST_EXCLUDED", {"term": "wine", "category": "ALCOHOL", "source": "annex"}) == {"category": "ALCOHOL"}


@pytest.mark.parametrize(
    ("written", "read"),
    [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567", "-1,234,567"), ("12.5", "12.5")],
)
def test_numbers(written: str, read: str) -> None:
    assert grouped(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("150", "150.00"), ("150.000000", "150.00"), ("1000.000714", "1,000.000714"), ("0.5", "0.50")],
)
def test_money(written: str, read: str) -> None:
    assert money(written) == read


def test_every_word_that_has_english_is_of_a_kind_that_a_message_shows() -> None:
    kinds = {kind for message in MESSAGES.values() for kind in message.holes.values()}
    assert set(WORDS) <= kinds
