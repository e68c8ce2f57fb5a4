"""The register of importers: keyed entries, never clear text."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

import msgspec

from agents.values.identity import TokenKeys, consignee_token
from schemas.importer_answer import State
from schemas.manifest import Consignee

RegisterState = Literal["ACTIVE", "SUSPENDED_BY_USER", "SUSPENDED_EX_OFFICIO", "REISSUED", "CANCELLED"]
PhoneCheck = Literal["no", "for_name", "yes"]
"""Not compared; its last four digits make up for a name that differs; compared whole."""
NameCheck = Literal["no", "registered", "english"]
"""Not compared; with the registered name; a name in Latin letters also with the registered English one."""

MARK_BYTES: Final = 8
POSTCODES_MAX: Final = 20
"""Addresses that a holder may register (importer check of 2026-01-05)."""
AUTH_NUMBERS_MAX: Final = 200
"""One-time numbers kept of one code."""


class AuthNumber(msgspec.Struct, frozen=True, gc=False):
    """A one-time number that customs issued for a code."""

    mark: bytes
    valid_until: date
    order: bytes = b""
    """The order it was used for; empty while it is unused."""


class RegisterEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One clearance code in the register: keyed marks and days, nothing in clear text.

    An empty mark says that nothing is registered.
    """

    token: str
    name: bytes
    name_en: bytes = b""
    phone: bytes = b""
    phone_end: bytes = b""
    """Its last four digits."""
    postcodes: tuple[bytes, ...] = ()
    auth_numbers: tuple[AuthNumber, ...] = ()
    valid_from: date
    """Day of issue."""
    changed_on: date | None = None
    """Latest change of what is registered."""
    valid_until: date | None = None
    state: RegisterState = "ACTIVE"
    state_from: date | None = None
    """Since when `state` holds; None: always."""

    def state_on(self, day: date) -> State:
        """Where the code stands on a day."""
        if self.state != "ACTIVE" and (self.state_from is None or self.state_from <= day):
            return self.state
        if day < self.valid_from:
            return "NOT_YET_VALID"
        return "EXPIRED" if self.valid_until is not None and day > self.valid_until else "ACTIVE"


class Checks(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is compared on a day: a row of `reference/importer_checks.csv`."""

    name: NameCheck
    phone: PhoneCheck
    postcode: bool
    auth_number: bool
    codes_from: date | None = None
    """Codes issued and last changed before that day are compared as in `older`; None: all alike."""
    older: "Checks | None" = None


class Register:
    """Clearance codes by token, whichever key the tokens were made with."""

    __slots__ = ("_entries", "_key_ids")

    def __init__(self, entries: Mapping[str, RegisterEntry] | None = None) -> None:
        self._entries = entries or {}
        self._key_ids = tuple(sorted({key_id(token) for token in self._entries}))

    def __len__(self) -> int:
        return len(self._entries)

    def entry_of(self, consignee: Consignee, keys: TokenKeys, token: str = "") -> RegisterEntry | None:
        """The entry of a consignee's code; None when there is none, or the key it was made with is not ours.

        `token` spares a computation where it is known: the consignee's under the first key.
        """
        if not self._entries or not consignee.clearance_code:
            return None
        for kid, secret in keys.keys:
            if kid in self._key_ids:
                found = self._entries.get(
                    token
                    if token and kid == keys.keys[0][0]
                    else consignee_token(consignee, TokenKeys(((kid, secret),)))
                )
                if found is not None:
                    return found
        return None


def key_id(token: str) -> str:
    """The key a token was made with."""
    return token.split(".", 2)[1]
