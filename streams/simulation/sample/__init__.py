"""A plausible day of parcels, always the same for the same seed."""
