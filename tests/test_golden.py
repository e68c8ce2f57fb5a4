"""Moves, renames and steps change no byte.

What changes bytes on purpose writes the golden record anew and says what changed.
"""

from tests import golden


def test_every_output_byte_is_as_recorded() -> None:
    found = [golden.shown(line) for line in golden.measured()]
    assert found == golden.FILE.read_text(encoding="utf-8").splitlines(), (
        "changed on purpose? run `make golden ARGS=--write` and say in the commit what changed"
    )
