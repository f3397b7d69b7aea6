"""Which workflows run, as Temporal's list has them: some thousand in one answer, instead of one question for each.

The list (visibility) is written a moment after what it tells of, and in production it is another store, which may be
restored to another day. So it says what need not be looked at now, and nobody relies on it for good.
"""

from __future__ import annotations

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

_AT_ONCE = 1_000
_QUERY = "WorkflowType = 'ConcertationWorkflow' AND ExecutionStatus = 'Running' AND TaskQueue = '{}'"
_NO_LIST = (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.INVALID_ARGUMENT)


async def listed(client: Client, task_queue: str) -> frozenset[str]:
    """Give the ids of the concertations' workflows that run on a task queue; none where Temporal keeps no list.

    Raises:
        RPCError, RuntimeError: Temporal does not answer.
    """
    found = client.list_workflows(_QUERY.format(task_queue), page_size=_AT_ONCE)
    try:
        return frozenset([execution.id async for execution in found])
    except RPCError as fault:
        if fault.status in _NO_LIST:
            return frozenset()
        raise
