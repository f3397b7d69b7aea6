"""Notices as their recipient reads them, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import ID, Private, field

from api.context import Info
from api.enumerations import NoticeTheme
from api.ids import global_id
from api.refusals import NotAllowed, Refused
from domain.noticing.table import FIXED
from domain.texts import localised
from store import contacts
from store.contacts import Told

MOST_NOTICES = 200
"""Notices of one answer."""


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    BUNDLED = "bundled"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    FAILED = "failed"
    SKIPPED = "skipped"


strawberry.enum(NoticeState, name="NoticeState", description="Where a notice stands.")
_SENTENCES = {
    NoticeState.WAITING: "It will go, for the first time or again.",
    NoticeState.BUNDLED: "It is told with others, in a bulletin.",
    NoticeState.SENDING: "It is on its way.",
    NoticeState.SENT: "A mail server, or the other system, has taken it.",
    NoticeState.PRINTED: "It is in a letter that was printed.",
    NoticeState.FAILED: "It could not be sent, and will not be tried again.",
    NoticeState.SKIPPED: "It was not needed any more, or nothing is sent here.",
}
for _value in vars(NoticeState)["__strawberry_definition__"].values:
    _value.description = _SENTENCES[NoticeState(_value.value)]


class NoticeFrequency(StrEnum):
    """How often the notices of a theme are sent."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


strawberry.enum(
    NoticeFrequency, name="NoticeFrequency", description="How often the notices of a theme are sent."
)
_OFTEN = {
    NoticeFrequency.AT_ONCE: "Each when it happens.",
    NoticeFrequency.DAILY: "Together, each morning, in one mail for each concertation.",
    NoticeFrequency.WEEKLY: "Together, on Monday morning, in one mail for each concertation.",
    NoticeFrequency.NONE: "Never.",
}
for _value in vars(NoticeFrequency)["__strawberry_definition__"].values:
    _value.description = _OFTEN[NoticeFrequency(_value.value)]


@strawberry.type(description="One occasion, told to the viewer.")
class Notice:
    told: Private[Told]
    languages: Private[tuple[str, ...]]
    id: ID = field(description="Its id, which is that of the mail, too.")
    kind: str = field(description="The kind of event, or of what else happened.")
    theme: NoticeTheme = field(description="The theme that it belongs to.")
    state: NoticeState = field(description="Where it stands.")
    at: datetime = field(description="When it happened.")
    sent_at: datetime | None = field(description="When a mail server took it.")

    @field(description="Its title, in the language of the request.")
    def subject(self) -> str:
        return localised(self.told.subject, self.languages)

    @field(description="What it says, in the language of the request.")
    def body(self) -> str:
        return localised(self.told.body, self.languages)

    @field(description="The id of the concertation that it is about.")
    def concertation_id(self) -> ID:
        return global_id("Concertation", self.told.concertation)


@strawberry.type(description="One theme of notices, and whether the viewer is told of it.")
class NoticePreference:
    theme: NoticeTheme = field(description="The theme.")
    wanted: bool = field(description="Whether its notices are sent.")
    frequency: NoticeFrequency = field(description="How often. What is fixed is sent at once.")
    fixed: bool = field(
        description="Whether it cannot be switched off: it asks something, or rights hang on it."
    )


@strawberry.type(description="How the viewer wants to be told: for their eyes alone.")
class Contact:
    wants: Private[Mapping[str, str]]
    email: str | None = field(
        description="The address that they gave themself, and confirmed. Without it, the one of a list that was "
        "brought in, if any."
    )
    unconfirmed_email: str | None = field(
        description="An address that they gave and have not confirmed yet: a mail there asks them to, within a week."
    )
    postal_address: list[str] = field(
        description="The lines of their postal address, without the name: letters go there where no mail address works."
    )
    language: str = field(description="The language that comes first in mails: fr or en.")
    set_at: datetime | None = field(description="When they said so last.")
    bounced_at: datetime | None = field(
        description="When a mail server refused the address for good: nothing is sent to it. A new one clears this."
    )

    @field(description="The themes, each with whether it is sent.")
    def preferences(self) -> list[NoticePreference]:
        return [
            NoticePreference(
                theme=theme,
                wanted=often is not NoticeFrequency.NONE,
                frequency=often,
                fixed=theme in FIXED,
            )
            for theme in NoticeTheme
            for often in [NoticeFrequency("at_once" if theme in FIXED else self.wants.get(theme, "at_once"))]
        ]


@strawberry.input(description="How the viewer wants to be told. What is not given stays as it is.")
class SetContactInput:
    email: str | None = field(
        default=None,
        description="Their address. It is used once they have followed the link in the mail that it gets.",
    )
    postal_address: list[str] | None = field(
        default=None,
        description="The lines of their postal address, without the name: five at most, of 38 signs. None of them: "
        "forget it.",
    )
    language: str | None = field(default=None, description="The language that comes first: fr or en.")
    switch_on: list[NoticeTheme] = field(
        default_factory=list, description="Themes to be told of again, each time at once."
    )
    daily: list[NoticeTheme] = field(
        default_factory=list,
        description="Themes to be told of in a bulletin each morning; fixed ones cannot wait.",
    )
    weekly: list[NoticeTheme] = field(
        default_factory=list,
        description="Themes to be told of in a bulletin on Mondays; fixed ones cannot wait.",
    )
    switch_off: list[NoticeTheme] = field(
        default_factory=list, description="Themes to be told of no longer; those that are fixed cannot be."
    )


@strawberry.type(description="It is kept.")
class ContactAccepted:
    contact: Contact = field(description="As it is now.")


SetContactResult = Annotated[
    ContactAccepted | NotAllowed | Refused,
    strawberry.union("SetContactResult", description="What `setContact` answers."),
]


async def contact_of(info: Info, member: str) -> Contact:
    """Give how somebody wants to be told; the usual, where they said nothing."""
    found = await info.context.reading.ask(lambda connection: contacts.contact(connection, member))
    if found is None:
        return Contact(
            wants={},
            email=None,
            unconfirmed_email=None,
            postal_address=[],
            language="fr",
            set_at=None,
            bounced_at=None,
        )
    return Contact(
        wants=found.wants,
        email=found.email,
        unconfirmed_email=found.wanted_email,
        postal_address=found.postal_address.split("\n") if found.postal_address else [],
        language=found.language,
        set_at=found.set_at,
        bounced_at=found.bounced_at,
    )


async def notices_of(info: Info, member: str, concertation: str | None, most: int) -> list[Notice]:
    """Give what somebody was told, the latest first."""
    found = await info.context.reading.ask(
        lambda connection: contacts.told(connection, member, concertation, most)
    )
    return [
        Notice(
            told=told,
            languages=info.context.languages,
            id=ID(told.id),
            kind=told.kind,
            theme=NoticeTheme(told.theme),
            state=NoticeState(told.state),
            at=told.at,
            sent_at=told.sent_at,
        )
        for told in found
    ]
