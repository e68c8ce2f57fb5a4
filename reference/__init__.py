"""Dated reference data as tables, and the program that rebuilds the derived ones."""
