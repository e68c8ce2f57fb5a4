"""The policy: every rule, in the order of its code. A rule is a row here and a function in the module of its subject."""

from typing import Final

from agents.rules import codes, goods, manifest, routes, velocity
from agents.rules import format as form
from agents.rules.rows import ManifestRule, ScreeningRule
from agents.rules.rule import Rule

RULE_SET: Final = "2026.11.2"
"""Version of the policy, pinned into every decision: raise it with every change to a rule or a row."""

MANIFEST_RULES: Final[tuple[ManifestRule, ...]] = (
    ManifestRule("FMT-01", manifest.words_are_known, "REJECT", "Contract of this system, section 3"),
    ManifestRule("FMT-01", manifest.lodging_time_is_a_time, "REJECT", "RFC 3339; Customs Act Art. 17: the law of the day of declaration"),
    ManifestRule("FMT-01", manifest.travel_times_are_times, "REJECT", "RFC 3339"),
    ManifestRule("FMT-02", manifest.master_bill_form, "REJECT", "IATA air waybill number, modulus 7; PACT guide v1.9"),
    ManifestRule("FMT-02", manifest.airline_is_known, "WARN", "IATA airline prefixes"),
    ManifestRule("FMT-07", manifest.text_is_one_line, "REJECT", "PACT guide v1.9, section 6.1"),
    ManifestRule("FMT-09", manifest.containers_are_containers, "REJECT", "ISO 6346"),
    ManifestRule("COD-04", manifest.carrier_is_registered, "WARN", "Express notice Art. 4-7"),
    ManifestRule("COD-04", manifest.carrier_is_the_topics, "WARN", "Contract of this system, section 2; Customs Act Art. 254-2(2)"),
)

PARCEL_RULES: Final[tuple[Rule, ...]] = (
    Rule("FMT-01", form.mandatory_text, "REJECT", "Customs Act Art. 254-2(1); PACT guide v1.9, MISSING errors"),
    Rule("FMT-01", form.purpose_is_known, "REJECT", "Contract of this system, section 3"),
    Rule("FMT-01", form.purchase_date_is_a_date, "REJECT", "E-commerce notice Art. 19, transaction data"),
    Rule("FMT-02", form.house_bill_form, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule("FMT-03", form.postal_house_bill, "REJECT", "UPU S10"),
    Rule("FMT-04", form.clearance_code_form, "REJECT", "Clearance code notice; E-commerce notice Art. 13(5)"),
    Rule("FMT-04", form.no_identity_number_as_code, "REJECT", "Personal Information Protection Act, unique identifiers"),
    Rule("FMT-04", form.no_resident_number_in_text, "REJECT", "Personal Information Protection Act, unique identifiers"),
    Rule("FMT-05", form.auth_number_is_given, "REJECT", "E-commerce notice Art. 13(5), 14(3)"),
    Rule("FMT-06", form.phone_is_korean, "REJECT", "E-commerce notice Art. 13, importer check of 2026-01-05"),
    Rule("FMT-06", form.postcode_is_korean, "REJECT", "E-commerce notice Art. 13, importer check of 2026-01-05"),
    Rule("FMT-06", form.address_is_plausible, "ACT", "Express notice Art. 14(1)1", outcome="INSPECT", desk="INSPECTION"),
    Rule("FMT-07", form.text_says_something, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule("FMT-07", form.text_is_one_line, "REJECT", "PACT guide v1.9, section 6.1"),
    Rule("FMT-08", form.numbers_are_above_zero, "REJECT", "Customs Act Art. 254-2(1); PACT guide v1.9, INVALID errors"),
    Rule("FMT-08", form.amounts_are_numbers, "REJECT", "Customs Act Art. 254-2(1); Contract of this system, section 3"),
    Rule("FMT-09", form.business_number_form, "REJECT", "National Tax Service, business registration number"),
    Rule("COD-01", codes.countries_are_known, "REJECT", "Customs Act Art. 254-2(1); ISO 3166-1"),
    Rule("COD-02", codes.currency_is_known, "REJECT", "ISO 4217"),
    Rule("COD-02", codes.rate_exists, "ACT", "Customs Act Art. 18", outcome="DOC_CHECK"),
    Rule("COD-03", codes.hs_code_form, "REJECT", "Harmonized System; Korean tariff (HSK)"),
    Rule("COD-03", codes.hs_code_is_known, "ACT", "Harmonized System, edition in force", outcome="DOC_CHECK"),
    Rule("COD-04", codes.carrier_is_not_suspended, "ACT", "Express notice Art. 33", outcome="HOLD", desk="HOLD"),
    Rule("COD-05", codes.operator_is_registered_on_the_day, "ACT", "E-commerce notice Art. 4-8", outcome="DECLARE"),
    Rule("COD-05", codes.operator_is_in_the_register, "WARN", "E-commerce notice Art. 4"),
    Rule("COD-06", codes.description_is_not_vague, "REJECT", "PACT guide v1.9, section 6.2; Express notice annex 1 item 10"),
    Rule("XF-02", routes.price_is_within_list_limit, "ACT", "Express notice Art. 9(1); Postal notice", outcome="DECLARE"),
    Rule("XF-03", routes.special_limit_was_used, "INFO", "Express notice Art. 9(1)1; Korea-US Free Trade Agreement"),
    Rule("XF-04", routes.freight_is_separate, "INFO", "Customs Act Enforcement Rule Art. 45(2)1"),
    Rule("XF-05", routes.goods_may_use_the_list, "ACT", "Express notice Art. 9(2), annexes 1 and 2", outcome="DECLARE"),
    Rule("XF-05", routes.purpose_may_use_the_list, "ACT", "Express notice Art. 9(1)1", outcome="DECLARE"),
    Rule("RG-02", goods.no_narcotics, "ACT", "Customs Act Art. 234-2; E-commerce notice Art. 25", outcome="HOLD", desk="INVESTIGATION", silent=True),
    Rule("RG-03", goods.no_weapons, "ACT", "E-commerce notice Art. 25(1)2; Express notice Art. 19(1)", outcome="HOLD", desk="INVESTIGATION", silent=True),
)

SCREENING_RULES: Final[tuple[ScreeningRule, ...]] = (
    ScreeningRule("XP-05", velocity.consignee_receives_too_much, "ACT", "Clearance code notice Art. 25(2), suspected theft of codes", outcome="HOLD", desk="HOLD"),
)
