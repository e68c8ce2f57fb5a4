"""`tonggwan verifier`: asks customs about importers, beside the workers."""

import asyncio
import logging
import os
import signal
from typing import Final

import click

from agents.values.identity import TokenKeys
from schemas.topics import IMPORTER_ANSWERS
from streams.cli.console import logs
from streams.cli.kafka import bootstrap_option
from streams.errors import OperatorError
from streams.importer_verifier.api import Api, Pace
from streams.importer_verifier.breaker import Breaker
from streams.importer_verifier.verifier import Verifier
from streams.kafka import batch_reader, partitioner
from streams.kafka.admin import partitions_of, wait_for_kafka
from streams.settings import Settings, variable

KAFKA_SECONDS: Final = 3600.0


@click.command
@bootstrap_option
def verifier(bootstrap: str) -> None:
    """Ask customs' open interface about importers until SIGTERM or SIGINT; publish its answers on importers.answers.

    Waits for Kafka, then reads every carrier's manifests under a group of its own. Needs INTAKE_IMPORTER_API,
    INTAKE_IMPORTER_API_KEY (or its _FILE) and the same INTAKE_TOKEN_KEYS as the workers. Several share
    the work.
    """
    settings = Settings.read(os.environ)
    for name in ("importer_api", "importer_api_key", "token_keys"):
        if not getattr(settings, name):
            raise OperatorError(
                f"{variable(name)} is not set: importers cannot be verified without it; see docs/settings.md."
            )
    logs(logging.getLevelNamesMapping()[settings.log_level])
    asyncio.run(_run(settings, bootstrap))


async def _run(settings: Settings, bootstrap: str) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    batch_reader.install()
    working = asyncio.create_task(_work(settings, bootstrap, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await working


async def _work(settings: Settings, bootstrap: str, stop: asyncio.Event) -> None:
    await wait_for_kafka(bootstrap, KAFKA_SECONDS)
    right = partitioner.count(IMPORTER_ANSWERS)
    if len((await partitions_of(bootstrap)).get(IMPORTER_ANSWERS, ())) != right:
        raise OperatorError(
            f"topic {IMPORTER_ANSWERS} is missing or does not have {right} partitions: create the topics with "
            "`tonggwan "
            "topics`."
        )
    keys = TokenKeys(tuple((key.kid, key.secret) for key in settings.token_keys))
    breaker = Breaker(
        failures_max=settings.importer_failures_max,
        probe_s=settings.importer_probe_s,
        downtimes=settings.importer_downtimes,
    )
    async with Api(settings.importer_api, settings.importer_api_key, Pace.of(settings), breaker) as api:
        await Verifier(settings, bootstrap, keys, api).run(stop)
