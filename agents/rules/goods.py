"""RG: goods that must never pass. These rules are silent: they speak to the investigators alone."""

from collections.abc import Iterator

from agents.case import Case
from agents.rules.quote import shown_term
from agents.rules.rule import Found


def no_narcotics(case: Case) -> Iterator[Found]:
    """No goods are narcotics, psychotropics, temporary narcotics or their precursors."""
    if case.categories:
        yield from _prohibited(case, "NARCOTIC", "narcotics")


def no_weapons(case: Case) -> Iterator[Found]:
    """No goods are firearms, swords, explosives, sprays, stun guns, crossbows or imitation guns."""
    if case.categories:
        yield from _prohibited(case, "WEAPON", "weapons")


def _prohibited(case: Case, kind: str, named: str) -> Iterator[Found]:
    for index, category, term in case.categories:
        if category.prohibited == kind:
            yield Found(
                f"/items/{index}",
                f"the goods were taken for {named} ({category.name}); they must not pass",
                {"category": category.name, "term": shown_term(term), "source": category.source},
            )
