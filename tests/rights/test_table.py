"""The table of rights, `may` and the decider, cell by cell, beside what is expected of them.

And the same with each cell turned round in memory, which must be found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.reaching import action_of
from api.schema import make_schema
from domain.procedure import Role
from domain.rights import TABLE, PlatformRole, Right, Standing, Who
from tests.rights.checks import ACTS, Check, answers, checks, decided
from tests.rights.expected import expected
from tools.write_rights import TARGET, page

ROOT = Path(__file__).parents[2]
ASKED_BY_NAME = {"may", "holds", "refused", "mandate_for", "refusal_of_state", "conducts", "_hand"}
"""Functions that are given the name of an action."""


def test_every_row_is_expected_and_every_expectation_has_a_row() -> None:
    assert TABLE.keys() == expected().keys()


@pytest.mark.parametrize("action", expected())
def test_everybody_may_what_is_expected_and_no_more(action: str) -> None:
    assert [sentence for sentence, holds in checks(action) if not holds] == []


# Whoever is asked for


def _mutations() -> set[str]:
    kind = make_schema()._schema.mutation_type
    assert kind is not None
    return {action_of(name) for name in kind.fields}


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for folder in ("domain", "store", "graphql/api", "server", "activities", "workflows"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if ROOT / "domain" / "rights" not in file.parents:
                for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                    if isinstance(node, ast.Call):
                        yield file, node


def _asked() -> dict[str, Path]:
    """Give the actions that are asked for by name, and where."""
    return {
        argument.value: file
        for file, call in _calls()
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in ASKED_BY_NAME
        for part in call.args
        for argument in ast.walk(part)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "_" in argument.value
    }


def test_every_act_and_every_mutation_has_a_row() -> None:
    missing = (ACTS.keys() | _mutations() | _asked().keys()) - TABLE.keys()
    assert not missing, (
        f"nobody said who may do this: {sorted(missing)}. Give each a row in domain/rights/table.py (or, to a mutation "
        "that is one right with others, its name in graphql/api/reaching.py), and a line in tests/rights/expected.txt."
    )


def test_no_row_is_left_that_nobody_asks_for() -> None:
    literals = {
        node.value
        for folder in ("domain", "store", "graphql/api", "server")
        for file in (ROOT / folder).rglob("*.py")
        if ROOT / "domain" / "rights" not in file.parents
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert TABLE.keys() - ACTS.keys() - _mutations() - literals == set()


def test_nobody_but_the_table_is_asked_who_may() -> None:
    """Roles on the platform and mandates are looked at by the rights and by the decider alone."""
    own = {ROOT / "domain" / "deciding", ROOT / "domain" / "rights"}
    asking = {
        file.relative_to(ROOT).as_posix()
        for file, call in _calls()
        if getattr(call.func, "id", "") == "mandate" and not own & set(file.parents)
    }
    assert asking == set()


# With one cell turned round


def _flips(right: Right) -> Iterator[tuple[str, Right]]:
    """Give a row with one cell turned round: each of them."""
    for role in Role:
        yield f"role {role}", replace(right, roles=right.roles ^ {role})
    for platform in PlatformRole:
        yield f"platform {platform}", replace(right, platform=right.platform ^ {platform})
    for standing in Standing:
        yield f"when {standing}", replace(right, states=right.states ^ {standing})
    for who in Who:
        yield f"by {who}", replace(right, others=right.others ^ {who})
    for role in Role:
        yield f"bereft {role}", replace(right, bereft=right.bereft ^ {role})
    for platform in PlatformRole:
        yield f"bereft {platform}", replace(right, bereft_platform=right.bereft_platform ^ {platform})


def _found(found: Iterator[Check]) -> bool:
    return any(not holds for _, holds in found)


def test_every_cell_turned_round_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flipped, survivors, by_answers, by_decider, of_decider = 0, [], 0, 0, 0
    for action, right in list(TABLE.items()):
        for cell, other in _flips(right):
            monkeypatch.setitem(TABLE, action, other)
            flipped += 1
            by_may = _found(answers(action))
            by_answers += by_may
            if not by_may and not _found(checks(action)):
                survivors.append(f"{action}: {cell}")
            if cell.startswith(("role ", "when ")) and action in ACTS:
                of_decider += 1
                by_decider += _found(decided(action))
        monkeypatch.setitem(TABLE, action, right)
    with capsys.disabled():
        print(
            f"\n{flipped} cells of the table of rights turned round, one after the other: {len(survivors)} survivors. "
            f"`may` alone finds {by_answers}; the decider alone {by_decider} of {of_decider} roles and states of acts."
        )
    assert survivors == [], "\n".join(survivors)


def test_the_page_says_what_the_table_says() -> None:
    assert TARGET.read_text("utf-8") == page(), "run python -m tools.write_rights"
