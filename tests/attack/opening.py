"""What is attacked: an open concertation on a stack that has just started."""

from __future__ import annotations

from api.ids import global_id
from benchmarks.opening import open_for
from benchmarks.stack import Stack
from tests.attack.gun import Target


async def opened(stack: Stack) -> Target:
    """Open it."""
    crowd = await open_for(stack, 1)
    return Target(
        url=stack.graphql_url,
        data_dir=str(stack.data_dir),
        tokens={role: stack.token(role) for role in ("coordinator", "participant")},
        concertation=global_id("Concertation", str(crowd.concertation)),
        stage=crowd.stage,
    )
