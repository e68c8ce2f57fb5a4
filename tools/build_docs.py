"""Prints the derived pages and the picture of docs/ from the code: `make docs`; a test says when one is stale."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Final

from agents.reference import Reference
from agents.rules import LINK_RULES, MANIFEST_RULES, PARCEL_RULES, POLICY, RULE_SET, SCREENING_RULES, SELECTION_RULES
from agents.rules.rule import Rule
from schemas.messages import MESSAGES, Message
from schemas.topics import TOPICS
from streams.conformance import builder, cases
from streams.conformance.judge import judge_of
from streams.i18n import basis
from streams.i18n import rows as sentences
from streams.i18n.messages import korean_messages
from streams.reference import load
from streams.settings import Settings, variable
from streams.worker.pipeline import PIPELINE
from tools.build_flow import flow

ROOT: Final = Path(__file__).resolve().parents[1]
MIB: Final = 1024 * 1024


RULES_HEAD: Final = """\
# Rules

Rule set `{rule_set}`, pinned into every decision.
REJECT refuses the parcel, ACT changes route or outcome, WARN tells the carrier, INFO only explains.
An ACT rule may name an outcome, a desk that hears of it, the procedure it keeps the parcel from (off the list, off the
simplified declaration), and whether it ends the exemption from taxes; a silent one shows on no receipt.
The law of the day of lodging decides (`lodged_at`, in Korea), unless the table says *received*: then it is the day
customs stored the manifest.
A rule is in full force unless `reference/rule_phases.csv` says otherwise for a day: OFF (not asked), OBSERVE (noted
for customs alone), WARN (told to the carrier, without effect).
FMT-01 is also what `agents/intake/structure.py` finds: a field missing, of the wrong type, too long, or known to
nobody (INFO).
XP-01 is what `agents/intake/manifest.py` finds: the same version with other content, a house bill in force in another
manifest
or twice in one, an amendment or cancellation that fits nothing.
Each example is a case of `conformance/`, where there are {cases} of them: `tonggwan check --expect
conformance/*.toml`."""

RULES_KO_HEAD: Final = """\
# 규칙

화물을 심사하는 규칙을 한국어로 옮긴 것입니다. 제출자가 지켜야 할 규칙과 세관이 화물을 고르는 규칙이 함께 있습니다.
효력, 조치와 예시는 [rules.md](rules.md)에 있습니다.
번역은 `streams/i18n/sentences.csv`와 `streams/i18n/words.csv`에 있으며, 관세 전문가의 감수를 받지 않았습니다."""

MESSAGES_HEAD: Final = """\
# Messages of findings

Every finding has a `message` for people, in English, and a `message_id` for programs; the values in it are in the
finding's `evidence`, on receipts in its `parameters`. Key on the id and the values, never on the text. After the arrow
stands what to do. A parameter in braces has its kind after the colon: `money` is shown with its thousands divided and
two places at least, `number` with its thousands divided, `quote` in quotes, `day` and `time` in Korean as offices there
write them; other kinds are words of this system, which have their Korean in `streams/i18n/words.csv`.
An id never changes its meaning and is never used again.
English: `schemas/messages.csv`; Korean: `streams/i18n/messages.csv`, not reviewed by a customs expert."""

RECKONED: Final = (
    (
        "TAX-01",
        "The exchange rate is customs' own of the week, Sunday to Saturday in Korea, in which the manifest was lodged.",
        "`agents/reference.py`",
        "Customs Act Art. 17, 18",
    ),
    (
        "TAX-02",
        (
            "The customs value is goods, charges, freight and insurance in won, floored once; lines get their shares "
            "by amount, the last line what is left."
        ),
        "`agents/tax/assess.py`",
        "Customs Act Art. 30",
    ),
    (
        "TAX-03",
        (
            "Self-use goods within the list limit are exempt, whole or not at all; alcohol of duty alone; the "
            "higher limit of express goods from the United States "
            "counts on the list only."
        ),
        "`agents/rules/outcome.py`",
        "Customs Act Enforcement Rule Art. 45",
    ),
    (
        "TAX-04",
        (
            "The duty rate is that of the longest beginning of the commodity code on the day; an agreement's rate "
            "applies when it is claimed, the origin is a "
            "member and the purchase is proved; mail on its list is taxed at simplified rates."
        ),
        "`agents/tax/assess.py`",
        "Customs Act Art. 81, 82; Express notice Art. 10(4)",
    ),
    (
        "TAX-05",
        (
            "Individual consumption tax above the threshold of a piece, liquor tax, education tax, rural tax and value "
            "added tax follow one on the other, each floored to the won."
        ),
        "`agents/tax/assess.py`",
        "Individual Consumption Tax, Liquor Tax, Education Tax, Rural Development Tax, VAT Acts",
    ),
    (
        "TAX-06",
        "Each tax is cut to ten won once, over the declaration; less than 10,000 won in all is not collected.",
        "`agents/tax/assess.py`",
        "National Treasury Funds Act Art. 47; Customs Act Art. 40",
    ),
)
"""What is computed for every parcel and stands in `tax`, with no finding of its own."""

MESSAGES_OF_MANIFESTS: Final = {
    "AIRLINE_PREFIX_UNKNOWN": "airline_is_known",
    "CARRIER_NOT_REGISTERED": "carrier_is_registered",
    "CARRIER_REGISTRATION_LAPSED": "carrier_is_registered",
    "CARRIER_MISMATCH": "carrier_matches_topic",
    "LODGED_LATE_BEFORE_ARRIVAL": "list_is_in_time",
    "LODGED_LATE_BEFORE_DEPARTURE": "list_is_in_time",
    "LODGING_TIME_IMPLAUSIBLE": "lodging_time_is_near_receipt",
}
"""The rule behind a finding of a manifest on a receipt, which names none."""
LEFT_OUT: Final = (
    (
        "XP-10",
        "Arrival reconciled with the manifest",
        "no topic brings what arrived at the gate; when one does, the rule has its place in screening",
    ),
    (
        "XP-11",
        "Delivery to another address than declared",
        "the half about deliveries: no topic brings them; the half about corrections is there",
    ),
    ("TAX-06", "The due date of fifteen days", "a matter of the notice of payment, which another system writes"),
    (
        "SEC-07",
        "Image of a parcel beside its declaration",
        "no topic brings images' labels; when one does, the rule has its place in screening",
    ),
)
"""What the catalogue has and the program has not, and why."""

TOPICS_HEAD: Final = """\
# Topics

Keys go to the partition `crc32(key) mod partitions`, librdkafka's `consistent` partitioner.
Values are Avro in Confluent framing (0, four bytes of schema id), where nothing else is said; the ids are in
`schemas/ids.json`."""

LIMITS_HEAD: Final = """\
# Limits

Everything has a limit, and the limit has a name (`schemas/limits.py`)."""

DEAD_LETTERS_HEAD: Final = """\
# Dead letters

A record that can't be read is kept whole on `dead-letters`: value, key and headers untouched, and headers that say
where it came from and why.
A batch that can't be unpacked is one dead letter that says how many records it held; they can't be replayed, only
sent again by their sender. `reconcile` counts them all.
`tonggwan dead-letters list`, `show` and `replay` work on them."""

SETTINGS_HEAD: Final = """\
# Settings

Read once from the environment; an unknown `INTAKE_` name or a bad value stops the start."""


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rules() -> str:
    """Every rule: code, sentence, what it does, since when, basis, an example."""
    reference = load()
    corpus = [cases.read(path) for path in sorted((ROOT / "conformance").glob("*.toml"))]
    examples = _examples(corpus)

    def row(rule: Rule) -> tuple[str, ...]:
        return (
            rule.code,
            f"`{rule.id}`",
            rule.sentence,
            rule.severity,
            _acts(rule),
            _phases(rule, reference),
            rule.basis,
            examples.get((rule.code, rule.id), ""),
        )

    heads = ("code", "rule", "sentence", "severity", "acts", "in force", "basis", "example")
    return "\n\n".join(
        (
            RULES_HEAD.format(rule_set=RULE_SET, cases=sum(len(file.cases) for file in corpus)),
            "## Of a manifest\n\nA REJECT refuses all its parcels.\n\n" + table(heads, map(row, MANIFEST_RULES)),
            "## Of a parcel\n\n" + table(heads, map(row, PARCEL_RULES)),
            "## Of a consignee's parcels\n\n" + table(heads, map(row, SCREENING_RULES)),
            "## Of parcels of many consignees\n\nThey open security cases and change no decision.\n\n"
            + table(heads, map(row, LINK_RULES)),
            "## Of a site\n\nWhat is selected for inspection, within what inspectors can do.\n\n"
            + table(heads, map(row, SELECTION_RULES)),
            "## Reckoned\n\nShown in `tax` of a decision, line by line.\n\n"
            + table(("code", "sentence", "where", "basis"), RECKONED),
            "## Left out\n\n" + table(("code", "what", "why"), LEFT_OUT),
        ),
    )


def _examples(corpus: Iterable[cases.CaseFile]) -> dict[tuple[str, str], str]:
    """By rule, the first case in which it speaks."""
    settings = Settings.read({variable("token_keys"): "docs:" + "00" * 32})
    found: dict[tuple[str, str], str] = {}
    judges: dict[Path, cases.Evaluator] = {}
    for file in corpus:
        # One set of tables for each folder of cases: loading them takes longer than a file's cases.
        judge = judges.get(file.reference) or judges.setdefault(file.reference, judge_of(file, settings))
        for case in file.cases:
            for answered in judge(builder.build(file, case), case.figures):
                said = [
                    finding
                    for told in (*answered.decisions, *answered.receipts, *answered.cases)
                    for finding in told["findings"]
                ]
                for finding in said:
                    if finding["code"] == file.head.rule:
                        found.setdefault(
                            (
                                finding["code"],
                                finding.get("rule") or MESSAGES_OF_MANIFESTS.get(finding["message_id"], ""),
                            ),
                            case.name,
                        )
    return found


def _acts(rule: Rule) -> str:
    """What an ACT finding does, in words."""
    parts = (
        rule.outcome,
        f"→ {rule.desk.lower()} desk" if rule.desk else None,
        {"LIST": "off the list", "SIMPLIFIED": "off the simplified declaration"}.get(rule.closes or ""),
        "taxed" if rule.taxes else None,
        "(silent)" if rule.silent else None,
        "(received)" if rule.day == "RECEIVED" else None,
    )
    return " ".join(filter(None, parts))


def _phases(rule: Rule, reference: Reference) -> str:
    dated = reference.phases.get(f"{rule.code}.{rule.id}") or reference.phases.get(rule.code)
    return "always" if dated is None else ", ".join(f"{phase} from {day}" for day, phase in dated.items())


def rules_ko() -> str:
    """Every rule's sentence in Korean, with the law behind it."""
    bases = {(of, rule.code, rule.id): basis(rule.basis, "ko") for of, rules in POLICY.items() for rule in rules}
    lines = (
        (each.code, f"`{each.rule}`" if each.rule else "", each.ko, bases.get((each.of, each.code, each.rule), ""))
        for each in sentences()
    )
    return f"{RULES_KO_HEAD}\n\n{table(('코드', '규칙', '내용', '근거'), lines)}"


def messages() -> str:
    """Every message in both languages."""

    def shown(message: Message) -> str:
        return f"{message.finding} → {message.remedy}" if message.remedy else message.finding

    korean = korean_messages()
    return f"{MESSAGES_HEAD}\n\n" + table(
        ("id", "English", "Korean"),
        ((f"`{key}`", shown(message), shown(korean[key])) for key, message in MESSAGES.items()),
    )


def topics() -> str:
    """Every topic."""
    rows = (
        (
            f"`{topic.name}{'<carrier>' if topic.name.endswith('.') else ''}`",
            topic.carries,
            topic.key,
            topic.written_by,
            topic.read_by,
            topic.partitions,
            "for ever, compacted" if topic.retention_days is None else f"{topic.retention_days} days",
            f"{topic.record_bytes_max / MIB:.1f} MiB",
        )
        for topic in TOPICS
    )
    heads = ("topic", "carries", "key", "written by", "read by", "partitions", "kept", "record at most")
    return f"{TOPICS_HEAD}\n\n{table(heads, rows)}"


def constants(module: str) -> list[tuple[str, str, str]]:
    """Constants of a module with the text below each: name, value, text."""
    body = ast.parse((ROOT / module).read_text(encoding="utf-8")).body
    found = []
    for statement, after in pairwise(body):
        if (
            isinstance(statement, ast.AnnAssign)
            and statement.value
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            value = eval(compile(ast.Expression(statement.value), module, "eval"))  # noqa: S307 - a constant expression of our own module
            found.append(
                (
                    ast.unparse(statement.target),
                    f"{value:,}" if isinstance(value, int) else str(value),
                    " ".join(str(after.value.value).split()),
                )
            )
    return found


def limits() -> str:
    """Every limit on what a carrier may send."""
    rows = ((f"`{name}`", value, text) for name, value, text in constants("schemas/limits.py"))
    return f"{LIMITS_HEAD}\n\n{table(('limit', 'value', 'what happens'), rows)}"


def dead_letters() -> str:
    """Why a record is set aside."""
    rows = ((f"`{value}`", text) for _, value, text in constants("schemas/dead_letter.py"))
    return f"{DEAD_LETTERS_HEAD}\n\n{table(('x-error-code', 'meaning'), rows)}"


def settings() -> str:
    """Every setting."""
    described = _described(ROOT / "streams" / "settings.py", "Settings")
    rows = ((f"`{variable(field.name)}`", _default(field.default), described[field.name]) for field in fields(Settings))
    return f"{SETTINGS_HEAD}\n\n{table(('variable', 'default', 'what it sets'), rows)}"


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`{value}`"
    return f"`{value}`" if value not in ("", ()) else ""


def _described(path: Path, name: str) -> dict[str, str]:
    """The text below each field of a class."""
    (body,) = (
        node.body
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    return {
        ast.unparse(statement.target): " ".join(str(after.value.value).split())
        for statement, after in pairwise(body)
        if isinstance(statement, ast.AnnAssign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


PAGES: Final[dict[str, Callable[[], str]]] = {
    "rules.md": rules,
    "rules.ko.md": rules_ko,
    "messages.md": messages,
    "topics.md": topics,
    "limits.md": limits,
    "dead-letters.md": dead_letters,
    "settings.md": settings,
    "flow.svg": lambda: flow(PIPELINE),
}
"""Each derived page and what prints it."""


def page(name: str) -> str:
    """A derived page."""
    return f"<!-- Printed by tools/build_docs.py from the code: change it there. -->\n\n{PAGES[name]()}\n"


if __name__ == "__main__":
    for each in PAGES:
        (ROOT / "docs" / each).write_text(page(each), encoding="utf-8")
