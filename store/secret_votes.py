"""Secret votes: positions are kept here with their salt; the ledger carries their commitments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from domain.acts import Position, SecretTally
from domain.deadlines import is_secret_due
from domain.deciding.seats import chair_seat, entitled
from domain.process import Process
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPosition:
    """The position of a seat in a secret ballot, as its last vote in the ledger bound it."""

    seat: str
    position: Position


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


async def positions(connection: Connection, concertation: str, ballot: str) -> list[SecretPosition]:
    """Give the positions that count, one per seat: for the worker, when the ballot is due."""
    rows = await connection.fetch(
        """
        WITH cast_votes AS (
            SELECT DISTINCT ON (content::json -> 'fact' ->> 'seat')
                content::json -> 'fact' ->> 'seat' AS seat, content::json -> 'fact' ->> 'commitment' AS commitment
            FROM ledger
            WHERE concertation = $1 AND kind = 'vote_cast' AND content::json -> 'fact' ->> 'ballot' = $2
            ORDER BY content::json -> 'fact' ->> 'seat', seq DESC
        )
        SELECT c.seat, v.position FROM cast_votes c
        JOIN secret_vote v ON v.concertation = $1 AND v.ballot = $2 AND v.commitment = c.commitment
        ORDER BY c.seat
        """,
        parse(concertation),
        ballot,
    )
    return [SecretPosition(seat=row["seat"], position=Position(row["position"])) for row in rows]


async def due_tallies(connection: Connection, process: Process, now: datetime) -> tuple[SecretTally, ...]:
    """Count the secret ballots that can be counted at `now`, over the seats that are entitled."""
    tallies: list[SecretTally] = []
    for ballot in process.ballots.values():
        if not ballot.rule.secret or not is_secret_due(process, ballot, now):
            continue
        seats = set(entitled(process, ballot, now))
        known = {
            vote.seat: vote.position
            for vote in await positions(connection, process.id, ballot.id)
            if vote.seat in seats
        }
        counted = Counter(known.values())
        chair = chair_seat(process, ballot)
        tallies.append(
            SecretTally(
                ballot=ballot.id,
                favourable=counted[Position.FAVOURABLE],
                unfavourable=counted[Position.UNFAVOURABLE],
                abstain=counted[Position.ABSTAIN],
                chair=known.get(chair) if chair is not None else None,
            )
        )
    return tuple(tallies)
