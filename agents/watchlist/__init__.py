"""Names and addresses screened against sanctions and watch-lists.

`names` reads a name, `score` compares two, `index` finds whom a name may be, `screen` answers with hits and reasons.
"""
