"""Duties and taxes to the won."""
