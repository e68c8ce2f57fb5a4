"""Customs' open interface, API028 "import declaration: verification of the clearance code", asked over HTTP.

Code, name, phone, postcode and the key stand in the address of a request, so no address, no reply and no error of the
client ever reaches a log: causes are told in words of our own.
"""

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp

from agents.importers.customs_interface import Question
from streams.importer_verifier.breaker import Breaker
from streams.importer_verifier.reply import BYTES_MAX, KeyRefusedError, Reply, UnreadableReplyError, read_reply
from streams.settings import Settings

log = logging.getLogger(__name__)

PATH: Final = "/ext/rest/persEcmQry/retrievePersEcm"
UNREADABLE_MAX: Final = 3
"""So many replies to one question that nobody can read, and it is left for later."""
CHUNK_BYTES: Final = 8 * 1024
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
OK: Final = 200


class NoAnswerError(Exception):
    """Customs has not answered.

    `outage`: nobody's question is being answered, so there is no use in asking before that ends.
    """

    def __init__(self, cause: str, *, outage: bool) -> None:
        super().__init__(cause)
        self.outage = outage


class _FailedError(Exception):
    """One try failed; the message is in our own words."""


class _RefusedError(_FailedError):
    """Customs refuses us, whatever is asked."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for what, in seconds, and how much at once."""

    timeout_s: float = 180.0
    try_s: float = 10.0
    pause_s: float = 0.5
    """Before a second try, at most; twice as long before each further one."""
    pause_s_max: float = 30.0
    connections: int = 8
    per_second: float = 20.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As set."""
        return cls(
            timeout_s=settings.importer_timeout_s,
            try_s=settings.importer_try_s,
            connections=settings.importer_connections,
            per_second=settings.importer_questions_per_s,
        )


class Api:
    """Asks one question at a time of each caller, several callers at once: `async with Api(…) as api`."""

    def __init__(self, address: str, key: str, pace: Pace, breaker: Breaker) -> None:
        self._address = address + PATH
        self._key = key
        self._pace = pace
        self._turn_at = 0.0
        self._session: aiohttp.ClientSession | None = None
        self.breaker = breaker
        self.tries = 0

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pace.connections),
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            # A reply in plain bytes is bounded by counting them; unpacking would not be.
            auto_decompress=False,
            headers={"Accept": "application/xml", "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None  # noqa: S101 - for the type checker
        await self._session.close()

    def could_ask(self) -> bool:
        """Whether a question would be tried now."""
        return self.breaker.could_ask(time.monotonic(), time.time())

    async def ask(self, question: Question) -> Reply:
        """Customs' reply, tried again until the time is up. Raises NoAnswerError."""
        began = time.monotonic()
        until = began + self._pace.timeout_s
        pause_s, unreadable = self._pace.pause_s, 0
        while True:
            if not self.breaker.ask(time.monotonic(), time.time()):
                raise NoAnswerError("customs is out of order", outage=True)
            try:
                reply = await self._try(question, until)
            except _RefusedError as error:
                self._note(self.breaker.refused(time.monotonic()), str(error))
                raise NoAnswerError(str(error), outage=True) from None
            except (UnreadableReplyError, _FailedError) as error:
                cause = (
                    f"a reply that can't be read: {error}" if isinstance(error, UnreadableReplyError) else str(error)
                )
                unreadable += isinstance(error, UnreadableReplyError)
                log.debug("a try failed: %s", cause)
                self._note(self.breaker.failed(time.monotonic()), cause)
            except BaseException:
                self.breaker.given_up()
                raise
            else:
                if self.breaker.answered(time.monotonic()):
                    log.warning("customs answers again")
                return reply
            if unreadable >= UNREADABLE_MAX:
                raise NoAnswerError(cause, outage=self.breaker.broken)
            wait_s = random.uniform(0, pause_s)  # noqa: S311 - keeps callers apart, hides nothing
            if time.monotonic() + wait_s >= until:
                self._note(
                    self.breaker.timed_out(time.monotonic(), began),
                    f"no answer within {self._pace.timeout_s:.0f} s, the last time {cause}",
                )
                raise NoAnswerError(cause, outage=self.breaker.broken)
            await asyncio.sleep(wait_s)
            pause_s = min(2 * pause_s, self._pace.pause_s_max)

    @staticmethod
    def _note(began: bool, cause: str) -> None:  # noqa: FBT001 - what the breaker said
        if began:
            log.warning("customs is out of order (%s): questions are pending until it answers again", cause)

    async def _try(self, question: Question, until: float) -> Reply:
        """One request, in its turn and within its time."""
        await self._turn()
        self.tries += 1
        seconds = min(self._pace.try_s, until - time.monotonic())
        try:
            async with asyncio.timeout(max(seconds, 0)):
                return await self._request(question)
        except TimeoutError:
            raise _FailedError("no reply in time") from None
        except KeyRefusedError:
            raise _RefusedError("customs refuses the key") from None
        except aiohttp.ClientConnectorCertificateError:
            raise _RefusedError("its certificate is not trusted") from None
        except aiohttp.ClientConnectorError:
            raise _FailedError("no connection") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error, UnreadableReplyError):
                raise
            # The client's own words may hold the address, and with it a person.
            raise _FailedError("the connection broke, or brought no HTTP") from None

    async def _request(self, question: Question) -> Reply:
        assert self._session is not None  # noqa: S101 - for the type checker
        asked = {
            "crkyCn": self._key,
            "persEcm": question.clearance_code,
            "pltxNm": question.name,
            "cralTelno": question.phone,
            "custPsno": question.postcode,
        }
        async with self._session.get(self._address, params=asked, allow_redirects=False) as response:
            if response.status == TOO_MANY or response.status >= SERVER_ERROR:
                raise _FailedError(f"HTTP status {response.status}")
            if response.status != OK:
                raise _RefusedError(f"HTTP status {response.status}")
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise UnreadableReplyError("packed, which was not asked for")
            body = bytearray()
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                body += chunk
                if len(body) > BYTES_MAX:
                    response.close()
                    raise UnreadableReplyError(f"more than {BYTES_MAX} bytes")
        return read_reply(bytes(body))

    async def _turn(self) -> None:
        """Wait until the pace allows another request."""
        now = time.monotonic()
        self._turn_at = max(self._turn_at, now) + 1 / self._pace.per_second
        await asyncio.sleep(self._turn_at - 1 / self._pace.per_second - now)
