"""Importer verification against customs.

The register made from clear text, and the open interface asked for answers.
"""
