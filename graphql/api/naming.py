"""From a global id in an input to the concertation and the key that it names, or to the refusal of one that is none."""

from __future__ import annotations

from strawberry import ID

from api.context import Info
from api.ids import read_global_id, uuid_text
from api.performing import refuse
from api.snapshot import Snapshot
from domain.refusals import Code


async def named(info: Info, id: ID, type_name: str, code: Code, path: str) -> tuple[Snapshot, str]:
    """Read which concertation, and what in it, a global id names.

    Raises:
        Refusing: nothing that the viewer may see.
    """
    found = read_global_id(id)
    if found is None or found[0] != type_name or len(found[1]) != 2:
        raise refuse(code, path)
    concertation, key = uuid_text(found[1][0]), uuid_text(found[1][1])
    at = await info.context.reading.snapshot(concertation) if concertation else None
    if at is None or key is None:
        raise refuse(code, path)
    return at, key
