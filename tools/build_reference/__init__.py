"""Builds the tables of reference/ that are derived from published data."""
