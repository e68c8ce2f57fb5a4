"""The shape of a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from agents.parcel.case import Case
from schemas.decision import Desk, Lane, Outcome, Severity
from schemas.messages import english

Procedure = Literal["LIST", "SIMPLIFIED"]
"""Procedures that goods can be kept from; from the simplified declaration means from the list as well."""
Day = Literal["LODGED", "RECEIVED"]
"""The day that picks a rule's figures: of lodging, of receipt by customs."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """What a rule finds: where, which message it gives, and the figures behind it.

    `path` starts at the parcel (`/consignee/phone`), at the manifest for a rule of manifests. `evidence` holds the
    parameters of the message (schemas/messages.py) and what else an officer needs. Values of the consignee's name,
    clearance code, phone and address never stand in it.
    """

    path: str
    message_id: str
    evidence: dict[str, str] = {}
    lane: Lane | None = None
    """How the parcel is looked at, where the rule says."""
    together_usd_e6: int = 0
    """Goods that are taxed together, in millionths of a dollar; 0 where a rule is not about that."""

    @property
    def message(self) -> str:
        """The message in English."""
        return english(self.message_id, self.evidence)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One row of the policy, itself and equal to no other: which rows are asked is looked up for each manifest.

    `code` is what people quote, and several rules share it. `id` is the rule's own: decisions and dated tables refer to
    it, so it never changes and is never used again. `requires` are the traits (agents/rules/traits.py) that a parcel
    has to have, all of them, for the rule to find anything; 0 of a rule that is asked of all.

    The docstring of `check` is the published sentence. A rule never raises for what a carrier can get wrong. What an
    ACT finding does: `outcome` happens to the parcel; `desk` hears of it on its security topic; the parcel is kept
    from the procedure `closes`; `taxes` ends its exemption. A `silent` rule shows on no receipt, a `covert` one on
    no decision either: only the security case has it, so it changes neither route nor tax nor outcome.
    """

    code: str
    id: str
    check: Callable[[Case], Iterator[Found]]
    severity: Severity
    basis: str
    outcome: Outcome | None = None
    desk: Desk | None = None
    closes: Procedure | None = None
    taxes: bool = False
    silent: bool = False
    covert: bool = False
    day: Day = "LODGED"
    requires: int = 0

    @property
    def sentence(self) -> str:
        """The rule in words."""
        if not self.check.__doc__:
            raise TypeError(f"rule {self.code} {self.id} has no docstring: it is the published sentence")
        return " ".join(self.check.__doc__.split())
