"""Folding, theme by theme: what each kind of fact changes in the process."""
