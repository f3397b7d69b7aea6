"""`python -m benchmarks.unguarded`: the API as it would be without gate, limits and row-level security.

It is `concertation api`, for `guarding`: limits are off by their setting, the role of its database bypasses row-level
security, and the gate, which no setting turns off, lets everything through here.
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
    for owner, name in ((Measure, "refusal"), (Measure, "refused"), (View, "charge")):
        setattr(owner, name, _let_through)
    sys.argv[1:] = ["api"]
    main()
