"""How fast is it? `make bench` measures each stage in process, and broker and workers together on this machine."""
