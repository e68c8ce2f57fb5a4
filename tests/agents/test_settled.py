"""The first part of a decision, written in pieces, is the same bytes as written whole."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.screening import read_settled
from agents.settled import Own, SettledWriter, Shared, write_decided
from schemas import avro
from schemas.decision import Decided, Finding, Goods, Settled, Source, Suggestion

INTS: Final = st.integers(-(2**31), 2**31 - 1)
LONGS: Final = st.integers(-(2**63), 2**63 - 1)
SUGGESTIONS: Final = st.builds(Suggestion, score=st.floats(0, 1))
SETTLED: Final = st.builds(
    Settled,
    manifest_version=INTS,
    sequence=INTS,
    supersedes=st.none() | INTS,
    customs_value_krw=st.none() | LONGS,
    goods=st.lists(st.builds(Goods, hs_suggestions=st.lists(SUGGESTIONS, max_size=2).map(tuple)), max_size=2).map(tuple),
    source=st.builds(Source, partition=INTS, offset=LONGS),
)
FINDINGS: Final = st.builds(Finding, evidence=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2))
DECIDED: Final = st.builds(Decided, findings=st.lists(FINDINGS, max_size=3).map(tuple))


class Whole(Settled, frozen=True, kw_only=True):
    """All fields of a decision, as no part of the system has them together."""

    route: object
    outcome: object
    findings: object
    tax: None = None
    risk: None = None
    decided_at: str


@settings(max_examples=100, deadline=None)
@given(SETTLED, DECIDED)
def test_the_parts_are_the_whole(settled: Settled, decided: Decided) -> None:
    named = {name: getattr(settled, name) for name in Settled.__struct_fields__}
    shared = Shared(**{name: named[name] for name in Shared.__struct_fields__})
    own = Own(**{name: named[name] for name in Own.__struct_fields__})
    pieces = SettledWriter(shared).write(settled.decision_id, settled.house_bill, settled.sequence, settled.supersedes, own)
    assert pieces == avro.writer(avro.DECISION, Settled.__struct_fields__)(settled)
    assert read_settled(pieces) == settled
    rest = {name: getattr(decided, name) for name in Decided.__struct_fields__}
    assert pieces + write_decided(decided) == avro.writer(avro.DECISION)(Whole(**named, **rest))
