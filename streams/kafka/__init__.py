"""Kafka's own matters: transactions, record batches, reading, assignment. Nothing here knows of customs."""
