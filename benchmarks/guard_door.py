"""`python -m benchmarks.guard_door with|without`: `concertation api`, for `guarding`; or as it would be without guards.

Without, limits are off by their setting, the role of its database bypasses row-level security, and the gate, which no
setting turns off, lets everything through here. Both are started in the same way, with the same settings besides.
"""

from __future__ import annotations

import sys
from typing import Any

from api.gate import Measure
from server.cli import main
from server.graphql_view import View


def _let_through(*_: Any, **__: Any) -> None:
    """Refuse nothing, charge nothing."""


if __name__ == "__main__":
    if sys.argv[1:] == ["without"]:
        for owner, name in ((Measure, "refusal"), (Measure, "refused"), (View, "charge")):
            setattr(owner, name, _let_through)
    sys.argv[1:] = ["api"]
    main()
