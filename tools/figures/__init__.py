"""Measured figures of docs/: each module measures one part and writes its page and its pictures.

`make figures` runs them.
"""
