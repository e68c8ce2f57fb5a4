"""Rebuilds `hs_words.csv` and `hs_margins.csv`, which point words to headings.

`python -m tools.build_reference.headings --data DIR`.

Words come from real parcel descriptions, phrases of a tariff search, the texts of the subheadings and the project's own
glossary. Each source is cut in five: a fifth is held out in turn, what the other four learn is tried on it, and the
margins say how often the leading heading was right at each lead. The shipped table then learns from everything.
"""

import argparse
import csv
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from agents.goods.headings import HEADING, HeadingIndex, stem
from agents.values.text import fold
from tools.build_reference.tables import REFERENCE, read, write

SOURCE: Final = "Derived"
MARGINS_SOURCE: Final = "Measured on held-out parts of the English sources"
FOLDS: Final = 5
SMOOTHING: Final = 3.0
"""Makes a word seen once weigh little."""
SHARPNESS: Final = 0.3
HEADINGS_PER_WORD: Final = 4
WEIGHT_MIN: Final = 10
PAIR_COUNT_MIN: Final = 2.0
OTHER_SCRIPT_WEIGHT: Final = 50
"""Of a Korean or Chinese word of the glossary, shared among its headings: one word is not enough to suggest a
heading, two that agree are.
"""
OPEN_WORDS: Final = frozenset({"기타"})
"""Guitar, but also "other"; words of one syllable stand inside too many others."""
PRECISION_MIN: Final = 90
STEP: Final = 10

_STOP: Final = frozenset(
    [
        "of",
        "and",
        "or",
        "the",
        "for",
        "with",
        "in",
        "to",
        "other",
        "not",
        "than",
        "whether",
        "including",
        "incl",
        "elsewhere",
        "specified",
        "heading",
        "no",
        "nes",
        "part",
        "by",
        "on",
        "from",
        "an",
        "as",
        "at",
        "be",
        "is",
        "are",
        "its",
        "it",
        "this",
        "that",
        "these",
        "those",
        "nec",
        "such",
        "thereof",
        "similar",
        "kind",
        "their",
        "containing",
        "but",
        "having",
        "used",
        "pack",
        "pcs",
        "set",
        "new",
        "size",
        "black",
        "white",
        "blue",
        "red",
        "pink",
        "green",
        "grey",
        "brown",
        "small",
        "large",
        "mini",
        "free",
    ]
)


class Example(NamedTuple):
    """A text with its heading, and how much it counts."""

    text: str
    heading: str
    weight: float


def examples(data: Path) -> dict[str, list[Example]]:
    """All texts by their source."""
    phrases = json.loads((data / "goods/search_references.json").read_text(encoding="utf-8"))
    headings = {row["code"][:HEADING] for row in read(REFERENCE / "hs6.csv")}
    found = {
        "parcels": [
            Example(row["description"], row["hs6"][:HEADING], 1.5)
            for row in read(data / "goods/parcel_descriptions.csv")
        ],
        "phrases": [Example(phrase, code[:HEADING], 1.0) for phrase, code in phrases.items()],
        "texts": [
            Example(row["description"], row["hscode"][:HEADING], 0.3)
            for row in read(data / "nomenclature/hs6/harmonized-system.csv")
            if len(row["hscode"]) >= HEADING
        ],
        "glossary": [
            Example(row["phrase"], row["heading"], 2.0)
            for row in read(REFERENCE / "hs_glossary.csv")
            if row["language"] == "en"
        ],
    }
    return {source: [example for example in part if example.heading in headings] for source, part in found.items()}


def features(text: str) -> list[str]:
    """Words, and pairs of neighbours."""
    words = [stem(word) for word in _words(text)]
    telling = dict.fromkeys(word for word in words if word not in _STOP)
    return [*telling, *(f"{one} {two}" for one, two in pairwise(words) if one in telling and two in telling)]


def _words(text: str) -> list[str]:
    letters = "".join(char if "a" <= char <= "z" else " " for char in fold(text))
    return [word for word in letters.split() if len(word) > 1]


def learn(known: Iterable[Example]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Word to headings with weights: tenths of a bit by which the word makes the heading likelier."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    headings: Counter[str] = Counter()
    for example in known:
        headings[example.heading] += example.weight  # type: ignore[assignment]  # Counter adds fractions as well
        for feature in features(example.text):
            counts[feature][example.heading] += example.weight  # type: ignore[assignment]
    total = sum(headings.values()) + 3 * len(headings)
    return {
        feature: weights
        for feature, by_heading in sorted(counts.items())
        if (weights := tuple(_weights(feature, by_heading, headings, total)))
    }


def _weights(
    feature: str, by_heading: Mapping[str, float], headings: Mapping[str, float], total: float
) -> Iterator[tuple[str, int]]:
    seen = sum(by_heading.values())
    if " " in feature and seen < PAIR_COUNT_MIN:
        return
    weighed = []
    for heading, count in by_heading.items():
        share = count / (seen + SMOOTHING)
        weight = (
            round(10 * math.log2(share * total / (headings[heading] + 3)) * share**SHARPNESS)
            if share * total > headings[heading] + 3
            else 0
        )
        if weight >= WEIGHT_MIN:
            weighed.append((-weight, heading))
    yield from ((heading, -weight) for weight, heading in sorted(weighed)[:HEADINGS_PER_WORD])


class Guess(NamedTuple):
    """A held-out text: the lead of the best heading, and whether it, and its chapter, were right."""

    source: str
    lead: int
    right: bool
    among_three: bool
    chapter: bool


def held_out(sources: Mapping[str, Sequence[Example]]) -> Iterator[Guess]:
    """Each text of the sources that are measured, guessed by what was learnt without it."""
    for fold_number in range(FOLDS):
        tried = {name: sorted(set(sources[name]))[fold_number::FOLDS] for name in ("parcels", "phrases", "glossary")}
        hidden = {fold(example.text) for part in tried.values() for example in part}
        index = HeadingIndex(
            learn(example for part in sources.values() for example in part if fold(example.text) not in hidden), {}
        )
        for name, part in tried.items():
            for example in part:
                total = index.weigh(fold(example.text))
                best = sorted(total, key=lambda heading: (-total[heading], heading))[:3]
                lead = total[best[0]] - (total[best[1]] if len(best) > 1 else 0) if best else 0
                yield Guess(
                    name,
                    lead,
                    example.heading in best[:1],
                    example.heading in best,
                    bool(best) and best[0][:2] == example.heading[:2],
                )


def margins(guesses: Sequence[Guess]) -> Iterator[tuple[int, int]]:
    """Lead, and the share (hundredths) right from it on; only leads that are right nine times in ten, never falling."""
    top, reached = 0, False
    for lead in range(0, max(guess.lead for guess in guesses) + 1, STEP):
        beyond = [guess.right for guess in guesses if guess.lead >= lead]
        if len(beyond) < 50:  # noqa: PLR2004 - fewer say nothing
            break
        share = 100 * sum(beyond) // len(beyond)
        reached = reached or share >= PRECISION_MIN
        if reached and share > top:
            top = share
            yield lead, share


def report(guesses: Sequence[Guess], first: int) -> None:
    """What was measured."""
    for name in dict.fromkeys(guess.source for guess in guesses):
        part = [guess for guess in guesses if guess.source == name]
        sure = [guess for guess in part if guess.lead >= first]
        right = sum(guess.right for guess in sure)
        three = sum(guess.among_three for guess in part)
        wrong = sum(not guess.chapter for guess in sure)
        sys.stdout.write(
            f"{name}: {len(part)} held out, heading right {sum(guess.right for guess in part) / len(part):.1%}, "
            f"among three {three / len(part):.1%}; "
            f"lead {first} or more: {len(sure) / len(part):.1%} of them, {right / max(1, len(sure)):.1%} right, "
            f"chapter right {1 - wrong / max(1, len(sure)):.1%}, false alarms {wrong / len(part):.2%} of all\n"
        )


def other_scripts() -> Iterator[tuple[str, str, int]]:
    """Words of the glossary in Hangul and Han."""
    headings: defaultdict[str, list[str]] = defaultdict(list)
    with (REFERENCE / "hs_glossary.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] != "en" and len(row["phrase"]) > 1 and row["phrase"] not in OPEN_WORDS:
                headings[fold(row["phrase"])].append(row["heading"])
    for word, found in headings.items():
        for heading in found:
            yield word, heading, OTHER_SCRIPT_WEIGHT // len(found)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with goods/ and nomenclature/")
    sources = examples(parser.parse_args().data)
    guesses = list(held_out(sources))
    leads = list(margins(guesses))
    report(guesses, leads[0][0])
    words = learn(example for part in sources.values() for example in part)
    others: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for word, heading, weight in other_scripts():
        others[word].append((heading, weight))
    rows = (
        (word, " ".join(f"{heading}:{weight}" for heading, weight in weights), SOURCE)
        for word, weights in {**words, **others}.items()
    )
    write("hs_words.csv", ("word", "headings", "source"), rows)
    write(
        "hs_margins.csv",
        ("lead", "percent", "source"),
        ((f"{lead}", f"{share}", MARGINS_SOURCE) for lead, share in leads),
    )


if __name__ == "__main__":
    main()
