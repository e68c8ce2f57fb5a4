"""What people read: the sentences of the rules, messages and words of decisions, in English and in Korean.

The wire stays English. Korean stands in three tables beside this file, for translators: `sentences.csv` has the rules,
`messages.csv` what findings say, with holes such as {found} for what varies, `words.csv` everything else.
"""

from streams.i18n.messages import Said, Told, korean, message, told
from streams.i18n.sentences import Sentence, rows, sentence
from streams.i18n.tables import Lang
from streams.i18n.vocabulary import basis, gloss, name, rate, say

__all__ = [
    "Lang",
    "Said",
    "Sentence",
    "Told",
    "basis",
    "gloss",
    "korean",
    "message",
    "name",
    "rate",
    "rows",
    "say",
    "sentence",
    "told",
]
