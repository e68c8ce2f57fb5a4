"""What an officer does about a parcel that was decided: release it, hold it, ask for something.

And what a changed list does.

An action carries the parcel as screening knew it and the decision it is about. It is given its place on
`parcels.checked`, and there brings a further decision, if the one it is about is still in force.
"""

from typing import Annotated, Final, Literal

import msgspec

from schemas import limits

Act = Literal["RELEASE", "HOLD", "DO_NOT_LOAD", "REQUEST_FOR_SCREENING", "REQUEST_FOR_INFORMATION", "ANSWER"]
"""`ANSWER` is a carrier's answer to a request for information, which ends that request and nothing else."""
Assessment = Literal["DO_NOT_LOAD", "REQUEST_FOR_SCREENING", "REQUEST_FOR_INFORMATION"]
"""What air cargo may be told before it is loaded (pre-loading advance cargo information)."""
ASSESSMENTS: Final[tuple[Assessment, ...]] = ("DO_NOT_LOAD", "REQUEST_FOR_SCREENING", "REQUEST_FOR_INFORMATION")
"""The gravest first."""
ActionEvent = Literal["OFFICER", "LIST_CHANGED"]

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.NAME_CHARS_MAX)]


class Action(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One action on one decision, in JSON on `officers.actions`."""

    action: Act
    by: _Text
    """Who: an officer's name in the office's own books, or the list that changed."""
    why: _Text
    consignee: _Text
    """The token that `parcels.checked` has as key."""
    sequence: int
    """Of the decision that is acted on."""
    parcel: bytes
    """The checked parcel with the findings of that decision, packed."""
    event: ActionEvent = "OFFICER"
    at: str = ""
    """When it was decided, RFC 3339; for people."""


_DECODER: Final = msgspec.json.Decoder(Action)


def write_action(action: Action) -> bytes:
    """An action as the topic carries it."""
    return msgspec.json.encode(action)


def read_action(value: bytes) -> Action:
    """The reverse; raises msgspec.ValidationError or DecodeError."""
    return _DECODER.decode(value)
