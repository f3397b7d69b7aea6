"""The lasting parts of a concertation: colleges, axes, themes, territories, the information file."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry
from babel.dates import format_date
from strawberry import Private, field

from api.context import Info
from api.files import File, files_of
from api.ids import global_id
from api.nodes import Labelled, Node, Text
from api.scalars import Multilingual
from api.snapshot import Snapshot
from domain import process
from domain.acts import Body
from domain.calendar import local_times
from domain.territories import territory
from domain.texts import LANGUAGES, text
from store.bodies import version_id

if TYPE_CHECKING:
    from api.questionnaires import Questionnaire


@strawberry.type(description="A college: a body of participants whose quorum is counted apart.")
class College(Labelled):
    key: str = field(description="Its name in the procedure.")


@strawberry.type(description="An axis: a line of work that runs beside the others.")
class Lane(Labelled):
    key: str = field(description="Its name in the concertation.")


@strawberry.type(description="A theme that contributions and recommendations carry.")
class Theme(Labelled):
    key: str = field(description="Its name in the concertation.")


def colleges(at: Snapshot) -> list[College]:
    """Make the colleges of a concertation."""
    declared = at.process.procedure.colleges if at.process.procedure else ()
    return [College(key=c.id, labels=Multilingual(c.label)) for c in declared]


def college(at: Snapshot, key: str | None) -> College | None:
    """Make one college."""
    return next((c for c in colleges(at) if c.key == key), None)


def lane(at: Snapshot, key: str | None) -> Lane | None:
    """Make one axis."""
    label = at.process.lanes.get(key) if key else None
    return Lane(key=key, labels=Multilingual(label)) if key and label is not None else None


def themes(at: Snapshot, keys: tuple[str, ...]) -> list[Theme]:
    """Make themes by their keys."""
    known = at.process.themes
    return [Theme(key=key, labels=Multilingual(known[key])) for key in keys if key in known]


@strawberry.type(description="An instant as the clocks of a territory show it.")
class LocalTime:
    territory: str = field(description="The code of the territory.")
    town: str = field(description="The town whose clock it is.")
    zone: str = field(description="The time zone (IANA).")
    at: datetime = field(description="The instant, with the offset of that zone.")

    @field(description="The instant in words, in the language of the request; midnight is the end of a day.")
    def text(self, info: Info) -> str:
        day, hour = self.at.date(), f"{self.at:%H:%M:%S}" if self.at.second else f"{self.at:%H:%M}"
        if self.at.time() == time():
            day, hour = day - timedelta(days=1), "24:00"
        language = next((t[:2] for t in info.context.languages if t[:2] in LANGUAGES), LANGUAGES[0])
        shown = format_date(day, "EEEE d MMMM y", locale=language)
        return text("instant", info.context.languages, day=shown, hour=hour)


def local(at: Snapshot, instant: datetime | None) -> list[LocalTime]:
    """Give an instant as it is shown in each territory concerned, Paris first."""
    return local_in(at.process.territories, instant) if instant else []


def local_in(territories: tuple[str, ...], instant: datetime) -> list[LocalTime]:
    """Give an instant as it is shown in these territories, Paris first."""
    return [
        LocalTime(territory=code, town=territory(code).town, zone=zone, at=moment)
        for code, zone, moment in local_times(instant, territories)
    ]


@strawberry.type(description="A document of the information file, in its latest version.")
class Document(Node, Labelled):
    at: Private[Snapshot]
    key: Private[str]
    body: Private[Body]
    version: int = field(description="Its version, from 1.")
    attached_at: datetime = field(description="When this version was attached.")
    questionnaire: bool = field(description="Whether it is the questionnaire.")
    stage: str | None = field(
        description="The key of the stage that it belongs to; none: the whole concertation."
    )

    @field(description="Its content. Of a questionnaire that asks questions, the digest alone: see `asks`.")
    def text(self) -> Text:
        return Text(body=self.body)

    @field(description="The questions that it asks, if it is a questionnaire of more than a text.")
    async def asks(
        self, info: Info
    ) -> Annotated[Questionnaire, strawberry.lazy("api.questionnaires")] | None:
        from api.questionnaires import questionnaire_of

        kept = await info.context.reading.questionnaire(self.body.digest) if self.questionnaire else None
        return questionnaire_of(kept) if kept else None

    @field(
        description="The files that belong to this version. With files, the digest of a document is SHA-256 of the "
        'canonical JSON `{"files": […], "text": "…"}`: the sorted digests of the files, and the digest of the text.'
    )
    async def files(self, info: Info) -> list[File]:
        return files_of(self.at, await info.context.reading.files.of_document(self.key, self.body.digest))


def document_of(at: Snapshot, document: process.Document) -> Document:
    """Make a document."""
    return Document(
        id=global_id("Document", at.id, document.id),
        at=at,
        key=document.id,
        body=Body(id=version_id(document.id, document.digest), digest=document.digest),
        labels=Multilingual(document.title),
        version=document.version,
        attached_at=document.attached_at,
        questionnaire=document.questionnaire,
        stage=document.stage,
    )
