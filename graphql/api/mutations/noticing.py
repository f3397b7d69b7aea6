"""How one wants to be told."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.mutations.addressing import mutation_of
from api.notices import ContactAccepted, SetContactInput, SetContactResult, contact_of
from api.performing import refuse
from domain.noticing.table import FIXED
from domain.organisations.registration import is_email
from domain.refusals import Code
from domain.texts import LANGUAGES
from store import contacts


async def _set(info: Info, input: SetContactInput) -> ContactAccepted:
    member = info.context.viewer.member
    if member is None:
        raise refuse(Code.NOT_ALLOWED, act="set_contact")
    if input.email is not None and not (is_email(input.email) and input.email.isascii()):
        raise refuse(Code.ADDRESS_INVALID, "email")
    if input.language is not None and input.language not in LANGUAGES:
        raise refuse(Code.INPUT_INVALID, "language")
    fixed = [theme for theme in input.switch_off if theme in FIXED]
    if fixed:
        raise refuse(Code.THEME_FIXED, "switch_off", theme=fixed[0].value)
    wants = {theme.value: "at_once" for theme in input.switch_on}
    wants |= {theme.value: "none" for theme in input.switch_off}
    await info.context.reading.ask(
        lambda connection: contacts.set_contact(
            connection, member, email=input.email, language=input.language, wants=wants
        )
    )
    info.context.changed = True
    return ContactAccepted(contact=await contact_of(info, member))


@strawberry.type
class NoticeMutations:
    """Fields of the type Mutation."""

    set_contact = mutation_of(
        SetContactInput, _set, SetContactResult,
        "Say how one wants to be told: at which address, in which language first, of which themes.",
    )  # fmt: skip
