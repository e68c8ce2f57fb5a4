"""Learned risk: what a line of goods looks like to the model, how it is scored, and why.

Training is in `streams/risk/`; nothing here needs the library that trains.
"""

from agents.risk.features import FAMILIES, Row, keys_of
from agents.risk.model import Card, Curve, Model, Scorer, risk_of

__all__ = ["FAMILIES", "Card", "Curve", "Model", "Row", "Scorer", "keys_of", "risk_of"]
