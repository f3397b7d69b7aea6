"""Whoever signed in by the code of an invitation acts as its member while one mutation runs, where the code says."""

from __future__ import annotations

from functools import wraps
from typing import Any

from graphql import GraphQLResolveInfo

from api.context import Context
from api.ids import concertation_key, read_global_id
from domain.rights import invited
from store import contributions


def as_invited(resolve: Any) -> Any:
    """Let a mutation run as the member of an invitation. What it answers is read as anybody again."""

    @wraps(resolve)
    async def resolver(source: Any, info: GraphQLResolveInfo[Context], **asked: Any) -> Any:
        context = info.context
        viewer = context.viewer
        if viewer.bound is None:
            found = resolve(source, info, **asked)
            return await found if hasattr(found, "__await__") else found
        given = asked.get("input") or {}
        named = await _stage_of(context, given)
        try:
            if named is not None:
                context.viewer = invited(viewer, *named)
                context.renew()
            found = resolve(source, info, **asked)
            return await found if hasattr(found, "__await__") else found
        finally:
            context.viewer = viewer
            context.renew()

    return resolver


async def _stage_of(context: Context, given: dict[str, Any]) -> tuple[str, str, int] | None:
    """Give the concertation, stage and round that an input is about; of what names a contribution, those of that."""
    bound, concertation = context.viewer.bound, concertation_key(given.get("concertationId") or "")
    assert bound is not None
    if concertation is None:
        return None
    stage, round_ = given.get("stage", bound.stage), given.get("round", bound.round)
    if "contributionId" in given:
        found = read_global_id(given["contributionId"])
        key = found[1][-1] if found else ""
        rows = await context.reading.ask(
            lambda connection: contributions.get_many(
                connection, [key], reader=bound.member, sees_all_of=None
            )
        )
        row = rows.get(key)
        if row is None or (row.concertation, row.round, row.stage) != (concertation, round_, stage):
            return None
    return concertation, stage, round_
