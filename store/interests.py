"""Interests that members of the council declare: organisations that they name by id are those of the register."""

from __future__ import annotations

from domain.acts import Act, Command, DeclareInterest
from domain.process import Process
from domain.refusals import Code, Refusal
from store.identifiers import parse, parse_many
from store.pool import Connection


async def inform(connection: Connection, process: Process, command: Command) -> Act | Refusal:
    """Refuse a declaration that names an organisation which is not of the concertation."""
    act = command.act
    assert isinstance(act, DeclareInterest)
    named = act.organisation_ids or ()
    if not named:
        return act
    known = await connection.fetch(
        "SELECT id FROM organisation WHERE concertation = $1 AND id = ANY($2)",
        parse(process.id),
        parse_many(named),
    )
    found = {str(row["id"]) for row in known}
    for organisation in named:
        if organisation not in found:
            return Refusal(Code.UNKNOWN_ORGANISATION, {"organisation": organisation}, ("organisation_ids",))
    return act
