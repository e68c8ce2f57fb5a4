"""What a parcel has that only some have.

A rule about it is asked of no other, which is nearly all rules for an ordinary parcel.

A trait says that there may be something to look at, never what is found: rules alone decide. One look at a parcel tells
all its traits, where each rule would look for itself. A rule without its traits would find nothing, and tests hold that
for every rule.

Longer than 400 lines, because a trait's bit, its meaning and the look that sets it belong together.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from agents.goods.categorise import CategoryHit
from agents.goods.understood import NOTHING
from agents.identifiers import clearance_code, phone_kr, postcode_kr, resident_number
from agents.parcel.case import Case
from agents.parcel.price_limits import keeps_from_list
from agents.reference import Law, Reference
from agents.rules.placeholder import HAS_LETTERS
from agents.rules.texts import (
    ADDRESS_CHARS_MIN,
    has_digit,
    holds_resident_number,
    is_before,
    is_consolidated,
    is_day,
    is_vague,
    is_visible,
    names_a_place,
    repeated_placeholder,
)
from agents.values.money import E4, above_usd, parse_e4
from agents.values.text import folded
from schemas import limits
from schemas.manifest import Consignor, Header, Item

POSTAL: Final = 1 << 0
BUSINESS: Final = 1 << 1
"""The consignor or the consignee has a business number."""
SSCC: Final = 1 << 2
IOSS: Final = 1 << 3
EORI: Final = 1 << 4
EXCLUDED: Final = 1 << 5
"""Goods that are kept from list clearance, and not prohibited."""
LIMITED: Final = 1 << 6
"""Goods whose self-use is limited."""
VERIFIED: Final = 1 << 7
LISTED: Final = 1 << 8
COMMERCIAL: Final = 1 << 9
PRICED: Final = 1 << 10
ABOVE_LIST_LIMIT: Final = 1 << 11
"""A goods price above the lower of the two list limits."""
NO_FREIGHT: Final = 1 << 12
BRANDED: Final = 1 << 13
MISCODED: Final = 1 << 14
"""A line with headings that fit its words better than its own."""
DISGUISED: Final = 1 << 15
CORRECTION: Final = 1 << 16
NOT_ECOMMERCE: Final = 1 << 17
PAID: Final = 1 << 18
"""An imported e-commerce parcel that says what its buyer paid."""
PAID_OTHERWISE: Final = 1 << 19
"""Less than the goods, or more than goods, charges, freight and insurance: tolerances only widen what is right."""
IMPORTED: Final = 1 << 20
UNPRICED: Final = 1 << 21
NO_CLEARANCE_CODE: Final = 1 << 22
"""No personal clearance code of the right form."""
MANY_LINES: Final = 1 << 23
"""More lines than surely stay within what a parcel may say."""
NOT_SELF_USE: Final = 1 << 24
NOT_SIX_DIGITS: Final = 1 << 25
"""A line whose commodity code is not, as it stands, a subheading in force."""
SUSPENDED: Final = 1 << 26
"""The carrier may be suspended."""

FIELD_MISSING: Final = 1 << 27
"""Something that a parcel must say is not there."""
PLACEHOLDER_TEXT: Final = 1 << 28
"""A text that may only fill its field."""
UNPRINTABLE: Final = 1 << 29
"""A character that is not printed."""
RESIDENT: Final = 1 << 30
"""A resident registration number where goods and orders are said."""
UNAUTHORISED: Final = 1 << 31
"""No one-time number of the right form."""
ODD_PHONE: Final = 1 << 32
ODD_POSTCODE: Final = 1 << 33
ODD_ADDRESS: Final = 1 << 34
"""An address that is short or has no number."""
ODD_BILL: Final = 1 << 35
"""A house bill that is not letters and digits alone."""
ODD_DAY: Final = 1 << 36
ODD_AMOUNT: Final = 1 << 37
"""An amount that is zero, or none."""
LINE_TOTAL_MISMATCH: Final = 1 << 38
"""A line whose amount is not its quantity times its price."""
ODD_VALUE: Final = 1 << 39
"""A line that is worth too little or too much for its weight."""
HEAVY: Final = 1 << 40
"""Lines that weigh more than the parcel."""
MANY_UNITS: Final = 1 << 41
NOT_ABOVE_ZERO: Final = 1 << 42
"""A number that is not above zero, or a quantity without a unit."""
ODD_COUNTRY: Final = 1 << 43
ODD_CURRENCY: Final = 1 << 44
ODD_PLATFORM: Final = 1 << 45
"""A platform that is not registered on the day."""
VAGUE: Final = 1 << 46
EMBARGOED: Final = 1 << 47
TARGETED: Final = 1 << 48
"""Something that intelligence may have named."""
LOADING: Final = 1 << 49
"""Imported by air, and not loaded yet."""
VAGUE_LOADING_DATA: Final = 1 << 50
"""A sender without a place, or a consolidation for a description."""

PROHIBITED: Final = 1 << 51
QUARANTINED: Final = 1 << 52
"""Goods that a quarantine agency sees first."""
PROTECTED: Final = 1 << 53
"""Goods of a protected species."""
BLOCKED: Final = 1 << 54
"""Goods with an ingredient that is blocked at the border."""

QUARANTINE_AGENCIES: Final = frozenset({"APQA", "NFQS"})
"""Of animals and plants, of aquatic goods."""
SPECIES_CATEGORY: Final = "CITES"
BLOCKED_CATEGORY: Final = "MFDS_BLOCKED"
AIR: Final = frozenset({"AIR_EXPRESS", "POST"})
PORT_COUNTRY: Final = 2
"""A UN/LOCODE begins with its country."""
GRAMS_A_KG: Final = 1_000
SENDERS_REMEMBERED: Final = 16_384
FEW_LINES: Final = limits.GOODS_CHARS_PER_PARCEL_MAX // (
    limits.DESCRIPTION_CHARS_MAX + limits.INGREDIENTS_CHARS_MAX + limits.NAME_CHARS_MAX
)
"""Lines that can't say more than a parcel may."""


class Traits:
    """Tells the traits of a manifest's parcels."""

    __slots__ = (
        "_countries",
        "_currencies",
        "_embargoes",
        "_figures",
        "_lowest_limit",
        "_most_units",
        "_platforms",
        "_reference",
        "_shared",
        "_subheadings",
    )

    def __init__(self, header: Header, carrier: str, reference: Reference, law: Law) -> None:
        """`carrier` by the topic."""
        self._reference = reference
        self._countries, self._currencies, self._subheadings = (
            reference.countries,
            reference.currencies,
            reference.hs_codes,
        )
        self._embargoes = law.embargoes
        self._figures = law.figures
        self._lowest_limit = min(law.figures.list_limit_usd, law.figures.list_limit_us_express_usd)
        self._most_units = law.figures.self_use_units_of_a_line // E4
        self._platforms: dict[str, bool] = {}
        """Whether each platform's registration is in force on the day."""
        self._shared = self._of_manifest(header, carrier, law)

    def _of_manifest(self, header: Header, carrier: str, law: Law) -> int:
        """The traits that all parcels of a manifest share."""
        traits = IMPORTED if header.direction == "IMPORT" else 0
        if header.mode == "POST":
            traits |= POSTAL
        registration = self._reference.carriers.get(carrier)
        if registration is not None and registration.suspended_from is not None:
            traits |= SUSPENDED
        if header.departure_port[:PORT_COUNTRY] in law.embargoes or header.arrival_port[:PORT_COUNTRY] in law.embargoes:
            traits |= EMBARGOED
        if traits & IMPORTED and header.mode in AIR and is_before(header.lodged_at, header.departs_at or ""):
            traits |= LOADING
        fields = {"CARRIER": carrier, "CONVEYANCE": header.conveyance, "MASTER_BILL": header.master_bill}
        for kind, named in law.targets.items():
            if kind not in fields or folded(fields[kind]) in named:
                traits |= TARGETED
        return traits

    def of(self, case: Case) -> int:
        """All traits of a parcel. Intake takes the five looks one by one, each at all parcels before the next."""
        return (
            self.of_sender(case.parcel.consignor)
            | self.of_parties(case)
            | self.of_money(case)
            | self.of_lines(case.parcel.items)
            | self.of_rest(case)
        )

    def of_sender(self, consignor: Consignor) -> int:
        """Traits of the header and the consignor."""
        return self._shared | _of_sender(consignor)

    def of_rest(self, case: Case) -> int:  # noqa: C901, PLR0912 - one line each
        """Of what goods are taken for, and of the parcel itself."""
        parcel, traits = case.parcel, 0
        if case.categories:
            traits |= _of_categories(case.categories)
            if case.uses:
                traits |= LIMITED
        for understood in case.goods:
            if understood is not NOTHING:
                if understood.brand is not None:
                    traits |= BRANDED
                if understood.suggestions:
                    traits |= MISCODED
                if understood.disguises:
                    traits |= DISGUISED
        if case.verification is not None:
            traits |= VERIFIED
        if case.listed:
            traits |= LISTED
        if case.is_correction:
            traits |= CORRECTION
        if parcel.purpose != "SELF_USE":
            traits |= NOT_SELF_USE | COMMERCIAL if parcel.purpose == "COMMERCIAL" else NOT_SELF_USE
        if parcel.sscc:
            traits |= SSCC
        if parcel.ioss:
            traits |= IOSS
        if parcel.freight is None:
            traits |= NO_FREIGHT
        if not parcel.ecommerce:
            traits |= NOT_ECOMMERCE
        if parcel.currency not in self._currencies:
            traits |= ODD_CURRENCY
        number = parcel.house_bill
        if not (number.isalnum() and number.isascii() and len(number) <= limits.HOUSE_BILL_CHARS_MAX):
            traits |= ODD_BILL
        if not (number and parcel.currency and parcel.items):
            traits |= FIELD_MISSING
        if len(parcel.items) > FEW_LINES:
            traits |= MANY_LINES
        return traits

    def of_parties(self, case: Case) -> int:  # noqa: C901, PLR0912 - one line each
        """Of receiver, sender's country and order."""
        parcel, traits = case.parcel, 0
        consignee, order, country = parcel.consignee, parcel.order, parcel.consignor.country
        name, name_en, address = consignee.name, consignee.name_en, consignee.address
        if not (name and address):
            traits |= FIELD_MISSING
        if not (name.isprintable() and address.isprintable() and (name_en is None or name_en.isprintable())):
            traits |= UNPRINTABLE
        if (
            HAS_LETTERS.search(name) is None
            or HAS_LETTERS.search(address) is None
            or (name_en and HAS_LETTERS.search(name_en) is None)
        ):
            traits |= PLACEHOLDER_TEXT
        if consignee.business_number:
            traits |= BUSINESS
        if consignee.eori:
            traits |= EORI
        if not clearance_code.is_valid(consignee.clearance_code or ""):
            traits |= NO_CLEARANCE_CODE
        if country not in self._countries:
            traits |= ODD_COUNTRY
        if country in self._embargoes or consignee.country in self._embargoes:
            traits |= EMBARGOED
        if not self._shared & IMPORTED:
            if consignee.country not in self._countries:
                traits |= ODD_COUNTRY
        else:
            if not is_visible(consignee.auth_number or ""):
                traits |= UNAUTHORISED
            if not phone_kr.is_valid(consignee.phone):
                traits |= ODD_PHONE
            if not postcode_kr.is_valid(consignee.postcode):
                traits |= ODD_POSTCODE
            if len(address.strip()) < ADDRESS_CHARS_MIN or not has_digit(address):
                traits |= ODD_ADDRESS
        if order is not None:
            if resident_number.contains_dashed(
                f"{order.platform}\n{order.url}\n{order.order_number}\n{order.seller_id}"
            ):
                traits |= RESIDENT
            if order.purchased_on is not None and not is_day(order.purchased_on):
                traits |= ODD_DAY
            if order.platform and parcel.ecommerce and not self._is_registered(order.platform, case):
                traits |= ODD_PLATFORM
        return traits

    def _is_registered(self, platform: str, case: Case) -> bool:
        """Whether a platform's registration is in force on the day."""
        known = self._platforms.get(platform)
        if known is None:
            registration = self._reference.operator(platform)
            known = registration is not None and registration.in_force_on(case.lodged_on)
            self._platforms[platform] = known
        return known

    def of_money(self, case: Case) -> int:  # noqa: C901, PLR0912 - one line each
        """Of prices and weights."""
        parcel, price = case.parcel, case.price
        net_g = 0
        if price is None:
            traits, rate, least, most = UNPRICED | ODD_AMOUNT, 0, 0, 0
        else:
            figures, rate = self._figures, price.rate_krw_e4 * GRAMS_A_KG
            least, most = (
                figures.value_per_kg_usd_min * price.usd_krw_e4,
                figures.value_per_kg_usd_max * price.usd_krw_e4,
            )
            traits = PRICED
            if above_usd(price.goods_e4, price.rate_krw_e4, price.usd_krw_e4, self._lowest_limit):
                traits |= ABOVE_LIST_LIMIT
            order = parcel.order
            if order is not None and order.paid is not None:
                paid = parse_e4(order.paid)
                if paid is None:
                    traits |= ODD_AMOUNT
                elif parcel.ecommerce and self._shared & IMPORTED:
                    traits |= PAID
                    if (
                        not price.goods_e4 - price.local_charges_e4
                        <= paid
                        <= price.goods_e4 + price.freight_e4 + price.insurance_e4
                    ):
                        traits |= PAID_OTHERWISE
        for item in parcel.items:
            unit_e4, amount_e4, quantity, weight_g = (
                parse_e4(item.unit_price),
                parse_e4(item.amount),
                item.quantity,
                item.net_weight_g,
            )
            net_g += weight_g
            if not unit_e4 or not amount_e4:
                traits |= FIELD_MISSING | ODD_AMOUNT | LINE_TOTAL_MISMATCH
            elif unit_e4 * quantity != amount_e4:
                traits |= LINE_TOTAL_MISMATCH
            if amount_e4 and not least * weight_g <= amount_e4 * rate <= most * weight_g:
                traits |= ODD_VALUE
            if quantity <= 0 or weight_g <= 0:
                traits |= NOT_ABOVE_ZERO
            if quantity > self._most_units:
                traits |= MANY_UNITS
        if parcel.pieces <= 0 or parcel.gross_weight_g <= 0:
            traits |= NOT_ABOVE_ZERO
        if net_g > parcel.gross_weight_g:
            traits |= HEAVY
        return traits

    def of_lines(self, items: Iterable[Item]) -> int:  # noqa: C901 - one line each
        """Of what lines say."""
        traits, vague, subheadings, countries, embargoes = (
            0,
            self._reference.vague,
            self._subheadings,
            self._countries,
            self._embargoes,
        )
        for item in items:
            description, origin = item.description, item.origin
            traits |= _of_words(description)
            if not (description and item.hs_code and origin):
                traits |= FIELD_MISSING
            if is_vague(description, vague):
                traits |= VAGUE
            if item.hs_code not in subheadings:
                traits |= NOT_SIX_DIGITS
            if origin not in countries:
                traits |= ODD_COUNTRY
            if origin in embargoes:
                traits |= EMBARGOED
            if item.volume_ml is not None and item.volume_ml <= 0:
                traits |= NOT_ABOVE_ZERO
            if not item.unit or item.unit.isspace():
                traits |= NOT_ABOVE_ZERO
            if item.ingredients:
                traits |= _of_words(item.ingredients)
            if item.brand and holds_resident_number(item.brand):
                traits |= RESIDENT
            if item.url and resident_number.contains_dashed(item.url):
                traits |= RESIDENT
        return traits


def _of_categories(hits: Iterable[CategoryHit]) -> int:
    """Of the kinds of goods."""
    traits = 0
    for _, category, _ in hits:
        if category.prohibited is not None:
            traits |= PROHIBITED
        elif keeps_from_list(category):
            traits |= EXCLUDED
        if category.agency in QUARANTINE_AGENCIES:
            traits |= QUARANTINED
        if category.name == SPECIES_CATEGORY:
            traits |= PROTECTED
        elif category.name == BLOCKED_CATEGORY:
            traits |= BLOCKED
    return traits


@lru_cache(maxsize=SENDERS_REMEMBERED)
def _of_sender(consignor: Consignor) -> int:
    """What a sender's particulars say of themselves. Senders repeat; receivers are never kept in a memory."""
    name, address = consignor.name, consignor.address
    traits = 0 if name and address and consignor.country else FIELD_MISSING
    if not (name.isprintable() and address.isprintable()):
        traits |= UNPRINTABLE
    if repeated_placeholder(name) or repeated_placeholder(address):
        traits |= PLACEHOLDER_TEXT
    if not names_a_place(address):
        traits |= VAGUE_LOADING_DATA
    if consignor.business_number:
        traits |= BUSINESS
    if consignor.eori:
        traits |= EORI
    return traits


@lru_cache(maxsize=65_536)
def _of_words(text: str) -> int:
    """What a text about goods says of itself. Goods repeat."""
    traits = 0 if text.isprintable() else UNPRINTABLE
    if repeated_placeholder(text):
        traits |= PLACEHOLDER_TEXT
    if holds_resident_number(text):
        traits |= RESIDENT
    if is_consolidated(text):
        traits |= VAGUE_LOADING_DATA
    return traits
