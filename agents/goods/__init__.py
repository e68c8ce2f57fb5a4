"""What an item of goods is.

Its category by commodity code and words, amounts said in words, brand, species, and a better code.
"""

from agents.goods.categorise import CategoryHit, categorise
from agents.goods.knowledge import GoodsKnowledge
from agents.goods.terms import Brand, Term, Vocabulary
from agents.goods.understood import NOTHING, Disguise, How, TermHit, Understood

__all__ = [
    "NOTHING",
    "Brand",
    "CategoryHit",
    "Disguise",
    "GoodsKnowledge",
    "How",
    "Term",
    "TermHit",
    "Understood",
    "Vocabulary",
    "categorise",
]
