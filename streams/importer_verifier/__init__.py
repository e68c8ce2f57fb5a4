"""Importer verification against customs: the register made from clear text, and the open interface asked for answers."""
