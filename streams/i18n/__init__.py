"""What people read: the sentences of the rules, messages and words of decisions, in English and in Korean.

The wire stays English. Korean is in three tables beside this file, for translators: `sentences.csv` has the rules,
`messages.csv` what findings say, by message id with parameters such as {found}, `words.csv` everything else.
"""

from streams.i18n.messages import Finding, MessageParts, message, message_parts
from streams.i18n.sentences import Sentence, rows, sentence
from streams.i18n.tables import Lang
from streams.i18n.vocabulary import basis, describe, label, rate, translate

__all__ = [
    "Finding",
    "Lang",
    "MessageParts",
    "Sentence",
    "basis",
    "describe",
    "label",
    "message",
    "message_parts",
    "rate",
    "rows",
    "sentence",
    "translate",
]
