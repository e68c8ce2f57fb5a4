"""What is decided: pure functions from values to values.

No network, clock, files, environment, logging or randomness.
"""
