"""The packed form of a consignee's parcels: 241 bytes where structs take 946."""

from collections.abc import Mapping
from struct import Struct
from typing import Final

import msgspec

from agents.state.parcels import PastParcel
from agents.values.clock import DAY_MS
from schemas.decision import Route
from schemas.importer_answer import Answer


class RecordedAnswer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What customs said of a consignee, and when that came here."""

    answer: Answer
    at_ms: int


class ConsigneeState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that is remembered of a consignee; parcels by carrier and house bill, answers by what customs was asked."""

    parcels: dict[str, PastParcel]
    answers: dict[str, RecordedAnswer] = {}


# How a consignee is written

_PREFIX: Final = "v1."
_DIGEST_BYTES: Final = 16

PLAIN: Final = 0
"""Few parcels that were decided once and are nothing but numbers: 48 bytes and the name of each."""
WHOLE: Final = 1
"""Any other consignee, as MessagePack; of many parcels that is faster too."""
PLAIN_PARCELS_MAX: Final = 3
FORMS: Final = frozenset({bytes((PLAIN,)), bytes((WHOLE,))})
ROUTES: Final[tuple[Route, ...]] = ("LIST", "SIMPLIFIED", "GENERAL", "EXPORT_LIST", "EXPORT_GENERAL")
"""Their places are written: add behind the last."""
_PLACE: Final = {route: place for place, route in enumerate(ROUTES)}
_DAY_BITS: Final = 24
DAY_MAX: Final = (1 << _DAY_BITS) - 1
_LIMIT_BITS: Final = 32
DAY_BYTES: Final = slice(1, 4)
_BEGIN: Final = 4
"""Form and last day come before the parcels."""
_WORDS: Final = Struct("<6Q")
_MARK_BITS: Final = 48
_MARK: Final = (1 << _MARK_BITS) - 1
_ORDINAL_BITS: Final = 22
_ORDINAL: Final = (1 << _ORDINAL_BITS) - 1
_ROUTE_AT: Final = 2 * _ORDINAL_BITS
_NAME_AT: Final = 48
_NAME_MAX: Final = 255
_PACK: Final = msgspec.msgpack.Encoder().encode
_UNPACK: Final = msgspec.msgpack.Decoder(ConsigneeState).decode


def key_of(token: str) -> bytes:
    """A token as state has it: `<key id>.` and the 16 bytes of its digest.

    A dot and all of it where it is no such token.
    """
    kid, _, digits = token[len(_PREFIX) :].rpartition(".")
    if len(digits) == 2 * _DIGEST_BYTES and kid and "." not in kid and token.startswith(_PREFIX):
        try:
            digest = bytes.fromhex(digits)
        except ValueError:
            digest = b""
        if digest.hex() == digits:
            return b"%b.%b" % (kid.encode(), digest)
    return b"." + token.encode()


def token_of(key: bytes) -> str:
    """The token of a key of state."""
    if key.startswith(b"."):
        return key[1:].decode()
    return f"{_PREFIX}{key[: -_DIGEST_BYTES - 1].decode(errors='replace')}.{key[-_DIGEST_BYTES:].hex()}"


def last_day(kept: ConsigneeState) -> int:
    """The day of a consignee's latest parcel or answer, 0 without any."""
    latest = max([seen.received_at_ms for seen in kept.parcels.values()], default=0)
    if kept.answers:
        latest = max(latest, *[heard.at_ms for heard in kept.answers.values()])
    return latest // DAY_MS


def pack(kept: ConsigneeState) -> bytes:
    """A consignee as the changelog has it: the form, the last day, and what is remembered.

    Equal consignees, equal bytes.
    """
    if len(kept.parcels) <= PLAIN_PARCELS_MAX and not kept.answers:
        plain = _plain(kept.parcels)
        if plain is not None:
            return plain
    return _head(WHOLE, last_day(kept)) + _PACK(kept)


def _head(form: int, day: int) -> bytes:
    return (form << _DAY_BITS | min(max(day, 0), DAY_MAX)).to_bytes(_BEGIN)


def _plain(parcels: Mapping[str, PastParcel]) -> bytes | None:
    """Parcels in the plain form; None when one holds what has no place there."""
    found = b""
    latest_ms = 0
    for parcel_name, seen in parcels.items():
        name = parcel_name.encode()
        received_at_ms, usd_e6, master, supplier, address, phone = (
            seen.received_at_ms,
            seen.usd_e6,
            seen.master,
            seen.supplier,
            seen.address,
            seen.phone,
        )
        days = seen.purchased_on | seen.arrives_on << _ORDINAL_BITS
        limit_usd_e4 = seen.limit_usd_e4
        if (
            (received_at_ms | usd_e6 | master | supplier | address | phone | days)
            >> _MARK_BITS  # of a negative number something is left as well
            or seen.purchased_on > _ORDINAL
            or seen.arrives_on > _ORDINAL
            or limit_usd_e4 >> _LIMIT_BITS
            or seen.uses
            or seen.in_force != 1
            or seen.latest != 1
            or seen.further
            or seen.content
            or len(name) > _NAME_MAX
        ):
            return None
        latest_ms = max(latest_ms, received_at_ms)
        found += _WORDS.pack(
            days | _PLACE[seen.route] << _ROUTE_AT | len(name) << _NAME_AT,
            received_at_ms | (limit_usd_e4 & 0xFFFF) << _MARK_BITS,
            usd_e6 | limit_usd_e4 >> 16 << _MARK_BITS,
            master | (phone & 0xFFFF) << _MARK_BITS,
            supplier | (phone >> 16 & 0xFFFF) << _MARK_BITS,
            address | phone >> 32 << _MARK_BITS,
        )
        found += name
    return _head(PLAIN, latest_ms // DAY_MS) + found


def unpack(packed: bytes) -> ConsigneeState:
    """A consignee of the changelog."""
    if packed[0] == WHOLE:
        return _UNPACK(memoryview(packed)[_BEGIN:])
    parcels = {}
    at, end = _BEGIN, len(packed)
    while at < end:
        words, received, usd, master, supplier, address = _WORDS.unpack_from(packed, at)
        begin = at + _WORDS.size
        at = begin + (words >> _NAME_AT)
        parcels[packed[begin:at].decode()] = PastParcel(
            received & _MARK,
            usd & _MARK,
            ROUTES[words >> _ROUTE_AT & 7],
            master & _MARK,
            supplier & _MARK,
            words & _ORDINAL,
            words >> _ORDINAL_BITS & _ORDINAL,
            address & _MARK,
            master >> _MARK_BITS | supplier >> _MARK_BITS << 16 | address >> _MARK_BITS << 32,
            limit_usd_e4=received >> _MARK_BITS | usd >> _MARK_BITS << 16,
        )
    return ConsigneeState(parcels)
