"""Moving a running concertation to a later version of its procedure: what would change, and what may not."""
