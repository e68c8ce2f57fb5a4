"""Documentation, and what prints the derived pages of it."""
