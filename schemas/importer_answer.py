"""What customs answered about who imports: the value of `importers.answers`."""

from typing import Final, Literal

import msgspec

State = Literal[
    "ACTIVE",
    "EXPIRED",
    "NOT_YET_VALID",
    "SUSPENDED_BY_USER",
    "SUSPENDED_EX_OFFICIO",
    "SUSPENDED",
    "REISSUED",
    "CANCELLED",
    "NOT_ISSUED",
]
"""Where a clearance code stands in its life. By day: `EXPIRED`, `NOT_YET_VALID`. Only from customs' interface:
`SUSPENDED` by whomever, `NOT_ISSUED`.
"""

Particular = Literal["name", "phone", "postcode", "auth_number", "other"]
"""What of a consignee is compared, by its name in the manifest; `other` is a ground of customs that is none of
these.
"""


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


_ANSWERS: Final = msgspec.json.Decoder(Answer)


def write_answer(answer: Answer) -> bytes:
    """An answer as the topic carries it, in JSON."""
    return msgspec.json.encode(answer)


def read_answer(value: bytes) -> Answer:
    """The reverse; raises msgspec.ValidationError or DecodeError for what no verifier wrote."""
    return _ANSWERS.decode(value)
