"""Every mistake of some tables at once, as far as one does not hide another."""

from collections.abc import Iterator
from typing import Final

from streams.reference import ReferenceDataError, Tables, reference_of

MISTAKES_MAX: Final = 100
"""Beyond, the tables want another look anyway."""


def mistakes(tables: Tables, good: Tables) -> Iterator[ReferenceDataError]:
    """What the loader refuses, one mistake after the other.

    A row that is refused is left out and the rest looked at again; a table refused as a whole gives way to that of
    `good`. Mistakes that only come from what was left out are not told.
    """
    broken: set[str] = set()
    given_way: set[str] = set()
    for _ in range(MISTAKES_MAX):
        try:
            reference_of(tables)
        except ReferenceDataError as error:
            told = str(error).removeprefix(error.file)
            if not (error.row is None and error.file in broken) and not any(
                file in told for file in broken - {error.file}
            ):
                yield error
            if error.row is not None:
                tables = tables.without(error.row)
            elif error.file in given_way:
                return
            else:
                given_way.add(error.file)
                tables = tables.with_tables({error.file: good.by_key(error.file).values()})
            broken.add(error.file)
        else:
            return
