"""Backups of a whole installation: taken while everything runs, restored where there is nothing (docs/adr/0048)."""
