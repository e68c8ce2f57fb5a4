"""A worker's start."""

import pytest

from streams.worker.app import is_slow_interpreter

USE: str = "-fprofile-use -fprofile-correction"


@pytest.mark.parametrize(
    ("variables", "is_slow"),
    [
        pytest.param({"PGO_PROF_USE_FLAG": USE, "CONFIG_ARGS": "'--enable-shared'"}, True, id="built from source"),
        pytest.param({"PGO_PROF_USE_FLAG": USE, "CONFIG_ARGS": "'--enable-optimizations'"}, False, id="optimised"),
        pytest.param({"PGO_PROF_USE_FLAG": "", "CONFIG_ARGS": "'--enable-shared'"}, False, id="a distribution's"),
        pytest.param({}, False, id="one that does not say"),
    ],
)
def test_an_interpreter_without_optimisation_is_told(variables: dict[str, object], *, is_slow: bool) -> None:
    assert is_slow_interpreter(variables) is is_slow
