"""Scenarios: smuggling, splitting, identity theft and counterfeits hidden in ordinary days, with the truth beside them.

`patterns` lists them, `scenarios.toml` has their figures, `horizon` hides them, `verdicts` keeps what the pipeline
said of each parcel, `report` compares that with the truth, `page` shows it.
"""
