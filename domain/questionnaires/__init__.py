"""Questionnaires: what they ask, how they are read and checked, and how answers to them are validated."""
