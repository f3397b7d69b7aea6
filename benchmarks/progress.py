"""What people read while it runs: on standard error, so that standard output holds figures alone."""

import sys


def say(line: str) -> None:
    """Tell how far things are."""
    print(line, file=sys.stderr, flush=True)
