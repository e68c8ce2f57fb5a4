"""Screening: a checked parcel among the others of its consignee becomes a decision."""
