"""Dated law: the leaves of reference data."""
