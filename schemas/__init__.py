"""What is said: the shapes on every topic, the topics, the limits. Imports nothing of ours and touches no network."""
