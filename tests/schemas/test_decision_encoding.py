"""The first part of a decision, written in pieces, is the same bytes as written whole."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import avro
from schemas.decision import DecisionHead, DecisionTail, Finding, Goods, Source, Suggestion, Tax, TaxLine
from schemas.decision_encoding import (
    DecisionHeadEncoder,
    ManifestFields,
    ParcelFields,
    decode_decision_head,
    encode_decision_tail,
)

INTS: Final = st.integers(-(2**31), 2**31 - 1)
LONGS: Final = st.integers(-(2**63), 2**63 - 1)
SUGGESTIONS: Final = st.builds(Suggestion, score=st.floats(0, 1))
SETTLED: Final = st.builds(
    DecisionHead,
    manifest_version=INTS,
    customs_value_krw=st.none() | LONGS,
    goods=st.lists(st.builds(Goods, hs_suggestions=st.lists(SUGGESTIONS, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    source=st.builds(Source, partition=INTS, offset=LONGS),
)
FINDINGS: Final = st.builds(Finding, evidence=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2))
WON: Final = dict.fromkeys(("duty", "consumption", "liquor", "education", "rural", "vat", "total"), LONGS)
TAXES: Final = st.builds(
    Tax, **WON, lines=st.lists(st.builds(TaxLine, item=INTS, base=LONGS, amount=LONGS), max_size=2).map(tuple)
)
DECIDED: Final = st.builds(
    DecisionTail,
    sequence=INTS,
    supersedes=st.none() | INTS,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    tax=st.none() | TAXES,
)


class Whole(DecisionHead, frozen=True, kw_only=True):
    """All fields of a decision, as no part of the system has them together."""

    decision_id: object
    sequence: object
    supersedes: object
    event: object
    route: object
    outcome: object
    findings: object
    tax: object
    risk: object
    decided_at: object


@settings(max_examples=100, deadline=None)
@given(SETTLED, DECIDED)
def test_the_parts_are_the_whole(decision_head: DecisionHead, decided: DecisionTail) -> None:
    named = {name: getattr(decision_head, name) for name in DecisionHead.__struct_fields__}
    shared = ManifestFields(**{name: named[name] for name in ManifestFields.__struct_fields__})
    own = ParcelFields(**{name: named[name] for name in ParcelFields.__struct_fields__})
    pieces = DecisionHeadEncoder(shared).write(decision_head.house_bill, own)
    assert pieces == avro.writer(avro.DECISION, DecisionHead.__struct_fields__)(decision_head)
    assert decode_decision_head(pieces) == decision_head
    rest = {name: getattr(decided, name) for name in DecisionTail.__struct_fields__}
    assert pieces + encode_decision_tail(decided) == avro.writer(avro.DECISION)(Whole(**named, **rest))
