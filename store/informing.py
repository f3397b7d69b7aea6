"""What the decider cannot know of an act, found out right before it is decided: under the lock, and early by the API.

Some acts name things that the process does not hold (contributions, organisations), and some facts need figures of
them, as a seal does. An informant refuses what is not of the concertation and puts in the figures. The digest of a
command, by which a repeated one is known, is that of what was sent, without them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from domain import acts
from domain.acts import Act, Command
from domain.process import Process
from domain.refusals import Refusal
from store import citing, interests
from store.pool import Connection

Informant = Callable[[Connection, Process, Command], Awaitable[Act | Refusal]]
"""Gives the act as the decider should have it, or refuses it.

It asks as the worker's role and as the API's, which sees no row that is not public: so through functions that tell both
the same. An act with figures that its author put in is refused. Acts that may need signatures have no informant, for
what was found out would be kept with the proposal.
"""

INFORMANTS: dict[type[Any], Informant] = {
    acts.DeclareInterest: interests.inform,
    acts.MakeRecommendation: citing.check_item,
    acts.MakeAscertainment: citing.check_item,
    acts.CiteSources: citing.check_sources,
    acts.SetAside: citing.check_set_aside,
    acts.TakeBack: citing.check_take_back,
    acts.AssembleSynthesis: citing.count,
}
"""By kind of act. An act without an informant is decided as it was sent."""


async def informed(connection: Connection, process: Process, command: Command) -> Command | Refusal:
    """Give a command as the decider should have it; or why it cannot be done, if the decider has nothing against it."""
    informant = INFORMANTS.get(type(command.act))
    if informant is None:
        return command
    act = await informant(connection, process, command)
    return act if isinstance(act, Refusal) else replace(command, act=act)
