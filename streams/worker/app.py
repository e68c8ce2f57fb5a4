"""One worker: a Faust app over exactly-once transport, with an agent for each step of the pipeline."""

import asyncio
import gc
import logging
import os
import sys
import sysconfig
import time
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from uuid import uuid4

import faust
from faust.types import StreamT

from agents.intake.results import DecisionContext
from agents.values.identity import TokenKeys
from schemas import topics
from streams.errors import OperatorError
from streams.kafka import batch_reader
from streams.kafka.admin import partitions_of, wait_for_kafka
from streams.reference import tables_of
from streams.reference.follow import Follower
from streams.reference.history import ReferenceHistory
from streams.risk.serve import scorer_of
from streams.settings import Settings, variable
from streams.worker import readiness
from streams.worker.assignment import RecordRun, WorkerSession
from streams.worker.processor import RecordProcessor
from streams.worker.transport import SCHEME, App, Consumer, PassThroughSchema

log = logging.getLogger(__name__)

RESTARTS_ENV: Final = "TONGGWAN_ANEW"
"""In the environment of a worker that restarted itself: how many times in a row without a commit in between."""
PAUSE_S_MAX: Final = 5.0
KAFKA_SECONDS: Final = 3600.0
STEADY_SECONDS: Final = 10.0
"""A worker that ran so long did not fail at its start: its next restart needs no pause."""
SWITCH_INTERVAL_S: Final = 0.001
"""How long the agents may keep Python to themselves while the client's thread wants to send a heartbeat or take a
fetch.
"""
GC_THRESHOLDS: Final = (50_000, 20, 50)
"""Records leave hardly anything that only the collector can free: looking for it as often as Python does by itself
costs a thirtieth of all work.
"""
STREAM_BATCHES_MAX: Final = 8


class WorkerError(OperatorError):
    """A worker that can't start."""


def decision_context_of(settings: Settings, history: ReferenceHistory) -> DecisionContext:
    """Reference data and model to decide by, and the keys of customs."""
    if not settings.token_keys:
        raise WorkerError(
            f"no keys for consignee tokens: set {variable('token_keys')}=<key id>:<at least 32 hexadecimal digits>, "
            f"or name a file in {variable('token_keys')}_FILE"
        )
    return DecisionContext(
        reference=history.state(0),
        keys=TokenKeys(tuple((key.kid, key.secret) for key in settings.token_keys)),
        scorer=scorer_of(settings.risk_model_dir, settings.cache_dir),
    )


def run(settings: Settings, bootstrap: str) -> NoReturn:
    """Work until SIGTERM or SIGINT; exit status 0 then, 1 when something has to be repaired."""
    batch_reader.install()
    if is_slow_interpreter(sysconfig.get_config_vars()):
        log.warning("this Python was built without --enable-optimizations: deciding a parcel takes 10 to 25 % longer")
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    _pause_after_failure()
    asyncio.run(_check_topics(bootstrap))
    history = ReferenceHistory(tables_of(settings.reference_dir))
    history.state(0).watchlist.prepare()  # before the first parcel, not while it waits
    gc.collect()
    gc.freeze()  # reference data stays: the collector need not look through it again and again
    gc.set_threshold(*GC_THRESHOLDS)
    processor = RecordProcessor(
        decision_context_of(settings, history),
        memory_days=settings.memory_days,
        references=history,
    )
    slot = settings.slot or f"adhoc-{uuid4().hex[:12]}"
    started = time.monotonic()

    def start_anew(reason: str) -> NoReturn:
        _restart_process(reason, steady=time.monotonic() - started > STEADY_SECONDS)

    asyncio.set_event_loop(asyncio.new_event_loop())
    session = WorkerSession(
        processor, settings, bootstrap, f"{settings.group}-{slot}", start_anew, Follower(bootstrap, history)
    )
    app = create_app(settings, bootstrap, session)
    logging.getLogger("aiokafka").setLevel(
        max(logging.INFO, logging.getLevelName(settings.log_level))
    )  # at DEBUG it writes down what it fetches: manifests in clear text
    faust.Worker(app, loglevel=settings.log_level, quiet=True, redirect_stdouts=False).execute_from_commandline()


def is_slow_interpreter(variables: Mapping[str, object]) -> bool:
    """Whether an interpreter with these build variables was built from source without profile-guided optimisation.

    Distributions leave the flag empty because they drive the optimised build themselves.
    """
    return bool(variables.get("PGO_PROF_USE_FLAG")) and "--enable-optimizations" not in str(
        variables.get("CONFIG_ARGS")
    )


def create_app(settings: Settings, bootstrap: str, session: WorkerSession) -> App:
    """The Faust app, with an agent for each step of the pipeline."""
    app = App(
        settings.group,
        broker=f"{SCHEME}://{bootstrap}".replace(",", f";{SCHEME}://"),
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        web_enabled=False,
        stream_buffer_maxsize=STREAM_BATCHES_MAX,
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        broker_commit_livelock_soft_timeout=settings.max_poll_interval_ms / 1000,
        worker_redirect_stdouts=False,
        autodiscover=False,
    )
    app.session = session

    async def handle_runs(stream: StreamT[RecordRun]) -> None:
        """Process the runs of records of one step."""
        await _work_through(session, stream)

    for step in session.processor.pipeline.steps:
        # The channel is named after the step; the conductor knows its topics.
        app.agent(app.topic(step.name, schema=PassThroughSchema(), internal=False), name=step.name)(handle_runs)

    @app.on_rebalance_complete.connect
    async def on_assigned(*_: Any, **__: Any) -> None:  # noqa: ANN401 - Faust's signal
        consumer = app.consumer
        assert isinstance(consumer, Consumer)  # noqa: S101 - for the type checker: the scheme in `broker` made it so
        assignment = await consumer.on_assigned()
        if assignment is not None:
            readiness.write(
                assignment.membership.generation, ((tp.topic, tp.partition) for tp in consumer.assignment())
            )

    return app


async def _work_through(session: WorkerSession, stream: StreamT[RecordRun]) -> None:
    """Hand runs of records to the session.

    What ends an agent ends the process, loudly: without it the worker would live on and take nothing. What was not
    committed is not lost.
    """
    try:
        async for run_of_records in stream:
            await session.handle(run_of_records)
    except Exception:
        log.critical("an agent ended with an internal error, and this worker ends with it", exc_info=True)
        logging.shutdown()
        os._exit(1)


async def _check_topics(bootstrap: str) -> None:
    """Wait for Kafka; raises WorkerError where a topic is not as the table of topics says."""
    await wait_for_kafka(bootstrap, KAFKA_SECONDS)
    there = await partitions_of(bootstrap)
    for row in topics.TOPICS:
        if row.name.endswith("."):
            continue
        found = len(there.get(row.name, ()))
        if not found:
            raise WorkerError(f"topic {row.name} is missing: create the topics with `tonggwan topics`")
        if found != row.partitions:
            raise WorkerError(
                f"topic {row.name} has {found} partitions, expected {row.partitions}: "
                "keys would map to other partitions; see schemas/topics.py"
            )


def _restart_process(reason: str, *, steady: bool) -> NoReturn:
    """Replace this process by a fresh one: state, queues, connections and producer of the old one are gone at once."""
    log.warning("restarting: %s", reason)
    logging.shutdown()
    os.environ[RESTARTS_ENV] = "1" if steady else str(int(os.environ.get(RESTARTS_ENV, "0")) + 1)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the command this process was started with


def _pause_after_failure() -> None:
    """Wait longer each time that a restart did not help."""
    times = int(os.environ.get(RESTARTS_ENV, "0"))
    if times > 1:
        time.sleep(min(0.1 * 2**times, PAUSE_S_MAX))
