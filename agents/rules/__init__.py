"""The policy: every rule, in the order of its code.

A rule is a row here and a function in the module of its subject.

Longer than 400 lines, because it is one table: the whole policy in one place.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from agents.rules import (
    assessment,
    codes,
    consignee,
    goods,
    importer,
    link_prices,
    links,
    manifest,
    numbers,
    parties,
    plausibility,
    routes,
    selection,
    selfuse,
    targets,
    timing,
)
from agents.rules import format as form
from agents.rules.link_prices import LinkCase
from agents.rules.links import Linked
from agents.rules.rows import ActionRule, LinkRule, ManifestRule, ScreeningRule, SelectionRule
from agents.rules.rule import Rule
from schemas.decision import Desk, Outcome
from schemas.parcel_links import ADDRESS, PHONE, SELLER

RULE_SET: Final = "2026.12.1"
"""Version of the policy, pinned into every decision: raise it with every change to a rule or a row."""

MANIFEST_RULES: Final[tuple[ManifestRule, ...]] = (
    ManifestRule("FMT-01", manifest.words_are_known, "REJECT", "Contract of this system, section 3"),
    ManifestRule(
        "FMT-01",
        manifest.lodging_time_is_a_time,
        "REJECT",
        "RFC 3339; Customs Act Art. 17: the law of the day of declaration",
    ),
    ManifestRule("FMT-01", manifest.travel_times_are_times, "REJECT", "RFC 3339"),
    ManifestRule("FMT-02", manifest.master_bill_form, "REJECT", "IATA air waybill number, modulus 7; PACT guide v1.9"),
    ManifestRule("FMT-02", manifest.airline_is_known, "WARN", "IATA airline prefixes"),
    ManifestRule("FMT-07", manifest.text_is_one_line, "REJECT", "PACT guide v1.9, section 6.1"),
    ManifestRule("FMT-09", manifest.containers_are_containers, "REJECT", "ISO 6346"),
    ManifestRule("COD-04", manifest.carrier_is_registered, "WARN", "Express notice Art. 4-7"),
    ManifestRule(
        "COD-04",
        manifest.carrier_is_the_topics,
        "WARN",
        "Contract of this system, section 2; Customs Act Art. 254-2(2)",
    ),
    ManifestRule(
        "XF-11",
        timing.list_is_in_time,
        "WARN",
        "Manifest notice Art. 8, 21; Postal notice Art. 7; Export notice Art. 37(2)",
    ),
    ManifestRule(
        "XF-11", timing.lodging_time_is_near_receipt, "WARN", "Customs Act Art. 327(5): filed when stored by customs"
    ),
)

PARCEL_RULES: Final[tuple[Rule, ...]] = (
    Rule("FMT-01", form.mandatory_text, "REJECT", "Customs Act Art. 254-2(1); PACT guide v1.9, MISSING errors"),
    Rule("FMT-01", form.goods_are_said_in_short, "REJECT", "Contract of this system: limits"),
    Rule("FMT-01", form.purpose_is_known, "REJECT", "Contract of this system, section 3"),
    Rule("FMT-01", form.purchase_date_is_a_date, "REJECT", "E-commerce notice Art. 19, transaction data"),
    Rule("FMT-02", numbers.house_bill_form, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule("FMT-03", numbers.postal_house_bill, "REJECT", "UPU S10"),
    Rule("FMT-04", numbers.clearance_code_form, "REJECT", "Clearance code notice; E-commerce notice Art. 13(5)"),
    Rule(
        "FMT-04",
        numbers.no_identity_number_as_code,
        "REJECT",
        "Personal Information Protection Act, unique identifiers",
    ),
    Rule(
        "FMT-04", form.no_resident_number_in_text, "REJECT", "Personal Information Protection Act, unique identifiers"
    ),
    Rule("FMT-05", numbers.auth_number_is_given, "REJECT", "E-commerce notice Art. 13(5), 14(3)"),
    Rule("FMT-06", numbers.phone_is_korean, "REJECT", "E-commerce notice Art. 13, importer check of 2026-01-05"),
    Rule("FMT-06", numbers.postcode_is_korean, "REJECT", "E-commerce notice Art. 13, importer check of 2026-01-05"),
    Rule(
        "FMT-06", form.address_is_plausible, "ACT", "Express notice Art. 14(1)1", outcome="INSPECT", desk="INSPECTION"
    ),
    Rule("FMT-07", form.text_says_something, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule("FMT-07", form.text_is_one_line, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule(
        "FMT-08", numbers.numbers_are_above_zero, "REJECT", "Customs Act Art. 254-2(1); PACT guide v1.9, INVALID errors"
    ),
    Rule(
        "FMT-08", numbers.amounts_are_numbers, "REJECT", "Customs Act Art. 254-2(1); Contract of this system, section 3"
    ),
    Rule("FMT-09", numbers.business_number_form, "REJECT", "National Tax Service, business registration number"),
    Rule("FMT-09", numbers.sscc_form, "REJECT", "GS1 General Specifications, SSCC"),
    Rule("FMT-09", numbers.ioss_form, "REJECT", "Council Directive 2006/112/EC Art. 369q: the IOSS number"),
    Rule(
        "FMT-09",
        numbers.ioss_is_for_exports,
        "WARN",
        "Council Directive 2006/112/EC Art. 369l: distance sales to the Union",
    ),
    Rule("FMT-09", numbers.eori_form, "WARN", "Union Customs Code Art. 9; Delegated Regulation 2015/2446 annex B"),
    Rule("COD-01", codes.countries_are_known, "REJECT", "Customs Act Art. 254-2(1); ISO 3166-1"),
    Rule("COD-02", codes.currency_is_known, "REJECT", "ISO 4217"),
    Rule("COD-02", codes.rate_exists, "ACT", "Customs Act Art. 18", outcome="DOC_CHECK"),
    Rule("COD-03", codes.hs_code_form, "REJECT", "Harmonized System; Korean tariff (HSK)"),
    Rule("COD-03", codes.hs_code_is_known, "ACT", "Harmonized System, edition in force", outcome="DOC_CHECK"),
    Rule("COD-04", codes.carrier_is_not_suspended, "ACT", "Express notice Art. 33", outcome="HOLD", desk="HOLD"),
    Rule("COD-05", codes.operator_is_registered_on_the_day, "ACT", "E-commerce notice Art. 4-8", closes="LIST"),
    Rule("COD-05", codes.operator_is_in_the_register, "WARN", "E-commerce notice Art. 4"),
    Rule(
        "COD-06",
        codes.description_is_not_vague,
        "REJECT",
        "PACT guide v1.9, section 6.2; Express notice annex 1 item 10",
    ),
    Rule(
        "XF-01",
        plausibility.amounts_add_up,
        "ACT",
        "UPU ITMATT: the total is the sum of its parts",
        outcome="DOC_CHECK",
    ),
    Rule("XF-01", plausibility.weights_add_up, "ACT", "Manifest notice Art. 26: ten percent", outcome="DOC_CHECK"),
    Rule(
        "XF-02", routes.price_is_within_list_limit, "ACT", "Express notice Art. 9(1); Postal notice", outcome="DECLARE"
    ),
    Rule("XF-03", routes.special_limit_was_used, "INFO", "Express notice Art. 9(1)1; Korea-US Free Trade Agreement"),
    Rule("XF-04", routes.freight_is_separate, "INFO", "Customs Act Enforcement Rule Art. 45(2)1"),
    Rule("XF-05", routes.goods_may_use_the_list, "ACT", "Express notice Art. 9(2), annex 1", closes="LIST"),
    Rule(
        "XF-05",
        routes.prohibited_goods_use_no_list,
        "ACT",
        "Customs Act Art. 234; Express notice Art. 9(2)",
        closes="SIMPLIFIED",
        taxes=True,
        silent=True,
    ),
    Rule(
        "XF-06",
        routes.goods_may_use_the_simplified_declaration,
        "ACT",
        "Express notice Art. 9(2), annex 2",
        closes="SIMPLIFIED",
    ),
    Rule("XF-07", routes.purpose_is_private, "ACT", "Express notice Art. 9(1)1", closes="LIST", taxes=True),
    Rule(
        "XF-07",
        routes.receiver_is_a_person,
        "ACT",
        "E-commerce notice Art. 3; Express notice Art. 9(1)1",
        closes="LIST",
        taxes=True,
    ),
    Rule(
        "XF-07", routes.quantity_looks_private, "ACT", "Import notice Art. 67 and annex 11", closes="LIST", taxes=True
    ),
    Rule("XF-08", importer.importer_code_is_in_force, "REJECT", "Clearance code notice Art. 8, 13, 16, 25"),
    Rule(
        "XF-08",
        importer.importer_matches,
        "ACT",
        "E-commerce notice Art. 13; importer checks of 2021-07-01 and 2026-01-05",
        outcome="HOLD",
        desk="HOLD",
    ),
    Rule("XF-08", importer.importer_is_registered, "ACT", "E-commerce notice Art. 13(5)", outcome="HOLD", desk="HOLD"),
    Rule("XF-09", plausibility.code_fits_description, "WARN", "Managed cargo notice Art. 5(1)3; Customs Act Art. 241"),
    Rule(
        "XF-09",
        goods.text_hides_nothing,
        "ACT",
        "Managed cargo notice Art. 5(1)1; Express notice Art. 14(1)4: concealment",
        outcome="INSPECT",
        desk="INSPECTION",
        silent=True,
    ),
    Rule(
        "XF-09",
        plausibility.value_fits_weight,
        "ACT",
        "Managed cargo notice Art. 5(1)3-4",
        outcome="INSPECT",
        desk="INSPECTION",
    ),
    Rule(
        "XF-10",
        plausibility.payment_leaves_no_tax_out,
        "ACT",
        "E-commerce notice Art. 19, 23, 24(3)",
        outcome="INSPECT",
        desk="INSPECTION",
    ),
    Rule("XF-10", plausibility.payment_covers_no_more, "WARN", "E-commerce notice Art. 19"),
    Rule("XF-10", plausibility.payment_covers_the_goods, "WARN", "E-commerce notice Art. 19"),
    Rule("XF-10", plausibility.payment_opens_smart_clearance, "INFO", "E-commerce notice Art. 23"),
    Rule("XF-11", timing.ecommerce_flag_is_set, "REJECT", "E-commerce notice Art. 20(1), 22(1)"),
    Rule("XP-11", timing.house_bill_is_no_correction, "ACT", "Express notice annex 1 item 9", closes="LIST"),
    Rule(
        "RG-01",
        goods.no_prohibited_articles,
        "ACT",
        "Customs Act Art. 234",
        outcome="HOLD",
        desk="INVESTIGATION",
        silent=True,
    ),
    Rule(
        "RG-02",
        goods.no_narcotics,
        "ACT",
        "Customs Act Art. 234-2; E-commerce notice Art. 25",
        outcome="HOLD",
        desk="INVESTIGATION",
        silent=True,
    ),
    Rule(
        "RG-03",
        goods.no_weapons,
        "ACT",
        "E-commerce notice Art. 25(1)2; Express notice Art. 19(1)",
        outcome="HOLD",
        desk="INVESTIGATION",
        silent=True,
    ),
    Rule(
        "RG-04", goods.brand_is_worth_its_price, "ACT", "Customs Act Art. 235, 235-2", outcome="REFER", desk="REFERRAL"
    ),
    Rule(
        "RG-05",
        selfuse.health_goods_are_for_self_use,
        "INFO",
        "Import notice Art. 67 and annex 11; Customs Service FAQ 493",
    ),
    Rule(
        "RG-05",
        selfuse.health_goods_are_few,
        "ACT",
        "Import notice annex 11; Confirmation notice Art. 7(2)",
        outcome="REFER",
        desk="REFERRAL",
        closes="LIST",
        taxes=True,
    ),
    Rule(
        "RG-06",
        goods.no_blocked_ingredients,
        "ACT",
        "Customs Act Art. 237(1)3; food and drug agency, ingredients blocked at the border",
        outcome="HOLD",
        desk="REFERRAL",
    ),
    Rule(
        "RG-07",
        goods.quarantine_comes_first,
        "ACT",
        "Postal notice Art. 12(1)3; Confirmation notice Art. 7(2)1",
        outcome="REFER",
        desk="REFERRAL",
    ),
    Rule(
        "RG-08",
        goods.species_has_a_permit,
        "ACT",
        "Confirmation notice Art. 7(2)1; CITES",
        outcome="HOLD",
        desk="REFERRAL",
    ),
    Rule(
        "RG-09",
        selfuse.limited_goods_are_few,
        "ACT",
        "Import notice annex 11; Customs Act Art. 226",
        closes="LIST",
        taxes=True,
    ),
    Rule(
        "SEC-01",
        assessment.loading_data_is_complete,
        "ACT",
        "PACT guide v1.9; Manifest notice Art. 8",
        outcome="HOLD",
        desk="HOLD",
    ),
    Rule(
        "SEC-03",
        parties.no_party_resembles_a_listed_one,
        "ACT",
        "Express notice Art. 15: selection of high risk",
        desk="INVESTIGATION",
        covert=True,
    ),
    Rule(
        "SEC-04",
        parties.no_party_is_sanctioned,
        "ACT",
        "Security Council sanctions; Customs Act Art. 226, 237(1)",
        outcome="HOLD",
        desk="HOLD",
        silent=True,
    ),
    Rule(
        "SEC-04",
        parties.no_country_is_embargoed,
        "ACT",
        "Measures of 24 May 2010; Security Council resolution 2397 (2017); Customs Act Art. 226, 237(1)",
        outcome="HOLD",
        desk="HOLD",
    ),
    Rule(
        "SEC-05",
        targets.nothing_is_targeted,
        "ACT",
        "Express notice Art. 15; Managed cargo notice Art. 2, 8(4)",
        desk="INSPECTION",
        covert=True,
    ),
)

SCREENING_RULES: Final[tuple[ScreeningRule, ...]] = (
    ScreeningRule(
        "XF-08",
        importer.customs_confirms_the_importer,
        "ACT",
        "E-commerce notice Art. 13, 14, 16; customs open interface API028",
        outcome="HOLD",
        desk="HOLD",
    ),
    ScreeningRule(
        "XP-02",
        consignee.bill_is_not_split,
        "ACT",
        "Import notice Art. 68 item 1, 69(1)",
        outcome="DECLARE",
        desk="REFERRAL",
        taxes=True,
    ),
    ScreeningRule(
        "XP-03",
        consignee.purchase_is_not_split,
        "ACT",
        "Import notice Art. 68 item 3, 69(1)",
        outcome="DECLARE",
        desk="REFERRAL",
        taxes=True,
    ),
    ScreeningRule(
        "XP-05",
        consignee.receives_too_much,
        "ACT",
        "Clearance code notice Art. 25(2), suspected theft of codes",
        outcome="HOLD",
        desk="HOLD",
        day="RECEIVED",
    ),
    ScreeningRule(
        "XP-06",
        consignee.code_has_few_addresses,
        "ACT",
        "Clearance code notice Art. 25(2)",
        outcome="HOLD",
        desk="INVESTIGATION",
        silent=True,
        day="RECEIVED",
    ),
    ScreeningRule(
        "XP-08",
        consignee.self_use_is_kept_over_parcels,
        "ACT",
        "Import notice Art. 67 and annex 11",
        outcome="REFER",
        desk="REFERRAL",
        closes="LIST",
        taxes=True,
    ),
)

_FRAUD: Final = "Customs Act Art. 241, 269, 270; Clearance code notice Art. 25(2)"
_PRICE: Final = "Customs Act Art. 30, 270; Managed cargo notice Art. 5(1)3-4"


def _link(  # noqa: PLR0913, PLR0917 - what its row says
    code: str, check: Callable[[LinkCase], Iterator[Linked]], kinds: int, basis: str, asks: Outcome, desk: Desk
) -> LinkRule:
    """A rule of linking acts, is covert, and goes by the day of receipt."""
    return LinkRule(code, check, "ACT", basis, desk=desk, covert=True, day="RECEIVED", kinds=kinds, asks=asks)


LINK_RULES: Final[tuple[LinkRule, ...]] = (
    _link(
        "XP-04", links.receiver_gets_few_parcels, ADDRESS | PHONE, "Express notice Art. 14(1)3", "INSPECT", "INSPECTION"
    ),
    _link(
        "XP-04",
        links.address_gets_no_split_order,
        ADDRESS,
        "Express notice Art. 14(1)3; Import notice Art. 68",
        "INSPECT",
        "INSPECTION",
    ),
    _link("XP-07", links.receiver_has_few_codes, ADDRESS | PHONE, _FRAUD, "HOLD", "INVESTIGATION"),
    _link("XP-07", links.seller_reaches_many_receivers, SELLER, _FRAUD, "HOLD", "INVESTIGATION"),
    _link("XP-07", links.seller_has_customers_who_buy_once, SELLER, _FRAUD, "INSPECT", "INSPECTION"),
    _link(
        "XP-09",
        links.seller_is_not_always_near_the_limit,
        SELLER,
        "Customs Act Art. 270; Managed cargo notice Art. 5(1)4",
        "INSPECT",
        "INVESTIGATION",
    ),
    _link("XP-12", links.price_fits_the_seller, SELLER, _PRICE, "INSPECT", "INSPECTION"),
    _link("XP-12", links.price_fits_the_goods, link_prices.PRICE_RULES, _PRICE, "INSPECT", "INSPECTION"),
    _link("XP-12", links.seller_is_not_always_cheap, link_prices.PRICE_RULES, _PRICE, "INSPECT", "INSPECTION"),
)
"""Rules over parcels of many consignees. They open security cases; no decision changes, and no carrier hears of
them.
"""


SELECTION_RULES: Final[tuple[SelectionRule, ...]] = (
    SelectionRule(
        "SEC-06",
        selection.risk_is_not_among_the_highest,
        "ACT",
        "Managed cargo notice Art. 5, 8(4); Import notice Art. 22, 28",
        desk="INSPECTION",
        covert=True,
        day="RECEIVED",
    ),
    SelectionRule(
        "SEC-08",
        selection.draw_spares_it,
        "ACT",
        "E-commerce notice Art. 24(2); Express notice Art. 25; Import notice Art. 28",
        desk="INSPECTION",
        covert=True,
        day="RECEIVED",
    ),
)

ACTION_RULES: Final[tuple[ActionRule, ...]] = (
    ActionRule(
        "SEC-02",
        assessment.assessment_is_ended,
        "ACT",
        "PACT guide v1.9: a hold survives resubmission",
        outcome="HOLD",
        desk="HOLD",
        day="RECEIVED",
    ),
    ActionRule(
        "SEC-02",
        assessment.officer_does_not_hold,
        "ACT",
        "Customs Act Art. 237(1)",
        outcome="HOLD",
        desk="HOLD",
        day="RECEIVED",
    ),
    ActionRule(
        "SEC-02",
        assessment.officer_asks_nothing,
        "ACT",
        "PACT guide v1.9; Customs Act Art. 237(1)",
        outcome="HOLD",
        desk="HOLD",
        day="RECEIVED",
    ),
    ActionRule("SEC-02", assessment.officer_releases, "INFO", "Customs Act Art. 237(3)", day="RECEIVED"),
)

POLICY: Final[Mapping[str, tuple[Rule, ...]]] = {
    "manifest": MANIFEST_RULES,
    "parcel": PARCEL_RULES,
    "consignee": SCREENING_RULES,
    "links": LINK_RULES,
    "selection": SELECTION_RULES,
    "officer": ACTION_RULES,
}
"""The rows by what they look at."""
RULES: Final[tuple[Rule, ...]] = tuple(rule for rules in POLICY.values() for rule in rules)
"""All rows."""
