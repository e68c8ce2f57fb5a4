"""Customs' open interface as far as it is documented, on a real socket of this machine; it can be told to misbehave.

Answers `GET /ext/rest/persEcmQry/retrievePersEcm` in the XML of API028: tCnt 1, 0 or -1 and reasons in Korean, which
repeat the name that was asked, as the real one's do.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

PATH: Final = "/ext/rest/persEcmQry/retrievePersEcm"
KEY: Final = "k240e240y000"


@dataclass(frozen=True)
class Holder:
    """Whom customs knows."""

    name: str = "김민서"
    phone: str = "01012345678"
    postcodes: tuple[str, ...] = ("06236",)
    says: str = ""
    """A reason of customs' own, such as that the code is suspended."""


HOLDERS: Final = {"P123456789012": Holder()}


def reply(count: str, reasons: Iterable[str] = ()) -> bytes:
    """A reply as customs writes it."""
    errors = "".join(
        f"<persEcmQryRtnErrInfoVo><errMsgCn>{_escaped(reason)}</errMsgCn></persEcmQryRtnErrInfoVo>"
        for reason in reasons
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><persEcmQryRtnVo><ntceInfo></ntceInfo>'
        f"{errors}<tCnt>{count}</tCnt></persEcmQryRtnVo>"
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def reasons(holder: Holder | None, asked: dict[str, str]) -> list[str]:
    """Why customs does not confirm what was asked."""
    if holder is None:
        return ["납세의무자 개인통관고유부호가 존재하지 않습니다."]
    found = [holder.says] if holder.says else []
    if asked["pltxNm"] != holder.name:
        found.append(
            f"입력하신 납세의무자명({asked['pltxNm']})이 개인통관고유부호의 성명과 일치하지 않습니다. "
            "납세의무자명(pltxNm) 파라미터가 깨질경우 UTF-8로 변환하여 실행하십시오."
        )
    if asked["cralTelno"] != holder.phone:
        found.append("납세의무자 휴대전화번호가 일치하지 않습니다.")
    if asked["custPsno"] not in holder.postcodes:
        found.append("납세의무자 우편번호가 일치하지 않습니다.")
    return found


Behaviour = Callable[["Server", dict[str, str], asyncio.StreamWriter], Awaitable[bytes | None]]
"""What to do with a request: a whole response, or None when the connection is to end."""


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """A response over HTTP."""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/xml;charset=UTF-8\r\n{headers}Content-Length: "
        f"{len(body)}\r\n\r\n".encode()
        + body
    )


async def well(server: "Server", asked: dict[str, str], _: asyncio.StreamWriter) -> bytes | None:
    """As documented."""
    if asked.get("crkyCn") != KEY:
        return http(reply("-1"))
    found = reasons(server.holders.get(asked["persEcm"]), asked)
    return http(reply("0" if found else "1", found))


def saying(body: bytes, status: str = "200 OK", headers: str = "") -> Behaviour:
    """The same to everybody."""

    async def behave(_: "Server", __: dict[str, str], ___: asyncio.StreamWriter) -> bytes | None:
        return http(body, status, headers)

    return behave


def slow(seconds: float) -> Behaviour:
    """As documented, but late."""

    async def behave(server: "Server", asked: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
        await asyncio.sleep(seconds)
        return await well(server, asked, writer)

    return behave


def dripping(seconds: float) -> Behaviour:
    """As documented, a byte at a time."""

    async def behave(server: "Server", asked: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
        for byte in await well(server, asked, writer) or b"":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds)
        return None

    return behave


async def cut(server: "Server", asked: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
    """The connection ends in the middle of the reply."""
    whole = await well(server, asked, writer) or b""
    writer.write(whole[: len(whole) - 20])
    await writer.drain()
    return None


async def endless(_: "Server", __: dict[str, str], writer: asyncio.StreamWriter) -> bytes | None:
    """A reply that never ends, without a length."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def no_http(_: "Server", __: dict[str, str], ___: asyncio.StreamWriter) -> bytes | None:
    """Something that is no HTTP."""
    return b"\x00\x01 hello\r\n\r\n"


@dataclass
class Server:
    """What it does and what it has seen."""

    holders: dict[str, Holder] = field(default_factory=lambda: dict(HOLDERS))
    behave: Behaviour = well
    asked: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _listening: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        """Listen, after the first time on the same port."""
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse connections, end those there are."""
        if self._listening is not None:
            self._listening.close()
            for writer in tuple(self._writers):
                writer.close()
            await self._listening.wait_closed()
            self._listening = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
                address = urlsplit(head.split(" ")[1])
                asked = {
                    name: values[0]
                    for name, values in parse_qs(address.query, keep_blank_values=True, strict_parsing=True).items()
                }
                self.asked.append(asked)
                response = (
                    await self.behave(self, asked, writer) if address.path == PATH else http(b"", "404 Not Found")
                )
                if response is None:
                    break
                writer.write(response)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()
        with suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()


@asynccontextmanager
async def serving(**changes: object) -> AsyncIterator[Server]:
    """A server that is gone afterwards."""
    server = Server(**changes)  # type: ignore[arg-type]  # its fields by name
    await server.up()
    try:
        yield server
    finally:
        await server.down()
