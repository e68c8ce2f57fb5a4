"""Kafka and workers on this machine."""
