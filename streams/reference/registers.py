"""Registers of carriers and of e-commerce operators."""

from agents.law.entries import Registration
from streams.reference.tables import Row, Tables, keyed


def _registration(row: Row) -> Registration:
    """An entry of a register."""
    entry = Registration(
        row["name"], row.day("valid_from"), row.day_or_none("valid_until"), row.day_or_none("suspended_from")
    )
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        raise row.wrong("valid_until", f"empty or a day from {entry.valid_from} on")
    return entry


def register(tables: Tables, file: str) -> dict[str, Registration]:
    """A register by code; a carrier's code is also the last part of its topics' names."""
    right = "at most 32 lower-case letters, digits and dashes"
    return keyed(tables.rows(file), lambda row: row.matching("code", "[a-z0-9][a-z0-9-]{0,31}", right), _registration)
