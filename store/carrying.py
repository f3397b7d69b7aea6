"""Carrying over: after a referral back, what was said counts in the new round (`rounds.carry_over: keep`).

Each live contribution of the latest round before becomes one of the new round, with a leaf and a receipt of its own,
unless its author has spoken there already; its files stay with it, and groupings that were made go on. `ask` offers it
to its author as a draft instead (store/drafts.py).
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.procedure import Kind
from domain.process import Process, StageRun, State
from store.identifiers import parse
from store.pool import Connection

_AT_ONCE = 1_000
_WAITING = frozenset({State.PENDING, State.AWAITING_OPENING})

_FILES = """
    INSERT INTO file_reference (file, kind, referrer, at)
    SELECT r.file, r.kind, c.id::text, instant()
    FROM file f JOIN file_reference r ON r.file = f.id AND r.kind IN ('contribution', 'scan')
    JOIN contribution c ON c.redacted_at IS NULL
        AND c.carried_from = CASE WHEN r.kind IN ('contribution', 'scan') THEN r.referrer::uuid END
    WHERE f.concertation = $1 AND f.destroyed_at IS NULL AND c.round = $2 AND c.stage = $3
    ON CONFLICT DO NOTHING
"""
"""What files belong to goes on with them."""


async def carry_over(connection: Connection, before: Process, process: Process, few: int) -> None:
    """Carry over into the calls for input that have just opened, up to `few` + 1 contributions each.

    For the transaction that opens them. Where there are more, the set is too large to be sealed at once, and the rest
    follows when it is sealed: see `carry_rest`.
    """
    if process.runs is before.runs:
        return
    for run in process.runs.values():
        known = before.runs.get(run.key)
        has_opened = run.state is State.OPEN and (
            known is None or known.round != run.round or known.state in _WAITING
        )
        if has_opened:
            await _carry(connection, process, run, few + 1)


async def carry_rest(
    connection: Connection,
    process: Process,
    round: int,
    stage: str,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Carry over all that is left, of a set of any size; done again, it changes nothing."""
    run = next((run for run in process.runs.values() if (run.key, run.round) == (stage, round)), None)
    if run is not None:
        await _carry(connection, process, run, None, progress)


def carried_round(process: Process, run: StageRun) -> int | None:
    """Give the round whose contributions go on in this one, where the procedure says what becomes of them."""
    earlier = [past.round for past in process.past_runs if past.key == run.key and past.round < run.round]
    if process.stages[run.key].kind is not Kind.CALL_FOR_INPUT or not earlier:
        return None
    return max(earlier)


async def _carry(
    connection: Connection,
    process: Process,
    run: StageRun,
    most: int | None,
    progress: Callable[[], None] = lambda: None,
) -> None:
    source = carried_round(process, run)
    if source is None or process.procedure is None or process.procedure.rounds.carry_over != "keep":
        return
    last: UUID | None = None
    left = most
    while left is None or left > 0:
        size = _AT_ONCE if left is None else min(left, _AT_ONCE)
        last = await connection.fetchval(
            "SELECT carry_contributions($1, $2, $3, $4, $5, $6)",
            *(parse(process.id), source, run.round, run.key, last, size),
        )
        if last is None:
            break
        progress()
        left = None if left is None else left - size
    await connection.execute(_FILES, parse(process.id), run.round, run.key)
    await connection.execute(
        "SELECT carry_groupings($1, $2, $3, $4)", parse(process.id), source, run.round, run.key
    )
