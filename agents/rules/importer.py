"""XF-08: the consignee is the holder of the clearance code, and the code is in force."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from agents.importers.register import State
from agents.importers.verify import Particular, Verification
from agents.reference import Law
from agents.rules.rule import Found
from agents.rules.traits import VERIFIED, about


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
    "name": (
        "/consignee/name",
        "is not the name that the clearance code is registered under; the holder's name is right",
    ),
    "phone": (
        "/consignee/phone",
        (
            "is not the phone that is registered for the clearance code; the holder's is right, or the holder changes "
            "it with customs"
        ),
    ),
    "postcode": (
        "/consignee/postcode",
        (
            "is at none of the addresses that are registered for the clearance code; the holder can add this one "
            "with customs"
        ),
    ),
    "auth_number": (
        "/consignee/auth_number",
        (
            "was not issued for this clearance code, has expired, or was used for another order; a number of its own "
            "for each order is right"
        ),
    ),
    "other": (PATH, "was not confirmed by customs for another reason; the holder can ask customs for it"),
}
"""Where, and what is said of it."""
USELESS: Final[Mapping[State, str]] = {
    "EXPIRED": "the clearance code has expired; the holder has to renew it",
    "NOT_YET_VALID": "the clearance code was issued after this day; a code in force on the day is right",
    "SUSPENDED_BY_USER": "the clearance code is suspended by its holder; the holder can lift that with customs",
    "SUSPENDED_EX_OFFICIO": "the clearance code is suspended by customs; the holder has to have it issued again",
    "SUSPENDED": "the clearance code is suspended; the holder has to turn to customs",
    "REISSUED": "the clearance code was replaced by a new one; the new code is right",
    "CANCELLED": "the clearance code is cancelled; a code in force is right",
    "NOT_ISSUED": "the clearance code was issued to nobody; the consignee's own code is right",
}


@about(VERIFIED)
def importer_matches(case: Verified) -> Iterator[Found]:
    """Name, phone, postcode and one-time number are those of the clearance code's holder, as far as the law of the day has them compared."""
    verification = case.verification
    if verification is not None and verification.answer == "MISMATCH":
        yield from _differences(verification)


@about(VERIFIED)
def importer_code_is_in_force(case: Verified) -> Iterator[Found]:
    """The clearance code is in force on the day: not expired, suspended, replaced or cancelled."""
    verification = case.verification
    if verification is not None and verification.answer == "INVALID":
        yield _useless(verification)


@about(VERIFIED)
def importer_is_registered(case: VerifiedOnADay) -> Iterator[Found]:
    """The clearance code stands in the register of importers, once the register is said to be complete."""
    verification = case.verification
    if verification is not None and verification.answer == "UNKNOWN" and case.law.figures.importer_register_complete:
        yield Found(
            CODE,
            "the clearance code is not in the register of importers; the parcel waits until customs has verified it",
        )


def customs_confirms_the_importer(case: Verified) -> Iterator[Found]:
    """Customs itself, asked over its open interface, confirms code, name, phone and postcode.

    Until it answers the parcel waits.
    """
    verification = case.verification
    if verification is None:
        return
    if verification.answer == "PENDING":
        yield Found(
            PATH, "customs has not verified the importer yet; the parcel waits for its answer", {"answer": "PENDING"}
        )
    elif verification.answer == "INVALID":
        yield _useless(verification)
    elif verification.answer == "MISMATCH":
        yield from _differences(verification)


def _differences(verification: Verification) -> Iterator[Found]:
    for particular in verification.differ:
        path, said = DIFFERS[particular]
        yield Found(path, f"{'the consignee' if particular == 'other' else 'it'} {said}", {"differs": particular})


def _useless(verification: Verification) -> Found:
    state = verification.state or "NOT_ISSUED"
    return Found(CODE, USELESS.get(state, USELESS["NOT_ISSUED"]), {"state": state})
