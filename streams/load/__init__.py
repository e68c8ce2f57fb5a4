"""`tonggwan load`: an open-loop load, the answers checked one by one, and reports of what was measured."""
