"""Names that follow from content: ids of decisions and receipts, and keyed tokens in place of people.

A consignee's clearance code, name, phone and address stop at intake. Behind it travels a token: an HMAC under a key
of customs, with the key's id inside. Phones and codes can be counted through, so a plain hash would hide nothing.
"""

import hmac
from functools import lru_cache
from hashlib import blake2b

import msgspec

from agents.values.text import fold
from schemas.manifest import Consignee

_TOKEN_BYTES = 16
_ID_BYTES = 16
_MARK_BYTES = 6


class TokenKeys(msgspec.Struct, frozen=True, gc=False):
    """The keys of customs, newest first: (key id, secret). The first one writes."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def secret(self) -> bytes:
        """The newest key, as long as marks can use it."""
        return self.keys[0][1][:64]

    def __repr__(self) -> str:
        return f"TokenKeys({', '.join(kid for kid, _ in self.keys)})"


def consignee_token(consignee: Consignee, keys: TokenKeys) -> str:
    """Who receives a parcel, as `v1.<key id>.<32 hexadecimal digits>`.

    By clearance code; else by business number; else, as in exports, by name, phone, postcode and country.
    """
    if code := (consignee.clearance_code or "").strip().upper():
        content = f"clearance-code\x1f{code}"
    elif number := "".join(filter(str.isalnum, consignee.business_number or "")):
        content = f"business-number\x1f{number}"
    else:
        phone = "".join(filter(str.isdigit, fold(consignee.phone)))
        place = f"{fold(consignee.postcode)}\x1f{fold(consignee.country or '')}"
        content = f"person\x1f{fold(consignee.name)}\x1f{phone}\x1f{place}"
    kid, secret = keys.keys[0]
    keyed = _keyed(secret).copy()
    keyed.update(content.encode())
    return f"v1.{kid}.{keyed.digest()[:_TOKEN_BYTES].hex()}"


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    """An HMAC that has taken in the key: that is half of the work."""
    return hmac.new(secret, digestmod="sha256")


def hash48(*names: str, secret: bytes = b"") -> int:
    """A mark of 48 bits by which equal things are known again; keyed with `secret` where they are personal.

    0 when all names are empty.
    """
    content = "\x1f".join(names)
    return (
        0
        if not content.strip("\x1f")
        else int.from_bytes(blake2b(content.encode(), digest_size=_MARK_BYTES, key=secret).digest())
    )


class Ids:
    """Ids of what follows from one manifest version: the same for the same version, always."""

    __slots__ = ("_begun",)

    def __init__(self, carrier: str, manifest_id: str, version: int, apart: str = "") -> None:
        """`apart` tells versions apart that a carrier wrongly gave the same number."""
        self._begun = blake2b(_joined(carrier, manifest_id, str(version), apart), digest_size=_ID_BYTES)

    def of(self, *names: str) -> str:
        """The id of what `names` says, 32 hexadecimal digits."""
        begun = self._begun.copy()
        begun.update(_joined(*names))
        return begun.hexdigest()


def _joined(*names: str) -> bytes:
    """Names one after the other, each with its length: no other names come out the same, whatever a carrier puts in."""
    return "".join([f"{len(name)}:{name}" for name in names]).encode()


def digest(content: bytes) -> bytes:
    """Fingerprint of a manifest's content."""
    return blake2b(content, digest_size=_ID_BYTES).digest()
