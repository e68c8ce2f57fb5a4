"""Duties and taxes: amounts of hand-listed parcels, agreement with the slow reference, and what must always hold."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tax import assess as engine
from agents.tax.assess import BELOW_FLOOR, FREE, Taxable, TaxableLine, assess, customs_values, simplified_rate
from agents.tax.tables import Bracket, Rate, RateRow, TaxLaw, TaxTables
from schemas import limits
from schemas.decision import Tax, TaxLine
from tests.agents.tax import tax_reference
from tests.reference import SHIPPED

TODAY: Final = date(2026, 11, 23)
E4: Final = 10_000
Parcel = dict[str, Any]


def law_of(day: date) -> TaxLaw:
    return SHIPPED.on(day).taxes


def item(
    code: str,
    amount: str,
    quantity: int = 1,
    *,
    origin: str = "CN",
    claims: str | None = None,
    ml: int | None = None,
    relief: str | None = None,
) -> Parcel:
    """One line; `amount` in the parcel's currency."""
    return {
        "code": code,
        "amount": amount,
        "quantity": quantity,
        "origin": origin,
        "claims": claims,
        "volume_ml": ml,
        "relief": relief,
    }


def parcel(
    *items: Parcel,
    fx: str = "1400",
    charges: str = "0",
    freight: str = "0",
    insurance: str = "0",
    mode: str = "GENERAL",
    relief: str = "NONE",
    proof: bool = False,
) -> Parcel:
    """A parcel of dollars at 1,400 won, general rates, no relief."""
    return {
        "items": items,
        "fx": fx,
        "charges": charges,
        "freight": freight,
        "insurance": insurance,
        "mode": mode,
        "relief": relief,
        "proof": proof,
    }


def e4(amount: str) -> int:
    return int(Decimal(amount) * E4)


def taxable(said: Parcel) -> Taxable:
    """The same as the engine takes it."""
    lines = [
        TaxableLine(
            hs_code=line["code"],
            amount_e4=e4(line["amount"]),
            quantity=line["quantity"],
            origin=line["origin"],
            volume_ml=line["volume_ml"],
            preference=line["claims"],
            relief=line["relief"],
        )
        for line in said["items"]
    ]
    return Taxable(
        lines=tuple(lines),
        rate_krw_e4=e4(said["fx"]),
        local_charges_e4=e4(said["charges"]),
        freight_e4=e4(said["freight"]),
        insurance_e4=e4(said["insurance"]),
        mode=said["mode"],
        relief=said["relief"],
        reason=None if said["relief"] == "NONE" else "SMALL_VALUE",
        has_purchase_proof=said["proof"],
    )


def amounts(tax: Tax) -> dict[str, int]:
    names = ("duty", "consumption", "liquor", "education", "rural", "vat", "total")
    return {name: getattr(tax, name) for name in names}


# Duty, consumption tax, liquor tax, education tax, rural tax, VAT, total. A comment is arithmetic by hand.
EXAMPLES: Final = [
    # 205 x 1,400 = 287,000; 13 % 37,310; VAT 324,310 / 10 = 32,431, cut 32,430
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE"), freight="20"),
        (37310, 0, 0, 0, 0, 32430, 69740),
        id="worked example A: German sneakers without a claim",
    ),
    # 278,213.7 floored; 36,167.69; VAT on 314,380 = 31,438; cut 36,160 and 31,430
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE"), freight="20", fx="1357.14"),
        (36160, 0, 0, 0, 0, 31430, 67590),
        id="worked example A': the same at an odd rate",
    ),
    # 8 % 224,000; 20 % of 1,024,000; 30 % of that; VAT on 3,290,240
    pytest.param(
        TODAY,
        parcel(item("420221", "2000")),
        (224000, 204800, 0, 61440, 0, 329020, 819260),
        id="worked example B: a bag above the threshold",
    ),
    # 30 % of 140,000; 10 % of 42,000; VAT on 186,200
    pytest.param(
        TODAY,
        parcel(item("220421", "100", ml=750), relief="DUTY"),
        (0, 0, 42000, 4200, 0, 18620, 64820),
        id="worked example C: a bottle of wine free of duty alone",
    ),
    # 13 % 39,000; VAT on 339,000
    pytest.param(
        TODAY,
        parcel(item("620462", "300000"), fx="1"),
        (39000, 0, 0, 0, 0, 33900, 72900),
        id="worked example D: clothes of 300,000 won",
    ),
    # 280,000; 13 % 36,400; VAT on 316,400
    pytest.param(TODAY, parcel(item("610910", "200")), (36400, 0, 0, 0, 0, 31640, 68040), id="a shirt"),
    # 216 x 1,400 = 302,400; 39,312; VAT on 341,712 = 34,171
    pytest.param(
        TODAY,
        parcel(item("610910", "200"), freight="15", insurance="1"),
        (39310, 0, 0, 0, 0, 34170, 73480),
        id="freight and insurance count",
    ),
    # 204.66 x 1,400 = 286,524; 8 % 22,921.92; VAT on 309,445 = 30,944
    pytest.param(
        TODAY,
        parcel(item("851830", "180.25"), charges="14.42", freight="9.99"),
        (22920, 0, 0, 0, 0, 30940, 53860),
        id="charges in the country of dispatch count",
    ),
    # 261,833.6; 13 % 34,038.29; VAT on 295,871 = 29,587
    pytest.param(
        TODAY,
        parcel(item("610910", "28000"), fx="9.3512"),
        (34030, 0, 0, 0, 0, 29580, 63610),
        id="yen, fractions of a won",
    ),
    pytest.param(
        TODAY,
        parcel(item("330499", "180"), fx="1623.45", freight="12.50"),
        (20310, 0, 0, 0, 0, 33280, 53590),
        id="euro",
    ),
    # 370,000; 8 % 29,600; VAT on 399,600
    pytest.param(
        TODAY, parcel(item("950300", "350000"), fx="1", freight="20000"), (29600, 0, 0, 0, 0, 39960, 69560), id="won"
    ),
    pytest.param(TODAY, parcel(item("490199", "400")), (0, 0, 0, 0, 0, 0, 0), id="a book is free of duty and of VAT"),
    # 140,000 each; the shirt 18,200 and VAT on 158,200
    pytest.param(
        TODAY,
        parcel(item("490199", "100"), item("610910", "100")),
        (18200, 0, 0, 0, 0, 15820, 34020),
        id="a book beside a shirt",
    ),
    # the second by the default of 8 %: 11,200; VAT on 151,200
    pytest.param(
        TODAY,
        parcel(item("490290", "100"), item("491110", "100")),
        (11200, 0, 0, 0, 0, 15120, 26320),
        id="a magazine is no other printed matter",
    ),
    # VAT on 420,000
    pytest.param(
        TODAY, parcel(item("851713", "300")), (0, 0, 0, 0, 0, 42000, 42000), id="a phone is free of duty, not of VAT"
    ),
    # 238,014; 15,470.91; VAT on 253,484 = 25,348
    pytest.param(
        TODAY, parcel(item("330499", "170.01")), (15470, 0, 0, 0, 0, 25340, 40810), id="cosmetics at 6.5 per cent"
    ),
    pytest.param(TODAY, parcel(item("040690", "160")), (80640, 0, 0, 0, 0, 30460, 111100), id="cheese"),
    pytest.param(
        TODAY,
        parcel(item("040900", "160")),
        (44800, 0, 0, 0, 0, 26880, 71680),
        id="honey is not what it is listed under",
    ),
    # the default of 8 %: 33,600; VAT on 453,600
    pytest.param(
        TODAY,
        parcel(item("392690", "300")),
        (33600, 0, 0, 0, 0, 45360, 78960),
        id="a code that the table does not have",
    ),
    pytest.param(TODAY, parcel(item("x?", "300")), (33600, 0, 0, 0, 0, 45360, 78960), id="a code that is none"),
    pytest.param(TODAY, parcel(item("", "300")), (33600, 0, 0, 0, 0, 45360, 78960), id="no code at all"),
    # 8 % of 280,000 = 22,400; VAT on 302,400
    pytest.param(
        TODAY, parcel(item("621600", "200")), (22400, 0, 0, 0, 0, 30240, 52640), id="gloves are clothes at another rate"
    ),
    pytest.param(
        TODAY,
        parcel(item("640690", "200"), item("640399", "200")),
        (58800, 0, 0, 0, 0, 61880, 120680),
        id="parts of shoes are no shoes",
    ),
    pytest.param(
        TODAY,
        parcel(item("9102110000", "190")),
        (21280, 0, 0, 0, 0, 28720, 50000),
        id="ten digits find the rate of four",
    ),
    pytest.param(
        TODAY,
        parcel(item("950450", "450"), item("950490", "60")),
        (6720, 0, 0, 0, 0, 72070, 78790),
        id="a console within the toys and games",
    ),
    # 4,200,000; 16 % 672,000; 4,872,000 is not above 5,000,000; VAT 487,200
    pytest.param(
        TODAY,
        parcel(item("430310", "3000")),
        (672000, 0, 0, 0, 0, 487200, 1159200),
        id="a fur coat below the threshold",
    ),
    # 7,000,000; 1,120,000; 20 % of 3,120,000; 30 % and 10 % of 624,000; VAT on 8,993,600
    pytest.param(
        TODAY,
        parcel(item("430310", "5000")),
        (1120000, 624000, 0, 187200, 62400, 899360, 2892960),
        id="a fur coat above it: rural tax too",
    ),
    # 148,148.16; 1,851,852 + 148,148 = 2,000,000: no excess; VAT on 2,000,000
    pytest.param(
        TODAY,
        parcel(item("910211", "1851852"), fx="1"),
        (148140, 0, 0, 0, 0, 200000, 348140),
        id="a watch exactly at the threshold",
    ),
    # 148,148.56; excess 5, tax 1 won, of that nothing; VAT on 2,000,006 = 200,000
    pytest.param(
        TODAY,
        parcel(item("910211", "1851857"), fx="1"),
        (148140, 0, 0, 0, 0, 200000, 348140),
        id="a watch five won above it",
    ),
    pytest.param(
        TODAY,
        parcel(item("910111", "5400"), freight="30"),
        (608160, 1242030, 0, 372600, 0, 982480, 3205270),
        id="a watch well above it",
    ),
    # 3,360,000; duty 268,800; 3,628,800 is below 2 x 2,000,000; VAT 362,880
    pytest.param(
        TODAY,
        parcel(item("420221", "2400", 2)),
        (268800, 0, 0, 0, 0, 362880, 631680),
        id="two bags below the threshold a piece",
    ),
    # twice example B; VAT on 6,580,480
    pytest.param(
        TODAY,
        parcel(item("420221", "4000", 2)),
        (448000, 409600, 0, 122880, 0, 658040, 1638520),
        id="two bags above it a piece",
    ),
    pytest.param(
        TODAY,
        parcel(item("420221", "1900"), item("420222", "300")),
        (246400, 174560, 0, 52360, 0, 355330, 828650),
        id="two bags on two lines",
    ),
    pytest.param(
        TODAY, parcel(item("711319", "3000")), (336000, 0, 0, 0, 0, 453600, 789600), id="jewellery below its threshold"
    ),
    # 7,000,000; 560,000; 20 % of 2,560,000; 30 % of 512,000; VAT on 8,225,600
    pytest.param(
        TODAY,
        parcel(item("711319", "5000")),
        (560000, 512000, 0, 153600, 0, 822560, 2048160),
        id="jewellery above its threshold",
    ),
    # 4,200,000; 336,000; 20 % of 2,536,000; 30 % of 507,200; VAT on 5,195,360
    pytest.param(
        date(2016, 2, 4),
        parcel(item("711319", "3000")),
        (336000, 507200, 0, 152160, 0, 519530, 1514890),
        id="jewellery on the eve of its own threshold",
    ),
    # 4,536,000 is not above 5,000,000; VAT 453,600
    pytest.param(
        date(2016, 2, 5),
        parcel(item("711319", "3000")),
        (336000, 0, 0, 0, 0, 453600, 789600),
        id="jewellery on the day of it",
    ),
    pytest.param(
        date(2016, 2, 4),
        parcel(item("940330", "6000")),
        (0, 0, 0, 0, 0, 840000, 840000),
        id="a desk before furniture is in the table",
    ),
    # free of duty; 20 % of 3,400,000; 30 % and 10 % of 680,000; VAT on 9,352,000
    pytest.param(
        date(2016, 2, 5),
        parcel(item("940330", "6000")),
        (0, 680000, 0, 204000, 68000, 935200, 1887200),
        id="a desk from that day on",
    ),
    # 280,000; 15 % 42,000; 30 % of 322,000; 10 % of 96,600; VAT on 428,260
    pytest.param(
        TODAY,
        parcel(item("220421", "200", ml=750)),
        (42000, 0, 96600, 9660, 0, 42820, 191080),
        id="wine without relief",
    ),
    # 72 % of 140,000; 30 % of 100,800; VAT on 271,040
    pytest.param(
        TODAY,
        parcel(item("220830", "100", ml=700), relief="DUTY"),
        (0, 0, 100800, 30240, 0, 27100, 158140),
        id="whisky free of duty alone",
    ),
    pytest.param(
        TODAY,
        parcel(item("220830", "150.01", ml=700), freight="25"),
        (49000, 0, 211690, 63500, 0, 56920, 381110),
        id="whisky without relief",
    ),
    # 1.98 l x 885.7 = 1,753.686; 30 % of 1,753 = 525; VAT on 28,000 + 2,278 = 3,027: 5,290 is not collected
    pytest.param(
        TODAY,
        parcel(item("220300", "20", 6, ml=330), relief="DUTY"),
        (0, 0, 0, 0, 0, 0, 0),
        id="six cans of beer, by the litre",
    ),
    # 15 l x 885.7 = 13,285.5; duty 30 % of 84,000; 30 % of 13,285; VAT on 126,470
    pytest.param(
        TODAY,
        parcel(item("220300", "60", 30, ml=500)),
        (25200, 0, 13280, 3980, 0, 12640, 55100),
        id="thirty cans of beer with duty",
    ),
    # 15 l x 855.2 = 12,828; 30 % 3,848; VAT on 125,876
    pytest.param(
        date(2023, 3, 31),
        parcel(item("220300", "60", 30, ml=500)),
        (25200, 0, 12820, 3840, 0, 12580, 54440),
        id="beer on the eve of a new rate",
    ),
    pytest.param(
        date(2023, 4, 1),
        parcel(item("220300", "60", 30, ml=500)),
        (25200, 0, 13280, 3980, 0, 12640, 55100),
        id="beer on the day of it",
    ),
    # 72 % of 109,200 = 78,624; 30 % 23,587; VAT on 211,411
    pytest.param(
        date(2019, 12, 31),
        parcel(item("220300", "60", 30, ml=500)),
        (25200, 0, 78620, 23580, 0, 21140, 148540),
        id="beer on the last day by value",
    ),
    pytest.param(
        date(2020, 1, 1),
        parcel(item("220300", "60", 30, ml=500)),
        (25200, 0, 12450, 3730, 0, 12530, 53910),
        id="beer on the first day by the litre",
    ),
    pytest.param(
        TODAY,
        parcel(item("220300", "60", 30)),
        (25200, 0, 26570, 7970, 0, 14370, 74110),
        id="beer of unknown volume counts a litre a piece",
    ),
    # 7.5 l x 44.4 = 333; duty 15 % of 84,000; VAT on 96,933
    pytest.param(
        TODAY,
        parcel(item("2206002030", "60", 10, ml=750)),
        (12600, 0, 330, 0, 0, 9690, 22620),
        id="makgeolli by the litre, without education tax",
    ),
    pytest.param(
        TODAY,
        parcel(item("220600", "60", 10, ml=750)),
        (12600, 0, 28980, 2890, 0, 12840, 57310),
        id="a fermented drink of six digits is no makgeolli",
    ),
    pytest.param(
        TODAY,
        parcel(item("2206002020", "200", ml=750)),
        (42000, 0, 96600, 0, 0, 41860, 180460),
        id="yakju without education tax",
    ),
    pytest.param(
        TODAY, parcel(item("220710", "200", 2, ml=1000)), (84000, 0, 110, 0, 0, 36410, 120520), id="spirit by the litre"
    ),
    # the bottle as in example C
    pytest.param(
        TODAY,
        parcel(item("610910", "30", relief="ALL"), item("220421", "100", ml=750), relief="DUTY"),
        (0, 0, 42000, 4200, 0, 18620, 64820),
        id="a shirt free of all beside a bottle free of duty",
    ),
    pytest.param(
        TODAY,
        parcel(item("610910", "30"), item("220421", "100", ml=750, relief="DUTY"), relief="ALL"),
        (0, 0, 42000, 4200, 0, 18620, 64820),
        id="a bottle free of duty in a parcel free of all",
    ),
    pytest.param(TODAY, parcel(item("610910", "150"), relief="ALL"), (0, 0, 0, 0, 0, 0, 0), id="free of all"),
    # VAT 10,000
    pytest.param(
        TODAY, parcel(item("851713", "100000"), fx="1"), (0, 0, 0, 0, 0, 10000, 10000), id="just enough to be collected"
    ),
    # VAT 9,999, cut 9,990
    pytest.param(
        TODAY, parcel(item("851713", "99999"), fx="1"), (0, 0, 0, 0, 0, 0, 0), id="a won too little to be collected"
    ),
    # 5,850 and 50,850 / 10 = 5,085, cut 5,080
    pytest.param(
        TODAY,
        parcel(item("610910", "45000"), fx="1"),
        (5850, 0, 0, 0, 0, 5080, 10930),
        id="collected together though each tax is below the floor",
    ),
    pytest.param(TODAY, parcel(item("610910", "0")), (0, 0, 0, 0, 0, 0, 0), id="a parcel worth nothing"),
    # no duty; VAT on 287,000
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE", claims="KOR_EU"), freight="20", proof=True),
        (0, 0, 0, 0, 0, 28700, 28700),
        id="a claim with proof",
    ),
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE", claims="KOR_EU"), freight="20"),
        (37310, 0, 0, 0, 0, 32430, 69740),
        id="a claim without proof",
    ),
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE"), freight="20", proof=True),
        (37310, 0, 0, 0, 0, 32430, 69740),
        id="proof without a claim",
    ),
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="CN", claims="KOR_EU"), freight="20", proof=True),
        (37310, 0, 0, 0, 0, 32430, 69740),
        id="a claim for goods from elsewhere",
    ),
    pytest.param(
        TODAY,
        parcel(item("640411", "185", origin="DE", claims="MARS"), freight="20", proof=True),
        (37310, 0, 0, 0, 0, 32430, 69740),
        id="a claim of an agreement that nobody knows",
    ),
    pytest.param(
        TODAY,
        parcel(item("851830", "185", origin="DE", claims="KOR_EU"), freight="20", proof=True),
        (22960, 0, 0, 0, 0, 30990, 53950),
        id="a claim for goods that the agreement does not list",
    ),
    # VAT on 350,000
    pytest.param(
        TODAY,
        parcel(item("610910", "250", origin="US", claims="KOR_US"), proof=True),
        (0, 0, 0, 0, 0, 35000, 35000),
        id="a shirt from the United States with a claim",
    ),
    pytest.param(
        date(2020, 12, 31),
        parcel(item("640411", "185", origin="GB", claims="KOR_EU"), proof=True),
        (0, 0, 0, 0, 0, 25900, 25900),
        id="British goods on the last day in the Union's agreement",
    ),
    # 259,000; 33,670; VAT on 292,670
    pytest.param(
        date(2021, 1, 1),
        parcel(item("640411", "185", origin="GB", claims="KOR_EU"), proof=True),
        (33670, 0, 0, 0, 0, 29260, 62930),
        id="British goods on the day after",
    ),
    pytest.param(
        date(2021, 1, 1),
        parcel(item("640411", "185", origin="GB", claims="KOR_UK"), proof=True),
        (0, 0, 0, 0, 0, 25900, 25900),
        id="British goods with their own agreement",
    ),
    pytest.param(
        TODAY,
        parcel(item("640411", "100", origin="DE", claims="KOR_EU"), item("640411", "100", origin="CN"), proof=True),
        (18200, 0, 0, 0, 0, 29820, 48020),
        id="one line with a claim, one without",
    ),
    # 18 % of 280,000
    pytest.param(
        TODAY,
        parcel(item("610910", "200"), mode="SIMPLIFIED"),
        (50400, 0, 0, 0, 0, 0, 50400),
        id="a shirt at the bundled rate",
    ),
    # 15 % of 284,298 = 42,644.7
    pytest.param(
        TODAY,
        parcel(item("950300", "200.07"), mode="SIMPLIFIED", freight="3"),
        (42640, 0, 0, 0, 0, 0, 42640),
        id="a toy at the bundled rate",
    ),
    # 19 % of 840,000
    pytest.param(
        TODAY,
        parcel(item("430310", "600"), mode="SIMPLIFIED"),
        (159600, 0, 0, 0, 0, 0, 159600),
        id="fur at the bundled rate",
    ),
    pytest.param(
        TODAY,
        parcel(item("420329", "600"), mode="SIMPLIFIED"),
        (151200, 0, 0, 0, 0, 0, 151200),
        id="leather gloves at the bundled rate",
    ),
    # 15 %
    pytest.param(
        TODAY,
        parcel(item("420221", "2000000"), fx="1", mode="SIMPLIFIED"),
        (300000, 0, 0, 0, 0, 0, 300000),
        id="a bag just at the luxury threshold",
    ),
    # 20 % of 2,000,001 = 400,000.2; no consumption tax, no VAT
    pytest.param(
        TODAY,
        parcel(item("420221", "2000001"), fx="1", mode="SIMPLIFIED"),
        (400000, 0, 0, 0, 0, 0, 400000),
        id="a bag a won above it",
    ),
    pytest.param(
        TODAY,
        parcel(item("851713", "300"), mode="SIMPLIFIED"),
        (0, 0, 0, 0, 0, 42000, 42000),
        id="free goods have no bundled rate",
    ),
    pytest.param(
        TODAY,
        parcel(item("220421", "200", ml=750), mode="SIMPLIFIED"),
        (42000, 0, 96600, 9660, 0, 42820, 191080),
        id="liquor has no bundled rate",
    ),
    # 40 % of 140,000; VAT on 196,000; its own taxes are not in the table
    pytest.param(
        TODAY,
        parcel(item("240210", "100"), mode="SIMPLIFIED"),
        (56000, 0, 0, 0, 0, 19600, 75600),
        id="tobacco has no bundled rate",
    ),
    pytest.param(
        TODAY,
        parcel(item("950300", "10000000"), fx="1", mode="SIMPLIFIED"),
        (1500000, 0, 0, 0, 0, 0, 1500000),
        id="a piece of ten million won has its bundled rate",
    ),
    # 8 % 800,000.08; VAT on 10,800,001
    pytest.param(
        TODAY,
        parcel(item("950300", "10000001"), fx="1", mode="SIMPLIFIED"),
        (800000, 0, 0, 0, 0, 1080000, 1880000),
        id="a piece above ten million won has none",
    ),
    pytest.param(
        TODAY,
        parcel(item("950300", "12000000", 2), fx="1", mode="SIMPLIFIED"),
        (1800000, 0, 0, 0, 0, 0, 1800000),
        id="two pieces that only together are above it",
    ),
    pytest.param(
        TODAY,
        parcel(item("610910", "250", origin="US", claims="KOR_US"), mode="SIMPLIFIED", proof=True),
        (0, 0, 0, 0, 0, 35000, 35000),
        id="a claim stands above the bundled rate",
    ),
    # 154,000 x 18 % = 27,720; VAT on 308,000
    pytest.param(
        TODAY,
        parcel(item("610910", "100"), item("851713", "200"), freight="30", mode="SIMPLIFIED"),
        (27720, 0, 0, 0, 0, 30800, 58520),
        id="bundled and general rates in one parcel",
    ),
    pytest.param(
        TODAY,
        parcel(item("610910", "33.33"), item("950300", "33.33"), item("330499", "33.34"), fx="1357.14", freight="7.77"),
        (13400, 0, 0, 0, 0, 15960, 29360),
        id="what flooring leaves goes to the last line",
    ),
    # 140,042 in three: 46,680, 46,680, 46,682; 6,068 and 3,734; VAT 5,274 + 5,041 + 4,668
    pytest.param(
        TODAY,
        parcel(item("610910", "0.01"), item("950300", "0.01"), item("851713", "0.01"), freight="100"),
        (9800, 0, 0, 0, 0, 14980, 24780),
        id="three cents and a hundred dollars of freight",
    ),
    pytest.param(
        TODAY,
        parcel(item("610910", "200"), item("950300", "0"), freight="10"),
        (38220, 0, 0, 0, 0, 33220, 71440),
        id="a free gift beside a shirt",
    ),
    # the last line bears it: 8 % of 140,000; VAT on 151,200
    pytest.param(
        TODAY,
        parcel(item("610910", "0"), item("950300", "0"), freight="100"),
        (11200, 0, 0, 0, 0, 15120, 26320),
        id="nothing but freight",
    ),
    pytest.param(
        TODAY,
        parcel(item("420221", "2000", -3)),
        (224000, 204800, 0, 61440, 0, 329020, 819260),
        id="a quantity that can't be counts as one",
    ),
    pytest.param(
        TODAY,
        parcel(
            item("420221", "999999999999.9999", 1000000),
            item("220830", "999999999999.9999", ml=1000000),
            fx="4567.8901",
            freight="999999999999.9999",
        ),
        (
            1918513841999990,
            1479596392399990,
            5919985569599990,
            2219874588599990,
            0,
            2524164069259990,
            14062134461859950,
        ),
        id="the largest amounts",
    ),
]


@pytest.mark.parametrize(("day", "said", "expected"), EXAMPLES)
def test_every_amount_of_a_parcel(day: date, said: Parcel, expected: tuple[int, ...]) -> None:
    assert tuple(amounts(assess(taxable(said), law_of(day))).values()) == expected


@pytest.mark.parametrize(("day", "said", "expected"), EXAMPLES)
def test_the_slow_reference_says_the_same(day: date, said: Parcel, expected: tuple[int, ...]) -> None:
    assert tuple(tax_reference.taxes(said, day).values()) == expected


CODES: Final = (
    *(
        "610910",
        "6109101000",
        "621600",
        "640411",
        "640690",
        "420221",
        "420329",
        "430310",
        "430219",
        "910211",
        "711319",
        "710239",
        "940330",
        "940171",
    ),
    *(
        "220300",
        "2203000000",
        "220421",
        "220600",
        "2206002010",
        "2206002020",
        "2206002030",
        "220710",
        "220720",
        "220830",
        "240210",
    ),
    *(
        "330300",
        "330499",
        "490199",
        "490300",
        "851713",
        "851830",
        "847130",
        "950300",
        "950450",
        "040690",
        "392690",
        "",
        "61",
        "6",
        "abc",
        "61.09.10",
    ),
)
DAYS: Final = (
    TODAY,
    date(2016, 2, 4),
    date(2016, 2, 5),
    date(2019, 12, 31),
    date(2020, 12, 31),
    date(2021, 1, 1),
    date(2023, 3, 31),
    date(2023, 4, 1),
    date(2000, 1, 1),
)
EDGES: Final = (
    "0",
    "0.0001",
    "0.01",
    "1",
    "9.99",
    "1851851",
    "1851852",
    "1851853",
    "2000000",
    "2000001",
    "4310344",
    "5000000",
    "5000001",
    "9999999",
    "10000000",
    "10000001",
)
RATES: Final = ("1", "1400", "1357.14", "9.3512", "1623.45", "0.0541", "4567.8901")


def at_random(chance: random.Random) -> tuple[date, Parcel]:
    """A day and a parcel, edges more often than by chance."""

    def amount() -> str:
        return (
            chance.choice(EDGES)
            if chance.random() < 0.3
            else f"{10 ** chance.uniform(-2, 5):.{chance.choice((0, 2, 4))}f}"
        )

    items = [
        item(
            chance.choice(CODES),
            amount(),
            chance.choice((1, 1, 1, 2, 3, 10, 1_000_000, 0, -1)),
            origin=chance.choice(("CN", "US", "DE", "GB", "KR", "")),
            claims=chance.choice((None, None, "KOR_EU", "KOR_US", "KOR_UK", "MARS")),
            ml=chance.choice((None, 330, 750, 1000, 0, -5, 1_000_000)),
            relief=chance.choice((None, None, None, None, "ALL", "DUTY", "NONE")),
        )
        for _ in range(chance.choice((1, 1, 1, 2, 3, 7)))
    ]
    said = parcel(
        *items,
        fx=chance.choice(RATES),
        charges=chance.choice(("0", amount())),
        freight=chance.choice(("0", amount())),
        insurance=chance.choice(("0", "0.5")),
        mode=chance.choice(("GENERAL", "GENERAL", "SIMPLIFIED")),
        relief=chance.choice(("NONE", "NONE", "NONE", "DUTY", "ALL")),
        proof=chance.random() < 0.5,
    )
    return chance.choice(DAYS), said


def disagreements(count: int, law: Callable[[date], TaxLaw] = law_of, **reading: Any) -> list[tuple[date, Parcel]]:  # noqa: ANN401  # the other readings of the slow reference, by name
    """Of so many parcels at random, always the same, those on which engine and reference differ."""
    chance = random.Random(2026)  # noqa: S311  # repeatable draws are the point
    drawn = [at_random(chance) for _ in range(count)]
    return [
        (day, said)
        for day, said in drawn
        if amounts(assess(taxable(said), law(day))) != tax_reference.taxes(said, day, **reading)
    ]


def test_ten_thousand_parcels_at_random() -> None:
    assert disagreements(10_000) == []


def test_the_random_parcels_bear_every_tax() -> None:
    chance = random.Random(2026)  # noqa: S311  # the same draws as above
    seen = [amounts(assess(taxable(said), law_of(day))) for day, said in (at_random(chance) for _ in range(2_000))]
    for name in ("duty", "consumption", "liquor", "education", "rural", "vat"):
        assert sum(tax[name] > 0 for tax in seen) > 50, name


@pytest.mark.parametrize(
    ("change", "reading"),
    [
        pytest.param({"floor_per_tax": True}, {"each": True}, id="the floor asked of each tax"),
        pytest.param({"floor_krw": 0}, {"least": 0}, id="no floor"),
        pytest.param({"cut_krw": 1}, {"to": 1}, id="nothing cut"),
    ],
)
def test_the_other_readings_agree_too_and_are_not_the_settled_one(
    change: dict[str, int], reading: dict[str, int]
) -> None:
    @cache
    def other(day: date) -> TaxLaw:
        return replace(law_of(day), **change)  # type: ignore[arg-type]  # figures by name

    assert disagreements(1_000, other, **reading) == []
    assert disagreements(1_000, other)


def rounded_up(parcel_said: Taxable) -> list[int]:
    values = customs_values(parcel_said)
    return [value + 1 for value in values]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param("customs_values", rounded_up, id="values rounded up"),
        pytest.param("_pieces", lambda _line: 1, id="thresholds a line in place of a piece"),
        pytest.param("_preference", lambda _line, law: law.duty.of("490199"), id="any claim is granted"),
        pytest.param("simplified_rate", lambda *_: None, id="never a bundled rate"),
        pytest.param("_measured", lambda _rate, _line: 1000, id="a litre whatever the bottle holds"),
    ],
)
def test_wrong_arithmetic_is_found(monkeypatch: pytest.MonkeyPatch, name: str, wrong: object) -> None:
    monkeypatch.setattr(engine, name, wrong)
    assert disagreements(1_000)


AMOUNT: Final = st.one_of(
    st.integers(0, 10**6),
    st.integers(0, 10 ** (limits.AMOUNT_DIGITS_MAX + limits.AMOUNT_SCALE_MAX) - 1),
    st.sampled_from([e4(edge) for edge in EDGES]),
)
ANY_TEXT: Final = st.text(max_size=limits.CODE_CHARS_MAX)
LINE: Final = st.builds(
    TaxableLine,
    hs_code=st.one_of(st.sampled_from(CODES), ANY_TEXT),
    amount_e4=AMOUNT,
    quantity=st.integers(-limits.QUANTITY_MAX, limits.QUANTITY_MAX),
    categories=st.lists(ANY_TEXT, max_size=2).map(tuple),
    origin=st.one_of(st.sampled_from(["US", "DE"]), ANY_TEXT),
    volume_ml=st.none() | st.integers(-limits.QUANTITY_MAX, limits.QUANTITY_MAX),
    net_weight_g=st.integers(-limits.WEIGHT_G_MAX, limits.WEIGHT_G_MAX),
    preference=st.none() | st.sampled_from(["KOR_US", "KOR_EU"]) | ANY_TEXT,
    relief=st.sampled_from([None, "NONE", "DUTY", "ALL"]),
)
TAXABLE: Final = st.builds(
    Taxable,
    lines=st.lists(LINE, max_size=5).map(tuple),
    rate_krw_e4=st.integers(0, 50_000_000),
    local_charges_e4=AMOUNT,
    freight_e4=AMOUNT,
    insurance_e4=AMOUNT,
    mode=st.sampled_from(["GENERAL", "SIMPLIFIED"]),
    relief=st.sampled_from(["NONE", "DUTY", "ALL"]),
    reason=st.none() | st.just("SMALL_VALUE"),
    has_purchase_proof=st.booleans(),
)


@given(TAXABLE)
def test_values_of_the_lines_are_the_parcels_value(said: Taxable) -> None:
    whole = sum(line.amount_e4 for line in said.lines) + said.local_charges_e4 + said.freight_e4 + said.insurance_e4
    values = customs_values(said)
    assert len(values) == len(said.lines)
    assert all(value >= 0 for value in values)
    if said.lines:
        assert sum(values) == whole * said.rate_krw_e4 // (E4 * E4)


@given(TAXABLE)
def test_whatever_is_said_the_amounts_add_up(said: Taxable) -> None:
    tax = assess(said, law_of(TODAY))
    due = amounts(tax)
    total = due.pop("total")
    assert sum(due.values()) == total
    assert all(amount >= 0 and amount % 10 == 0 for amount in due.values())
    assert total == 0 or total >= 10_000
    assert total or tax.exempt
    assert all(line.amount >= 0 and line.base >= 0 and line.source and line.rate for line in tax.lines)
    assert max([total, *(line.base for line in tax.lines)], default=0) < 2**63, "a long of Avro"


@given(TAXABLE)
def test_each_tax_is_the_sum_of_its_lines_cut_to_ten_won(said: Taxable) -> None:
    tax = assess(said, law_of(TODAY))
    for name, amount in amounts(tax).items():
        if name != "total" and tax.total:
            of = {name, "simplified"} if name == "duty" else {name}
            in_lines = sum(line.amount for line in tax.lines if line.tax in of)
            assert amount == in_lines - in_lines % 10


@given(TAXABLE.filter(lambda said: len(said.lines) > 0), st.integers(1, 10**8))
def test_dearer_goods_never_bear_less(said: Taxable, more: int) -> None:
    cheap = Taxable(
        lines=said.lines[:1],
        rate_krw_e4=said.rate_krw_e4,
        freight_e4=said.freight_e4,
        mode=said.mode,
        relief=said.relief,
        has_purchase_proof=said.has_purchase_proof,
    )
    line = cheap.lines[0]
    fields = {name: getattr(line, name) for name in line.__struct_fields__}
    dear = Taxable(
        lines=(TaxableLine(**{**fields, "amount_e4": line.amount_e4 + more}),),
        rate_krw_e4=cheap.rate_krw_e4,
        freight_e4=cheap.freight_e4,
        mode=cheap.mode,
        relief=cheap.relief,
        has_purchase_proof=cheap.has_purchase_proof,
    )
    assert assess(dear, law_of(TODAY)).total >= assess(cheap, law_of(TODAY)).total


def shown(tax: Tax) -> list[tuple[int, str, int, str, int]]:
    return [(line.item, line.tax, line.base, line.rate, line.amount) for line in tax.lines]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        pytest.param(
            parcel(item("420221", "2000")),
            [
                (0, "duty", 2_800_000, "8 %", 224_000),
                (0, "consumption", 1_024_000, "20 % above 2,000,000 KRW a piece", 204_800),
                (0, "education", 204_800, "30 %", 61_440),
                (0, "vat", 3_290_240, "10 %", 329_024),
            ],
            id="a bag",
        ),
        pytest.param(
            parcel(item("610910", "30", relief="ALL"), item("220421", "100", ml=750), relief="DUTY"),
            [
                (1, "duty", 140_000, "15 %, waived", 0),
                (1, "liquor", 140_000, "30 %", 42_000),
                (1, "education", 42_000, "10 %", 4_200),
                (1, "vat", 186_200, "10 %", 18_620),
            ],
            id="a shirt free of all beside a bottle free of duty",
        ),
        pytest.param(
            parcel(item("220300", "60", 30, ml=500)),
            [
                (0, "duty", 84_000, "30 %", 25_200),
                (0, "liquor", 0, "885.7 KRW/l, 15 l", 13_285),
                (0, "education", 13_285, "30 %", 3_985),
                (0, "vat", 126_470, "10 %", 12_647),
            ],
            id="beer by the litre has no base in won",
        ),
        pytest.param(
            parcel(item("220300", "60", 2), relief="DUTY"),
            [
                (0, "duty", 84_000, "30 %, waived", 0),
                (0, "liquor", 0, "885.7 KRW/l, 2 l assumed", 1_771),
                (0, "education", 1_771, "30 %", 531),
                (0, "vat", 86_302, "10 %", 8_630),
            ],
            id="a volume that is not known",
        ),
        pytest.param(
            parcel(item("910211", "1851852"), fx="1"),
            [(0, "duty", 1_851_852, "8 %", 148_148), (0, "vat", 2_000_000, "10 %", 200_000)],
            id="a watch at the threshold bears no tax of nothing",
        ),
        pytest.param(
            parcel(item("330499", "1")),
            [(0, "duty", 1_400, "6.5 %", 91), (0, "vat", 1_491, "10 %", 149)],
            id="lines stay when nothing is collected",
        ),
        pytest.param(
            parcel(item("490199", "1")),
            [(0, "duty", 1_400, "0 %", 0), (0, "vat", 1_400, "0 %", 0)],
            id="a book shows why it is free",
        ),
        pytest.param(
            parcel(item("610910", "200"), mode="SIMPLIFIED"),
            [(0, "simplified", 280_000, "18 %", 50_400)],
            id="a bundled rate is one line",
        ),
        pytest.param(parcel(item("610910", "200"), relief="ALL"), [], id="free of all has none"),
    ],
)
def test_lines_show_how_it_came_about(said: Parcel, lines: list[tuple[int, str, int, str, int]]) -> None:
    assert shown(assess(taxable(said), law_of(TODAY))) == lines


@pytest.mark.parametrize(
    ("said", "exempt"),
    [
        pytest.param(parcel(item("610910", "200")), None, id="taxed"),
        pytest.param(parcel(item("610910", "10")), BELOW_FLOOR, id="too little"),
        pytest.param(parcel(item("490199", "200")), FREE, id="free goods"),
        pytest.param(parcel(item("610910", "10"), relief="ALL"), "SMALL_VALUE", id="small value"),
        pytest.param(parcel(item("220421", "100"), relief="DUTY"), "SMALL_VALUE", id="duty alone is waived"),
        pytest.param(parcel(item("220421", "1"), relief="DUTY"), BELOW_FLOOR, id="duty waived, the rest too little"),
        pytest.param(parcel(), FREE, id="no goods"),
    ],
)
def test_the_reason_of_an_exemption(said: Parcel, exempt: str | None) -> None:
    assert assess(taxable(said), law_of(TODAY)).exempt == exempt


@pytest.mark.parametrize(
    ("fx", "text"), [("1400", "1400"), ("1357.14", "1357.14"), ("0.0541", "0.0541"), ("1400.5", "1400.5")]
)
@pytest.mark.parametrize("relief", ["NONE", "ALL"])
def test_the_rate_of_exchange_stands_as_it_was_used(fx: str, text: str, relief: str) -> None:
    assert assess(taxable(parcel(item("610910", "200"), fx=fx, relief=relief)), law_of(TODAY)).exchange_rate == text


def law(**rows: Any) -> TaxLaw:  # noqa: ANN401  # rows of any of the tables
    """A law of these rows alone."""
    return TaxTables(**rows).on(TODAY, SHIPPED.on(TODAY).figures)


def row(goods: str, rate: Rate, first: date = date(2000, 1, 1), last: date | None = None) -> RateRow[Rate]:
    return RateRow(goods, first, last, rate)


def rate(percent: int) -> Rate:
    return Rate.of(percent * E4, f"{percent}")


@pytest.mark.parametrize(
    ("code", "categories", "source"),
    [
        pytest.param("6109101000", (), "3", id="ten digits"),
        pytest.param(
            "6109100000",
            (),
            "13",
            id="six digits of an unknown ten: the highest of those below and of the nearest above",
        ),
        pytest.param("610910", (), "13", id="six digits: the highest of those below and of the nearest above"),
        pytest.param("610990", (), "5", id="six digits: their own row stands, whatever is below"),
        pytest.param("620520", (), "30", id="six digits with nothing above but the rest: the highest of those below"),
        pytest.param("6205201000", (), "0", id="ten digits of a free subheading"),
        pytest.param("61", (), "13", id="two digits"),
        pytest.param("7", (), "8", id="one digit: the rest"),
        pytest.param("999999", ("SHOES", "TOYS"), "20", id="no code but a category"),
        pytest.param("610910", ("TOYS",), "13", id="a code goes before a category"),
        pytest.param("999999", ("SHOES",), "8", id="neither"),
    ],
)
def test_the_longest_beginning_of_the_code_wins(code: str, categories: tuple[str, ...], source: str) -> None:
    goods = {
        "": 8,
        "61": 13,
        "6109101000": 3,
        "6109102000": 4,
        "610990": 5,
        "6109909000": 50,
        "6205201000": 0,
        "6205202000": 30,
        "TOYS": 20,
    }
    assert (
        law(duties=tuple(row(code, rate(percent)) for code, percent in goods.items())).duty.of(code, categories).source
        == source
    )


@pytest.mark.parametrize(
    ("day", "source"),
    [
        pytest.param(date(2025, 12, 31), "8", id="the eve"),
        pytest.param(date(2026, 1, 1), "10", id="the day of a new rate"),
        pytest.param(date(2026, 3, 31), "10", id="the eve of a rate for a while"),
        pytest.param(date(2026, 4, 1), "2", id="its first day"),
        pytest.param(date(2026, 6, 30), "2", id="its last day"),
        pytest.param(date(2026, 7, 1), "10", id="the day after: the rate before it holds again"),
        pytest.param(date(1999, 12, 31), "no rate in force on 1999-12-31", id="before the table begins"),
    ],
)
def test_a_rate_holds_from_its_day(day: date, source: str) -> None:
    rows = (
        row("61", rate(2), date(2026, 4, 1), date(2026, 6, 30)),
        row("61", rate(10), date(2026, 1, 1)),
        row("61", rate(8)),
    )
    assert TaxTables(duties=rows).on(day, SHIPPED.on(TODAY).figures).duty.of("610910").source == source


@pytest.mark.parametrize(
    ("duty", "line", "amount", "text"),
    [
        pytest.param(
            Rate.of(None, "s", 1_830 * E4, "kg"),
            {"net_weight_g": 2_500},
            4_575,
            "1830 KRW/kg, 2.5 kg",
            id="by the kilogram",
        ),
        pytest.param(
            Rate.of(None, "s", 1_830 * E4, "kg"),
            {"quantity": 3},
            5_490,
            "1830 KRW/kg, 3 kg assumed",
            id="by a kilogram that is not known",
        ),
        pytest.param(
            Rate.of(None, "s", 250 * E4, "piece"), {"quantity": 3}, 750, "250 KRW/piece, 3 piece", id="by the piece"
        ),
        pytest.param(
            Rate.of(270_000, "s", 1_830 * E4, "kg"),
            {"net_weight_g": 20_000},
            36_600,
            "27 % or 1830 KRW/kg, the greater, 20 kg",
            id="the weight comes to more",
        ),
        pytest.param(
            Rate.of(270_000, "s", 1_830 * E4, "kg"),
            {"net_weight_g": 2_500},
            27_000,
            "27 % or 1830 KRW/kg, the greater, 2.5 kg",
            id="the value comes to more",
        ),
    ],
)
def test_duty_by_quantity(duty: Rate, line: dict[str, int], amount: int, text: str) -> None:
    said = Taxable(lines=(TaxableLine(hs_code="070310", amount_e4=100_000 * E4, **line),), rate_krw_e4=E4)  # type: ignore[arg-type]  # fields by name
    charged = assess(said, law(duties=(row("", duty),), vat=(row("", rate(0)),))).lines[0]
    assert (charged.amount, charged.rate) == (amount, text)


@pytest.mark.parametrize(
    ("code", "value_krw", "quantity", "percent"),
    [
        pytest.param("610910", 280_000, 1, "18 %", id="clothes"),
        pytest.param("950300", 280_000, 1, "15 %", id="everything else"),
        pytest.param("430310", 5_000_000, 1, "19 %", id="fur"),
        pytest.param("430310", 5_000_001, 1, "20 %", id="fur that is a luxury"),
        pytest.param("420221", 4_000_000, 2, "15 %", id="two bags at the threshold"),
        pytest.param("420221", 4_000_001, 2, "20 %", id="two bags above it"),
        pytest.param("950300", 10_000_000, 1, "15 %", id="a piece at the limit"),
        pytest.param("950300", 10_000_001, 1, None, id="a piece above the limit"),
        pytest.param("851713", 280_000, 1, None, id="free of duty"),
        pytest.param("220300", 280_000, 1, None, id="beer"),
        pytest.param("240220", 280_000, 1, None, id="tobacco"),
    ],
)
def test_which_lines_have_a_bundled_rate(code: str, value_krw: int, quantity: int, percent: str | None) -> None:
    found = simplified_rate(TaxableLine(hs_code=code, amount_e4=0, quantity=quantity), value_krw, law_of(TODAY))
    assert (found.text if found else None) == percent


def test_goods_with_duty_by_quantity_have_no_bundled_rate() -> None:
    bundled = (RateRow("", date(2000, 1, 1), None, Bracket(0, rate(15))),)
    line = TaxableLine(hs_code="070310", amount_e4=0)
    by_value, by_weight = (
        law(duties=(row("", duty),), simplified=bundled) for duty in (rate(27), Rate.of(270_000, "s", 1_830 * E4, "kg"))
    )
    assert simplified_rate(line, 280_000, by_value) == rate(15)
    assert simplified_rate(line, 280_000, by_weight) is None


def test_a_parcel_free_of_all_shows_nothing_else() -> None:
    exempt = assess(taxable(parcel(item("610910", "10"), relief="ALL")), law_of(TODAY))
    assert exempt == Tax(0, 0, 0, 0, 0, 0, 0, "SMALL_VALUE", "1400", ())


def test_every_line_names_where_its_rate_is_from() -> None:
    tax = assess(taxable(parcel(item("420221", "2000"))), law_of(TODAY))
    assert [line.source.split(";")[0] for line in tax.lines] == [
        "Tariff base rate as a public code base of 2026-09 has it",
        "Individual Consumption Tax Act Art. 1(2)2 and Decree Art. 4(2): 2,000,000 a piece",
        "Individual Consumption Tax Act Art. 1(2)2 and Decree Art. 4(2): 2,000,000 a piece",
        "VAT Act Art. 30",
    ]
    assert all(isinstance(line, TaxLine) for line in tax.lines)
