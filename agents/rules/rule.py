"""The shape of a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from agents.case import Case
from schemas.decision import Desk, Outcome, Severity


class Found(msgspec.Struct, frozen=True, gc=False):
    """What a rule says: where, what was found and what would be right, and the figures behind it.

    `path` starts at the parcel (`/consignee/phone`), at the manifest for a rule of manifests.
    Values of the consignee's name, clearance code, phone and address never stand in message or evidence.
    """

    path: str
    message: str
    evidence: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the policy.

    The docstring of `check` is the published sentence. A rule never raises for what a carrier can get wrong.
    `outcome` is what an ACT finding does to the parcel, None when it only changes the route; `desk` hears of it on
    its security topic. A `silent` rule shows on no receipt.
    """

    code: str
    check: Callable[[Case], Iterator[Found]]
    severity: Severity
    basis: str
    outcome: Outcome | None = None
    desk: Desk | None = None
    silent: bool = False

    @property
    def sentence(self) -> str:
        """The rule in words."""
        if not self.check.__doc__:
            raise TypeError(f"rule {self.code} {self.check.__name__} has no docstring: it is the published sentence")
        return " ".join(self.check.__doc__.split())
