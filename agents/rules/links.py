"""XP-04, 07, 09, 12: a parcel among others that share its address, phone or seller, whoever the consignee is."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from math import isqrt
from typing import Final, NamedTuple

import msgspec

from agents.clock import DAY_MS
from agents.money import E4
from agents.reference import Law
from agents.rules.rule import Found
from schemas.sightings import ADDRESS, PHONE, Sighting

WINDOW_DAYS: Final = 30
"""Nothing older than this counts."""
WEEK_DAYS: Final = 7
PERCENT: Final = 100
PER_MILLE: Final = 1000
CENTS: Final = 100
STEPS_A_DOUBLING: Final = 4
"""Prices are sorted into steps of a quarter of a doubling, about 19 percent."""
STEPS: Final = 128
CHEAP: Final = 8
"""Beside the kinds of marks: a seller's parcel that is cheap beside others. Rules of prices are asked of few."""
WHAT: Final[Mapping[int, str]] = {ADDRESS: "address", PHONE: "phone"}


class Limits(msgspec.Struct, frozen=True, gc=False):
    """The figures of a day as whole numbers."""

    parcels_7d: Mapping[int, int]
    parcels_a_phone: int
    split_codes_1d: int
    codes_30d: Mapping[int, int]
    same_goods_percent: int
    seller_codes_30d: int
    seller_codes_a_receiver: int
    seller_parcels_a_code: int
    near_percent: int
    near_parcels_30d: int
    near_share_percent: int
    near_prices: int
    seller_sample: int
    goods_sample: int
    band_per_mille: int
    band_factor: int
    kind_sample: int
    kind_per_mille: int
    low_factor: int
    lowest_factor: int
    low_parcels_30d: int
    low_share_percent: int
    cheap_steps: int
    """Within so many steps above a price more than others lie that no rule of prices finds anything."""

    @property
    def receiver_parcels_min(self) -> int:
        """With fewer parcels at one address or phone, no rule of it can find anything."""
        return min(self.split_codes_1d, *self.codes_30d.values(), *[most + 1 for most in self.parcels_7d.values()])


@lru_cache(maxsize=64)
def limits_under(law: Law) -> Limits:
    """The figures of a law."""
    figures = law.figures
    return Limits(
        {ADDRESS: figures.link_address_parcels_7d // E4, PHONE: figures.link_phone_parcels_7d // E4},
        figures.link_parcels_a_phone // E4,
        figures.link_split_codes_1d // E4,
        {ADDRESS: figures.link_address_codes_30d // E4, PHONE: figures.link_phone_codes_30d // E4},
        figures.link_same_goods_percent // E4,
        figures.link_seller_codes_30d // E4,
        figures.link_seller_codes_a_receiver // E4,
        figures.link_seller_parcels_a_code // E4,
        figures.link_near_percent // E4,
        figures.link_near_parcels_30d // E4,
        figures.link_near_share_percent // E4,
        figures.link_near_prices // E4,
        figures.link_seller_sample // E4,
        figures.link_goods_sample // E4,
        figures.link_band_per_mille // E4,
        figures.link_band_factor // E4,
        figures.link_kind_sample // E4,
        figures.link_kind_per_mille // E4,
        figures.link_low_factor // E4,
        figures.link_lowest_factor // E4,
        figures.link_low_parcels_30d // E4,
        figures.link_low_share_percent // E4,
        step_of(min(figures.link_low_factor, figures.link_band_factor) // E4),
    )


class Group(msgspec.Struct, gc=False):
    """What one seller sends of one heading: how many parcels by code, address, phone, and by kind of goods and step of price. Follows from the seller's parcels."""

    codes: dict[bytes, int]
    addresses: dict[int, int]
    phones: dict[int, int]
    prices: dict[int, dict[int, int]]


class Band:
    """What pieces of one kind of goods cost: how many at which step of price, by the day they were first filed."""

    __slots__ = ("_below", "count", "days", "dear", "seen_on", "total")

    def __init__(self, seen_on: int = 0) -> None:
        self.seen_on = seen_on
        """The day on which such goods were last sent."""
        self.days: dict[int, dict[int, int]] = {}
        self.total = [0] * STEPS
        self.count = 0
        self.dear = 0
        """The step at which the dearest third begins. It follows from `total`, and is kept so that no parcel has to add the steps up."""
        self._below = 0
        """Pieces below it."""

    def add(self, day: int, step: int) -> None:
        """Count a piece."""
        steps = self.days.get(day)
        if steps is None:
            steps = self.days[day] = {}
        steps[step] = steps.get(step, 0) + 1
        total, dear = self.total, self.dear
        total[step] += 1
        count = self.count = self.count + 1
        if count == 1:
            self.dear = step
        elif step < dear:
            below = self._below = self._below + 1
            if 3 * below >= 2 * count:
                self._settle()
        elif 3 * (self._below + total[dear]) < 2 * count:
            self._settle()

    def drop(self, day: int, step: int) -> None:
        """Take a piece out, as far as it is known."""
        steps = self.days.get(day)
        if steps is None or step not in steps:
            return
        steps[step] -= 1
        if not steps[step]:
            del steps[step]
        self._take(step, 1)
        self._settle()

    def expire(self, horizon: int) -> None:
        """Forget the days before."""
        for day in [kept for kept in self.days if kept < horizon]:
            for step, number in self.days.pop(day).items():
                self._take(step, number)
            self._settle()

    def _take(self, step: int, number: int) -> None:
        self.total[step] -= number
        self.count -= number
        if step < self.dear:
            self._below -= number

    def _settle(self) -> None:
        """Where fewer than two thirds lie below, and no fewer up to there."""
        total, dear, below, thirds = self.total, self.dear, self._below, 2 * self.count
        while dear and 3 * below >= thirds:
            dear -= 1
            below -= total[dear]
        while 3 * (reached := below + total[dear]) < thirds:
            below = reached
            dear += 1
        self.dear, self._below = dear, below


class Compared(NamedTuple):
    """The band that a parcel's price is compared with: of the most alike goods that there are enough parcels of."""

    mark: int
    band: Band
    sample: int
    """Parcels of other sellers that it needs."""
    per_mille: int
    """Of a thousand of them so many may be as cheap."""


class Others(NamedTuple):
    """What other sellers take for such goods."""

    compared: Compared
    steps: list[int]
    parcels: int

    def lower(self, cents: int, factor: int) -> int:
        """How many of them take no more than so many times a price."""
        return sum(self.steps[: step_of(cents * factor) + 1])

    def nearly_all_above(self, cents: int, factor: int) -> bool:
        """Whether nearly all of them take more than so many times a price."""
        return self.lower(cents, factor) * PER_MILLE <= self.parcels * self.compared.per_mille

    def is_low(self, cents: int, limits: Limits) -> bool:
        """Whether a price is a small part of what half of them take, and well below even the cheapest: of goods of many prices some are cheap."""
        return 2 * self.lower(cents, limits.low_factor) <= self.parcels and self.nearly_all_above(cents, limits.lowest_factor)

    @property
    def middle_cents(self) -> int:
        """Half of them take as much, or more."""
        step, seen = 0, self.steps[0]
        while 2 * seen < self.parcels:
            step += 1
            seen += self.steps[step]
        return cents_of(step)


class Beside:
    """What other sellers take for goods alike, beside one seller's parcels."""

    __slots__ = ("_bands", "_known", "_limits", "_own", "_since_ms")

    def __init__(self, bands: Mapping[int, Band], own: Collection[Sighting], now_ms: int, limits: Limits) -> None:
        """`bands` by mark of the goods, the seller's `own` parcels among them."""
        self._bands, self._own, self._limits = bands, own, limits
        self._since_ms = now_ms - WINDOW_DAYS * DAY_MS
        self._known: dict[int, Others] = {}

    def of(self, parcel: Sighting) -> Others | None:
        """What others take for goods like those of a parcel; None where too few parcels of theirs are known."""
        if (band := compared(parcel, self._bands, self._limits)) is None:
            return None
        if (others := self._known.get(band.mark)) is None:
            steps, mark = band.band.total.copy(), band.mark
            for own in self._own:
                if mark in (own.kind, own.commodity) and own.since_ms > self._since_ms:
                    step = step_of(own.piece_cents)
                    steps[step] = max(steps[step] - 1, 0)
            others = self._known[mark] = Others(band, steps, sum(steps))
        return others if others.parcels >= band.sample else None


class LinkCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel laid out for the rules of linking, among those with the same mark."""

    parcel: Sighting
    kind: int
    """Which mark they share."""
    now_ms: int
    law: Law
    """What is in force on the day of receipt."""
    limits: Limits
    together: Collection[Sighting]
    """They and the parcel itself, in the order they came; those kept longer than the window among them."""
    group: Group | None = None
    """Of a seller: what it sends of the same heading; None while that is little."""
    beside: Beside | None = None
    """Of a seller's parcel that is cheap beside others: what they take."""


def step_of(cents: int) -> int:
    """The step of a price: four times its binary logarithm, rounded down.

    >>> step_of(100) - step_of(50), step_of(0)
    (4, 0)
    """
    return min((cents * cents * cents * cents).bit_length() - 1, STEPS - 1) if cents > 0 else 0


def cents_of(step: int) -> int:
    """Where a step begins, rounded down.

    >>> cents_of(step_of(5_990)), cents_of(0)
    (5792, 1)
    """
    return isqrt(isqrt(1 << step))


def compared(parcel: Sighting, bands: Mapping[int, Band], limits: Limits) -> Compared | None:
    """The band that a parcel's price is compared with; None where there are too few like it."""
    if (band := bands.get(parcel.kind)) is not None and band.count > limits.kind_sample:
        return Compared(parcel.kind, band, limits.kind_sample, limits.kind_per_mille)
    if (band := bands.get(parcel.commodity)) is not None and band.count > limits.goods_sample:
        return Compared(parcel.commodity, band, limits.goods_sample, limits.band_per_mille)
    return None


def is_cheap(parcel: Sighting, band: Band, bands: Mapping[int, Band], limits: Limits) -> bool:
    """Whether a third of the band it is compared with costs several times as much as a parcel: without that no rule of prices finds anything, unless a third is the seller's own.

    `band` is that of the most alike goods, where there are any.
    """
    if band.count <= (limits.kind_sample if parcel.kind else limits.goods_sample):
        wider = bands.get(parcel.commodity)
        if wider is None or wider.count <= limits.goods_sample:
            return False
        band = wider
    return step_of(parcel.piece_cents) + limits.cheap_steps < band.dear


def is_near(parcel: Sighting, limits: Limits) -> bool:
    """Whether a price lies just below the limit of exemption."""
    return parcel.price_cents <= parcel.limit_cents and parcel.price_cents * PERCENT >= parcel.limit_cents * (PERCENT - limits.near_percent)


def evidence_of(parcels: Iterable[Sighting]) -> tuple[str, ...]:
    """House bills that a finding rests on."""
    return tuple([parcel.house_bill for parcel in parcels])


def _within(case: LinkCase, days: int) -> list[Sighting]:
    since_ms = case.now_ms - days * DAY_MS
    return [other for other in case.together if other.since_ms > since_ms]


def _dollars(cents: int) -> str:
    return f"{cents // CENTS}.{cents % CENTS:02}"


class Linked(Found, frozen=True, gc=False):
    """What a rule of linking says, and the parcels it rests on."""

    parcels: tuple[Sighting, ...] = ()


def receiver_gets_few_parcels(case: LinkCase) -> Iterator[Linked]:
    """One address, or one phone, receives no more parcels in a week over all clearance codes than a household; where everybody has a phone of their own is a pick-up point."""
    most = case.limits.parcels_7d[case.kind]
    if len(case.together) <= most:
        return
    week = _within(case, WEEK_DAYS)
    codes = len({other.consignee for other in week})
    phones = len({other.phone for other in week})
    if len(week) > most and codes > 1 and (case.kind == PHONE or phones * case.limits.parcels_a_phone <= len(week)):
        evidence = {"parcels": str(len(week)), "codes": str(codes), "days": str(WEEK_DAYS), "limit": str(most), "by": WHAT[case.kind]}
        yield Linked(
            "/consignee", f"{len(week)} parcels under {codes} clearance codes to one {WHAT[case.kind]} in {WEEK_DAYS} days; {most} at most are usual", evidence, tuple(week)
        )


def address_gets_no_split_order(case: LinkCase) -> Iterator[Linked]:
    """What one seller sends to one address in a day is not split over clearance codes into parcels of more than half the exemption limit, each below it."""
    parcel = case.parcel
    if not parcel.seller or not _is_half(parcel):
        return
    day = [other for other in _within(case, 1) if other.seller == parcel.seller and other.goods == parcel.goods and _is_half(other)]
    codes = len({other.consignee for other in day})
    if codes >= case.limits.split_codes_1d:
        together = sum(other.price_cents for other in day)
        evidence = {"codes": str(codes), "parcels": str(len(day)), "goods": parcel.goods, "usd": _dollars(together), "limit_usd": _dollars(parcel.limit_cents)}
        limit = evidence["limit_usd"]
        said = f"{len(day)} parcels of one seller under {codes} clearance codes to one address in a day: {evidence['usd']} USD together, each up to {limit}"
        yield Linked("/consignee", said, evidence, tuple(day))


def _is_half(parcel: Sighting) -> bool:
    return parcel.limit_cents < 2 * parcel.price_cents <= 2 * parcel.limit_cents


def receiver_has_few_codes(case: LinkCase) -> Iterator[Linked]:
    """One address, or one phone, does not receive the same goods under many clearance codes: commercial goods in the name of others look like that."""
    most = case.limits.codes_30d[case.kind]
    if len(case.together) < most:
        return
    month = _within(case, WINDOW_DAYS)
    same = [other for other in month if other.goods == case.parcel.goods]
    codes = len({other.consignee for other in same})
    if codes >= most and len(same) * PERCENT >= len(month) * case.limits.same_goods_percent:
        evidence = {"codes": str(codes), "parcels": str(len(same)), "of": str(len(month)), "goods": case.parcel.goods, "days": str(WINDOW_DAYS), "by": WHAT[case.kind]}
        goods = f"{len(same)} parcels with goods of heading {case.parcel.goods}"
        said = f"{goods} under {codes} clearance codes to one {WHAT[case.kind]} in {WINDOW_DAYS} days; fewer than {most} codes are usual"
        yield Linked("/consignee", said, evidence, tuple(same))


def seller_reaches_many_receivers(case: LinkCase) -> Iterator[Linked]:
    """The same goods of one seller that go to many clearance codes go to as many addresses and phones: few of them stand for commercial goods in the name of others."""
    group, limits = case.group, case.limits
    if group is None or len(group.codes) < limits.seller_codes_30d:
        return
    codes = len(group.codes)
    addresses, phones = len(group.addresses), len(group.phones)
    if min(addresses, phones) * limits.seller_codes_a_receiver > codes:
        return
    same = [other for other in _within(case, WINDOW_DAYS) if other.goods == case.parcel.goods]
    codes, addresses, phones = len({other.consignee for other in same}), len({other.address for other in same}), len({other.phone for other in same})
    if codes >= limits.seller_codes_30d and min(addresses, phones) * limits.seller_codes_a_receiver <= codes:
        evidence = {"codes": str(codes), "addresses": str(addresses), "phones": str(phones), "parcels": str(len(same)), "goods": case.parcel.goods, "days": str(WINDOW_DAYS)}
        said = f"{len(same)} parcels of one seller under {codes} clearance codes to {addresses} addresses and {phones} phones in {WINDOW_DAYS} days"
        yield Linked("/consignee", said, evidence, tuple(same))


def seller_has_customers_who_buy_once(case: LinkCase) -> Iterator[Linked]:
    """Of a seller's customers in a week few buy the same goods again: when most clearance codes do, somebody collects them for commercial goods."""
    group, limits = case.group, case.limits
    if group is None or len(group.codes) < limits.seller_codes_30d or len(case.together) < len(group.codes) * limits.seller_parcels_a_code:
        return
    same = [other for other in _within(case, WEEK_DAYS) if other.goods == case.parcel.goods]
    codes = len({other.consignee for other in same})
    if codes >= limits.seller_codes_30d and len(same) >= codes * limits.seller_parcels_a_code:
        evidence = {"codes": str(codes), "parcels": str(len(same)), "limit": str(limits.seller_parcels_a_code), "goods": case.parcel.goods, "days": str(WEEK_DAYS)}
        goods = f"{len(same)} parcels of one seller with goods of heading {case.parcel.goods}"
        said = f"{goods} under only {codes} clearance codes in {WEEK_DAYS} days; fewer than {limits.seller_parcels_a_code} parcels for each code are usual"
        yield Linked("/consignee", said, evidence, tuple(same))


def seller_is_not_always_near_the_limit(case: LinkCase) -> Iterator[Linked]:
    """What one seller declares does not lie mostly just below the exemption limit, at ever other prices."""
    limits = case.limits
    if len(case.together) < limits.near_parcels_30d or not is_near(case.parcel, limits):
        return
    month = _within(case, WINDOW_DAYS)
    near = [other for other in month if is_near(other, limits)]
    prices = len({(other.goods, other.price_cents) for other in near})
    if len(near) >= limits.near_parcels_30d and len(near) * PERCENT >= len(month) * limits.near_share_percent and prices >= limits.near_prices:
        evidence = {"parcels": str(len(near)), "of": str(len(month)), "prices": str(prices), "limit_usd": _dollars(case.parcel.limit_cents), "days": str(WINDOW_DAYS)}
        said = f"{len(near)} of {len(month)} parcels of one seller in {WINDOW_DAYS} days lie at most {limits.near_percent} percent below the limit, at {prices} prices"
        yield Linked("/items/0", said, evidence, tuple(near))


def price_fits_the_seller(case: LinkCase) -> Iterator[Linked]:
    """A piece costs no small part of what the same seller takes for nearly all other goods of the same kind."""
    group, limits, parcel = case.group, case.limits, case.parcel
    if group is None or not parcel.piece_cents or (steps := group.prices.get(kind_of(parcel))) is None:
        return
    count = sum(steps.values()) - 1
    if count < limits.seller_sample:
        return
    bound = step_of(parcel.piece_cents * limits.band_factor)
    if (sum([number for step, number in steps.items() if step <= bound]) - 1) * PER_MILLE > count * limits.kind_per_mille:
        return
    same = [other for other in case.together if other.goods == parcel.goods and other.piece_cents and kind_of(other) == kind_of(parcel)]
    others = sorted(other.piece_cents for other in same if other.name != parcel.name)
    evidence = {"usd": _dollars(parcel.piece_cents), "usual_usd": _dollars(others[len(others) // 2]), "sample": str(len(others)), "goods": parcel.goods}
    usual = evidence["usual_usd"]
    said = f"{evidence['usd']} USD a piece, where half of {len(others)} parcels of the same seller with goods of heading {parcel.goods} cost {usual} USD and more"
    yield Linked("/items/0/unit_price", said, evidence, tuple(same))


def price_fits_the_goods(case: LinkCase) -> Iterator[Linked]:
    """A piece costs no small part of what other sellers take for nearly all goods alike: of one subheading, unit, weight, name and brand, or without these two where few are."""
    parcel, factor = case.parcel, case.limits.band_factor
    others = None if case.beside is None else case.beside.of(parcel)
    if others is None or not others.nearly_all_above(parcel.piece_cents, factor):
        return
    evidence = _evidence(parcel, others) | {"lower": str(others.lower(parcel.piece_cents, factor))}
    usual = evidence["usual_usd"]
    said = f"{evidence['usd']} USD a piece, where half of {others.parcels} parcels with goods of heading {parcel.goods} of the same kind cost {usual} USD and more"
    yield Linked("/items/0/unit_price", said, evidence, (parcel,))


def seller_is_not_always_cheap(case: LinkCase) -> Iterator[Linked]:
    """What one seller sends does not mostly cost a small part of what other sellers take for goods alike, and far less than the cheapest of them."""
    parcel, limits = case.parcel, case.limits
    beside = case.beside
    if beside is None or len(case.together) < limits.low_parcels_30d:
        return
    others = beside.of(parcel)
    if others is None or not others.is_low(parcel.piece_cents, limits):
        return
    judged = [(other, of_others) for other in _within(case, WINDOW_DAYS) if other.piece_cents and (of_others := beside.of(other)) is not None]
    low = [other for other, of_others in judged if of_others.is_low(other.piece_cents, limits)]
    if len(low) >= limits.low_parcels_30d and len(low) * PERCENT >= len(judged) * limits.low_share_percent:
        evidence = _evidence(parcel, others) | {"parcels": str(len(low)), "of": str(len(judged)), "factor": str(limits.low_factor), "days": str(WINDOW_DAYS)}
        share = f"{len(low)} of {len(judged)} parcels of one seller in {WINDOW_DAYS} days cost at most 1/{limits.low_factor} of what others take for such goods"
        said = f"{share}; this one costs {evidence['usd']} USD a piece, where half of {others.parcels} cost {evidence['usual_usd']} USD and more"
        yield Linked("/items/0/unit_price", said, evidence, tuple(low))


def kind_of(parcel: Sighting) -> int:
    """The most alike goods that a parcel's prices are counted with."""
    return parcel.kind or parcel.commodity


def _evidence(parcel: Sighting, others: Others) -> dict[str, str]:
    return {"usd": _dollars(parcel.piece_cents), "usual_usd": _dollars(others.middle_cents), "sample": str(others.parcels), "goods": parcel.goods}
