"""Questions about one person, and what of them must show nowhere."""

import logging

import pytest

from agents.importers.customs_interface import Question
from tests.importers_server import KEY


def question(**changes: str) -> Question:
    """About the holder that customs knows."""
    good = {
        "consignee": "v1.k1.aa",
        "particulars": "v1.k1.bb",
        "clearance_code": "P123456789012",
        "name": "김민서",
        "phone": "01012345678",
        "postcode": "06236",
    }
    return Question(**(good | changes))


PERSONAL = ("P123456789012", "김민서", "01012345678", "1012345678", "06236", "%EA%B9%80", "persEcm", "pltxNm", KEY)
"""Of that person, the beginning of the name in an address, the names of what is asked, and the key."""


def told(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that was logged at any level, tracebacks too."""
    form = logging.Formatter("%(name)s %(message)s")
    return "\n".join(form.format(record) for record in caplog.records)


def personal_in(text: str) -> list[str]:
    """What of a person, or of the key, stands in a text."""
    return [word for word in PERSONAL if word in text]
