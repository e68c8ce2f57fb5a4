"""`tonggwan up`: broker and workers in the foreground."""

import asyncio
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import click

from streams.cli.console import logs, note
from streams.local.supervisor import Supervisor
from streams.settings import Settings


@click.command
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for all data. Default: INTAKE_DATA_DIR, else .tonggwan in the checkout.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Port of Kafka on 127.0.0.1; 0 picks a free one. Default: INTAKE_KAFKA_PORT, else 29092.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Worker processes. Default: INTAKE_WORKERS, else 2."
)
def up(data: Path | None, port: int | None, workers: int | None) -> None:
    """Start Kafka and the workers, and keep them running until SIGINT or SIGTERM.

    Prints READY on its own line when workers accept manifests. With INTAKE_BROKERS no Kafka is started, only workers.
    Data is kept between starts, and so is the key for consignee tokens that is generated when none is set.
    """
    settings = Settings.read(os.environ)
    settings = replace(
        settings,
        data_dir=settings.data_dir if data is None else data.expanduser().absolute(),
        kafka_port=settings.kafka_port if port is None else port,
        workers=workers or settings.workers,
    )
    logs(logging.INFO)
    asyncio.run(_up(settings))


async def _up(settings: Settings) -> None:
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    async with Supervisor(settings, note) as supervisor:
        serving = asyncio.create_task(_serve(supervisor))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopped.is_set():
            await serving
        note("Stopping.")
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _serve(supervisor: Supervisor) -> None:
    await supervisor.start()
    click.echo("READY")
    await supervisor.watch()
