"""Receipts and records set aside, as `publish --follow` and `check` show them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from streams.cli.look import many, on_terminal, out, shown, styled, table, write

Shown = Mapping[str, Any]
"""A receipt or a dead letter with the names of its schema."""

REFUSED: Final = frozenset({"REJECTED", "ACCEPTED_WITH_REJECTIONS"})
COLUMNS: Final = ("house bill", "code", "path", "message")


def is_refusal(receipt: Shown) -> bool:
    """Whether something was refused."""
    return receipt["status"] in REFUSED


def dead_letter(source: Shown, code: str, message: str, path: str) -> dict[str, Any]:
    """A record set aside, as `--json` prints it."""
    return {"dead_letter": {"code": code, "message": message, "path": path}, "source": dict(source)}


def show_receipt(receipt: Shown, where: str) -> None:
    """The answer in a line, then every reason for a refusal."""
    counts = ", ".join(f"{name} {number}" for name, number in receipt["counts"].items())
    _headline(receipt["status"], f"{shown(receipt['manifest_id'])} version {receipt['manifest_version']}: {counts} ({shown(where)})")
    rows = list(_reasons(receipt))
    if rows:
        table(COLUMNS, rows)
    remarks = sum(len(parcel["findings"]) for parcel in receipt["parcels"] if parcel["answer"] != "REJECTED")
    if remarks:
        write(f"{many(remarks, 'remark')} on parcels that were not refused; the decisions show them.")


def _reasons(receipt: Shown) -> Iterator[tuple[object, ...]]:
    for finding in receipt["findings"]:
        yield "", finding["code"], finding["path"], finding["message"]
    for parcel in receipt["parcels"]:
        if parcel["answer"] == "REJECTED":
            for finding in parcel["findings"]:
                yield parcel["house_bill"], finding["code"], finding["path"], finding["message"]


def show_dead_letter(letter: Shown, where: str) -> None:
    """A record set aside, in a line."""
    cause = letter["dead_letter"]
    path = f" at {shown(cause['path'])}" if cause["path"] else ""
    _headline("SET ASIDE", f"{shown(cause['code'])}{path}: {shown(cause['message'])} ({shown(where)})")


def _headline(word: str, rest: str) -> None:
    if on_terminal():
        out().print(styled(word), end=" ")
    write(f"{rest}" if on_terminal() else f"{word} {rest}")
