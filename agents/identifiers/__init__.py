"""Numbers with a form of their own: one module each, and each has `is_valid`.

Exact form, ASCII digits, check digit where one is known.
"""
