"""`python -m tonggwan`: the command."""

from tonggwan import main

main()
