"""A small reference snapshot for tests: a few rows of each table, made up where the law has no say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from agents.goods import Brand, GoodsKnowledge, Term, Vocabulary
from agents.law.dated import Dated
from agents.law.entries import Category, Registration, RulePhase, SelfUseLimit, Unit, Week
from agents.law.thresholds import Thresholds
from agents.reference import Reference
from streams.reference import load

LONG_AGO: Final = date(2016, 1, 1)
AUTH_NUMBER_FROM: Final = date(2026, 8, 24)
WEEK_FROM: Final = date(2026, 11, 22)

SUPPLEMENT: Final = Category(
    "SUPPLEMENT", list_excluded=True, simplified_excluded=False, prohibited=None, source="Express notice annex 1 item 5"
)
FUR: Final = Category(
    "CITES", list_excluded=True, simplified_excluded=True, prohibited=None, source="Express notice annex 2"
)
ALCOHOL: Final = Category(
    "ALCOHOL", list_excluded=True, simplified_excluded=False, prohibited=None, source="Express notice annex 1 item 7"
)
PERFUME: Final = Category(
    "PERFUME", list_excluded=False, simplified_excluded=False, prohibited=None, source="Import notice annex 11"
)
TOY: Final = Category("TOY", list_excluded=False, simplified_excluded=False, prohibited=None, source="none")
NARCOTIC: Final = Category(
    "NARCOTIC",
    list_excluded=True,
    simplified_excluded=True,
    prohibited="NARCOTIC",
    source="Customs Act Art. 234-2",
    in_ingredients=True,
)
WEAPON: Final = Category(
    "WEAPON", list_excluded=True, simplified_excluded=True, prohibited="WEAPON", source="E-commerce notice Art. 25(1)2"
)

FAKE_MONEY: Final = Category(
    "FAKE_MONEY",
    list_excluded=True,
    simplified_excluded=True,
    prohibited="ARTICLE_234",
    source="Customs Act Art. 234(3)",
)
BLOCKED: Final = Category(
    "MFDS_BLOCKED",
    list_excluded=True,
    simplified_excluded=False,
    prohibited=None,
    source="List of blocked ingredients",
    agency="MFDS",
    in_ingredients=True,
)
PLANTS: Final = Category(
    "QUARANTINE",
    list_excluded=True,
    simplified_excluded=False,
    prohibited=None,
    source="Express notice annex 1 item 4",
    agency="APQA",
)

TERMS: Final = {
    "vitamin": SUPPLEMENT,
    "red ginseng": SUPPLEMENT,
    "비타민": SUPPLEMENT,
    "crocodile": FUR,
    "whisky": ALCOHOL,
    "perfume": PERFUME,
    "teddy bear": TOY,
    "fake banknotes": FAKE_MONEY,
    "yohimbine": BLOCKED,
    "coffee beans": PLANTS,
    "hemp": NARCOTIC,
    "stun gun": WEAPON,
    "전기충격기": WEAPON,
}
BRANDS: Final = (Brand("chanel", "Chanel"), Brand("coach", "Coach", field_only=True))
LOOKALIKES: Final = {"о": "o"}
HS_PREFIXES: Final = {"2106": SUPPLEMENT, "9304": WEAPON, "93": TOY, "4303": FUR}


def since(value: str, day: date = LONG_AGO) -> Dated[Decimal]:
    """A figure in force from one day on."""
    return Dated({day: Decimal(value)})


def limit(category: str, unit: Unit, most: int) -> SelfUseLimit:
    """A limit of self-use."""
    return SelfUseLimit(category, unit, most, "Import notice annex 11")


SHIPPED: Final = load()
THRESHOLDS: Final = replace(
    SHIPPED.thresholds,
    list_limit_usd=since("150"),
    list_limit_us_express_usd=since("200"),
    simplified_limit_usd=since("2000"),
    simplified_limit_post_usd=since("1000"),
    export_list_limit_krw=since("2000000"),
    auth_number_required=Dated({LONG_AGO: Decimal(0), AUTH_NUMBER_FROM: Decimal(1)}),
    velocity_parcels_1d=since("10"),
    velocity_parcels_7d=since("30"),
    velocity_parcels_30d=since("60"),
    velocity_usd_7d=since("3000"),
)

LIMITS: Final = (
    limit("SUPPLEMENT", "BOTTLES", 6),
    limit("ALCOHOL", "BOTTLES", 1),
    limit("ALCOHOL", "ML", 1_000),
    limit("PERFUME", "ML", 60),
)

WEEK: Final = Week("2026-11-22", {"USD": 14_000_000, "EUR": 15_000_000, "CNY": 1_950_000, "KRW": 10_000})

_CARRIERS: Final = {
    "kx": Registration("Korea Cross", date(2019, 3, 1), None),
    "old": Registration("Old Express", date(2019, 3, 1), date(2026, 11, 22)),
    "bad": Registration("Bad Express", date(2019, 3, 1), None, suspended_from=date(2026, 11, 23)),
}
_OPERATORS: Final = {
    "examplemall": Registration("Example Mall", date(2024, 9, 1), date(2027, 8, 31)),
    "lastday": Registration("Last Day", date(2023, 11, 24), date(2026, 11, 23)),
    "expired": Registration("Expired", date(2023, 11, 23), date(2026, 11, 22)),
    "tomorrow": Registration("Tomorrow", date(2026, 11, 24), None),
    "suspended": Registration("Suspended", date(2024, 9, 1), None, suspended_from=date(2026, 11, 1)),
}


def knowledge(terms: Mapping[str, Category], prefixes: Mapping[str, Category]) -> GoodsKnowledge:
    """A small vocabulary."""
    return GoodsKnowledge(
        Vocabulary(
            terms=tuple(
                Term(text, category.name, species="Crocodylia" if text == "crocodile" else None)
                for text, category in terms.items()
            ),
            brands=BRANDS,
        ),
        categories=Dated({LONG_AGO: {category.name: category for category in (*terms.values(), *prefixes.values())}}),
        hs_prefixes={prefix: category.name for prefix, category in prefixes.items()},
        lookalikes=LOOKALIKES,
        margins={},
    )


REFERENCE: Final = Reference(
    version="000000000000",
    tariff_edition="HS 2022",
    thresholds=THRESHOLDS,
    weeks=Dated({WEEK_FROM: WEEK}),
    countries=frozenset({"CN", "US", "KR", "JP", "DE"}),
    currencies=frozenset({"USD", "EUR", "CNY", "KRW", "JPY"}),
    hs_codes=frozenset({"610910", "210690", "930400", "950300", "430310", "220830", "330300", "640411"}),
    carriers=_CARRIERS,
    operators=_OPERATORS,
    airline_prefixes=frozenset({"180", "988"}),
    vague=frozenset({"gift", "parts", "no commercial value", "잡화", "礼品"}),
    goods=knowledge(TERMS, HS_PREFIXES),
    taxes=SHIPPED.taxes,
    self_use={(row.category, row.unit): Dated({LONG_AGO: row}) for row in LIMITS},
)


def thresholds(**changes: Dated[Decimal]) -> Thresholds[Dated[Decimal]]:
    """The thresholds with other figures."""
    return replace(THRESHOLDS, **changes)


def phased(by_rule: Mapping[str, RulePhase | Mapping[date, RulePhase]]) -> Reference:
    """The snapshot with rules in other phases, since long ago or by day."""
    return replace(
        REFERENCE,
        phases={rule: Dated({LONG_AGO: phase} if isinstance(phase, str) else phase) for rule, phase in by_rule.items()},
    )


def week(krw_e4: Mapping[str, int]) -> Week:
    """A week with these rates alone."""
    return Week("2026-11-22", dict(krw_e4))
