"""The API on a database of each test's own, as the tests of the API have it."""

import pytest

from api import gate, parsing
from tests.api import house as houses
from tests.api.conftest import house as house
from tests.api.conftest import schema as schema


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let documents ask for everything at once: what the gate refuses is tested elsewhere."""
    for bound in gate.MOST:
        monkeypatch.setitem(gate.MOST, bound, 10**9)
    monkeypatch.setattr(parsing, "MOST_TOKENS", 10**9)
    monkeypatch.setattr(parsing, "MOST_CHARACTERS", 10**9)
    monkeypatch.setitem(houses._PLATFORM, "coordinator2", ["coordinator"])
