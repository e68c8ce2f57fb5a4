"""The adapter to customs' open interface, against a server that speaks its documented XML, well or badly."""

import asyncio
import gzip
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from streams.importer_verifier.api import Api, NoAnswerError, Pace
from streams.importer_verifier.breaker import Breaker
from streams.importer_verifier.reply import BYTES_MAX, Reply
from streams.settings import Downtime, Settings
from tests.importers_server import (
    KEY,
    Behaviour,
    Holder,
    Server,
    cut,
    dripping,
    endless,
    no_http,
    reply,
    saying,
    serving,
    slow,
    well,
)
from tests.streams.importer_verifier.questions import personal_in, question, told

PACE = Pace(timeout_s=1.0, try_s=0.3, pause_s=0.02, pause_s_max=0.04, connections=2, per_second=1_000)
BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<persEcmQryRtnVo><tCnt>&b;</tCnt></persEcmQryRtnVo>"
)


@asynccontextmanager
async def asking(server: Server, pace: Pace = PACE, key: str = KEY, **breaker: Any) -> AsyncIterator[Api]:  # noqa: ANN401 - what a breaker takes
    async with Api(server.address, key, pace, Breaker(**({"failures_max": 1_000, "probe_s": 60} | breaker))) as api:
        yield api


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, Reply(matches=True), id="everything matches"),
        pytest.param(
            {"phone": "01000000000"},
            Reply(matches=False, reasons=("납세의무자 휴대전화번호가 일치하지 않습니다.",)),
            id="another phone",
        ),
        pytest.param(
            {"postcode": "48058"},
            Reply(matches=False, reasons=("납세의무자 우편번호가 일치하지 않습니다.",)),
            id="another postcode",
        ),
        pytest.param(
            {"clearance_code": "P000000000000"},
            Reply(matches=False, reasons=("납세의무자 개인통관고유부호가 존재하지 않습니다.",)),
            id="no such code",
        ),
        pytest.param({"name": "A&B=C?#%+ 김/서"}, None, id="a name with every sign of an address in it"),
    ],
)
async def test_customs_says(asked: dict[str, str], expected: Reply | None) -> None:
    async with serving() as server, asking(server) as api:
        found = await api.ask(question(**asked))
    assert server.asked[0]["pltxNm"] == question(**asked).name, "it arrives as it was asked"
    assert found == expected if expected else found.reasons[0].startswith(f"입력하신 납세의무자명({asked['name']})")


async def test_customs_own_reason_comes_through() -> None:
    async with (
        serving(holders={"P123456789012": Holder(says="사용이 정지된 개인통관고유부호입니다.")}) as server,
        asking(server) as api,
    ):
        assert await api.ask(question()) == Reply(matches=False, reasons=("사용이 정지된 개인통관고유부호입니다.",))


@pytest.mark.parametrize(
    ("behave", "cause"),
    [
        pytest.param(slow(10), "no reply in time", id="slower than a try may take"),
        pytest.param(dripping(0.05), "no reply in time", id="a byte at a time"),
        pytest.param(saying(b"", "500 Internal Server Error"), "HTTP status 500", id="status 500"),
        pytest.param(saying(b"", "429 Too Many Requests"), "HTTP status 429", id="too many requests"),
        pytest.param(cut, "the connection broke", id="cut off in the middle"),
        pytest.param(no_http, "brought no HTTP", id="no HTTP"),
        pytest.param(saying(b"<html>sorry"), "can't be read: no XML", id="a page"),
        pytest.param(saying(b"\xff\xfe\x00"), "can't be read: no UTF-8", id="another encoding"),
        pytest.param(saying(BOMB), "can't be read: a document type", id="a bomb of entities"),
        pytest.param(
            saying(b" " * (BYTES_MAX + 1)), f"can't be read: more than {BYTES_MAX} bytes", id="a byte too many"
        ),
        pytest.param(endless, f"can't be read: more than {BYTES_MAX} bytes", id="without end"),
        pytest.param(
            saying(gzip.compress(b" " * 10_000_000), headers="Content-Encoding: gzip\r\n"),
            "can't be read: packed",
            id="a packed bomb",
        ),
        pytest.param(
            saying(b"", headers="X-Long: " + "김".encode().hex() * 10_000 + "\r\n"),
            "the connection broke",
            id="a header without end",
        ),
    ],
)
async def test_what_is_no_answer(behave: Behaviour, cause: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(behave=behave) as server, asking(server, probe_s=0) as api:
        with pytest.raises(NoAnswerError) as refused:
            await api.ask(question())
        assert len(server.asked) > 1, "it was tried again"
        server.behave = well
        assert (await api.ask(question())).matches, "and nothing is left behind on the connection"
    assert any("a try failed: " in line and cause in line for line in told(caplog).splitlines())
    assert personal_in(told(caplog) + repr(refused.value) + repr(refused.getrepr(chain=True))) == []


@pytest.mark.parametrize(
    ("behave", "key", "cause"),
    [
        pytest.param(well, "wrong", "customs refuses the key", id="a wrong key"),
        pytest.param(saying(b"", "401 Unauthorized"), KEY, "HTTP status 401", id="status 401"),
        pytest.param(
            saying(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"),
            KEY,
            "HTTP status 302",
            id="elsewhere: not followed",
        ),
    ],
)
async def test_a_refusal_is_not_tried_again(
    behave: Behaviour, key: str, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(behave=behave) as server, asking(server, key=key) as api:
        for _ in range(3):
            with pytest.raises(NoAnswerError) as refused:
                await api.ask(question())
            assert refused.value.outage
        assert len(server.asked) == 1
    assert told(caplog).count(cause) == 1
    assert personal_in(told(caplog)) == []


async def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving() as server, asking(server) as api:
        await server.down()
        with pytest.raises(NoAnswerError) as refused:
            await api.ask(question())
    assert "a try failed: no connection" in told(caplog)
    assert refused.value.outage, "nothing else was answered meanwhile"
    assert api.breaker.broken


async def test_a_short_trouble_is_waited_out() -> None:
    times = iter([True, True, False])

    async def at_first_not(server: Server, asked: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
        return None if next(times) else await well(server, asked, writer)

    async with serving(behave=at_first_not) as server, asking(server) as api:
        assert (await api.ask(question())).matches
        assert len(server.asked) == 3


async def test_the_time_of_a_question_is_bounded() -> None:
    """However often it is tried: three minutes by law."""
    async with serving(behave=slow(10)) as server, asking(server) as api:
        began = time.monotonic()
        with pytest.raises(NoAnswerError):
            await api.ask(question())
        assert time.monotonic() - began < PACE.timeout_s + PACE.try_s + 2


async def test_an_outage_begins_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with (
        serving(behave=saying(b"", "503 Service Unavailable")) as server,
        asking(server, failures_max=3, probe_s=0.2) as api,
    ):
        with pytest.raises(NoAnswerError):
            await api.ask(question())
        assert len(server.asked) == 3, "three failures are enough"
        with pytest.raises(NoAnswerError, match="out of order") as refused:
            await api.ask(question())
        assert refused.value.outage
        assert len(server.asked) == 3, "it is left alone"
        await asyncio.sleep(0.25)
        with pytest.raises(NoAnswerError):
            await api.ask(question())
        assert len(server.asked) == 4, "one try, then it is left alone again"
        server.behave = well
        await asyncio.sleep(0.25)
        assert (await api.ask(question())).matches
        assert (await api.ask(question())).matches
    assert [record.getMessage() for record in caplog.records if record.name.startswith("streams")] == [
        "customs is out of order (HTTP status 503): questions are pending until it answers again",
        "customs answers again",
    ]


async def test_in_an_announced_downtime_nothing_is_asked() -> None:
    now = time.time()
    async with serving() as server, asking(server, downtimes=[Downtime(now - 10, now + 600)]) as api:
        assert not api.could_ask()
        with pytest.raises(NoAnswerError) as refused:
            await api.ask(question())
        assert refused.value.outage
        assert server.asked == []
    async with serving() as server, asking(server, downtimes=[Downtime(now - 600, now - 10)]) as api:
        assert (await api.ask(question())).matches


async def test_one_question_nobody_can_answer_is_no_outage_while_others_are_answered() -> None:
    async def not_this(server: Server, asked: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
        return await (saying(b"<html>") if asked["pltxNm"] == "이서준" else well)(server, asked, writer)

    async def others(api: Api) -> None:
        while True:
            await api.ask(question())

    async with serving(behave=not_this) as server, asking(server, failures_max=3) as api:
        beside = asyncio.create_task(others(api))
        await asyncio.sleep(0.1)
        with pytest.raises(NoAnswerError) as refused:
            await api.ask(question(name="이서준"))
        assert not refused.value.outage
        beside.cancel()


async def test_connections_are_kept() -> None:
    async with serving() as server, asking(server) as api:
        for _ in range(20):
            await asyncio.gather(api.ask(question()), api.ask(question()))
        assert server.connections <= PACE.connections


async def test_no_more_questions_in_a_second_than_set() -> None:
    async with serving() as server, asking(server, replace(PACE, per_second=50, timeout_s=5)) as api:
        began = time.monotonic()
        await asyncio.gather(*(api.ask(question()) for _ in range(2)))
        for _ in range(8):
            await api.ask(question())
        assert time.monotonic() - began >= 9 / 50


async def test_a_question_that_is_called_off_leaves_the_way_free() -> None:
    async with serving(behave=slow(10)) as server, asking(server, failures_max=1, probe_s=0.0) as api:
        with pytest.raises(NoAnswerError):
            await api.ask(question())
        task = asyncio.create_task(api.ask(question()))
        await asyncio.sleep(0.05)
        assert not api.could_ask()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.behave = well
        assert (await api.ask(question())).matches


@pytest.mark.parametrize("name", ["\ud800", "\x00", "x" * 200, "김" * 200])
async def test_no_name_is_too_strange(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A lone surrogate can't be sent; whatever becomes of it, the next question is answered."""
    caplog.set_level(logging.DEBUG)
    async with serving() as server, asking(server, probe_s=0) as api:
        try:
            assert not (await api.ask(question(name=name))).matches
        except NoAnswerError as error:
            assert "김" not in str(error)  # noqa: PT017 - both ends are right
        assert (await api.ask(question())).matches
    assert personal_in(told(caplog)) == []


def test_the_pace_is_that_of_the_settings() -> None:
    pace = Pace.of(
        Settings(importer_timeout_s=60, importer_try_s=5, importer_connections=3, importer_questions_per_s=7)
    )
    assert (pace.timeout_s, pace.try_s, pace.connections, pace.per_second) == (60, 5, 3, 7)
    assert Pace.of(Settings()).timeout_s == 180, "as in the law"


def test_replies_of_the_server_are_as_documented() -> None:
    assert (
        b"<persEcmQryRtnErrInfoVo><errMsgCn>x</errMsgCn></persEcmQryRtnErrInfoVo><tCnt>0</tCnt></persEcmQryRtnVo>"
        in reply("0", ["x"])
    )
