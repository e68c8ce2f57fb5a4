"""Intake: one record of a carrier becomes a receipt, checked parcels and refused parcels."""
