"""The examples in the docstrings of the pure modules are true."""

import doctest
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from agents import identifiers
from agents.law import dated
from agents.rules import placeholder, quote
from agents.values import money, text

IDENTIFIERS = [import_module(f"agents.identifiers.{module.name}") for module in iter_modules(identifiers.__path__)]


@pytest.mark.parametrize(
    "module", [*IDENTIFIERS, money, dated, text, placeholder, quote], ids=lambda module: str(module.__name__)
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted > 0, "a module of this kind shows examples"


@pytest.mark.parametrize("module", IDENTIFIERS, ids=lambda module: str(module.__name__))
def test_every_identifier_has_the_same_verb(module: ModuleType) -> None:
    assert module.is_valid("") is False
