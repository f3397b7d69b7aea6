"""Fixtures for every test, and the way out of the test process."""

import atexit
import gc
import os
import sys

import hypothesis
import pytest

from server.leaving import leave
from tests.fixtures.order import longest_first
from tests.fixtures.postgres import database, postgres_server, template_database, test_clock
from tests.fixtures.replicas import let_up_start_several
from tests.fixtures.temporal import own_temporal_env, temporal_env

__all__ = [
    "database",
    "own_temporal_env",
    "postgres_server",
    "template_database",
    "temporal_env",
    "test_clock",
]

# Two cores shared with everything else: how long one example takes says nothing. A failure prints how to repeat it.
# The same examples each time, so that a run says something about the change before it; PROPERTIES (see
# tests/properties) looks at others, and what it finds becomes a test.
hypothesis.settings.register_profile(
    "house", deadline=None, print_blob=True, derandomize="PROPERTIES" not in os.environ
)
hypothesis.settings.load_profile("house")

let_up_start_several()

# Some 8,000 tests and the modules they are in stay to the end: to look for garbage among them while they are read
# took a fifth of that time.
gc.disable()

_sessions: list[pytest.Session] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the session: it holds the exit code."""
    _sessions.append(session)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the longest tests first, where several processes share them out."""
    several = getattr(config, "workerinput", None)
    if several is not None:
        items[:] = longest_first(items, lambda item: "long" in item.keywords, several["workercount"])


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage from now on, in what the tests make."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Forget the exception of the last failing test, which pytest leaves here for a debugger."""
    vars(sys).pop("last_value", None)


@atexit.register
def _leave_with_the_true_exit_code() -> None:
    """Registered first, so run last: after the summary, after every other handler (see server/leaving.py).

    `sys.last_value` is there when pytest itself ended with an exception, after it had decided on an exit code.
    """
    if _sessions:
        leave(1 if hasattr(sys, "last_value") else int(_sessions[-1].exitstatus))
