"""Pure rules of a concertation: no input or output, no clock, no randomness."""
