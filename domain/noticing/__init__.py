"""Notices: who is told of what, and in which words. Addresses, sending and its repetitions are elsewhere."""
