"""How each act is decided, one module per theme; `domain.decide` is the way in."""
