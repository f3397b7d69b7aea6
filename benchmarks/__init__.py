"""Figures of speed and memory: `make bench`. What is measured, and how, is in benchmarks/README.md."""
