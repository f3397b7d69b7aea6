"""Secret votes: positions are kept here with their salt; the ledger carries their commitments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.acts import Position, SecretTally
from domain.deadlines import is_secret_due
from domain.deciding.seats import chair_seat, voting_seats
from domain.events import Event, VoteCast
from domain.process import Process
from store.identifiers import parse
from store.pool import Connection


async def keep(
    connection: Connection, *, concertation: str, ballot: str, member: str, key: str, position: Position
) -> str:
    """Keep a position and give its commitment, to be sent with CastVote. The same key: the same commitment.

    Only positions whose commitment the ledger carries are counted: one that is refused afterwards counts for nothing.
    """
    commitment: str = await connection.fetchval(
        "SELECT keep_secret_vote($1, $2, $3, $4, $5)",
        parse(concertation),
        ballot,
        member,
        key,
        position.value,
    )
    return commitment


async def positions(
    connection: Connection, concertation: str, ballot: str, pending: Iterable[Event] = ()
) -> dict[str, Position]:
    """Give the positions that count, by seat: those that the last votes in the ledger, and then in `pending`, bind."""
    rows = await connection.fetch(
        """
        SELECT content::json -> 'fact' ->> 'seat' AS seat, content::json -> 'fact' ->> 'commitment' AS commitment
        FROM ledger
        WHERE concertation = $1 AND kind = 'vote_cast' AND content::json -> 'fact' ->> 'ballot' = $2 ORDER BY seq
        """,
        parse(concertation),
        ballot,
    )
    bound = {row["seat"]: row["commitment"] for row in rows}
    for event in pending:
        if isinstance(event.fact, VoteCast) and event.fact.ballot == ballot:
            bound[event.fact.seat] = event.fact.commitment
    kept = await connection.fetch(
        """
        SELECT commitment, position FROM secret_vote
        WHERE concertation = $1 AND ballot = $2 AND commitment = ANY ($3)
        """,
        parse(concertation),
        ballot,
        list(bound.values()),
    )
    by_commitment = {row["commitment"]: Position(row["position"]) for row in kept}
    return {
        seat: by_commitment[commitment] for seat, commitment in bound.items() if commitment in by_commitment
    }


async def due_tallies(
    connection: Connection, process: Process, now: datetime, pending: Sequence[Event] = ()
) -> tuple[SecretTally, ...]:
    """Count the secret ballots that can be counted at `now`, over the seats whose vote stands.

    `pending` are events of the process that are not in the ledger yet.
    """
    tallies: list[SecretTally] = []
    for ballot in process.ballots.values():
        if not ballot.rule.secret or not is_secret_due(process, ballot, now):
            continue
        known = await positions(connection, process.id, ballot.id, pending)
        seats = voting_seats(process, ballot, now)
        counted = Counter(known[seat] for seat in seats if seat in known)
        chair = chair_seat(process, ballot)
        tallies.append(
            SecretTally(
                ballot=ballot.id,
                favourable=counted[Position.FAVOURABLE],
                unfavourable=counted[Position.UNFAVOURABLE],
                abstain=counted[Position.ABSTAIN],
                chair=known.get(chair) if chair is not None and chair in seats else None,
            )
        )
    return tuple(tallies)
