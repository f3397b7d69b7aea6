"""Where a browser goes on to after signing in: a path of this site, whatever it was asked for."""

import re

HOME = "/"
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,999}")
"""One slash, then signs that an address may have: no space, no control, no backslash, nothing beyond ASCII."""


def next_path(asked: str | None) -> str:
    """Give the path that was asked for, if it is one of this site and of no other; else the site's first page."""
    return asked if asked and _PATH.fullmatch(asked) else HOME
