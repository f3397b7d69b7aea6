"""The checks of a procedure, one module per theme; `domain.check` asks them all."""
