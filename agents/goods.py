"""What kind of goods an item is, by its commodity code and by the words of its description and ingredients."""

from collections.abc import Iterable, Iterator

from agents.reference import Category, Reference
from agents.text import folded
from schemas.manifest import Item

Hit = tuple[int, Category, str]
"""Index of the item, category, the term or code that gave it."""


def categorise(items: Iterable[Item], reference: Reference) -> tuple[Hit, ...]:
    """Every category of every item, once an item: by the commodity code first, then by words in order of appearance."""
    return tuple([(index, category, term) for index, item in enumerate(items) for category, term in _of_item(item, reference)])


def _of_item(item: Item, reference: Reference) -> Iterable[tuple[Category, str]]:
    goods = reference.goods
    by_code = goods.by_code(item.hs_code)
    by_text = tuple(goods.by_text(_words(item)))
    if by_code is None and not by_text:
        return ()
    return _once(by_code, item.hs_code, by_text)


def _words(item: Item) -> str:
    """Description and ingredients, folded; the bar keeps a term from spanning both."""
    if item.ingredients is None:
        return folded(item.description)
    return f"{folded(item.description)} | {folded(item.ingredients)}"


def _once(by_code: Category | None, hs_code: str, by_text: Iterable[tuple[str, Category]]) -> Iterator[tuple[Category, str]]:
    seen = set()
    if by_code is not None:
        seen.add(by_code.name)
        yield by_code, hs_code
    for term, category in by_text:
        if category.name not in seen:
            seen.add(category.name)
            yield category, term
