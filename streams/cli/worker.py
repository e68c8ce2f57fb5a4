"""`tonggwan worker`: one worker against an existing Kafka."""

import os

import click

from streams.cli.kafka import bootstrap_option
from streams.settings import Settings


@click.command
@bootstrap_option
def worker(bootstrap: str) -> None:
    """Process manifests until SIGTERM or SIGINT: answer them and decide their parcels.

    Waits for Kafka. Needs INTAKE_TOKEN_KEYS or INTAKE_TOKEN_KEYS_FILE. INTAKE_SLOT names the worker and stays the same
    after each restart; workers of one Kafka share the work.
    """
    from streams.worker.app import run  # noqa: PLC0415 - Faust takes half a second to import; `worker --help` needs none of it

    run(Settings.read(os.environ), bootstrap)
