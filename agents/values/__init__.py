"""Plain values: text, times, money, addresses and identities. They know nothing of customs."""
