"""What a parcel's items are, and of which categories under the law of a day."""

from collections.abc import Iterable, Mapping

from agents.goods.understood import Understood
from agents.law.entries import Category

CategoryHit = tuple[int, Category, str]
"""Index of the item, category, the term or code that gave it."""


def categorise(goods: Iterable[Understood], categories: Mapping[str, Category]) -> tuple[CategoryHit, ...]:
    """Every category of every item, once an item, with the flags that hold on the day."""
    return tuple(
        [
            (index, categories[hit.category], hit.term)
            for index, understood in enumerate(goods)
            if understood.hits
            for hit in understood.hits
            if hit.category in categories
        ]
    )
