"""The worker: Faust agents, the record processor, transactions and state."""
