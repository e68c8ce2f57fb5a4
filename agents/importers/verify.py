"""Who imports: whether a parcel's consignee is the holder of the clearance code, and whether the code is in force.

Two sources say so: the register in `reference/importers.csv` (here compared at intake) and customs' open interface
(asked by `streams.importer_verifier`, which brings an `Answer`). Neither keeps a person in clear text: an entry is
found by the consignee's token and holds keyed marks, each mixed with that token, so that equal names of two people
look different.
"""

from datetime import date
from hashlib import blake2b
from typing import Final, Literal

import msgspec

from agents.importers.normal_forms import is_latin, plain_code, plain_name, plain_phone
from agents.importers.register import MARK_BYTES, Checks, RegisterEntry, key_id
from agents.values.identity import TokenKeys
from agents.values.text import fold
from schemas.importer_answer import Particular, State
from schemas.manifest import Consignee, Order

PHONE_END_DIGITS: Final = 4


class Verification(msgspec.Struct, frozen=True, gc=False):
    """What became of the comparison."""

    answer: Literal["MATCH", "MISMATCH", "INVALID", "UNKNOWN", "PENDING"]
    """`UNKNOWN`: the register has no such code; `PENDING`: customs has not answered yet."""
    differ: tuple[Particular, ...] = ()
    state: State | None = None
    """Why the code is `INVALID`."""


MATCH: Final = Verification("MATCH")
UNKNOWN: Final = Verification("UNKNOWN")
PENDING: Final = Verification("PENDING")


def verify(  # noqa: PLR0913, PLR0917 - what the comparison rests on
    consignee: Consignee,
    entry: RegisterEntry | None,
    keys: TokenKeys,
    day: date,
    checks: Checks,
    order: Order | None = None,
) -> Verification:
    """Whether a consignee is the holder of a code that is in force on a day."""
    if entry is None:
        return UNKNOWN
    state = entry.state_on(day)
    if state != "ACTIVE":
        return Verification("INVALID", state=state)
    kid = key_id(entry.token)
    secret = next((secret for known, secret in keys.keys if known == kid), None)
    if secret is None:
        return UNKNOWN
    marks = PersonMarks(secret, entry.token)
    differ = _particulars_differ(consignee, entry, marks, _for(entry, checks))
    if (
        checks.auth_number
        and consignee.auth_number
        and not _was_issued(consignee.auth_number, entry, marks, day, order)
    ):
        differ.append("auth_number")
    return Verification("MISMATCH", tuple(differ)) if differ else MATCH


def _for(entry: RegisterEntry, checks: Checks) -> Checks:
    """What is compared of a code of this age."""
    if checks.codes_from is None or checks.older is None or (entry.changed_on or entry.valid_from) >= checks.codes_from:
        return checks
    return checks.older


def _particulars_differ(
    consignee: Consignee, entry: RegisterEntry, marks: "PersonMarks", checks: Checks
) -> list[Particular]:
    """What differs of name, phone and postcode; what the holder has not registered is not compared."""
    differ: list[Particular] = []
    if (
        checks.name != "no"
        and not _is_name(consignee.name, entry, marks, english=checks.name == "english")
        and not (checks.phone == "for_name" and entry.phone_end and marks.phone_end(consignee.phone) == entry.phone_end)
    ):
        differ.append("name")
    if checks.phone == "yes" and entry.phone and marks.phone(consignee.phone) != entry.phone:
        differ.append("phone")
    if checks.postcode and entry.postcodes and marks.postcode(consignee.postcode) not in entry.postcodes:
        differ.append("postcode")
    return differ


def _is_name(name: str, entry: RegisterEntry, marks: "PersonMarks", *, english: bool) -> bool:
    mark = marks.name(name)
    return mark == entry.name or (english and bool(entry.name_en) and mark == entry.name_en and is_latin(fold(name)))


def _was_issued(number: str, entry: RegisterEntry, marks: "PersonMarks", day: date, order: Order | None) -> bool:
    """Whether customs issued the number to the code, it still holds, and no other order has used it."""
    mark = marks.auth_number(number)
    return any(
        issued.mark == mark
        and day <= issued.valid_until
        and (
            not issued.order
            or (order is not None and issued.order == marks.order(order.platform or "", order.order_number or ""))
        )
        for issued in entry.auth_numbers
    )


class PersonMarks:
    """Keyed marks of one code's particulars, 8 bytes each; writing them differently gives the same mark."""

    __slots__ = ("_begun",)

    def __init__(self, secret: bytes, token: str) -> None:
        key = secret if len(secret) <= blake2b.MAX_KEY_SIZE else blake2b(secret).digest()
        self._begun = blake2b(token.encode(), digest_size=MARK_BYTES, key=key, person=b"importer")

    def name(self, text: str) -> bytes:
        """Of a name in any script."""
        return self._of(f"name\x1f{plain_name(text)}")

    def phone(self, text: str) -> bytes:
        """Of a whole number."""
        return self._of(f"phone\x1f{plain_phone(text)}")

    def phone_end(self, text: str) -> bytes:
        """Of its last four digits."""
        return self._of(f"phone-end\x1f{plain_phone(text)[-PHONE_END_DIGITS:]}")

    def postcode(self, text: str) -> bytes:
        """Of a postcode."""
        return self._of(f"postcode\x1f{plain_code(text)}")

    def auth_number(self, text: str) -> bytes:
        """Of a one-time number."""
        return self._of(f"auth-number\x1f{plain_code(text)}")

    def order(self, platform: str, number: str) -> bytes:
        """Of an order."""
        return self._of(f"order\x1f{fold(platform)}\x1f{fold(number)}")

    def _of(self, said: str) -> bytes:
        begun = self._begun.copy()
        begun.update(said.encode())
        return begun.digest()
