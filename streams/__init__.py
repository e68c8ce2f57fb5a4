"""How it travels: the only async code, the only Kafka."""
