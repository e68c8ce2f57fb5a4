"""What a parcel's items are under the law of a day."""

from agents.goods import TermHit, Understood, categorise
from agents.law.entries import Category

FOOD = Category("FOOD", list_excluded=True, simplified_excluded=False, prohibited=None, source="Act")
HERB = Category("HERB", list_excluded=True, simplified_excluded=False, prohibited=None, source="Act")


def test_every_category_of_every_item_with_its_flags() -> None:
    goods = (
        Understood(hits=(TermHit("FOOD", "tea", "WORDS"), TermHit("HERB", "121190", "CODE"))),
        Understood(),
        Understood(hits=(TermHit("FOOD", "jam", "WORDS"),)),
    )
    assert categorise(goods, {"FOOD": FOOD, "HERB": HERB}) == ((0, FOOD, "tea"), (0, HERB, "121190"), (2, FOOD, "jam"))


def test_a_category_that_begins_later_is_left_out() -> None:
    assert categorise(
        (Understood(hits=(TermHit("FOOD", "tea", "WORDS"), TermHit("HERB", "root", "WORDS"))),), {"FOOD": FOOD}
    ) == ((0, FOOD, "tea"),)
