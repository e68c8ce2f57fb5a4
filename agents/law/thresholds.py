"""The figures of law, each with the days on which it is in force."""

from dataclasses import dataclass
from typing import Generic

from agents.law.dated import T


@dataclass(frozen=True, slots=True)
class Thresholds(Generic[T]):
    """Figures of law; the field's name is the row's name in `reference/thresholds.csv`.

    As `Thresholds[Dated[Decimal]]` each by day, as `Thresholds[int]` those of one day in ten-thousandths
    (`Law.figures`).
    """

    list_limit_usd: T
    """List clearance up to this goods price."""
    list_limit_us_express_usd: T
    """The same for express goods dispatched from the United States."""
    simplified_limit_usd: T
    """Simplified declaration up to this goods price, express."""
    simplified_limit_post_usd: T
    """The same by post."""
    export_list_limit_krw: T
    """List export up to this FOB value in won."""
    auth_number_required: T
    """1 when import e-commerce parcels need a one-time authentication number."""
    velocity_parcels_1d: T
    """Parcels of one consignee in 24 hours above which the next is held."""
    velocity_parcels_7d: T
    """The same in 7 days."""
    velocity_parcels_30d: T
    """The same in 30 days."""
    velocity_usd_7d: T
    """Dollars of one consignee in 7 days above which the next is held."""
    lodging_air_minutes: T
    """Minutes before arrival by which the list of an air express parcel is due."""
    lodging_sea_hours: T
    """Hours before departure by which the list of a sea express parcel is due; 0: by departure."""
    lodging_clock_hours: T
    """Hours by which the carrier's time of lodging may differ from customs' own clock."""
    lodging_clock_binds: T
    """1 when beyond that the law of the day of receipt decides, and not that of a day the carrier chose."""
    amount_tolerance_percent: T
    """By how much of a line's amount quantity times unit price may differ from it."""
    weight_tolerance_percent: T
    """By how much the net weights together may exceed the gross weight."""
    paid_tolerance_percent: T
    """By how much what was paid may differ from what is declared."""
    value_per_kg_usd_min: T
    """A line worth less for a kilogram is not plausible."""
    value_per_kg_usd_max: T
    """A line worth more for a kilogram is not plausible."""
    hs_suggestion_percent: T
    """How sure, in percent, another commodity code must be to be suggested."""
    self_use_units_of_a_line: T
    """Units of one line above which a parcel no longer looks like self-use."""
    alcohol_exempt_usd: T
    """Up to this goods price alcohol for self-use is free of duty."""
    brand_unit_usd_min: T
    """A piece of a brand at risk below this price raises doubt."""
    combine_needs_same_supplier: T
    """1 when parcels of one master bill are combined only if they come from the same supplier."""
    code_addresses_30d: T
    """Different addresses, or phones, of one clearance code in 30 days from which on it is held."""
    link_address_parcels_7d: T
    """Parcels to one address in 7 days, over several clearance codes, above which the next is looked at."""
    link_phone_parcels_7d: T
    """The same of one phone."""
    link_parcels_a_phone: T
    """Fewer parcels for each phone at an address are those of a pick-up point."""
    link_split_codes_1d: T
    """Clearance codes over which one seller's goods for one address in a day are split."""
    link_address_codes_30d: T
    """Clearance codes with the same goods at one address in 30 days from which on they are looked at."""
    link_phone_codes_30d: T
    """The same of one phone."""
    link_same_goods_percent: T
    """Share of these goods in all parcels there, in percent, below which the place is shared by many."""
    link_seller_codes_30d: T
    """Clearance codes with the same goods of one seller from which on their receivers are counted."""
    link_seller_codes_a_receiver: T
    """Clearance codes for each address, or each phone, from which on they are looked at."""
    link_seller_parcels_a_code: T
    """Parcels with the same goods of one seller for each clearance code from which on they are looked at."""
    link_near_percent: T
    """Percent below the limit of exemption within which a price is near it."""
    link_near_parcels_30d: T
    """Parcels of one seller near the limit in 30 days from which on they are looked at."""
    link_near_share_percent: T
    """Their share in the seller's parcels, in percent."""
    link_near_prices: T
    """How many prices they have at least: one article at one price is no pattern."""
    link_seller_sample: T
    """Parcels of one seller with the same goods that make a price band."""
    link_goods_sample: T
    """Parcels with the same goods that make a price band."""
    link_band_per_mille: T
    """Of a thousand parcels of such a band so many may be as cheap."""
    link_band_factor: T
    """How many times the price is compared with the band."""
    link_kind_sample: T
    """Parcels with goods of the same name and brand that make a price band."""
    link_kind_per_mille: T
    """Of a thousand parcels of such a band, or of the seller's own, so many may be as cheap."""
    link_low_factor: T
    """How many times the price half of the band costs, when one seller's parcels are counted that lie below it."""
    link_lowest_factor: T
    """How many times the price nearly all of the band costs then."""
    link_low_parcels_30d: T
    """How many such parcels of one seller in 30 days are looked at."""
    link_low_share_percent: T
    """Their share in those of the seller's parcels that can be compared, in percent."""
    post_simplified_rates: T
    """1 when mail on the simplified route is taxed at simplified rates."""
    importer_asks_customs: T
    """1 when an importer is verified with customs itself, and a parcel waits for its answer."""
    importer_answer_hours: T
    """How long an answer of customs about an importer holds; more than a verifier remembers it
    (`INTAKE_IMPORTER_ANSWER_HOURS`).
    """
    importer_register_complete: T
    """1 when a clearance code that the register does not know is held until it is verified."""
    screening_alarm: T
    """How alike a party and a listed name are, 0 to 1, from which on it is a finding."""
    screening_review: T
    """The same from which on `tonggwan screen` tells it."""
    screening_hold: T
    """The same from which on the parcel is held."""
    screening_pair_alarm: T
    """The same from which on two names that are held to be one pass as one."""
    collection_floor_krw: T
    """Less than this is not collected."""
    collection_floor_per_tax: T
    """1 when the floor is asked of each tax instead of all together."""
    tax_truncation_krw: T
    """Each tax of a declaration is cut to a multiple of this."""
    selection_warm_up_parcels: T
    """Before a partition has seen so many parcels of a site, none is selected for its risk: nobody knows yet what is
    high.
    """
    simplified_piece_krw_max: T
    """A piece worth more is taxed at general rates."""
    risk_drift_index: T
    """Population stability index above which what comes is told to differ from what the risk model was trained on."""
    risk_drift_parcels: T
    """So many parcels of late are compared for that."""
