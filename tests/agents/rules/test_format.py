"""FMT: each field of a parcel is there and written as what it claims to be."""

from datetime import date

import pytest

from agents.parcel.case import Case
from agents.rules import format as form
from agents.rules import numbers
from schemas import limits
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, header, parcel
from tests.reference import AUTH_NUMBER_FROM

DAY_BEFORE_AUTH = date(2026, 8, 23)
LONGEST_HOUSE_BILL = "A" * limits.HOUSE_BILL_CHARS_MAX


def by_post(house_bill: str) -> Case:
    return case(parcel(house_bill=house_bill), header_=header(mode="POST", master_bill="CNSHA1"))


def wordy(chars: int) -> Case:
    """Ten lines with so many characters of description, ingredients and brand together."""
    share, rest = divmod(chars, 10)
    said = {"description": "d" * 50, "brand": "b" * 50}
    return case(
        parcel(
            items=[{**said, "ingredients": "i" * (share - 100 + (rest if index == 0 else 0))} for index in range(10)]
        )
    )


TABLE = (
    pytest.param(form.mandatory_text, case(), [], id="a good parcel lacks nothing"),
    pytest.param(form.mandatory_text, export_case(), [], id="a good export lacks nothing"),
    pytest.param(form.mandatory_text, case(parcel(house_bill="")), ["/house_bill"], id="no house bill"),
    pytest.param(form.mandatory_text, case(parcel(currency="")), ["/currency"], id="no currency"),
    pytest.param(
        form.mandatory_text,
        case(parcel(consignor={"name": "", "address": "", "country": ""})),
        ["/consignor/name", "/consignor/address", "/consignor/country"],
        id="a sender without anything: every fault at once",
    ),
    pytest.param(
        form.mandatory_text,
        case(parcel(consignee={"name": "", "address": ""})),
        ["/consignee/name", "/consignee/address"],
        id="a receiver without name and address",
    ),
    pytest.param(form.mandatory_text, case(parcel(items=[])), ["/items"], id="a parcel without goods"),
    pytest.param(
        form.mandatory_text,
        case(parcel(items=[{}, {"description": ""}])),
        ["/items/1/description"],
        id="the second line without description",
    ),
    pytest.param(
        form.mandatory_text,
        case(parcel(items=[{"hs_code": "", "origin": "", "unit_price": "", "amount": ""}])),
        ["/items/0/hs_code", "/items/0/origin", "/items/0/unit_price", "/items/0/amount"],
        id="a line without code, origin and prices",
    ),
    pytest.param(form.descriptions_are_within_limit, case(), [], id="a line of few words"),
    pytest.param(
        form.descriptions_are_within_limit,
        wordy(limits.GOODS_CHARS_PER_PARCEL_MAX),
        [],
        id="ten lines with all the characters there may be",
    ),
    pytest.param(
        form.descriptions_are_within_limit,
        wordy(limits.GOODS_CHARS_PER_PARCEL_MAX + 1),
        ["/items"],
        id="one character more",
    ),
    pytest.param(form.purpose_is_known, case(), [], id="for own use"),
    pytest.param(form.purpose_is_known, case(parcel(purpose="COMMERCIAL")), [], id="commercial is a purpose too"),
    pytest.param(form.purpose_is_known, case(parcel(purpose="gift")), ["/purpose"], id="a purpose in lower case"),
    pytest.param(form.purpose_is_known, case(parcel(purpose="")), ["/purpose"], id="an empty purpose"),
    pytest.param(form.purchase_date_is_a_date, case(), [], id="a day"),
    pytest.param(form.purchase_date_is_a_date, case(parcel(order=None)), [], id="no order, no day"),
    pytest.param(
        form.purchase_date_is_a_date, case(parcel(order={"purchased_on": None})), [], id="null is no day and right"
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": "2028-02-29"})),
        [],
        id="29 February of a leap year",
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": "2026-02-29"})),
        ["/order/purchased_on"],
        id="29 February of another year",
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": "20261118"})),
        ["/order/purchased_on"],
        id="a day without dashes",
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": "2026-W47-3"})),
        ["/order/purchased_on"],
        id="a day by its week",
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": "２０２６-11-18"})),
        ["/order/purchased_on"],
        id="digits, but not ASCII",
    ),
    pytest.param(
        form.purchase_date_is_a_date,
        case(parcel(order={"purchased_on": ""})),
        ["/order/purchased_on"],
        id="an empty day",
    ),
    pytest.param(numbers.house_bill_form, case(), [], id="letters and digits"),
    pytest.param(numbers.house_bill_form, case(parcel(house_bill="KX/8261-10")), [], id="dash and slash"),
    pytest.param(
        numbers.house_bill_form, case(parcel(house_bill=LONGEST_HOUSE_BILL)), [], id="35 characters: the longest"
    ),
    pytest.param(
        numbers.house_bill_form, case(parcel(house_bill=LONGEST_HOUSE_BILL + "A")), ["/house_bill"], id="36 characters"
    ),
    pytest.param(numbers.house_bill_form, case(parcel(house_bill="KX 826")), ["/house_bill"], id="a space"),
    pytest.param(
        numbers.house_bill_form, case(parcel(house_bill="케이엑스826")), ["/house_bill"], id="letters, but not Latin"
    ),
    pytest.param(
        numbers.house_bill_form, case(parcel(house_bill="KX826\n")), ["/house_bill"], id="a line break at the end"
    ),
    pytest.param(numbers.house_bill_form, case(parcel(house_bill="")), [], id="an empty one is mandatory_text's"),
    pytest.param(numbers.postal_house_bill, by_post("RR473124829JP"), [], id="a postal item number"),
    pytest.param(numbers.postal_house_bill, by_post("RR473124828GB"), ["/house_bill"], id="a wrong check digit"),
    pytest.param(numbers.postal_house_bill, by_post("SR473124829GB"), ["/house_bill"], id="a reserved prefix"),
    pytest.param(numbers.postal_house_bill, by_post("RB123456785XX"), ["/house_bill"], id="letters of no country"),
    pytest.param(numbers.postal_house_bill, by_post("RB123456785DE"), [], id="another country"),
    pytest.param(
        numbers.postal_house_bill,
        by_post("JR473124829XX"),
        ["/house_bill"],
        id="a reserved prefix and no country: one finding",
    ),
    pytest.param(numbers.postal_house_bill, by_post(""), [], id="an empty one is mandatory_text's"),
    pytest.param(numbers.postal_house_bill, case(), [], id="express has numbers of its own"),
    pytest.param(numbers.clearance_code_form, case(), [], id="P and twelve digits"),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": None})),
        ["/consignee/clearance_code"],
        id="no code",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": ""})),
        ["/consignee/clearance_code"],
        id="an empty code",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": "P12345678901"})),
        ["/consignee/clearance_code"],
        id="eleven digits",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": "P1234567890123"})),
        ["/consignee/clearance_code"],
        id="thirteen digits",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": "p123456789012"})),
        ["/consignee/clearance_code"],
        id="a small p",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": "P12345678901２"})),
        ["/consignee/clearance_code"],
        id="a digit, but not ASCII",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": None, "business_number": "116-82-00276"})),
        [],
        id="a company has a business number instead",
    ),
    pytest.param(
        numbers.clearance_code_form,
        case(parcel(consignee={"clearance_code": "900101-1234567"})),
        [],
        id="a resident number is the next rule's",
    ),
    pytest.param(numbers.clearance_code_form, export_case(), [], id="exports need none"),
    pytest.param(numbers.no_identity_number_as_code, case(), [], id="a clearance code"),
    pytest.param(numbers.no_identity_number_as_code, case(parcel(consignee={"clearance_code": None})), [], id="none"),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "P12345678"})),
        [],
        id="a code cut short",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "900101-1234567"})),
        ["/consignee/clearance_code"],
        id="a resident number",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "9001011234567"})),
        ["/consignee/clearance_code"],
        id="a resident number without dash",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "P9001011234567"})),
        ["/consignee/clearance_code"],
        id="P and a resident number",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "９００１０１-1234567"})),
        ["/consignee/clearance_code"],
        id="a resident number in wide digits",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "901301-1234567"})),
        ["/consignee/clearance_code"],
        id="its month is a slip",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "1234567890123"})),
        ["/consignee/clearance_code"],
        id="thirteen digits of that form",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "1234569890123"})),
        [],
        id="thirteen digits of another",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        case(parcel(consignee={"clearance_code": "m123a4567"})),
        ["/consignee/clearance_code"],
        id="a passport number",
    ),
    pytest.param(
        numbers.no_identity_number_as_code,
        export_case(export_parcel(consignee={"clearance_code": "900101-1234567"})),
        ["/consignee/clearance_code"],
        id="in exports too",
    ),
    pytest.param(form.no_resident_number_in_text, case(), [], id="a good parcel"),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt for 900101-1234567"}])),
        ["/items/0/description"],
        id="in a description",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt 9001011234567 blue"}])),
        ["/items/0/description"],
        id="without its dash",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt ９００１０１－１２３４５６７"}])),
        ["/items/0/description"],
        id="in wide digits",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt EAN 6901234567892"}])),
        [],
        id="a barcode",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt 901301-1234567"}])),
        [],
        id="the thirteenth month",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"description": "shirt 900101-9234567"}])),
        [],
        id="a seventh digit that nobody has",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"brand": "900101-1234567"}])),
        ["/items/0/brand"],
        id="in a brand",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"ingredients": "a 900101-1234567"}])),
        ["/items/0/ingredients"],
        id="in ingredients",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(items=[{"url": "https://a/900101-1234567"}])),
        ["/items/0/url"],
        id="in a page's address",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(order={"order_number": "900101-1234567"})),
        ["/order/order_number"],
        id="in an order number",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(order={"seller_id": "900101-1234567"})),
        ["/order/seller_id"],
        id="as seller",
    ),
    pytest.param(
        form.no_resident_number_in_text,
        case(parcel(order={"order_number": "9001011234567"})),
        [],
        id="an order number of thirteen digits",
    ),
    pytest.param(form.no_resident_number_in_text, case(parcel(order=None)), [], id="no order"),
    pytest.param(numbers.auth_number_is_given, case(), [], id="a number"),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None})),
        ["/consignee/auth_number"],
        id="no number",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None}), on=AUTH_NUMBER_FROM),
        ["/consignee/auth_number"],
        id="no number on the first day",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None}), on=DAY_BEFORE_AUTH),
        [],
        id="no number on the day before",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None}), on=date(1999, 1, 1)),
        [],
        id="no number before any law that is known",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": "4839 2017"})),
        ["/consignee/auth_number"],
        id="a space within",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": "x" * limits.ID_CHARS_MAX})),
        [],
        id="64 characters: the longest",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": "A-1"})),
        [],
        id="its form is not known, so any visible character does",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(ecommerce=False, consignee={"auth_number": None})),
        [],
        id="no e-commerce",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None, "clearance_code": None, "business_number": "116-82-00276"})),
        [],
        id="a company",
    ),
    pytest.param(
        numbers.auth_number_is_given,
        case(parcel(consignee={"auth_number": None, "business_number": "116-82-00276"})),
        ["/consignee/auth_number"],
        id="a person who names a company too",
    ),
    pytest.param(numbers.auth_number_is_given, export_case(), [], id="an export"),
    pytest.param(numbers.phone_is_korean, case(), [], id="a mobile number"),
    pytest.param(numbers.phone_is_korean, case(parcel(consignee={"phone": "02-312-3456"})), [], id="a number in Seoul"),
    pytest.param(numbers.phone_is_korean, case(parcel(consignee={"phone": ""})), ["/consignee/phone"], id="no number"),
    pytest.param(
        numbers.phone_is_korean,
        case(parcel(consignee={"phone": "010-1234-567"})),
        ["/consignee/phone"],
        id="a digit short",
    ),
    pytest.param(
        numbers.phone_is_korean,
        case(parcel(consignee={"phone": "010-1234-56789"})),
        ["/consignee/phone"],
        id="a digit over",
    ),
    pytest.param(
        numbers.phone_is_korean,
        case(parcel(consignee={"phone": "+81312345678"})),
        ["/consignee/phone"],
        id="a number in Tokyo",
    ),
    pytest.param(numbers.phone_is_korean, export_case(), [], id="an export to Tokyo"),
    pytest.param(numbers.postcode_is_korean, case(), [], id="five digits"),
    pytest.param(numbers.postcode_is_korean, case(parcel(consignee={"postcode": "01000"})), [], id="the lowest"),
    pytest.param(
        numbers.postcode_is_korean,
        case(parcel(consignee={"postcode": "00999"})),
        ["/consignee/postcode"],
        id="below the lowest",
    ),
    pytest.param(
        numbers.postcode_is_korean, case(parcel(consignee={"postcode": ""})), ["/consignee/postcode"], id="none"
    ),
    pytest.param(
        numbers.postcode_is_korean,
        case(parcel(consignee={"postcode": "135-080"})),
        ["/consignee/postcode"],
        id="one of before 2015",
    ),
    pytest.param(
        numbers.postcode_is_korean,
        case(parcel(consignee={"postcode": "٠٦٢٣٦"})),
        ["/consignee/postcode"],
        id="digits, but not ASCII",
    ),
    pytest.param(numbers.postcode_is_korean, export_case(), [], id="an export"),
    pytest.param(form.address_is_plausible, case(), [], id="a road name and number"),
    pytest.param(
        form.address_is_plausible,
        case(parcel(consignee={"address": "세종로 7"})),
        [],
        id="five characters: the shortest",
    ),
    pytest.param(
        form.address_is_plausible,
        case(parcel(consignee={"address": "종로 7 "})),
        ["/consignee/address"],
        id="four and a space",
    ),
    pytest.param(
        form.address_is_plausible,
        case(parcel(consignee={"address": "서울특별시 강남구 테헤란로"})),
        ["/consignee/address"],
        id="no number",
    ),
    pytest.param(
        form.address_is_plausible,
        case(parcel(consignee={"address": "서울특별시 강남구 테헤란로 ３９"})),
        [],
        id="a wide number",
    ),
    pytest.param(
        form.address_is_plausible, case(parcel(consignee={"address": ""})), [], id="an empty one is mandatory_text's"
    ),
    pytest.param(form.address_is_plausible, export_case(), [], id="an export: abroad there are houses without number"),
    pytest.param(form.text_is_no_placeholder, case(), [], id="a good parcel"),
    pytest.param(form.text_is_no_placeholder, export_case(), [], id="a good export"),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignee={"name": "김민", "name_en": None})),
        [],
        id="a name of two syllables",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignee={"name": "이이", "name_en": "Yi Yi"})),
        [],
        id="a name of two equal syllables",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignor={"name": "李明", "address": "杭州市文三路88号"})),
        [],
        id="a Chinese name of two characters",
    ),
    pytest.param(
        form.text_is_no_placeholder, case(parcel(consignor={"name": "Li"})), [], id="a Latin name of two letters"
    ),
    pytest.param(
        form.text_is_no_placeholder, case(parcel(consignor={"name": "3M"})), [], id="a company with one letter"
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignor={"name": "xxx", "address": "12-34"})),
        ["/consignor/name", "/consignor/address"],
        id="a sender of x and digits",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignor={"name": "XxXxXxXx"})),
        ["/consignor/name"],
        id="x, small and large",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignee={"name": "ㅋㅋㅋ", "name_en": "...", "address": "12345"})),
        ["/consignee/name", "/consignee/name_en", "/consignee/address"],
        id="a receiver of laughter, dots and digits",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(consignee={"name": "\u3164\u1160\u3164"})),
        ["/consignee/name"],
        id="letters that can't be seen",
    ),
    pytest.param(
        form.text_is_no_placeholder, case(parcel(consignee={"name": "   "})), ["/consignee/name"], id="spaces"
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(items=[{"description": "image.jpg"}, {"description": ".jpg"}])),
        ["/items/1/description"],
        id="a mere file extension",
    ),
    pytest.param(
        form.text_is_no_placeholder,
        case(parcel(items=[{"description": "PDF"}, {"description": "#1-2!"}])),
        ["/items/0/description", "/items/1/description"],
        id="an extension; signs",
    ),
    pytest.param(form.text_is_one_line, case(), [], id="a good parcel"),
    pytest.param(
        form.text_is_one_line,
        case(parcel(consignee={"address": "서울특별시 강남구　테헤란로 123"})),
        [],
        id="a wide space is no control character",
    ),
    pytest.param(
        form.text_is_one_line,
        case(parcel(consignee={"name": "김\0민서", "name_en": "KIM\nMINSEO"})),
        ["/consignee/name", "/consignee/name_en"],
        id="a NUL; a line break",
    ),
    pytest.param(
        form.text_is_one_line,
        case(parcel(items=[{"description": "shirt"}, {"description": "shirt\x1b[2J", "ingredients": "a\tb"}])),
        ["/items/1/description", "/items/1/ingredients"],
        id="an escape; a tab",
    ),
    pytest.param(numbers.numbers_are_above_zero, case(), [], id="a good parcel"),
    pytest.param(
        numbers.numbers_are_above_zero,
        case(parcel(pieces=0, gross_weight_g=0)),
        ["/pieces", "/gross_weight_g"],
        id="no pieces, no weight",
    ),
    pytest.param(
        numbers.numbers_are_above_zero, case(parcel(pieces=1, gross_weight_g=1)), [], id="one piece, one gram"
    ),
    pytest.param(
        numbers.numbers_are_above_zero,
        case(parcel(items=[{"quantity": -1, "net_weight_g": 0}])),
        ["/items/0/quantity", "/items/0/net_weight_g"],
        id="less than nothing",
    ),
    pytest.param(
        numbers.numbers_are_above_zero,
        case(parcel(items=[{"volume_ml": 0}])),
        ["/items/0/volume_ml"],
        id="a volume of nothing",
    ),
    pytest.param(numbers.numbers_are_above_zero, case(parcel(items=[{"volume_ml": 1}])), [], id="a millilitre"),
    pytest.param(
        numbers.numbers_are_above_zero,
        case(parcel(items=[{"unit": ""}, {"unit": " "}])),
        ["/items/0/unit", "/items/1/unit"],
        id="no unit",
    ),
    pytest.param(numbers.amounts_are_numbers, case(), [], id="a good parcel"),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(freight=None, insurance=None, local_charges=None, order=None)),
        [],
        id="null is right where it may stand",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "0.0001", "amount": "999999999999.9999"}])),
        [],
        id="the smallest and the largest",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "0.00001", "amount": "1000000000000"}])),
        ["/items/0/unit_price", "/items/0/amount"],
        id="beyond both",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "0.00", "amount": "0"}])),
        ["/items/0/unit_price", "/items/0/amount"],
        id="zero",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "-1", "amount": "1e3"}])),
        ["/items/0/unit_price", "/items/0/amount"],
        id="negative; with exponent",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "5,00", "amount": "٥"}])),
        ["/items/0/unit_price", "/items/0/amount"],
        id="a comma; digits, but not ASCII",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(items=[{"unit_price": "", "amount": ""}])),
        [],
        id="empty ones are mandatory_text's",
    ),
    pytest.param(
        numbers.amounts_are_numbers,
        case(parcel(freight="free", insurance="-2", local_charges="", order={"paid": "USD 5"})),
        ["/freight", "/insurance", "/local_charges", "/order/paid"],
        id="charges that are no amounts",
    ),
    pytest.param(
        numbers.amounts_are_numbers, case(parcel(freight="0", insurance="0.00")), [], id="charges may be zero"
    ),
    pytest.param(numbers.business_number_form, case(), [], id="none"),
    pytest.param(
        numbers.business_number_form, case(parcel(consignee={"business_number": "116-82-00276"})), [], id="right"
    ),
    pytest.param(
        numbers.business_number_form,
        case(parcel(consignee={"business_number": "116-82-00277"})),
        ["/consignee/business_number"],
        id="one off",
    ),
    pytest.param(
        numbers.business_number_form,
        case(parcel(consignor={"business_number": "HRB 1234"})),
        [],
        id="a foreign sender's number is not ours to check",
    ),
    pytest.param(
        numbers.business_number_form,
        export_case(export_parcel(consignor={"business_number": "116-82-00277"})),
        ["/consignor/business_number"],
        id="a Korean sender's is",
    ),
    pytest.param(
        numbers.business_number_form,
        export_case(export_parcel(consignor={"business_number": "1168200276"})),
        [],
        id="dashes may be left out",
    ),
    pytest.param(numbers.sscc_form, case(), [], id="no container code"),
    pytest.param(numbers.sscc_form, case(parcel(sscc="106141412345678908")), [], id="a container code"),
    pytest.param(numbers.sscc_form, case(parcel(sscc="106141412345678907")), ["/sscc"], id="a container code, one off"),
    pytest.param(
        numbers.sscc_form, case(parcel(sscc="00106141412345678908")), ["/sscc"], id="with the 00 of the label"
    ),
    pytest.param(numbers.sscc_form, case(parcel(sscc="")), [], id="an empty container code is none"),
    pytest.param(
        numbers.sscc_form,
        export_case(export_parcel(sscc="106141412345678907")),
        ["/sscc"],
        id="a container code, one off, in exports too",
    ),
    pytest.param(numbers.ioss_form, export_case(), [], id="no IOSS number"),
    pytest.param(numbers.ioss_form, export_case(export_parcel(ioss="IM3720000224")), [], id="an Irish IOSS number"),
    pytest.param(
        numbers.ioss_form, export_case(export_parcel(ioss="IM8260000224")), ["/ioss"], id="of a state that is no member"
    ),
    pytest.param(
        numbers.ioss_form, export_case(export_parcel(ioss="IN3720000224")), ["/ioss"], id="the intermediary's number"
    ),
    pytest.param(numbers.ioss_form, export_case(export_parcel(ioss="")), [], id="an empty IOSS number is none"),
    pytest.param(numbers.ioss_form, case(parcel(ioss="IN3720000224")), [], id="an import is the next rule's"),
    pytest.param(numbers.ioss_is_for_exports, case(), [], id="an import without"),
    pytest.param(
        numbers.ioss_is_for_exports, case(parcel(ioss="IM3720000224")), ["/ioss"], id="an import with an IOSS number"
    ),
    pytest.param(
        numbers.ioss_is_for_exports, case(parcel(ioss="x")), ["/ioss"], id="an import with what is no number at all"
    ),
    pytest.param(
        numbers.ioss_is_for_exports, export_case(export_parcel(ioss="IM3720000224")), [], id="an export with one"
    ),
    pytest.param(numbers.eori_form, case(), [], id="no EORI number"),
    pytest.param(
        numbers.eori_form,
        export_case(export_parcel(consignee={"eori": "DE123456789012345"})),
        [],
        id="the longest EORI number",
    ),
    pytest.param(
        numbers.eori_form,
        export_case(export_parcel(consignee={"eori": "DE1234567890123456"})),
        ["/consignee/eori"],
        id="a character over",
    ),
    pytest.param(
        numbers.eori_form,
        export_case(export_parcel(consignee={"eori": "XI123456789000"})),
        [],
        id="Northern Ireland is in no list of countries",
    ),
    pytest.param(
        numbers.eori_form,
        export_case(export_parcel(consignee={"eori": "XX123456789000"})),
        ["/consignee/eori"],
        id="XX is no country",
    ),
    pytest.param(
        numbers.eori_form,
        case(parcel(consignor={"eori": "DE 123"}, consignee={"eori": "123"})),
        ["/consignor/eori", "/consignee/eori"],
        id="both parties' in an import",
    ),
    pytest.param(
        numbers.eori_form,
        case(parcel(consignor={"eori": ""}, consignee={"eori": "DE123"})),
        [],
        id="an empty EORI number is none",
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


@pytest.mark.parametrize(
    ("check", "subject", "said"),
    [
        pytest.param(
            form.purpose_is_known,
            case(parcel(purpose="gift")),
            '"gift" is not a purpose; use SELF_USE, SAMPLE, GIFT or COMMERCIAL',
            id="the word found, and the right ones",
        ),
        pytest.param(
            numbers.house_bill_form,
            case(parcel(house_bill="KX 826110000017")),
            '"KX ************" contains',
            id="a long number is masked",
        ),
        pytest.param(
            numbers.amounts_are_numbers, case(parcel(freight="-1")), "negative", id="negative is said in words"
        ),
        pytest.param(
            numbers.no_identity_number_as_code,
            case(parcel(consignee={"clearance_code": "900101-1234567"})),
            "send the personal clearance code",
            id="what to send instead",
        ),
    ],
)
def test_message(check: Check, subject: Case, said: str) -> None:
    (found,) = check(subject)
    assert said in found.message
