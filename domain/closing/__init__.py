"""The closing archive: what a stranger needs to recompute a concertation from its ledger, and how it is recomputed."""
