"""The conformance corpus: cases as data, and the command that judges them."""
