"""Parcels that have marks in common, as linking is told of them: name only what your case is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from agents.intake.link_messages import LinkMessageBuilder
from agents.linking import Linking
from agents.reference import Reference
from agents.state.links import LinkStore
from agents.values.clock import DAY_MS
from schemas import avro
from schemas.parcel_links import LinkMessage, ParcelLink
from tests.reference import REFERENCE

NOW_MS: Final = 1_795_410_131_000
"""2026-11-23T05:02:11Z."""
Json = dict[str, Any]

GOOD: Final = ParcelLink("kx/K1", NOW_MS, 1, b"\x01" * 16, 11, 21, 31, 41, "6109", 5_990, 15_000, 5_990, 0)


def code(number: int) -> bytes:
    """Whose clearance code."""
    return number.to_bytes(16)


def parcel_link(name: str = "kx/K1", **changes: Any) -> ParcelLink:  # noqa: ANN401 - whatever a sighting may hold
    """A sighting, good but for the changes.

    `price_cents` is the price of the one piece as well, unless told otherwise.
    """
    if "price_cents" in changes:
        changes.setdefault("piece_cents", changes["price_cents"])
    return msgspec.structs.replace(GOOD, name=name, **changes)


@dataclass(slots=True, kw_only=True)
class Log:
    """Linking over all partitions, and the log that it reads."""

    reference: Reference = REFERENCE
    links: dict[int, LinkStore] = field(default_factory=lambda: {number: LinkStore() for number in range(4)})
    records: list[tuple[int, LinkMessage]] = field(default_factory=list)
    marks: dict[str, bytes] = field(default_factory=dict)
    """What intake remembers of each parcel."""
    now_ms: int = NOW_MS
    manifests: int = 0

    def tell(self, *parcels: ParcelLink, gone: Iterable[str] = (), days: float = 0) -> list[Json]:
        """One manifest some days after the last, of these parcels and without those; the cases it brings."""
        self.now_ms += int(days * DAY_MS)
        self.manifests += 1
        told = LinkMessageBuilder("kx")
        for name in gone:
            told.retract(name, self.marks.pop(name, b""))
        for parcel in parcels:
            dated = msgspec.structs.replace(parcel, since_ms=self.now_ms)
            self.marks[parcel.name] = told.add(dated, self.marks.get(parcel.name, b""))
        said = told.by_partition(f"M{self.manifests}", 1, "180-12345675", "k1", self.now_ms)
        return [case for number, each in said.items() for case in self.link(number, each)]

    def link(self, number: int, said: LinkMessage) -> list[Json]:
        """Link a record of the log; the cases it brings."""
        self.records.append((number, said))
        return cases(Linking(self.reference), said, self.links[number])

    def restored(self, records: Sequence[tuple[int, LinkMessage]] | None = None) -> dict[int, LinkStore]:
        """What another worker remembers, that reads back the log, or some records of it."""
        links = {number: LinkStore() for number in self.links}
        linking = Linking(self.reference)
        for number, said in self.records if records is None else records:
            linking.remember(said, links[number])
        return links


def cases(linking: Linking, said: LinkMessage, links: LinkStore) -> list[Json]:
    """The security cases that a record brings."""
    return [
        avro.decode(avro.SECURITY_CASE, avro.frame(output.schema_id) + output.value)
        for output in linking.decide(said, links)
    ]


def found(cases: Iterable[Mapping[str, Any]]) -> list[str]:
    """Code and rule of every finding."""
    return [f"{finding['code']} {finding['rule']}" for case in cases for finding in case["findings"]]


def memory(links: Mapping[int, LinkStore]) -> dict[str, Any]:
    """What is remembered, for comparing."""
    return {
        str(number): {
            "receivers": {
                mark: msgspec.msgpack.decode(kept)
                if isinstance(kept, bytes)
                else [msgspec.to_builtins(each) for each in kept.values()]
                for mark, kept in each.receivers.items()
            },
            "sellers": {
                mark: [msgspec.to_builtins(parcel) for parcel in seller.parcels.values()]
                for mark, seller in each.sellers.items()
            },
            "groups": {
                mark: {goods: msgspec.structs.asdict(group) for goods, group in seller.groups.items()}
                for mark, seller in each.sellers.items()
            },
            "bands": {
                commodity: (band.count, band.total, band.dear) for commodity, band in each.bands.items() if band.count
            },
        }
        for number, each in links.items()
    }
