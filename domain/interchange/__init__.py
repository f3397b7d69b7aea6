"""Contributions as files: what an export says of each, in which form; what an import reads. Pure."""
