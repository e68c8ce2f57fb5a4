"""Names against lists: who is found, who is not, and why."""

from datetime import date

import pytest

from agents.watchlist.entries import Exemption, ListedEntry, ScreeningFigures, name_key
from agents.watchlist.names import Kind, read
from agents.watchlist.score import NameWords, compare
from agents.watchlist.screen import Watchlist
from schemas import limits
from streams.reference import FOLDER
from streams.reference.tables import Tables
from streams.reference.watchlist import knowledge

KNOWN = knowledge(Tables.of(FOLDER))
DAY = date(2026, 11, 23)
LISTED = (
    ListedEntry(
        entry_id="T-1",
        source="TEST",
        kind="PERSON",
        names=("ZAKHAROVSKY, Nestor Ilyich", "Захаровский Нестор"),
        born=("1961",),
        countries=("RU",),
    ),
    ListedEntry(
        entry_id="T-2",
        source="TEST",
        kind="ORGANISATION",
        names=("QUIVERTON SHIPPING CO., LTD.",),
        addresses=("Unit 12, 88 Harbour Lane, Quiverton 4410",),
    ),
    ListedEntry(entry_id="T-3", source="TEST", kind="PERSON", names=("PAK, Tong Chol",), weak=("Blackbird",)),
    ListedEntry(entry_id="T-4", source="TEST", kind="PERSON", names=("AL-QASSEMIYYA, Muhammad Rashid",)),
)
WATCHLIST = Watchlist.of(LISTED, KNOWN)


def alarms(name: str, kind: Kind = "", watchlist: Watchlist = WATCHLIST) -> list[str]:
    return [hit.entry_id for hit in watchlist.screen(name, kind, day=DAY) if hit.alarm]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Nestor Ilyich Zakharovsky", ["T-1"], id="words in another order"),
        pytest.param("ZAKHAROVSKI, Nestor Ilyich", ["T-1"], id="another letter"),
        pytest.param("Nestor Ilyich Zakharovs", ["T-1"], id="cut short, in another order"),
        pytest.param("ZAKHAROVSKY, Nestor Ily", ["T-1"], id="cut short"),
        pytest.param("Нестор Захаровский", ["T-1"], id="in Cyrillic"),
        pytest.param("NestorIlyichZakharovsky", ["T-1"], id="joined"),
        pytest.param("quiverton shipping company limited", ["T-2"], id="a legal form in other words"),
        pytest.param("Quiverton Bakery", [], id="one rare word of two is not enough"),
        pytest.param("PAK TONGCHOL", ["T-3"], id="a Korean given name in one word"),
        pytest.param("김민서", [], id="an ordinary Korean name"),
        pytest.param("Mohammed Rashid al Qassemiyya", ["T-4"], id="another spelling of Muhammad"),
        pytest.param("Mohammed Rashid", [], id="common names alone"),
        pytest.param("", [], id="nothing"),
        pytest.param("-,.;", [], id="no letters"),
    ],
)
def test_who_alarms(name: str, expected: list[str]) -> None:
    assert alarms(name) == expected


def test_reasons_add_up_to_the_score() -> None:
    (hit,) = WATCHLIST.screen("Zakharovsky Nestor Ilyitch", "PERSON", "RU", "1961-02-03", day=DAY)
    assert hit.permille == min(1000, sum(reason.permille for reason in hit.reasons))
    assert {"born", "country"} <= {reason.feature for reason in hit.reasons}


def test_another_year_of_birth_counts_against_it() -> None:
    assert (
        WATCHLIST.screen("Nestor Ilyich Zakharovsky", "PERSON", "", "1990-01-01") == ()
        or not WATCHLIST.screen("Nestor Ilyich Zakharovsky", "PERSON", "", "1990-01-01")[0].alarm
    )


def test_a_weak_alias_counts_less() -> None:
    known = WATCHLIST.screen("Blackbird", figures=ScreeningFigures(850, 100))
    assert [(hit.entry_id, "weak-alias" in {reason.feature for reason in hit.reasons}) for hit in known] == [
        ("T-3", True)
    ]


@pytest.mark.parametrize("digested", [False, True], ids=["by name", "by digest"])
@pytest.mark.parametrize(
    ("day", "alarm"),
    [(date(2026, 1, 1), False), (date(2026, 12, 31), False), (date(2027, 1, 1), True), (date(2025, 12, 31), True)],
    ids=str,
)
def test_an_exemption_counts_in_its_time_and_is_told(day: date, alarm: bool, digested: bool) -> None:  # noqa: FBT001 - a case
    import hashlib  # noqa: PLC0415 - one case needs it

    key = name_key("PAK, Tong Chol", KNOWN)
    name = "sha256:" + hashlib.sha256(key.encode()).hexdigest() if digested else key
    exempt = Exemption(
        name=name,
        entry_id="T-3",
        who="Kim",
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
        why="another day of birth",
    )
    (hit,) = Watchlist.of(LISTED, KNOWN, [exempt]).screen("Tong Chol Pak", day=day)
    assert hit.alarm is alarm
    assert bool(hit.excepted) is not alarm


NEW = ListedEntry(entry_id="T-9", source="TEST", kind="PERSON", names=("VARGENSTEIN, Ottokar",))


def test_a_changed_list_is_what_it_would_be_when_made_anew() -> None:
    many = [
        ListedEntry(entry_id=f"M-{number}", source="TEST", names=(f"MARKER{number:03} COMPANY",))
        for number in range(40)
    ]
    before = Watchlist.of([*LISTED, *many], KNOWN)
    after = before.changed({"T-9": NEW, "T-1": None})
    anew = Watchlist.of([*LISTED[1:], *many, NEW], KNOWN)
    names = [
        "Ottokar Vargenstein",
        "Nestor Ilyich Zakharovsky",
        "PAK TONGCHOL",
        "Quiverton Shipping",
        "MARKER007 COMPANY",
    ]
    assert [after.screen(name) for name in names] == [anew.screen(name) for name in names]
    assert (alarms(names[0], watchlist=before), alarms(names[1], watchlist=before)) == ([], ["T-1"])
    assert after.entries == anew.entries
    assert len(after) == len(anew)


def test_addresses_alarm_word_for_word_when_they_are_distinctive() -> None:
    assert [hit.entry_id for hit in WATCHLIST.at_address("88 Harbour Ln, Unit 12, 4410 Quiverton, Nowhere")] == ["T-2"]
    assert WATCHLIST.at_address("88 Harbour Lane") == ()
    assert WATCHLIST.at_address("서울특별시 강남구 테헤란로 123") == ()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a b " * 5_000,
        "́" * 3_000,
        "\U0001f600" * 500,
        "가" * 300,
        "王" * 300,
        "\x00\ud800",
        "1" * 5_000,
        "al " * 200,
    ],
    ids=range(9),
)
def test_nothing_raises_and_answers_are_bounded(text: str) -> None:
    assert len(WATCHLIST.screen(text)) <= limits.WATCHLIST_HITS_MAX
    assert len(WATCHLIST.at_address(text)) <= limits.WATCHLIST_HITS_MAX


@pytest.mark.parametrize(
    ("kind", "one", "other", "alike"),
    [
        pytest.param("PERSON", "Friedrich Lindenberg", "Fridrich Lindenberg", True, id="a letter less"),
        pytest.param("PERSON", "Friedrich Lindenberg", "Lars Friedrich Lindemann", False, id="another family name"),
        pytest.param("ORGANISATION", "Siemens AG", "Siemens Aktiengesellschaft", True, id="one legal form"),
        pytest.param("ORGANISATION", "BAE Systems, Inc.", "BAE Industries, Inc.", False, id="another business"),
        pytest.param("PERSON", "J.-C. Juncker", "Jean-Claude Juncker", True, id="initials"),
    ],
)
def test_pairs(kind: Kind, one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - a case
    words = NameWords(KNOWN, misspells_names=True)
    assert (compare(read(one, kind, KNOWN), read(other, kind, KNOWN), words, kind).permille >= 680) is alike
