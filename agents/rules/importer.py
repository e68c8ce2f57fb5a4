"""XF-08: the consignee is the holder of the clearance code, and the code is in force."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from agents.importers.verify import Verification
from agents.reference import Law
from agents.rules.rule import Found
from schemas.importer_answer import Particular, State


class Verified(Protocol):
    """A case whose importer was verified."""

    @property
    def verification(self) -> Verification | None:
        """What became of it; None where there is nothing to verify: exports, business numbers, no code."""


class VerifiedOnADay(Verified, Protocol):
    """The same with the law of its day."""

    @property
    def law(self) -> Law:
        """What is in force."""


PATH: Final = "/consignee"
CODE: Final = "/consignee/clearance_code"
DIFFERS: Final[Mapping[Particular, tuple[str, str]]] = {
    "name": ("/consignee/name", "IMPORTER_NAME_DIFFERS"),
    "phone": ("/consignee/phone", "IMPORTER_PHONE_DIFFERS"),
    "postcode": ("/consignee/postcode", "IMPORTER_POSTCODE_DIFFERS"),
    "auth_number": ("/consignee/auth_number", "AUTH_NUMBER_DIFFERS"),
    "other": (PATH, "IMPORTER_NOT_CONFIRMED"),
}
"""Where a particular stands, and the message when it differs."""
NOT_IN_FORCE: Final[Mapping[State, str]] = {
    "EXPIRED": "CLEARANCE_CODE_EXPIRED",
    "NOT_YET_VALID": "CLEARANCE_CODE_NOT_YET_VALID",
    "SUSPENDED_BY_USER": "CLEARANCE_CODE_SUSPENDED_BY_HOLDER",
    "SUSPENDED_EX_OFFICIO": "CLEARANCE_CODE_SUSPENDED_BY_CUSTOMS",
    "SUSPENDED": "CLEARANCE_CODE_SUSPENDED",
    "REISSUED": "CLEARANCE_CODE_REISSUED",
    "CANCELLED": "CLEARANCE_CODE_CANCELLED",
    "NOT_ISSUED": "CLEARANCE_CODE_NOT_ISSUED",
}
"""The message for each state of a clearance code that can't be used."""


def importer_matches(case: Verified) -> Iterator[Found]:
    """Name, phone, postcode and one-time number are those of the clearance code's holder.

    They are compared as far as the law of the day asks for it.
    """
    verification = case.verification
    if verification is not None and verification.answer == "MISMATCH":
        yield from _differences(verification)


def importer_code_is_in_force(case: Verified) -> Iterator[Found]:
    """The clearance code is in force on the day: not expired, suspended, replaced or cancelled."""
    verification = case.verification
    if verification is not None and verification.answer == "INVALID":
        yield _not_in_force(verification)


def importer_is_registered(case: VerifiedOnADay) -> Iterator[Found]:
    """The clearance code stands in the register of importers, once the register is said to be complete."""
    verification = case.verification
    if verification is not None and verification.answer == "UNKNOWN" and case.law.figures.importer_register_complete:
        yield Found(CODE, "IMPORTER_NOT_REGISTERED")


def customs_confirms_the_importer(case: Verified) -> Iterator[Found]:
    """Customs itself, asked over its open interface, confirms code, name, phone and postcode.

    Until it answers the parcel waits.
    """
    verification = case.verification
    if verification is None:
        return
    if verification.answer == "PENDING":
        yield Found(PATH, "IMPORTER_NOT_VERIFIED_YET", {"answer": "PENDING"})
    elif verification.answer == "INVALID":
        yield _not_in_force(verification)
    elif verification.answer == "MISMATCH":
        yield from _differences(verification)


def _differences(verification: Verification) -> Iterator[Found]:
    for particular in verification.differ:
        path, message_id = DIFFERS[particular]
        yield Found(path, message_id, {"differs": particular})


def _not_in_force(verification: Verification) -> Found:
    state = verification.state or "NOT_ISSUED"
    return Found(CODE, NOT_IN_FORCE.get(state, NOT_IN_FORCE["NOT_ISSUED"]), {"state": state})
