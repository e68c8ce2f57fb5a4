"""`tonggwan act`: what an officer does about a decision: release, hold, ask."""

import time
from typing import Final, get_args

import click
import msgspec

from schemas.officer_action import Act, Action
from streams.cli.console import note
from streams.cli.kafka import bootstrap_option, run
from streams.cli.officer_actions import ParcelStatus, action_on, publish, standing
from streams.errors import OperatorError

ACTS: Final[dict[str, Act]] = {act.lower().replace("_", "-"): act for act in get_args(Act)}


@click.command
@click.argument("house_bill")
@click.argument("what", type=click.Choice(list(ACTS)))
@click.option("--by", required=True, metavar="WHO", help="The officer's name or number, as the office records it.")
@click.option("--why", required=True, metavar="TEXT", help="The reason; it is recorded on the decision.")
@click.option("--carrier", metavar="ID", help="The carrier, when several use the same house bill.")
@bootstrap_option
def act(house_bill: str, what: str, by: str, why: str, carrier: str | None, bootstrap: str) -> None:  # noqa: PLR0913, PLR0917 - click's
    """Act on the decision in force on HOUSE_BILL; a further decision supersedes it."""
    action = run(bootstrap, _act(bootstrap, house_bill, ACTS[what], by, why, carrier))
    note(
        f"{ACTS[what]} of decision {action.sequence} on {house_bill} was sent; `tonggwan decisions "
        f"--house-bill {house_bill}` shows the result."
    )


async def _act(bootstrap: str, house_bill: str, what: Act, by: str, why: str, carrier: str | None) -> Action:  # noqa: PLR0913, PLR0917 - what an action says
    status = _one(await standing(bootstrap, [house_bill]), house_bill, carrier)
    if status.decision is None:
        raise OperatorError(
            f"No decision on {house_bill} is in force: it was withdrawn, or its decision is still pending."
        )
    try:
        action = action_on(status, what, by, why, now_ms=time.time_ns() // 1_000_000)
    except msgspec.ValidationError as error:
        raise OperatorError(f"give --by and --why, each in at most 200 characters ({error}).") from error
    await publish(bootstrap, [(house_bill, action)])
    return action


def _one(statuses: dict[tuple[str, str], ParcelStatus], house_bill: str, carrier: str | None) -> ParcelStatus:
    """The parcel that is meant."""
    of = {name[0]: status for name, status in statuses.items() if carrier in (None, name[0])}
    if not of:
        raise OperatorError(
            f"No parcel with house bill {house_bill} was accepted: `tonggwan decisions --house-bill {house_bill}` "
            "shows its decisions."
        )
    if len(of) > 1:
        raise OperatorError(
            f"Carriers {', '.join(sorted(of))} have a parcel with house bill {house_bill}: choose one with --carrier."
        )
    return next(iter(of.values()))
