"""Temporal workflows: thin, durable shells around the decider of `domain`."""
