"""What schemathesis does not know of itself: our scalars, and which answers are our fault. Run in .venv-attack.

An answer that calls a request faulty (BAD_USER_INPUT) is right: most of what is made up here is. Its own check takes
every error for one.
"""

from __future__ import annotations

import re

import schemathesis
from graphql import NameNode, ObjectFieldNode, ObjectValueNode
from hypothesis import strategies as st
from schemathesis.graphql import nodes


def _object(given):
    return ObjectValueNode(
        fields=tuple(ObjectFieldNode(name=NameNode(value=name), value=value) for name, value in given.items())
    )


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "'; DROP TABLE ledger; --",
            "$$ || pg_sleep(9)",
            "%_%",
            "\\",
            "{{7*7}}",
            "../../etc/passwd",
            "\u202e",
        ]
    ),
)
_DURATIONS = st.sampled_from(["P2D", "PT3S", "P0D", "-P1D", "P999999999Y", "P1Y2M3DT4H5M6S", "x"])
_JSON = st.recursive(
    st.one_of(
        _TEXTS.map(nodes.String),
        st.integers(-(2**70), 2**70).map(nodes.Int),
        st.booleans().map(nodes.Boolean),
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(nodes.List)
        | st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), inner, max_size=3).map(_object)
    ),
    max_leaves=6,
)

schemathesis.graphql.scalar("Duration", _DURATIONS.map(nodes.String))
schemathesis.graphql.scalar("JSON", _JSON)
schemathesis.graphql.scalar("Multilingual", _JSON)

INSIDE = re.compile(
    r"Traceback|asyncpg|psycopg|strawberry|\.py\b|SELECT |INSERT |relation \"|concertation_app"
)
THEIRS = frozenset({"BAD_USER_INPUT", "UNAUTHENTICATED", "RATE_LIMITED"})


@schemathesis.check
def nothing_of_ours_is_at_fault(ctx, response, case):
    """No fault of the service, nothing of its inside, and the headers of every answer."""
    assert response.status_code < 500, f"HTTP {response.status_code}"
    assert not INSIDE.search(response.text), "it tells of its inside"
    assert "content-security-policy" in response.headers
    codes = {error.get("extensions", {}).get("code") for error in response.json().get("errors", [])}
    assert codes <= THEIRS, f"codes {sorted(map(str, codes - THEIRS))}"
