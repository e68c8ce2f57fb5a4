"""`python -m streams`: the command."""

from streams.cli import tonggwan

tonggwan(prog_name="tonggwan")
