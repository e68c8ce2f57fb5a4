"""Receipts and records set aside, as `publish --follow` and `check` show them."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from streams.cli.console import on_terminal, out, print_line, printable, styled, table
from streams.i18n import Lang, describe, file_place, label, message, place, position, translate
from streams.worker.checker import Shown

COLUMNS: Final = ("house bill", "code", "path", "message")
REMARKS_MAX: Final = 20
"""Remarks on parcels that were not refused; a day's manifests have thousands."""


def show_receipt(receipt: Shown, where: str, lang: Lang, *, remarks_too: bool = True) -> None:
    """The answer in a line, every reason for a refusal, then the first remarks on parcels that were not refused."""
    counts = ", ".join(
        translate(lang, "{count} {number}", count=label("count", of, lang), number=f"{number:,}")
        for of, number in receipt["counts"].items()
    )
    summary = translate(
        lang,
        "{manifest} version {version}: {counts} ({where})",
        manifest=receipt["manifest_id"],
        version=receipt["manifest_version"],
        counts=counts,
        where=file_place(where, lang),
    )
    _headline(label("status", receipt["status"], lang), printable(summary))
    heads = [translate(lang, column) for column in COLUMNS]
    rows = [_row("", finding, lang) for finding in receipt["findings"]]
    rows += [_row(bill, finding, lang) for bill, finding in _of_parcels(receipt, refused=True)]
    if rows:
        table(heads, rows)
    if not remarks_too:
        return
    remarks = [_row(bill, finding, lang) for bill, finding in islice(_of_parcels(receipt, refused=False), REMARKS_MAX)]
    if remarks:
        print_line(translate(lang, "remarks on accepted parcels"))
        table(heads, remarks)
    if more := sum(1 for _ in _of_parcels(receipt, refused=False)) - len(remarks):
        print_line(translate(lang, "{number} more remarks; use --json to see them all", number=f"{more:,}"))


def _of_parcels(receipt: Shown, *, refused: bool) -> Iterator[tuple[str, Shown]]:
    for parcel in receipt["parcels"]:
        if (parcel["answer"] == "REJECTED") == refused:
            yield from ((parcel["house_bill"], finding) for finding in parcel["findings"])


def _row(house_bill: str, finding: Shown, lang: Lang) -> tuple[object, ...]:
    return house_bill, finding["code"], place(finding["path"], lang) if finding["path"] else "", message(finding, lang)


def show_dead_letter(letter: Shown, where: str, lang: Lang) -> None:
    """A record set aside, in a line; the cause in Korean follows from its code."""
    cause = letter["dead_letter"]
    meaning = describe("dead letter", cause["code"], lang) if lang == "ko" else ""
    line = translate(
        lang,
        "{code} at {path}: {message} ({where})" if cause["path"] else "{code}: {message} ({where})",
        code=cause["code"],
        path=position(cause["path"], lang),
        message=meaning or cause["message"],
        where=file_place(where, lang),
    )
    _headline(translate(lang, "SET ASIDE"), printable(line))


def _headline(word: str, rest: str) -> None:
    if on_terminal():
        out().print(styled(word), end=" ")
    print_line(f"{rest}" if on_terminal() else f"{word} {rest}")
