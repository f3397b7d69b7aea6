"""Reminders: now, or on set days, to those who have not answered and only to them."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.invitations import (
    RemindersAccepted,
    RemindersResult,
    SetReminderDaysInput,
    StageInvitationsInput,
)
from api.mutations.addressing import conducts, mutation_of, seen, stage_meant
from api.performing import Refusing, refuse
from domain.refusals import Code, Refusal
from store import follow_up
from store.follow_up import Where

MOST_DAYS = 10
"""Set days of a stage."""


async def _remind(info: Info, input: StageInvitationsInput) -> RemindersAccepted:
    at = await seen(info, input.concertation_id)
    conducts(info, at, "remind")
    run = stage_meant(at, input)
    where = Where(concertation=at.id, round=run.round, stage=run.key)
    written = await info.context.reading.ask(lambda connection: follow_up.remind(connection, where))
    if isinstance(written, Refusal):
        raise Refusing(written)
    info.context.changed = True
    return RemindersAccepted(at=at, where=where, written=written)


async def _set_days(info: Info, input: SetReminderDaysInput) -> RemindersAccepted:
    at = await seen(info, input.concertation_id)
    by = conducts(info, at, "remind")
    run = stage_meant(at, input)
    if len(input.days) > MOST_DAYS or any(not 0 <= day <= 365 for day in input.days):
        raise refuse(Code.INPUT_INVALID, "days", longest=MOST_DAYS)
    where = Where(concertation=at.id, round=run.round, stage=run.key)
    await info.context.reading.ask(
        lambda connection: follow_up.set_reminder_days(connection, where, input.days, by)
    )
    return RemindersAccepted(at=at, where=where, written=0)


@strawberry.type
class ReminderMutations:
    """Fields of the type Mutation."""

    remind = mutation_of(
        StageInvitationsInput, _remind, RemindersResult,
        "Remind all who have neither answered nor declined, and nobody else; each once a day at most.",
    )  # fmt: skip
    set_reminder_days = mutation_of(
        SetReminderDaysInput, _set_days, RemindersResult,
        "Set on which days before the closing those who have not answered are reminded.",
    )  # fmt: skip
