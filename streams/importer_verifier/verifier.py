"""The verifier: reads manifests beside intake, asks customs about their consignees, publishes the answers by token.

At least once: the offset of a record is committed when each of its questions has an answer that Kafka has
acknowledged; a question without one keeps its record, so a restart asks again. What can't be read is passed over:
intake sets it aside. A person's name, phone and code live in this process's memory alone, as long as their question
is open.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.structs import TopicPartition

from agents.importers.customs_interface import Question, grounds, questions_in
from agents.read import read
from agents.values.clock import HOUR_MS, show_ms
from agents.values.identity import TokenKeys
from schemas.dead_letter import UnreadableError
from schemas.importer_answer import Answer, write_answer
from schemas.topics import IMPORTER_ANSWERS, MANIFESTS
from streams.importer_verifier.api import Api, NoAnswerError
from streams.importer_verifier.progress import Progress, Taken
from streams.importer_verifier.reply import Reply
from streams.kafka import partitioner
from streams.settings import Settings

log = logging.getLogger(__name__)

GROUP: Final = "-verifier"
"""Behind the name of the workers' group."""
POLL_MS: Final = 200
RECORDS_A_POLL: Final = 4
"""Few, because each may bring thousands of questions."""
COMMIT_S: Final = 1.0
LOOK_S: Final = 0.05
"""How often questions that wait are looked at."""
TELL_S: Final = 60.0
NEW_CARRIERS_MS: Final = 5_000
GRACE_S: Final = 15.0
"""How long a question that customs is answering may still take when the verifier is told to stop."""
AGAIN_S: Final = 30.0
"""Before a question is asked again that customs alone can't answer; twice as long each time, an hour at most."""
AGAIN_S_MAX: Final = 3_600.0
PUBLISH_PAUSE_S: Final = 0.5
NOT_OURS: Final = (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
"""A commit for partitions that have just gone to another verifier, which will ask again."""


@dataclass(slots=True, eq=False)
class _OpenQuestion:
    """A question without answer, and the records that wait for it."""

    question: Question
    since_ms: int
    waiting: list[Taken] = field(default_factory=list)
    pending: bool = False
    """Published as NO_ANSWER."""
    again_at: float = 0.0
    again_s: float = AGAIN_S


@dataclass(slots=True)
class VerifierCounters:
    """What a verifier has done."""

    manifests: int = 0
    unread: int = 0
    questions: int = 0
    remembered: int = 0
    matches: int = 0
    mismatches: int = 0
    pending: int = 0
    given_up: int = 0


class Verifier:
    """Run it until `stop` is set; whatever ends it sooner is raised."""

    def __init__(self, settings: Settings, bootstrap: str, keys: TokenKeys, api: Api, topics: str = MANIFESTS) -> None:
        """`topics` is how the names of those it reads begin."""
        self._settings = settings
        self._topics = topics
        self._keys = keys
        self._api = api
        self._open: dict[str, _OpenQuestion] = {}
        self._asked: asyncio.Queue[_OpenQuestion | None] = asyncio.Queue()
        self._later: deque[_OpenQuestion] = deque()
        self._answers: dict[str, int] = {}
        """When a question was answered, in the order of answers."""
        self._progress = Progress()
        self._stop = asyncio.Event()
        self.counters = VerifierCounters()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=settings.group + GROUP,
            client_id="tonggwan-verifier",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=NEW_CARRIERS_MS,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_interval_ms,
            max_poll_interval_ms=settings.max_poll_interval_ms,
            max_partition_fetch_bytes=settings.fetch_bytes_max,
        )
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, client_id="tonggwan-verifier", enable_idempotence=True, acks="all", linger_ms=5
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; questions that customs is answering then are still taken."""
        self._stop = stop
        await self._producer.start()
        try:
            self._consumer.subscribe(pattern=f"^{re.escape(self._topics)}", listener=_Ours(self))
            await self._consumer.start()
            try:
                await self._work()
            finally:
                await self._commit()
                await self._consumer.stop()
        finally:
            await self._producer.stop()
            self._tell()

    async def _work(self) -> None:
        asking = [asyncio.create_task(self._ask_on()) for _ in range(self._settings.importer_connections)]
        beside = [asyncio.create_task(self._ask_again()), asyncio.create_task(self._tell_on())]
        reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait([reading, *beside, *asking], return_when=asyncio.FIRST_COMPLETED)
            self._stop.set()
            while not self._asked.empty():
                self._asked.get_nowait()
            for _ in asking:
                self._asked.put_nowait(None)
            await asyncio.wait([reading, *asking], timeout=GRACE_S)
        finally:
            for task in (reading, *beside, *asking):
                task.cancel()
            ends = await asyncio.gather(reading, *beside, *asking, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    # reading

    async def _read(self) -> None:
        """Take records while there is room for their questions."""
        committed_at = time.monotonic()
        while not self._stop.is_set():
            full = len(self._open) >= self._settings.importer_questions_open_max
            (self._consumer.pause if full else self._consumer.resume)(*self._consumer.assignment())
            batches = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)
            for tp, records in batches.items():
                for record in records:
                    self._take(tp, record)
            if time.monotonic() - committed_at >= COMMIT_S:
                await self._commit()
                committed_at = time.monotonic()

    def _take(self, tp: TopicPartition, record: Any) -> None:  # noqa: ANN401 - ConsumerRecord, which the client leaves untyped
        """Put the questions of a record among those that are asked."""
        taken = self._progress.take(tp, record.offset)
        self.counters.manifests += 1
        now_ms = _now_ms()
        for question in {question.particulars: question for question in self._questions(record.value)}.values():
            if self._is_answered(question.particulars, now_ms):
                self.counters.remembered += 1
                continue
            is_open = self._open.get(question.particulars)
            if is_open is None:
                self.counters.questions += 1
                is_open = self._open[question.particulars] = _OpenQuestion(question, now_ms)
                self._asked.put_nowait(is_open)
            is_open.waiting.append(taken)
            taken.left += 1

    def _questions(self, value: bytes | None) -> Iterable[Question]:
        try:
            return list(questions_in(read(value), self._keys))
        except UnreadableError:
            self.counters.unread += 1
        except Exception as error:  # noqa: BLE001 - an internal error on one record must not keep all others from being asked; its words may hold a person
            log.error("a record cannot be read because of an internal error: %s", type(error).__name__)  # noqa: TRY400 - the traceback's last line is the error's words
            self.counters.unread += 1
        return ()

    def _is_answered(self, particulars: str, now_ms: int) -> bool:
        answered_ms = self._answers.get(particulars)
        return answered_ms is not None and now_ms - answered_ms < self._settings.importer_answer_hours * HOUR_MS

    async def _commit(self) -> None:
        commits = {tp: offset for tp, offset in self._progress.commits().items() if tp in self._consumer.assignment()}
        if commits:
            with suppress(*NOT_OURS):
                await self._consumer.commit(commits)

    async def left(self, tps: Iterable[TopicPartition]) -> None:
        """Partitions go to another verifier: commit what is done, forget the rest."""
        await self._commit()
        self._progress.forget(tps)

    # asking

    async def _ask_on(self) -> None:
        while (is_open := await self._asked.get()) is not None:
            await self._ask(is_open)

    async def _ask(self, is_open: _OpenQuestion) -> None:
        if all(taken.gone for taken in is_open.waiting):
            self._close(is_open)
            return
        asked_ms = _now_ms()
        try:
            reply = await self._api.ask(is_open.question)
        except NoAnswerError as error:
            await self._pend(is_open, asked_ms, error)
            return
        answered_ms = _now_ms()
        await self._publish(_answer(is_open.question, reply, asked_ms, answered_ms))
        if reply.matches:
            self.counters.matches += 1
        else:
            self.counters.mismatches += 1
        self._remember(is_open.question.particulars, answered_ms)
        self._close(is_open)

    async def _pend(self, is_open: _OpenQuestion, asked_ms: int, error: NoAnswerError) -> None:
        """Say once that the question is pending; ask again later."""
        now_ms = _now_ms()
        if not is_open.pending:
            question = is_open.question
            at = show_ms(now_ms)
            await self._publish(
                Answer(
                    consignee=question.consignee,
                    particulars=question.particulars,
                    answer="NO_ANSWER",
                    asked_at=show_ms(asked_ms),
                    answered_at=at,
                )
            )
            is_open.pending = True
            self.counters.pending += 1
        if now_ms - is_open.since_ms > self._settings.importer_give_up_hours * HOUR_MS:
            log.error(
                "a question has no answer after %d h (%s): its parcels stay held, a person has to look",
                self._settings.importer_give_up_hours,
                error,
            )
            self.counters.given_up += 1
            self._close(is_open)
            return
        if not error.outage:
            is_open.again_at = time.monotonic() + is_open.again_s
            is_open.again_s = min(2 * is_open.again_s, AGAIN_S_MAX)
        self._later.append(is_open)

    async def _ask_again(self) -> None:
        """Ask pending questions when customs answers again; one at a time while that is tried."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._later or not self._api.could_ask():
                continue
            most = 1 if self._api.breaker.broken else len(self._later)
            now = time.monotonic()
            for _ in range(len(self._later)):
                is_open = self._later.popleft()
                if most and is_open.again_at <= now:
                    self._asked.put_nowait(is_open)
                    most -= 1
                else:
                    self._later.append(is_open)

    async def _publish(self, answer: Answer) -> None:
        """Return when Kafka has acknowledged it."""
        key = answer.consignee.encode()
        while True:
            try:
                await self._producer.send_and_wait(
                    IMPORTER_ANSWERS, write_answer(answer), key=key, partition=partitioner.of(IMPORTER_ANSWERS, key)
                )
            except KafkaError as error:
                if not error.retriable:
                    raise
                log.warning("an answer can't be published yet: %s", type(error).__name__)
                await asyncio.sleep(PUBLISH_PAUSE_S)
            else:
                return

    def _remember(self, particulars: str, answered_ms: int) -> None:
        self._answers.pop(particulars, None)
        self._answers[particulars] = answered_ms
        while len(self._answers) > self._settings.importer_answers_kept_max:
            del self._answers[next(iter(self._answers))]

    def _close(self, is_open: _OpenQuestion) -> None:
        del self._open[is_open.question.particulars]
        for taken in is_open.waiting:
            taken.left -= 1

    # telling

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(TELL_S)
            self._tell()

    def _tell(self) -> None:
        counts = ", ".join(
            f"{getattr(self.counters, each.name)} {each.name.replace('_', ' ')}" for each in fields(VerifierCounters)
        )
        log.info("%s, %d open", counts, len(self._open))


class _Ours(ConsumerRebalanceListener):
    """Hears which partitions come and go."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """They may go to another verifier."""
        await self._verifier.left(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """They are read from what is committed."""


def _answer(question: Question, reply: Reply, asked_ms: int, answered_ms: int) -> Answer:
    """What customs said, without its words."""
    differ, state = grounds(reply.reasons, question.name)
    return Answer(
        consignee=question.consignee,
        particulars=question.particulars,
        answer="MATCH" if reply.matches else "MISMATCH",
        differ=differ,
        state=state,
        asked_at=show_ms(asked_ms),
        answered_at=show_ms(answered_ms),
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
