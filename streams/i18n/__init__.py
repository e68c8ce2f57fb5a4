"""What people read: the sentences of the rules, messages and words of decisions, in English and in Korean.

The wire stays English. Korean is in three tables beside this file, for translators: `sentences.csv` has the rules,
`messages.csv` what findings say, by message id with parameters such as {found}, `words.csv` everything else.
"""

from streams.i18n.figures import figures
from streams.i18n.messages import Finding, MessageParts, message, message_parts
from streams.i18n.places import file_place, place, position
from streams.i18n.sentences import Sentence, rows, sentence
from streams.i18n.tables import Lang
from streams.i18n.values import base_and_rate, day, dollars, moment, source
from streams.i18n.vocabulary import basis, describe, label, translate

__all__ = [
    "Finding",
    "Lang",
    "MessageParts",
    "Sentence",
    "base_and_rate",
    "basis",
    "day",
    "describe",
    "dollars",
    "figures",
    "file_place",
    "label",
    "message",
    "message_parts",
    "moment",
    "place",
    "position",
    "rows",
    "sentence",
    "source",
    "translate",
]
