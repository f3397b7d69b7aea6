"""Organisations and who answers for them: what may be registered, codes of invitations, lists to import. Pure."""
