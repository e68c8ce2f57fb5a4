"""Who imports: whether a parcel's consignee is the holder of the clearance code, and whether the code is in force.

Two sources say so: the register in `reference/importers.csv` (here compared at intake) and customs' open interface
(asked by `streams.importers`, which brings an `Answer`). Neither keeps a person in clear text: an entry is found by the
consignee's token and holds keyed marks, each mixed with that token, so that equal names of two people look different.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any, Final, Literal
from unicodedata import combining, normalize

import msgspec

from agents.identifiers import clearance_code
from agents.identifiers.phone_kr import MOBILE_CHARS
from agents.identity import TokenKeys, consignee_token
from agents.text import fold
from schemas import limits
from schemas.manifest import Consignee, Order

Particular = Literal["name", "phone", "postcode", "auth_number", "other"]
"""What of a consignee is compared, by its name in the manifest; `other` is a ground of customs that is none of these."""
State = Literal["ACTIVE", "EXPIRED", "NOT_YET_VALID", "SUSPENDED_BY_USER", "SUSPENDED_EX_OFFICIO", "SUSPENDED", "REISSUED", "CANCELLED", "NOT_ISSUED"]
"""Where a clearance code stands in its life. By day: `EXPIRED`, `NOT_YET_VALID`. Only from customs' interface: `SUSPENDED` by whomever, `NOT_ISSUED`."""
RegisterState = Literal["ACTIVE", "SUSPENDED_BY_USER", "SUSPENDED_EX_OFFICIO", "REISSUED", "CANCELLED"]
PhoneCheck = Literal["no", "for_name", "yes"]
"""Not compared; its last four digits make up for a name that differs; compared whole."""
NameCheck = Literal["no", "registered", "english"]
"""Not compared; with the registered name; a name in Latin letters also with the registered English one."""

MARK_BYTES: Final = 8
PHONE_END_DIGITS: Final = 4
POSTCODES_MAX: Final = 20
"""Addresses that a holder may register (importer check of 2026-01-05)."""
AUTH_NUMBERS_MAX: Final = 200
"""One-time numbers kept of one code."""
COMPANY_DIGITS: Final = 8
"""Numbers such as 1588-1234 stand without a leading zero."""

_COUNTRY: Final = re.compile(r"^(?:00|\+)?82(?=[0-9(]{8})")
_LATIN_END: Final = "\u0250"
_LATIN_MORE: Final = ("\u1e00", "\u1eff")


class AuthNumber(msgspec.Struct, frozen=True, gc=False):
    """A one-time number that customs issued for a code."""

    mark: bytes
    valid_until: date
    order: bytes = b""
    """The order it was used for; empty while it is unused."""


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One clearance code in the register: keyed marks and days, nothing in clear text. An empty mark says that nothing is registered."""

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


class Register:
    """Clearance codes by token, whichever key the tokens were made with."""

    __slots__ = ("_entries", "_key_ids")

    def __init__(self, entries: Mapping[str, Entry] | None = None) -> None:
        self._entries = entries or {}
        self._key_ids = tuple(sorted({key_id(token) for token in self._entries}))

    def __len__(self) -> int:
        return len(self._entries)

    def entry_of(self, consignee: Consignee, keys: TokenKeys, token: str = "") -> Entry | None:
        """The entry of a consignee's code; None when there is none, or the key it was made with is not ours.

        `token` spares a computation where it is known: the consignee's under the first key.
        """
        if not self._entries or not consignee.clearance_code:
            return None
        for kid, secret in keys.keys:
            if kid in self._key_ids:
                found = self._entries.get(token if token and kid == keys.keys[0][0] else consignee_token(consignee, TokenKeys(((kid, secret),))))
                if found is not None:
                    return found
        return None


def key_id(token: str) -> str:
    """The key a token was made with."""
    return token.split(".", 2)[1]


def verify(consignee: Consignee, entry: Entry | None, keys: TokenKeys, day: date, checks: Checks, order: Order | None = None) -> Verification:  # noqa: PLR0913, PLR0917 - what the comparison rests on
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
    marks = Marks(secret, entry.token)
    differ = _particulars_differ(consignee, entry, marks, _for(entry, checks))
    if checks.auth_number and consignee.auth_number and not _was_issued(consignee.auth_number, entry, marks, day, order):
        differ.append("auth_number")
    return Verification("MISMATCH", tuple(differ)) if differ else MATCH


def _for(entry: Entry, checks: Checks) -> Checks:
    """What is compared of a code of this age."""
    if checks.codes_from is None or checks.older is None or (entry.changed_on or entry.valid_from) >= checks.codes_from:
        return checks
    return checks.older


def _particulars_differ(consignee: Consignee, entry: Entry, marks: "Marks", checks: Checks) -> list[Particular]:
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


def _is_name(name: str, entry: Entry, marks: "Marks", *, english: bool) -> bool:
    mark = marks.name(name)
    return mark == entry.name or (english and bool(entry.name_en) and mark == entry.name_en and is_latin(fold(name)))


def _was_issued(number: str, entry: Entry, marks: "Marks", day: date, order: Order | None) -> bool:
    """Whether customs issued the number to the code, it still holds, and no other order has used it."""
    mark = marks.auth_number(number)
    return any(
        issued.mark == mark
        and day <= issued.valid_until
        and (not issued.order or (order is not None and issued.order == marks.order(order.platform or "", order.order_number or "")))
        for issued in entry.auth_numbers
    )


class Marks:
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


# one way of writing for all


def plain_name(text: str) -> str:
    """A name without spaces, signs, case and, in Latin letters, accents and order of its parts.

    A name in Latin letters is read as a ring, begun where it comes first in the alphabet: passports, shops and forms
    disagree on which part leads and on the hyphen in the middle.

    >>> plain_name("김 민서")
    '김민서'
    >>> plain_name("KIM, Min-Seo") == plain_name("minseo kim") == plain_name("Min Seo Kim")
    True
    """
    if _is_hangul(text):
        return text
    folded = fold(text)
    if not is_latin(folded):
        return "".join(filter(str.isalnum, folded))
    letters = "".join([char for char in (folded if folded.isascii() else normalize("NFKD", folded)) if char.isalnum() and not combining(char)])
    first = min(letters)
    return min([letters[at:] + letters[:at] for at, char in enumerate(letters) if char == first])


def is_latin(folded: str) -> bool:
    """Whether all letters of a folded text are Latin, and there is one."""
    if folded.isascii():
        return any(map(str.isalpha, folded))
    if _is_hangul(folded):
        return False
    letters = list(filter(str.isalpha, folded))
    return bool(letters) and all(char < _LATIN_END or _LATIN_MORE[0] <= char <= _LATIN_MORE[1] for char in letters)


def _is_hangul(text: str) -> bool:
    """Whether a text is nothing but Hangul syllables, as most names are: they are plain as they stand."""
    return bool(text) and min(text) >= "\uac00" and max(text) <= "\ud7a3"


def plain_phone(text: str) -> str:
    """Digits of a number without country code and leading zeros.

    >>> plain_phone("+82 (0)10-1234-5678") == plain_phone("010-1234-5678") == plain_phone("0082 10 1234 5678") == "1012345678"
    True
    """
    if len(text) == MOBILE_CHARS and text[:4] == "010-" and text[8] == "-" and (digits := text[4:8] + text[9:]).isascii() and digits.isdigit():
        return f"10{digits}"
    plain = "".join([char for char in fold(text) if char in "+0123456789("])
    return "".join([char for char in _COUNTRY.sub("", plain) if char in "0123456789"]).lstrip("0")


def plain_code(text: str) -> str:
    """Letters and digits, in capitals.

    >>> plain_code(" 135-080 ")
    '135080'
    """
    return text if text.isascii() and text.isdigit() else "".join(filter(str.isalnum, fold(text))).upper()


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


class Answer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What customs said about one consignee, without a person in it; the value of `importers.answers`."""

    consignee: str
    particulars: str
    answer: Literal["MATCH", "MISMATCH", "NO_ANSWER"]
    differ: tuple[Particular, ...] = ()
    state: State | None = None
    """Of a `MISMATCH`: why the code itself is of no use."""
    asked_at: str
    answered_at: str


def as_asked(consignee: Consignee) -> tuple[str, str, str]:
    """Name, phone and postcode as customs' interface wants them."""
    name = consignee.name if _is_hangul(consignee.name) else fold(consignee.name)
    phone = plain_phone(consignee.phone)
    return (
        name.upper() if is_latin(name) else "".join(name.split()),
        phone if not phone or len(phone) == COMPANY_DIGITS else f"0{phone}",
        plain_code(consignee.postcode),
    )


def particulars_token(consignee: Consignee, token: str, keys: TokenKeys) -> str:
    """What customs was, or would be, asked about a consignee (`token` is theirs), as `v1.<key id>.<32 hexadecimal digits>`."""
    return _particulars_token(token, as_asked(consignee), keys)


def _particulars_token(token: str, asked: tuple[str, str, str], keys: TokenKeys) -> str:
    kid, secret = keys.keys[0]
    said = "\x1f".join(("particulars", token, *asked)).encode()
    return f"v1.{kid}.{hmac.digest(secret, said, 'sha256')[:16].hex()}"


def can_be_asked(consignee: Consignee) -> bool:
    """Whether there is a code to ask customs about; intake must wait for an answer about these consignees alone."""
    return clearance_code.is_valid(consignee.clearance_code or "")


def questions_in(manifest: Mapping[str, Any], keys: TokenKeys) -> Iterator[Question]:
    """What to ask customs about the parcels of a manifest as it was read: each import e-commerce parcel whose consignee can be read.

    Whatever intake refuses anyway is passed over.
    """
    parcels = manifest.get("parcels")
    if manifest.get("direction", "IMPORT") != "IMPORT" or manifest.get("function", "ORIGINAL") == "CANCEL" or not isinstance(parcels, list):
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
            token, asked = consignee_token(consignee, keys), as_asked(consignee)
            name, phone, postcode = asked
            yield Question(consignee=token, particulars=_particulars_token(token, asked, keys), clearance_code=code, name=name, phone=phone, postcode=postcode)


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
"""Words in customs' reasons and what they mean, the first that fits. The first five are known from real answers, the others are a reading."""
_PARTICULARS: Final[dict[str, Particular]] = {"name": "name", "phone": "phone", "postcode": "postcode"}
_STATES: Final[dict[str, State]] = {"NOT_ISSUED": "NOT_ISSUED", "SUSPENDED": "SUSPENDED", "EXPIRED": "EXPIRED", "REISSUED": "REISSUED", "CANCELLED": "CANCELLED"}


def grounds(reasons: Iterable[str], name: str) -> tuple[tuple[Particular, ...], State | None]:
    """Customs' reasons in Korean as codes: what differs, and why the code is of no use.

    Customs repeats the name it was asked in its reasons; it is taken out first, so that no name speaks for customs.
    """
    differ: dict[Particular, None] = {}
    state: State | None = None
    for reason in reasons:
        said = reason.replace(name, "") if name else reason
        ground = next((ground for word, ground in _GROUNDS if word in said), "other")
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
    return Verification("INVALID", answer.differ, answer.state) if answer.state is not None else Verification("MISMATCH", answer.differ or ("other",))


_ANSWERS: Final = msgspec.json.Decoder(Answer)


def write_answer(answer: Answer) -> bytes:
    """An answer as the topic carries it, in JSON."""
    return msgspec.json.encode(answer)


def read_answer(value: bytes) -> Answer:
    """The reverse; raises msgspec.ValidationError or DecodeError for what no verifier wrote."""
    return _ANSWERS.decode(value)
