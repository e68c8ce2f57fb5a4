"""Questions to customs about an importer and the answers, as they travel between workers and the verifier."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from agents.identifiers import clearance_code
from agents.importers.normal_forms import COMPANY_DIGITS, is_hangul, is_latin, plain_code, plain_phone
from agents.importers.verify import MATCH, PENDING, Verification
from agents.values.identity import TokenKeys, consignee_token
from agents.values.text import fold
from schemas import limits
from schemas.importer_answer import Answer, Particular, State
from schemas.manifest import Consignee

# customs' own answer


class Question(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What customs is asked about one consignee: clear text, which must never be kept, published or logged."""

    consignee: str
    """Token."""
    particulars: str
    """Token of code, name, phone and postcode together."""
    clearance_code: str
    name: str
    phone: str
    postcode: str

    def __repr__(self) -> str:
        return f"Question({self.particulars})"


def as_asked(consignee: Consignee) -> tuple[str, str, str]:
    """Name, phone and postcode as customs' interface wants them."""
    name = consignee.name if is_hangul(consignee.name) else fold(consignee.name)
    phone = plain_phone(consignee.phone)
    return (
        name.upper() if is_latin(name) else "".join(name.split()),
        phone if not phone or len(phone) == COMPANY_DIGITS else f"0{phone}",
        plain_code(consignee.postcode),
    )


def particulars_token(consignee: Consignee, token: str, keys: TokenKeys) -> str:
    """What customs is asked about a consignee (`token` is theirs), as `v1.<key id>.<32 hexadecimal digits>`."""
    return _particulars_token(token, as_asked(consignee), keys)


def _particulars_token(token: str, active_rules: tuple[str, str, str], keys: TokenKeys) -> str:
    kid, secret = keys.keys[0]
    content = "\x1f".join(("particulars", token, *active_rules)).encode()
    return f"v1.{kid}.{hmac.digest(secret, content, 'sha256')[:16].hex()}"


def can_be_asked(consignee: Consignee) -> bool:
    """Whether there is a code to ask customs about; intake must wait for an answer about these consignees alone."""
    return clearance_code.is_valid(consignee.clearance_code or "")


def questions_in(manifest: Mapping[str, Any], keys: TokenKeys) -> Iterator[Question]:
    """What to ask customs about the parcels of a manifest as it was read.

    Each import e-commerce parcel whose consignee can be read.

    Whatever intake refuses anyway is passed over.
    """
    parcels = manifest.get("parcels")
    if (
        manifest.get("direction", "IMPORT") != "IMPORT"
        or manifest.get("function", "ORIGINAL") == "CANCEL"
        or not isinstance(parcels, list)
    ):
        return
    if len(parcels) > limits.PARCELS_PER_MANIFEST_MAX:
        return
    for parcel in parcels:
        if not isinstance(parcel, dict) or parcel.get("ecommerce", True) is not True:
            continue
        try:
            consignee = msgspec.convert(parcel.get("consignee"), Consignee)
        except msgspec.ValidationError:
            continue
        code = consignee.clearance_code
        if code is not None and can_be_asked(consignee):
            token, active_rules = consignee_token(consignee, keys), as_asked(consignee)
            name, phone, postcode = active_rules
            yield Question(
                consignee=token,
                particulars=_particulars_token(token, active_rules, keys),
                clearance_code=code,
                name=name,
                phone=phone,
                postcode=postcode,
            )


_GROUNDS: Final[tuple[tuple[str, State | Particular], ...]] = (
    ("존재하지", "NOT_ISSUED"),
    ("성명", "name"),
    ("납세의무자명", "name"),
    ("전화번호", "phone"),
    ("우편번호", "postcode"),
    ("주소", "postcode"),
    ("정지", "SUSPENDED"),
    ("유효기간", "EXPIRED"),
    ("만료", "EXPIRED"),
    ("재발급", "REISSUED"),
    ("해지", "CANCELLED"),
    ("폐기", "CANCELLED"),
    ("취소", "CANCELLED"),
)
"""Words in customs' reasons and what they mean, the first that fits. The first five are known from real answers, the
others are a reading.
"""
_PARTICULARS: Final[dict[str, Particular]] = {"name": "name", "phone": "phone", "postcode": "postcode"}
_STATES: Final[dict[str, State]] = {
    "NOT_ISSUED": "NOT_ISSUED",
    "SUSPENDED": "SUSPENDED",
    "EXPIRED": "EXPIRED",
    "REISSUED": "REISSUED",
    "CANCELLED": "CANCELLED",
}


def grounds(reasons: Iterable[str], name: str) -> tuple[tuple[Particular, ...], State | None]:
    """Customs' reasons in Korean as codes: what differs, and why the code is of no use.

    Customs repeats the name it was asked in its reasons; it is taken out first, so that no name speaks for customs.
    """
    differ: dict[Particular, None] = {}
    state: State | None = None
    for reason in reasons:
        content = reason.replace(name, "") if name else reason
        ground = next((ground for word, ground in _GROUNDS if word in content), "other")
        if ground in _STATES:
            state = state or _STATES[ground]
        else:
            differ[_PARTICULARS.get(ground, "other")] = None
    return tuple(differ), state


def verification_of(answer: Answer | None) -> Verification:
    """What an answer of customs says about the parcels it was asked for; None: it has not come."""
    if answer is None or answer.answer == "NO_ANSWER":
        return PENDING
    if answer.answer == "MATCH":
        return MATCH
    return (
        Verification("INVALID", answer.differ, answer.state)
        if answer.state is not None
        else Verification("MISMATCH", answer.differ or ("other",))
    )
