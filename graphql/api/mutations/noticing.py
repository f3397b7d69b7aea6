"""How one wants to be told; notices that are to be sent again."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.dispatch import RetryAccepted, RetryNoticeInput, RetryResult
from api.ids import read_global_id, uuid_text
from api.mutations.addressing import conducts, mutation_of, seen
from api.notices import MOST_NOTICES, ContactAccepted, SetContactInput, SetContactResult, contact_of
from api.performing import refuse
from domain.noticing.letters import LONGEST_LINE, postal_address
from domain.noticing.table import FIXED
from domain.organisations.registration import is_email
from domain.refusals import Code
from domain.texts import LANGUAGES
from store import contacts, dispatch

_OFTEN = {"switch_on": "at_once", "daily": "daily", "weekly": "weekly", "switch_off": "none"}
"""How often a theme is told, by the list of the input that names it."""


async def _set(info: Info, input: SetContactInput) -> ContactAccepted:
    member = info.context.viewer.member
    if member is None:
        raise refuse(Code.NOT_ALLOWED, act="set_contact")
    if input.email is not None and not (is_email(input.email) and input.email.isascii()):
        raise refuse(Code.ADDRESS_INVALID, "email")
    if input.language is not None and input.language not in LANGUAGES:
        raise refuse(Code.INPUT_INVALID, "language")
    postal = None
    if input.postal_address is not None:
        postal = postal_address(input.postal_address) if input.postal_address else ""
    if input.postal_address and postal is None:
        raise refuse(Code.INPUT_INVALID, "postal_address", longest=LONGEST_LINE)
    wants: dict[str, str] = {}
    for field, often in _OFTEN.items():
        for theme in getattr(input, field):
            if theme in FIXED and field != "switch_on":
                raise refuse(Code.THEME_FIXED, field, notice_theme=theme.value)
            if wants.setdefault(theme.value, often) != often:
                raise refuse(Code.INPUT_INVALID, field)
    later = await info.context.reading.ask(
        lambda connection: contacts.set_contact(
            connection,
            member,
            email=input.email,
            language=input.language,
            wants=wants,
            postal_address=postal,
        )
    )
    if later is not None:
        raise refuse(Code.TOO_MANY_ADDRESSES, "email", retryAt=later.isoformat())
    info.context.changed = True
    return ContactAccepted(contact=await contact_of(info, member))


async def _retry(info: Info, input: RetryNoticeInput) -> RetryAccepted:
    at = await seen(info, input.concertation_id)
    conducts(info, at, "keep_notices")
    if input.notice_id is None:
        await info.context.reading.ask(lambda connection: dispatch.retry_all(connection, at.id, MOST_NOTICES))
        info.context.changed = True
        return RetryAccepted(at=at)
    found = read_global_id(input.notice_id)
    key = uuid_text(found[1][1]) if found and found[0] == "Notice" and len(found[1]) == 2 else None
    if key is None:
        raise refuse(Code.UNKNOWN_NOTICE, "notice_id")
    why = await info.context.reading.ask(lambda connection: dispatch.retry(connection, at.id, key))
    if why is not None:
        raise refuse(why, "notice_id")
    info.context.changed = True
    return RetryAccepted(at=at)


@strawberry.type
class NoticeMutations:
    """Fields of the type Mutation."""

    set_contact = mutation_of(
        SetContactInput, _set, SetContactResult,
        "Say how one wants to be told: at which address, in which language first, of which themes.",
    )  # fmt: skip
    retry_notice = mutation_of(
        RetryNoticeInput, _retry, RetryResult,
        "Send a notice again that has failed, or all that have, once what was in their way is mended.",
    )  # fmt: skip
