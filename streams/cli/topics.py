"""`tonggwan topics`: creates the topics, as often as it is called."""

import os

import click

from streams.cli.console import note, plural, print_line
from streams.cli.kafka import bootstrap_option, run
from streams.kafka.admin import check_carrier, create_topics
from streams.reference.known_carriers import known
from streams.settings import Settings


@click.command
@click.option(
    "--carrier",
    "carriers",
    multiple=True,
    metavar="ID",
    help="Also create the topics of this carrier. May be repeated.",
)
@bootstrap_option
def topics(carriers: tuple[str, ...], bootstrap: str) -> None:
    """Create the topics that are missing, and report what was done.

    Carriers are those of the reference data, those that have topics already, and those named. Topics that are there but
    differ from the table in schemas/topics.py are reported and left unchanged.
    """
    wanted = {check_carrier(carrier) for carrier in carriers}
    run(bootstrap, _create(Settings.read(os.environ), bootstrap, wanted))


async def _create(settings: Settings, bootstrap: str, carriers: set[str]) -> None:
    everybody = carriers | await known(settings, bootstrap)
    created = await create_topics(bootstrap, everybody, replication=settings.replication)
    for name in sorted(created):
        print_line(f"created {name}")
    note(
        f"{plural(len(created), 'topic')} created; the common ones and those of {plural(len(everybody), 'carrier')} "
        "exist."
    )
