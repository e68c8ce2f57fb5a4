"""What a step writes: one output record, before it is framed and placed."""

import msgspec

from schemas import avro, topics
from schemas.decision import Route
from schemas.receipt import Receipt
from schemas.security_case import SecurityCase


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be written: schema id, topic, key and value without frame.

    No schema id where the value is packed, on an internal topic.
    """

    schema_id: int | None
    topic: str
    key: str
    value: bytes


def decision_output(route: Route | None, house_bill: str, encoded: bytes) -> Output:
    """A decision on the topic of its route."""
    return Output(avro.DECISION, topics.CLEARANCE_OF_ROUTE[route or "GENERAL"], house_bill, encoded)


def case_output(case: SecurityCase) -> Output:
    """A security case on the topic of its desk."""
    encoded = avro.writer(avro.SECURITY_CASE)(case)
    return Output(avro.SECURITY_CASE, topics.SECURITY_OF_DESK[case.desk], case.house_bill, encoded)


def receipt_output(receipt: Receipt) -> Output:
    """A receipt, or a notice, on the topic of its carrier."""
    return Output(
        avro.RECEIPT, topics.RECEIPTS + receipt.carrier, receipt.manifest_id, avro.writer(avro.RECEIPT)(receipt)
    )
