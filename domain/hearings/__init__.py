"""Hearings: what they share and must not, their days, their calendar entries, their reminders."""
