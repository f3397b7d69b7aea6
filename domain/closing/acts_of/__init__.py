"""From facts back to the acts that brought them about, one module a theme, each with its `ACT_OF`."""
