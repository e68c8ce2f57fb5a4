"""Importer verification: the register's entry against a parcel's consignee, by the checks of its day.

And customs' answers.
"""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from agents.importers.customs_interface import (
    Question,
    as_asked,
    grounds,
    particulars_token,
    questions_in,
    verification_of,
)
from agents.importers.normal_forms import plain_name, plain_phone
from agents.importers.register import AuthNumber, Checks, Register, RegisterEntry
from agents.importers.verify import PENDING, UNKNOWN, PersonMarks, Verification, verify
from agents.values.identity import TokenKeys, consignee_token
from schemas.importer_answer import Answer, read_answer, write_answer
from schemas.manifest import Consignee, Order
from streams.reference import FOLDER
from streams.reference.importers import checks
from streams.reference.tables import TABLES, Tables, parse
from tests.parcels import manifest

KEYS = TokenKeys((("k1", b"5" * 32),))
NEWER = TokenKeys((("k2", b"6" * 32), *KEYS.keys))
TODAY = date(2026, 11, 23)
CODE = "P123456789012"
NUMBER = "483920175524"
CHECKS = checks(
    Tables(
        {
            **dict.fromkeys(TABLES, ()),
            "importer_checks.csv": parse("importer_checks.csv", (FOLDER / "importer_checks.csv").read_bytes()),
        }
    )
)
DAY = timedelta(days=1)


def consignee(**changes: Any) -> Consignee:  # noqa: ANN401 - whatever a manifest may hold
    good: dict[str, Any] = {
        "name": "김민서",
        "clearance_code": CODE,
        "auth_number": NUMBER,
        "phone": "010-1234-5678",
        "postcode": "06236",
    }
    return Consignee(**(good | changes))


TOKEN = consignee_token(consignee(), KEYS)
MARKS = PersonMarks(KEYS.keys[0][1], TOKEN)
ORDER = Order(platform="examplemall", order_number="991")


def entry(**changes: Any) -> RegisterEntry:  # noqa: ANN401 - whatever a register may hold
    good: dict[str, Any] = {
        "token": TOKEN,
        "name": MARKS.name("김민서"),
        "name_en": MARKS.name("KIM MINSEO"),
        "phone": MARKS.phone("01012345678"),
        "phone_end": MARKS.phone_end("01012345678"),
        "postcodes": (MARKS.postcode("06236"), MARKS.postcode("48058")),
        "auth_numbers": (AuthNumber(MARKS.auth_number(NUMBER), date(2026, 12, 31)),),
        "valid_from": date(2026, 1, 10),
        "valid_until": date(2027, 1, 9),
    }
    return RegisterEntry(**(good | changes))


def found(of: Consignee, known: RegisterEntry, day: date = TODAY, order: Order | None = ORDER) -> Verification:
    return verify(of, known, KEYS, day, CHECKS.on(day), order)


MATCHES = Verification("MATCH")


def differ(*particulars: Any) -> Verification:  # noqa: ANN401 - Particular
    return Verification("MISMATCH", particulars)


def test_the_holder_is_confirmed() -> None:
    assert found(consignee(), entry()) == MATCHES


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"name": "이서준"}, differ("name"), id="another name"),
        pytest.param({"name": ""}, differ("name"), id="no name"),
        pytest.param({"name": "---"}, differ("name"), id="a name of signs alone"),
        pytest.param({"name": "김 민서"}, MATCHES, id="a space in the name"),
        pytest.param({"name": "\u1100\u1175\u11b7민서"}, MATCHES, id="the name in single letters of Hangul (NFD)"),
        pytest.param({"name": "김민서\u200b"}, MATCHES, id="an invisible character in the name"),
        pytest.param({"name": "KIM MINSEO"}, MATCHES, id="the English name"),
        pytest.param({"name": "Minseo Kim"}, MATCHES, id="the English name, given name first, in small letters"),
        pytest.param({"name": "KIM, MIN-SEO"}, MATCHES, id="the English name with comma and hyphen"),
        pytest.param({"name": "Min Seo Kim"}, MATCHES, id="the English name in three parts"),
        pytest.param({"name": "ＫＩＭ ＭＩＮＳＥＯ"}, MATCHES, id="the English name in full-width letters"),
        pytest.param({"name": "KIM MINSEOK"}, differ("name"), id="another English name"),
        pytest.param({"name": "김민서 KIM MINSEO"}, differ("name"), id="both names in one: neither"),
        pytest.param({"phone": "010-1234-5679"}, differ("phone"), id="another phone"),
        pytest.param(
            {"phone": "010-9999-5678"}, differ("phone"), id="only the last four digits of the phone are the same"
        ),
        pytest.param({"phone": ""}, differ("phone"), id="no phone"),
        pytest.param({"phone": "+82-10-1234-5678"}, MATCHES, id="the phone with country code"),
        pytest.param(
            {"phone": "+82 (0)10 1234 5678"}, MATCHES, id="the phone with country code and a zero in brackets"
        ),
        pytest.param({"phone": "821012345678"}, MATCHES, id="the phone with a country code that has no plus"),
        pytest.param({"phone": "０１０ １２３４ ５６７８"}, MATCHES, id="the phone in full-width digits"),
        pytest.param({"phone": "010-1234-567٨"}, differ("phone"), id="digits of another script"),
        pytest.param({"postcode": "06237"}, differ("postcode"), id="another postcode"),
        pytest.param({"postcode": "48058"}, MATCHES, id="the second registered postcode"),
        pytest.param({"postcode": " 06236 "}, MATCHES, id="spaces around the postcode"),
        pytest.param({"postcode": ""}, differ("postcode"), id="no postcode"),
        pytest.param({"auth_number": "111111111111"}, differ("auth_number"), id="a number that was never issued"),
        pytest.param({"auth_number": "4839-2017 5524"}, MATCHES, id="the number in groups"),
        pytest.param({"auth_number": None}, MATCHES, id="no number: FMT-05 speaks of that"),
        pytest.param(
            {"name": "이서준", "phone": "1", "postcode": "1", "auth_number": "1"},
            differ("name", "phone", "postcode", "auth_number"),
            id="nothing is right",
        ),
        pytest.param({"clearance_code": f" {CODE.lower()} "}, MATCHES, id="the code in small letters"),
    ],
)
def test_what_differs(changes: dict[str, Any], expected: Verification) -> None:
    assert found(consignee(**changes), entry()) == expected


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        pytest.param({}, date(2027, 1, 9), "ACTIVE", id="the last day"),
        pytest.param({}, date(2027, 1, 10), "EXPIRED", id="the day after"),
        pytest.param({"valid_until": None}, date(2030, 1, 1), "ACTIVE", id="no last day"),
        pytest.param({}, date(2026, 1, 10), "ACTIVE", id="the day of issue"),
        pytest.param({}, date(2026, 1, 9), "NOT_YET_VALID", id="the eve of issue"),
        *(
            pytest.param({"state": state}, TODAY, state, id=state.lower())
            for state in ("SUSPENDED_BY_USER", "SUSPENDED_EX_OFFICIO", "REISSUED", "CANCELLED")
        ),
        pytest.param({"state": "CANCELLED", "state_from": TODAY}, TODAY, "CANCELLED", id="cancelled from today"),
        pytest.param({"state": "CANCELLED", "state_from": TODAY + DAY}, TODAY, "ACTIVE", id="cancelled from tomorrow"),
        pytest.param(
            {"state": "SUSPENDED_BY_USER"},
            date(2027, 1, 10),
            "SUSPENDED_BY_USER",
            id="suspended and expired: suspended keeps its old end",
        ),
    ],
)
def test_a_code_that_is_not_in_force_is_of_no_use(changes: dict[str, Any], day: date, expected: Any) -> None:  # noqa: ANN401 - State
    known = entry(**changes)
    assert known.state_on(day) == expected
    invalid = Verification("INVALID", state=expected)
    assert found(consignee(name="이서준"), known, day) == (
        differ("name", *([] if day <= date(2026, 12, 31) else ["auth_number"])) if expected == "ACTIVE" else invalid
    )


OLD: dict[str, Any] = {"valid_from": date(2020, 5, 1), "valid_until": None}
"""A code from before all regimes."""
STRANGER = {"name": "이서준", "phone": "010-9999-9999", "postcode": "11111", "auth_number": "1"}


@pytest.mark.parametrize(
    ("day", "known", "of", "expected"),
    [
        pytest.param(date(2021, 6, 30), OLD, STRANGER, differ("name"), id="until 2021-06-30 the name alone"),
        pytest.param(
            date(2021, 6, 30), OLD, {"name": "이서준"}, differ("name"), id="and the right phone does not help"
        ),
        pytest.param(
            date(2021, 7, 1), OLD, {"name": "이서준"}, MATCHES, id="from 2021-07-01 the phone makes up for the name"
        ),
        pytest.param(
            date(2021, 7, 1), OLD, {"name": "이서준", "phone": "010-9999-5678"}, MATCHES, id="its last four digits do"
        ),
        pytest.param(
            date(2021, 7, 1),
            OLD,
            {"name": "이서준", "phone": "010-1234-5679"},
            differ("name"),
            id="another ending does not",
        ),
        pytest.param(
            date(2021, 7, 1),
            OLD,
            {"phone": "010-9999-9999", "postcode": "1"},
            MATCHES,
            id="a right name needs no phone",
        ),
        pytest.param(
            date(2021, 7, 1),
            OLD,
            {"name": "KIM MINSEO", "phone": "1"},
            differ("name"),
            id="nobody looks at the English name",
        ),
        pytest.param(date(2026, 1, 4), OLD, STRANGER, differ("name"), id="the eve of 2026-01-05"),
        pytest.param(
            date(2026, 1, 5), OLD, STRANGER, differ("name"), id="from 2026-01-05, a code that did not change: as before"
        ),
        pytest.param(
            date(2026, 1, 5),
            OLD | {"changed_on": date(2025, 12, 20)},
            STRANGER,
            differ("name"),
            id="changed on the eve of 2025-12-21: as before",
        ),
        pytest.param(
            date(2026, 1, 5),
            OLD | {"changed_on": date(2025, 12, 21)},
            STRANGER,
            differ("name", "phone", "postcode"),
            id="changed on 2025-12-21: all three",
        ),
        pytest.param(
            date(2026, 1, 5),
            {"valid_from": date(2025, 12, 21)},
            {"name": "이서준"},
            differ("name"),
            id="issued on 2025-12-21: the phone no longer helps",
        ),
        pytest.param(
            date(2026, 1, 5),
            {"valid_from": date(2025, 12, 21)},
            {"name": "MINSEO KIM"},
            MATCHES,
            id="and the English name counts",
        ),
        pytest.param(date(2026, 8, 23), {}, {"auth_number": "1"}, MATCHES, id="the eve of 2026-08-24: no number"),
        pytest.param(
            date(2026, 8, 24), {}, {"auth_number": "1"}, differ("auth_number"), id="from 2026-08-24 the number too"
        ),
        pytest.param(date(2026, 8, 24), OLD, {"auth_number": "1"}, differ("auth_number"), id="of old codes as well"),
        pytest.param(date(2026, 8, 24), OLD, {"name": "이서준"}, MATCHES, id="whose name is still compared as before"),
    ],
)
def test_regimes(day: date, known: dict[str, Any], of: dict[str, Any], expected: Verification) -> None:
    assert found(consignee(**of), entry(**known), day) == expected


@pytest.mark.parametrize(
    ("number", "day", "order", "matches"),
    [
        pytest.param({}, TODAY, ORDER, True, id="unused"),
        pytest.param({}, TODAY, None, True, id="unused, no order named"),
        pytest.param({"valid_until": TODAY}, TODAY, ORDER, True, id="the last day"),
        pytest.param({"valid_until": TODAY - DAY}, TODAY, ORDER, False, id="the day after the last"),
        pytest.param(
            {"order": MARKS.order("examplemall", "991")},
            TODAY,
            ORDER,
            True,
            id="used for this order: its second parcel",
        ),
        pytest.param(
            {"order": MARKS.order("ExampleMall ", "991")}, TODAY, ORDER, True, id="the platform written differently"
        ),
        pytest.param({"order": MARKS.order("examplemall", "992")}, TODAY, ORDER, False, id="used for another order"),
        pytest.param({"order": MARKS.order("othermall", "991")}, TODAY, ORDER, False, id="used on another platform"),
        pytest.param({"order": MARKS.order("examplemall", "991")}, TODAY, None, False, id="used, no order named"),
    ],
)
def test_a_number_is_for_one_order(number: dict[str, Any], day: date, order: Order | None, matches: bool) -> None:  # noqa: FBT001 - a column
    good: dict[str, Any] = {"mark": MARKS.auth_number(NUMBER), "valid_until": date(2026, 12, 31)}
    issued = AuthNumber(**(good | number))
    assert found(consignee(), entry(auth_numbers=(issued,)), day, order) == (
        MATCHES if matches else differ("auth_number")
    )


@pytest.mark.parametrize(
    ("changes", "of"),
    [
        pytest.param({"phone": b"", "phone_end": b""}, {"phone": "1"}, id="no phone registered"),
        pytest.param({"postcodes": ()}, {"postcode": "1"}, id="no address registered"),
    ],
)
def test_what_is_not_registered_is_not_compared(changes: dict[str, Any], of: dict[str, Any]) -> None:
    assert found(consignee(**of), entry(**changes)) == MATCHES


def test_without_a_registered_english_name_a_latin_one_differs() -> None:
    assert found(consignee(name="KIM MINSEO"), entry(name_en=b"")) == differ("name")


def test_twenty_postcodes_each_count() -> None:
    codes = [f"{number:05d}" for number in range(6200, 6220)]
    known = entry(postcodes=tuple(map(MARKS.postcode, codes)))
    assert [found(consignee(postcode=code), known) for code in codes] == [MATCHES] * 20
    assert found(consignee(postcode="06220"), known) == differ("postcode")


def test_nobody_knows_a_code_that_is_not_registered() -> None:
    assert verify(consignee(), None, KEYS, TODAY, CHECKS.on(TODAY)) is UNKNOWN


@pytest.mark.parametrize(
    ("of", "keys", "known"),
    [
        pytest.param(consignee(), KEYS, entry(), id="the code"),
        pytest.param(consignee(clearance_code="P123456789013"), KEYS, None, id="another code"),
        pytest.param(consignee(clearance_code=None), KEYS, None, id="no code"),
        pytest.param(consignee(), NEWER, entry(), id="a register made with the key before"),
        pytest.param(consignee(), TokenKeys((("k9", b"5" * 32),)), None, id="a register made with a key that is gone"),
    ],
)
def test_entries_are_found_by_code(of: Consignee, keys: TokenKeys, known: RegisterEntry | None) -> None:
    register = Register({TOKEN: entry()})
    assert register.entry_of(of, keys) == known
    assert register.entry_of(of, keys, consignee_token(of, keys)) == known
    assert Register({}).entry_of(of, keys) is None


def test_an_older_key_still_confirms_the_holder() -> None:
    assert verify(consignee(), entry(), NEWER, TODAY, CHECKS.on(TODAY), ORDER) == MATCHES


def test_an_entry_of_an_unknown_key_confirms_nobody() -> None:
    assert verify(consignee(), entry(), TokenKeys((("k9", b"5" * 32),)), TODAY, CHECKS.on(TODAY)) is UNKNOWN


def test_equal_particulars_of_two_codes_have_different_marks() -> None:
    other = PersonMarks(KEYS.keys[0][1], consignee_token(consignee(clearance_code="P123456789013"), KEYS))
    assert other.name("김민서") != MARKS.name("김민서")
    assert MARKS.phone("06236") != MARKS.postcode("06236")


def test_a_long_secret_counts_whole() -> None:
    long = b"5" * 65
    assert PersonMarks(long, TOKEN).name("김민서") != PersonMarks(long[:64], TOKEN).name("김민서")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u0301", "\ufdfa" * 200, "a" * 200, "é" * 200, "\u202e1", "🧧" * 100, "-" * 200, "İ" * 200, "ß" * 200],
)
def test_no_name_is_too_strange(text: str) -> None:
    """Nor phone, postcode or number."""
    strange = consignee(name=text, phone=text[:20], postcode=text[:20], auth_number=text[:64])
    assert found(strange, entry()).answer == "MISMATCH"
    assert as_asked(strange) == as_asked(strange)
    assert plain_name(text) == plain_name(text + " ")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("02-312-3456", "23123456"),
        ("1588-1234", "15881234"),
        ("0082-2-312-3456", "23123456"),
        ("+8657112345678", "8657112345678"),
        ("082-123-4567", "821234567"),
        ("+", ""),
    ],
)
def test_phones(text: str, plain: str) -> None:
    assert plain_phone(text) == plain


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        pytest.param({}, ("김민서", "01012345678", "06236"), id="as customs wants it"),
        pytest.param({"name": "김 민서"}, ("김민서", "01012345678", "06236"), id="no space in a Korean name"),
        pytest.param(
            {"name": " Kim  Minseo "},
            ("KIM MINSEO", "01012345678", "06236"),
            id="a Latin name in capitals, in its order",
        ),
        pytest.param({"phone": "+82-10-1234-5678"}, ("김민서", "01012345678", "06236"), id="no country code"),
        pytest.param({"phone": "1588-1234"}, ("김민서", "15881234", "06236"), id="a company's number"),
        pytest.param({"phone": ""}, ("김민서", "", "06236"), id="no phone"),
    ],
)
def test_what_customs_is_asked(changes: dict[str, Any], asked: tuple[str, str, str]) -> None:
    assert as_asked(consignee(**changes)) == asked


def test_one_question_for_what_is_asked_alike_and_another_for_each_difference() -> None:
    def particulars(**changes: Any) -> str:  # noqa: ANN401 - whatever a manifest may hold
        of = consignee(**changes)
        return particulars_token(of, consignee_token(of, KEYS), KEYS)

    assert particulars() == particulars(name="김 민서", phone="+82 10 1234 5678", auth_number=None)
    different = [
        {},
        {"name": "이서준"},
        {"phone": "1"},
        {"postcode": "1"},
        {"clearance_code": "P123456789013"},
        {"name": "KIM MINSEO"},
        {"name": "MINSEO KIM"},
    ]
    assert len({particulars(**changes) for changes in different}) == len(different)
    assert particulars().startswith("v1.k1.")


@pytest.mark.parametrize(
    ("parcel", "header", "asked"),
    [
        pytest.param({}, {}, 1, id="an import e-commerce parcel"),
        pytest.param({}, {"direction": "EXPORT"}, 0, id="an export"),
        pytest.param({}, {"function": "CANCEL"}, 0, id="a cancellation"),
        pytest.param({}, {"function": "AMEND"}, 1, id="an amendment"),
        pytest.param({"ecommerce": False}, {}, 0, id="no e-commerce"),
        pytest.param({"ecommerce": "yes"}, {}, 0, id="a flag that is none"),
        pytest.param({"consignee": {"clearance_code": None}}, {}, 0, id="no code"),
        pytest.param({"consignee": {"clearance_code": "P12"}}, {}, 0, id="no form of a code"),
        pytest.param({"consignee": {"clearance_code": "p123456789012"}}, {}, 0, id="a code in small letters"),
        pytest.param({"consignee": {"name": 7}}, {}, 0, id="a consignee that intake refuses"),
        pytest.param({"consignee": {"name": "x" * 201}}, {}, 0, id="a name beyond the limit"),
        pytest.param({"items": []}, {}, 1, id="whatever else is wrong"),
    ],
)
def test_questions(parcel: dict[str, Any], header: dict[str, Any], asked: int) -> None:
    assert len(list(questions_in(manifest(parcel, **header), KEYS))) == asked


@pytest.mark.parametrize("parcels", [None, {}, "x", 7, [None, 7, "x", [], {}], [{"consignee": None}], [{}] * 5_001])
def test_nothing_is_asked_of_what_is_no_parcel(parcels: object) -> None:
    assert list(questions_in({"parcels": parcels}, KEYS)) == []


def test_a_question_shows_nobody() -> None:
    (question,) = questions_in(manifest({}), KEYS)
    assert (question.clearance_code, question.name, question.phone, question.postcode) == (
        CODE,
        "김민서",
        "01012345678",
        "06236",
    )
    assert repr(question) == f"Question({question.particulars})"
    assert question.consignee == TOKEN


@pytest.mark.parametrize(
    ("reasons", "name", "differ", "state"),
    [
        pytest.param(["납세의무자 휴대전화번호가 일치하지 않습니다."], "김민서", ("phone",), None, id="phone"),
        pytest.param(
            [
                (
                    "입력하신 납세의무자명(김시)이 개인통관고유부호의 성명과 일치하지 않습니다. "
                    "납세의무자명(pltxNm) 파라미터가 깨질경우"
                )
            ],
            "김시",
            ("name",),
            None,
            id="name",
        ),
        pytest.param(["납세의무자 우편번호가 일치하지 않습니다."], "김민서", ("postcode",), None, id="postcode"),
        pytest.param(
            ["납세의무자 개인통관고유부호가 존재하지 않습니다."], "김민서", (), "NOT_ISSUED", id="no such code"
        ),
        pytest.param(
            ["납세의무자 휴대전화번호가 일치하지 않습니다.", "납세의무자 우편번호가 일치하지 않습니다."],
            "김민서",
            ("phone", "postcode"),
            None,
            id="two",
        ),
        pytest.param(["사용이 정지된 개인통관고유부호입니다."], "김민서", (), "SUSPENDED", id="suspended"),
        pytest.param(["개인통관고유부호의 유효기간이 만료되었습니다."], "김민서", (), "EXPIRED", id="expired"),
        pytest.param(["해지된 개인통관고유부호입니다."], "김민서", (), "CANCELLED", id="cancelled"),
        pytest.param(["재발급된 개인통관고유부호입니다."], "김민서", (), "REISSUED", id="replaced"),
        pytest.param(["무슨 말인지 모르겠습니다."], "김민서", ("other",), None, id="words that nobody knows"),
        pytest.param([""], "", ("other",), None, id="no words"),
        pytest.param(
            ["입력하신 납세의무자명(존재하지)이 개인통관고유부호의 성명과 일치하지 않습니다."],
            "존재하지",
            ("name",),
            None,
            id="a name that would speak for customs",
        ),
    ],
)
def test_grounds(reasons: list[str], name: str, differ: tuple[str, ...], state: str | None) -> None:
    assert grounds(reasons, name) == (differ, state)


def answer(**changes: Any) -> Answer:  # noqa: ANN401 - its fields
    good: dict[str, Any] = {
        "consignee": TOKEN,
        "particulars": "v1.k1.00",
        "answer": "MATCH",
        "asked_at": "2026-11-23T05:00:00.000Z",
        "answered_at": "2026-11-23T05:00:01.000Z",
    }
    return Answer(**(good | changes))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(None, PENDING, id="nothing yet"),
        pytest.param(answer(answer="NO_ANSWER"), PENDING, id="no answer within the limit"),
        pytest.param(answer(), MATCHES, id="yes"),
        pytest.param(answer(answer="MISMATCH", differ=("phone",)), differ("phone"), id="the phone differs"),
        pytest.param(answer(answer="MISMATCH"), differ("other"), id="no, and no reason"),
        pytest.param(
            answer(answer="MISMATCH", state="SUSPENDED"),
            Verification("INVALID", (), "SUSPENDED"),
            id="the code is of no use",
        ),
    ],
)
def test_what_an_answer_says(said: Answer | None, expected: Verification) -> None:
    assert verification_of(said) == expected


def test_an_answer_comes_back_as_it_went() -> None:
    said = answer(answer="MISMATCH", differ=("name", "phone"), state="EXPIRED")
    assert read_answer(write_answer(said)) == said
    with pytest.raises(msgspec.ValidationError):
        read_answer(b'{"consignee": 7}')


def test_checks_are_values() -> None:
    assert CHECKS.on(date(2021, 7, 1)) == Checks(name="registered", phone="for_name", postcode=False, auth_number=False)
    assert CHECKS.on(TODAY).older == CHECKS.on(date(2021, 7, 1))


def test_a_question_is_no_answer() -> None:
    """Nothing of a question but its tokens can get into what is published."""
    assert set(Question.__struct_fields__) & set(Answer.__struct_fields__) == {"consignee", "particulars"}
