"""Everything that is known of goods, built once from the tables: it says what an item is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from agents.goods.amounts import NO_AMOUNTS, amounts
from agents.goods.headings import CHAPTER, SUBHEADING, HeadingIndex
from agents.goods.spelling import Spelling, lettered, squeezed
from agents.goods.terms import Match, Patterns, Term, Vocabulary, outside, squeezable
from agents.goods.understood import NOTHING, Disguise, TermHit, Understood
from agents.law.dated import Dated
from agents.law.entries import Category
from schemas.manifest import Item

if TYPE_CHECKING:
    from schemas.decision import Suggestion

SHORT_CHARS: Final = 200
"""Texts up to here are remembered in their tens of thousands, longer ones by the thousand: unlike ones can't fill
the memory.
"""
SHORT_REMEMBERED: Final = 32_768
LONG_REMEMBERED: Final = 1_024

OTHER_WORDS_MAX: Final = 8
"""Words in Hangul and Han that are weighed for a heading: the last ones, where the name of the goods stands."""

CONSUMABLES: Final = frozenset({*(f"{chapter:02}" for chapter in range(1, 25)), "30", "33", "34"})
"""Chapters of what is eaten, drunk, taken or put on the skin: a weak word counts in them, and where there is no
code.
"""


def _made_again(
    vocabulary: Vocabulary,
    categories: Dated[Mapping[str, Category]],
    hs_prefixes: Mapping[str, str],
    lookalikes: Mapping[str, str],
    margins: Mapping[int, int],
) -> "GoodsKnowledge":
    return GoodsKnowledge(
        vocabulary, categories=categories, hs_prefixes=hs_prefixes, lookalikes=lookalikes, margins=margins
    )


class GoodsKnowledge:
    """Vocabulary, spelling, headings and categories.

    `categories` holds by day the categories in the order of their strictness, the strictest first;
    `hs_prefixes` maps the first digits of a commodity code to a category, the longest known beginning wins.
    """

    __slots__ = (
        "_brand_names",
        "_brands",
        "_by_day",
        "_headings",
        "_hidden",
        "_hidden_terms",
        "_hs_prefixes",
        "_ingredient_terms",
        "_ingredients",
        "_made_of",
        "_masks_from",
        "_other_words",
        "_prefix_lengths",
        "_rank",
        "_spelling",
        "_terms",
        "_understood_long",
        "_understood_short",
        "_words",
        "_words_from",
    )

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        categories: Dated[Mapping[str, Category]],
        hs_prefixes: Mapping[str, str],
        lookalikes: Mapping[str, str],
        margins: Mapping[int, int],
    ) -> None:
        self._made_of = (vocabulary, categories, hs_prefixes, lookalikes, margins)
        self._by_day = categories
        known: dict[str, Category] = {name: category for _, day in categories.items() for name, category in day.items()}
        self._rank = {
            category.name: place
            for place, category in enumerate(sorted(known.values(), key=lambda category: category.rank))
        }
        self._hs_prefixes = dict(hs_prefixes)
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in hs_prefixes}, reverse=True))
        self._spelling = Spelling(lookalikes)
        self._headings = HeadingIndex(vocabulary.words, margins)

        anywhere = [brand for brand in vocabulary.brands if not brand.field_only]
        other_words = [word for word in vocabulary.words if not word.isascii()]
        self._terms = tuple(vocabulary.terms)
        self._brands = tuple(brand.name for brand in anywhere)
        self._masks_from = len(self._terms) + len(anywhere)
        self._words_from = self._masks_from + len(vocabulary.innocent)
        self._words = Patterns(
            [
                *(term.text for term in self._terms),
                *(brand.text for brand in anywhere),
                *vocabulary.innocent,
                *other_words,
            ]
        )
        self._other_words = tuple(other_words)
        self._brand_names = {brand.text: brand.name for brand in vocabulary.brands}

        self._ingredient_terms = tuple(
            term for term in self._terms if known[term.category].in_ingredients and not term.weak
        )
        self._ingredients = Patterns([term.text for term in self._ingredient_terms])
        hidden = {
            letters: term
            for term in self._terms
            if known[term.category].prohibited and (letters := squeezable(term.text))
        }
        self._hidden_terms = tuple(hidden.values())
        self._hidden = Patterns(tuple(hidden))

        self._understood_short = lru_cache(SHORT_REMEMBERED)(self._understand)
        self._understood_long = lru_cache(LONG_REMEMBERED)(self._understand)

    def __reduce__(self) -> tuple[Callable[..., "GoodsKnowledge"], tuple[Any, ...]]:
        """Copied and pickled by what it was made of: searching is quickly prepared again."""
        return _made_again, self._made_of

    def categories_on(self, day: date) -> Mapping[str, Category]:
        """The categories by name, with the flags that hold on a day; before the first one those of the first."""
        return self._by_day.on(max(day, self._by_day.first_day))

    @property
    def categories(self) -> frozenset[str]:
        """Every category there is on some day."""
        return frozenset(self._rank)

    def understand(self, item: Item) -> Understood:
        """What an item is, by its description, code, ingredients and brand. Remembered: descriptions repeat."""
        description, ingredients = item.description, item.ingredients
        if len(description) <= SHORT_CHARS and (ingredients is None or len(ingredients) <= SHORT_CHARS):
            return self._understood_short(description, item.hs_code, ingredients, item.brand)
        return self._understood_long(description, item.hs_code, ingredients, item.brand)

    def by_code(self, hs_code: str) -> str | None:
        """The category of a commodity code, by its longest known beginning."""
        for length in self._prefix_lengths:
            if category := self._hs_prefixes.get(hs_code[:length]):
                return category
        return None

    def _understand(self, description: str, hs_code: str, ingredients: str | None, brand: str | None) -> Understood:
        plain, disguises = self._spelling.read(description)
        found, stuffed = self._words.find(plain)
        words = [match for match in found if match[2] >= self._words_from]
        hits: dict[str, TermHit] = {}
        if code_category := self.by_code(hs_code):
            hits[code_category] = TermHit(
                code_category, hs_code if hs_code.isdigit() else f"chapter {hs_code[:CHAPTER]}", "CODE"
            )
        names: list[str] = []
        species: list[str] = []
        if len(words) < len(found):
            self._name(found, hits, names, species, _consumable(hs_code), description.lower() if disguises else None)
        disguises = self._look_behind(plain, hits, disguises)
        if ingredients:
            more, stuffed_too = self._read_ingredients(ingredients, hits, species)
            disguises = tuple(dict.fromkeys((*disguises, *more)))
            stuffed = stuffed or stuffed_too
        if stuffed:
            disguises = (*disguises, "stuffed with terms")
        stated = amounts(plain)
        mark = self._mark(brand, names)
        suggestions: tuple[Suggestion, ...] = ()
        if hs_code[:SUBHEADING].isdigit() and len(hs_code) >= SUBHEADING:
            suggestions = self._headings.suggest(
                hs_code, self._headings.weigh(plain, self._longest(plain, words) if words else ())
            )
        if not hits and not disguises and stated is NO_AMOUNTS and mark is None and not suggestions:
            return NOTHING
        return Understood(
            hits=tuple(hits.values()),
            category=min(hits, key=self._rank.__getitem__) if hits else None,
            disguises=disguises,
            containers=stated.containers,
            pieces=stated.pieces,
            volume_ml_stated=stated.volume_ml,
            doses=stated.doses,
            grams_stated=stated.grams,
            brand=mark,
            cites=species[0] if species else None,
            suggestions=suggestions,
        )

    def _name(  # noqa: PLR0913, PLR0917 - what one reading knows
        self,
        found: list[Match],
        hits: dict[str, TermHit],
        names: list[str],
        species: list[str],
        consumable: bool,  # noqa: FBT001 - one pass over the matches fills all three
        disguised: str | None,
    ) -> None:
        """Categories, brands and species of the words found, in order of appearance."""
        masks_from, words_from, terms = self._masks_from, self._words_from, self._terms
        masks = [match for match in found if masks_from <= match[2] < words_from]
        for _, _, index in outside(found, masks) if masks else found:
            if index < len(terms):
                term = terms[index]
                if term.category in hits and term.species is None:
                    continue
                if term.weak and not consumable:
                    continue
                if term.category not in hits:
                    hits[term.category] = _hit(term, disguised)
                if term.species:
                    species.append(term.species)
            elif index < masks_from:
                names.append(self._brands[index - len(terms)])

    def _look_behind(
        self, plain: str, hits: dict[str, TermHit], disguises: tuple[Disguise, ...]
    ) -> tuple[Disguise, ...]:
        """Prohibited goods whose letters stand apart."""
        together = squeezed(plain)
        if together != plain:
            disguises = self._look_through(plain, together, hits, disguises, "spaced letters")
        letters = lettered(together)
        return (
            disguises
            if letters == together
            else self._look_through(plain, letters, hits, disguises, "digits for letters")
        )

    def _look_through(
        self, plain: str, together: str, hits: dict[str, TermHit], disguises: tuple[Disguise, ...], disguise: Disguise
    ) -> tuple[Disguise, ...]:
        for _, _, index in self._hidden.find(together)[0]:
            term = self._hidden_terms[index]
            if term.category not in hits:
                # "stun-gun" is just how one may write it.
                plainly = term.text in plain.replace("-", " ")
                hits[term.category] = TermHit(term.category, term.text, "WORDS" if plainly else "HIDDEN")
                if not plainly:
                    disguises = (*disguises, disguise)
        return disguises

    def _read_ingredients(
        self, ingredients: str, hits: dict[str, TermHit], species: list[str]
    ) -> tuple[Sequence[Disguise], bool]:
        """Categories that an ingredient alone gives; honey in a soap makes no food of it."""
        plain, disguises = self._spelling.read(ingredients)
        found, stuffed = self._ingredients.find(plain)
        disguised = ingredients.lower() if disguises else None
        for _, _, index in found:
            term = self._ingredient_terms[index]
            if term.category not in hits:
                hits[term.category] = _hit(term, disguised)
            if term.species:
                species.append(term.species)
        return self._look_behind(plain, hits, disguises), stuffed

    def _mark(self, brand: str | None, names: list[str]) -> str | None:
        if brand and (mark := self._brand_names.get(self._spelling.read(brand)[0])):
            return mark
        return names[0] if names else None

    def _longest(self, plain: str, words: list[Match]) -> Iterable[str]:
        """Words that don't lie within a longer one, in order: 手机壳 is no 手机.

        A Korean word says what goods are at the end of its compound.
        """
        words = words[-OTHER_WORDS_MAX:]
        for begin, stop, index in words:
            if _is_hangul(plain[stop - 1]) and _is_hangul(plain[stop : stop + 1]):
                continue
            if not any(
                other[0] <= begin and stop <= other[1] and other[1] - other[0] > stop - begin for other in words
            ):
                yield self._other_words[index - self._words_from]


def _hit(term: Term, disguised: str | None) -> TermHit:
    """A term found in words; hidden if it does not stand in the disguised text as it was written."""
    return TermHit(term.category, term.text, "WORDS" if disguised is None or term.text in disguised else "HIDDEN")


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def _consumable(hs_code: str) -> bool:
    """Whether a code leaves room for weak words: it is of a chapter of consumables, or says nothing."""
    chapter = hs_code[:2]
    return chapter in CONSUMABLES or not chapter.isdigit()
