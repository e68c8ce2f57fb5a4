"""Amounts, times, rates and their sources as people read them."""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from schemas.messages import grouped, money
from streams.i18n.messages import KOREA, korean_day, korean_time
from streams.i18n.tables import Lang
from streams.i18n.vocabulary import RATE, words_of

CENT: Final = Decimal("0.01")

_LONG_NUMBER: Final = re.compile(r"(?<![\d,.])\d{4,}(?:\.\d+)?")
_ASSUMED: Final = re.compile(r"([\d,.]+ (?:l|kg)) assumed")
_LITRES: Final = re.compile(r"(?<=[\d ]) ?l\b|(?<=/)l\b")
_ONE_PLACE: Final = re.compile(r"(\.\d)(?=원)")
_QUANTITY: Final = re.compile(r"[\d.]+ (?:l|kg)(?: assumed)?")


def moment(time: str, lang: Lang) -> str:
    """A time in Korea; what is no time stays as it is.

    >>> moment("2026-11-23T05:10:00.000Z", "ko"), moment("2026-11-23T05:10:00.000Z", "en"), moment("then", "en")
    ('2026. 11. 23. 14:10:00', '2026-11-23 14:10:00 KST', 'then')
    """
    if lang == "ko":
        return korean_time(time)
    try:
        return f"{datetime.fromisoformat(time).astimezone(KOREA):%Y-%m-%d %H:%M:%S} KST"
    except (ValueError, OverflowError):
        return time


def day(text: str, lang: Lang) -> str:
    """A day; what is no day stays as it is."""
    return korean_day(text) if lang == "ko" else text


def dollars(amount: str) -> str:
    """A price to the cent, or with all its places where a whole amount would hide what decides.

    >>> dollars("393.500000"), dollars("23.568000"), dollars("1000.000714"), dollars("2995.000000")
    ('393.50', '23.57', '1,000.000714', '2,995.00')
    """
    try:
        exact = Decimal(amount)
        cents = exact.quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return amount
    return money(amount if cents != exact and cents == cents.to_integral_value() else str(cents))


def rate(text: str, lang: Lang) -> str:
    """A rate of tax as decisions write it.

    >>> rate("27 % or 1830 KRW/kg, the greater, 1 kg assumed", "ko"), rate("885.7 KRW/l", "ko")
    ('27% 또는 1,830원/kg 중 큰 금액, 추정 1 kg', '885.70원/L')
    """
    text = _LONG_NUMBER.sub(lambda number: grouped(number[0]), text)
    if lang == "en":
        return text
    text = _ASSUMED.sub(r"추정 \1", text)
    for part, korean in words_of(RATE).items():
        text = text.replace(part, korean)
    return _ONE_PLACE.sub(r"\g<1>0", _LITRES.sub(lambda unit: unit[0].replace("l", "L"), text)).replace(" %", "%")


def base_and_rate(base: int, text: str, lang: Lang) -> tuple[str, str]:
    """What a tax is charged on, and its rate: a tax by quantity has no base in won, but the quantity.

    >>> base_and_rate(576_100, "8 %", "ko"), base_and_rate(0, "885.7 KRW/l, 1 l assumed", "ko")
    (('576,100', '8%'), ('추정 1 L', '885.70원/L'))
    """
    charged, _, quantity = text.rpartition(", ")
    if base or not _QUANTITY.fullmatch(quantity):
        return f"{base:,}", rate(text, lang)
    return rate(quantity, lang), rate(charged, lang)


def source(text: str, lang: Lang) -> str:
    """Where a figure of the reference data comes from: each part that the tables of this project have is translated.

    >>> source("VAT Act Art. 30; in force before this table begins", "ko"), source("our own", "ko")
    ('부가가치세법 제30조; 시행일은 이 표의 시작일 이전', 'our own')
    """
    if lang == "en":
        return text
    korean = words_of("source")
    return "; ".join(korean.get(part, part) for part in text.split("; "))
