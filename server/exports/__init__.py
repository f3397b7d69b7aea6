"""Exports over HTTP: tickets, streamed downloads, and the Table Schemas that describe them."""
