"""Name screening measured.

Pairs beside nomenklatura's logic-v2 in the same run, the shipped lists against spoilt names and ordinary people, and
speed.
"""

import csv
import gzip
import itertools
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import matplotlib as mpl
from followthemoney import model
from matplotlib import pyplot as plt
from nomenklatura.matching import get_algorithm
from nomenklatura.matching.types import ScoringConfig

from agents.watchlist.entries import ListedEntry, ScreeningFigures
from agents.watchlist.names import Kind, read
from agents.watchlist.score import NameWords, compare
from agents.watchlist.screen import Watchlist
from streams.reference import FOLDER, load
from streams.reference.tables import Tables
from streams.reference.watchlist import knowledge
from streams.watchlists.plain import kind_of

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "screening"

DATA: Final = Path(__file__).parent / "data"
SEED: Final = 20261123
SPOILT: Final = 3_000
ORDINARY: Final = 50_000
SWEEP: Final = tuple(range(300, 1000, 10))
DAY: Final = date(2026, 11, 23)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
NUMBERS: Final = itertools.count()
"""Ids of entities: the engine remembers names by them."""
CORE: Final = ("misspelt", "reordered", "truncated")
Pair = tuple[str, str, str, bool, str]


def write(folder: Path) -> None:
    """Measure, and write the page and the pictures."""
    parts = [_pairs(folder), _lists(folder), _speed()]
    (folder / "screening.md").write_text(PAGE.format(*parts), encoding="utf-8")


PAGE: Final = """<!-- Printed by tools/figures/screening.py: `make figures ARGS=screening`. -->

# Name screening, measured

A name is read into Latin words (Hangul, Han, Cyrillic, Arabic and others by tables in `reference/name_words.csv`),
looked up by its words, near spellings,
sounds and joined forms, and only the few candidates are compared: word by word, weighted by how common a word is, and
letter by letter.
A changed word that is an ordinary person's name as it stands counts as another name, not as a misspelling.
Every score comes with its reasons; the figures it is held against are dated rows of `reference/thresholds.csv`.

## Pairs

{0}

![F1 over the threshold](screening_pairs.svg)

## Against all shipped lists

{1}

![Recall and alarms over the threshold](screening_lists.svg)

## Speed

{2}

## What it can't do

- Somebody who bears a listed person's very name alarms: exact collisions of ordinary names are counted above.
- Two common names of which one letter makes another common name (Antonio, Antonia) are two people to it, so such a
  misspelling is missed.
- Half of the ordinary people's names (even rows) gave the words that count as ordinary; both halves are told apart
  above. The alarm thresholds were chosen on this data.
- Han names are read in Mandarin alone; aliases that share no word with a name (class unrelated_string) are found by
  no comparison.
"""


# pairs


def _read(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _pairs(folder: Path) -> str:
    labelled: list[Pair] = [
        (row["schema"], row["name1"], row["name2"], row["is_match"] == "True", row["quality"])
        for row in _read("labelled_pairs.csv")
    ]
    aliases: list[Pair] = [
        (row["type"], row["query"], row["list_name"], row["is_match"] == "1", row["class"])
        for row in _read("alias_pairs.csv")
    ]
    alarm = load().on(DAY).figures.screening_pair_alarm // 10
    known = knowledge(Tables.of(FOLDER))
    words = NameWords(known, misspells_names=True)
    logic, config = get_algorithm("logic-v2"), ScoringConfig.defaults()
    assert logic is not None  # noqa: S101 - it is the one that is installed

    def ours(pair: Pair) -> int:
        kind: Kind = kind_of(pair[0])
        return compare(read(pair[1], kind, known), read(pair[2], kind, known), words, kind).permille

    def theirs(pair: Pair) -> int:
        sides = []
        for name in pair[1:3]:
            entity = model.make_entity(pair[0])
            entity.id = f"{next(NUMBERS)}"
            entity.add("name", name)
            sides.append(entity)
        return round(float(logic.compare(sides[0], sides[1], config).score) * 1000)

    lines = [
        "| pairs | engine | µs a pair | best F1 at | at its own alarm: precision, recall, F1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
    classes: list[str] = []
    for axis, (title, pairs) in zip(axes, (("labelled_pairs", labelled), ("alias_pairs", aliases)), strict=True):
        for name, score, own in (("tonggwan", ours, alarm), ("nomenklatura logic-v2", theirs, 700)):
            score(pairs[0])
            begun = time.process_time()
            scores = [score(pair) for pair in pairs]
            spent = (time.process_time() - begun) / len(pairs) * 1e6
            sweep = [_prf(pairs, scores, at)[2] for at in SWEEP]
            best = max(zip(sweep, SWEEP, strict=True))
            precision, recall, f1 = _prf(pairs, scores, own)
            lines.append(
                f"| {title} ({len(pairs):,}) | {name} | {spent:,.0f} | {best[0]:.3f} at {best[1] / 1000:.2f} | "
                f"{precision:.3f}, {recall:.3f}, **{f1:.3f}** at {own / 1000:.2f} |"
            )
            axis.plot([at / 1000 for at in SWEEP], sweep, label=name)
            if title == "alias_pairs":
                of_class: dict[str, list[bool]] = {}
                for pair, similarity in zip(pairs, scores, strict=True):
                    of_class.setdefault(pair[4], []).append(similarity >= own)
                told = ", ".join(f"{each} {sum(above) / len(above):.3f}" for each, above in of_class.items())
                classes.append(f"Share of alias pairs above its alarm, {name}: {told}.")
        axis.set_title(title)
        axis.set_xlabel("threshold")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("F1")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(folder / "screening_pairs.svg", metadata={"Date": None})
    return "\n".join(lines) + "\n\n" + "\n".join(classes)


def _prf(pairs: Sequence[Pair], scores: Sequence[int], at: int) -> tuple[float, float, float]:
    hits = sum(pair[3] and score >= at for pair, score in zip(pairs, scores, strict=True))
    told, real = sum(score >= at for score in scores), sum(pair[3] for pair in pairs)
    precision, recall = hits / told if told else 1.0, hits / real
    return precision, recall, 2 * hits / (told + real)


# lists


def _edit(rng: random.Random, text: str) -> str:
    """One letter left out, put in, changed, or turned round with the next."""
    at = rng.choice([index for index, char in enumerate(text) if char.isalpha() and index])
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice(LETTERS) + text[at:],
            text[:at] + rng.choice(LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
        )
    )


def spoilt(entries: Iterable[ListedEntry], count: int, seed: int = SEED) -> list[tuple[str, str, str]]:
    """(how, name, entry) of so many listed names each misspelt, in another order and cut short."""
    rng = random.Random(seed)  # noqa: S311 - a test
    names = sorted(
        (name, entry.entry_id)
        for entry in entries
        for name in entry.names
        if name.isascii() and sum(map(str.isalpha, name)) >= 5  # noqa: PLR2004 - a shorter name can't be cut
    )
    out: list[tuple[str, str, str]] = []
    for name, entry_id in rng.sample(names, count):
        out.append(("misspelt", _edit(rng, name), entry_id))
        out.append(("misspelt twice", _edit(rng, _edit(rng, name)), entry_id))
        words = [word for word in re.split("[ ,]+", name) if word]
        if len(set(words)) > 1:
            order = words
            while order == words:
                order = rng.sample(words, len(words))
            out.append(("reordered", " ".join(order), entry_id))
            out.append(("reordered and misspelt", _edit(rng, " ".join(order)), entry_id))
        if len(words) > 2:  # noqa: PLR2004 - two words stay
            out.append(("last word missing", " ".join(words[:-1]), entry_id))
        out.append(("truncated", name[: max(5, len(name) - rng.randint(1, max(1, len(name) // 6)))], entry_id))
    return out


def _ordinary() -> list[str]:
    with gzip.open(DATA / "negatives_us.csv.gz", "rt", encoding="utf-8") as opened:
        return [row["full_name"] for row in csv.DictReader(opened)][:ORDINARY]


def _lists(folder: Path) -> str:
    reference = load()
    watchlist = reference.watchlist
    every = ScreeningFigures(0, 1)
    law = reference.on(DAY)
    own = law.figures.screening_alarm // 10

    def best(name: str) -> int:
        hits = watchlist.screen(name, "", "", "", every)
        return hits[0].permille if hits else 0

    def of_entry(name: str, entry_id: str) -> int:
        return next((hit.permille for hit in watchlist.screen(name, "", "", "", every) if hit.entry_id == entry_id), 0)

    ways: dict[str, list[int]] = defaultdict(list)
    for how, name, entry_id in spoilt(watchlist.entries.values(), SPOILT):
        ways[how].append(of_entry(name, entry_id))
    people = [best(name) for name in _ordinary()]
    korean = _read("korean_consignees.csv")
    groups = {
        "ordinary people, words not counted (odd rows)": people[1::2],
        "ordinary people, all": people,
        "Korean names as declared": [best(row["as_declared"]) for row in korean],
        "Korean names in Hangul": [best(row["hangul"]) for row in korean],
        "of them joined or split": [best(row["as_declared"]) for row in korean if row["style"] in ("0", "2", "4", "5")],
    }
    cross = [
        of_entry(row["query"], "") or best(row["query"])
        for row in _read("alias_pairs.csv")
        if row["class"] == "cross_script"
    ]
    core = [score for how in CORE for score in ways[how]]
    lines = [
        f"{len(watchlist):,} entries; {SPOILT:,} names of them spoilt with seed {SEED}; alarm at {own / 1000:.2f}.",
        "",
        "| names | count | alarm |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {how} | {len(scores):,} | {_share(scores, own):.4f} |"
        for how, scores in [("**misspelt, reordered, truncated together**", core), *ways.items()]
    ]
    lines += [f"| {what} | {len(scores):,} | {100 * _share(scores, own):.3f} % |" for what, scores in groups.items()]
    lines.append(
        f"| cross-script aliases, which the UN itself lists in their script | {len(cross):,} | "
        f"{_share(cross, own):.4f} |"
    )
    lines += ["", "| threshold | recall | ordinary people | Korean names |", "| --- | --- | --- | --- |"]
    for at in (700, 750, 800, 820, 840, 850, 860, 880, 900):
        lines.append(
            f"| {at / 1000:.2f} | {_share(core, at):.4f} | {100 * _share(people, at):.3f} % | "
            f"{100 * _share(groups['Korean names as declared'], at):.2f} % |"
        )
    figure, axis = plt.subplots(figsize=(6, 3))
    axis.plot([_share(people, at) * 100 for at in SWEEP], [_share(core, at) for at in SWEEP], label="ordinary people")
    axis.plot(
        [_share(groups["Korean names as declared"], at) * 100 for at in SWEEP],
        [_share(core, at) for at in SWEEP],
        label="Korean names",
    )
    axis.set_xscale("symlog", linthresh=0.05)
    axis.set_ylim(0.8, 1.005)
    axis.set_xlabel("alarms, percent")
    axis.set_ylabel("recall")
    axis.grid(alpha=0.3)
    axis.legend()
    figure.tight_layout()
    figure.savefig(folder / "screening_lists.svg", metadata={"Date": None})
    return "\n".join(lines)


def _share(scores: Sequence[int], at: int) -> float:
    return sum(score >= at for score in scores) / len(scores)


# speed


def _speed() -> str:
    known = knowledge(Tables.of(FOLDER))
    shipped = load().watchlist.entries
    listed = sorted((name, entry.kind) for entry in shipped.values() for name in entry.names)
    rng = random.Random(SEED)  # noqa: S311 - a test
    rng.shuffle(listed)
    many = listed + [(_edit(rng, name), kind) for name, kind in listed if sum(map(str.isalpha, name[1:])) > 1]
    people = list(dict.fromkeys(_ordinary()))
    lines = [
        (
            "One core, process time, every name asked once; cold: the first 10,000 names of an index just made, warm: "
            "the others."
        ),
        "",
        "| listed names | index, s | names/s cold | names/s warm |",
        "| --- | --- | --- | --- |",
    ]
    for size in (20_000, 80_000):
        names = (many * 2)[:size]
        watchlist = Watchlist.of(
            [
                ListedEntry(entry_id=str(number), source="", kind=kind, names=(name,))
                for number, (name, kind) in enumerate(names)
            ],
            known,
        )
        made = _spent(watchlist.prepare)
        cold = _spent(lambda: _all(watchlist, people[:10_000]))  # noqa: B023 - called here
        warm = _spent(lambda: _all(watchlist, people[10_000:]))  # noqa: B023 - called here
        lines.append(f"| {size:,} | {made:.1f} | {10_000 / cold:,.0f} | {(len(people) - 10_000) / warm:,.0f} |")
    return "\n".join(lines)


def _all(watchlist: Watchlist, names: Sequence[str]) -> None:
    for name in names:
        watchlist.screen(name)


def _spent(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
