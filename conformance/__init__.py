"""The conformance corpus as data, and what prints the derived parts of it."""
