"""How declarations travel: the only async code, the only Kafka."""

__version__ = "0.1.0"
"""The one place that says it: the wheel and the command read it here."""
