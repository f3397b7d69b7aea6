"""How much one caller may ask for: rates, and how much at once, for all replicas of the API together."""
