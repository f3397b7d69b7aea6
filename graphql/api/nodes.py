"""What objects have in common: an id, labels in several languages, texts kept apart from the ledger."""

from __future__ import annotations

import strawberry
from strawberry import ID, Private, field

from api.context import Info
from api.scalars import Multilingual
from domain.acts import Body
from domain.texts import localised


@strawberry.interface(description="Anything that can be asked for again by its id, with the query `node`.")
class Node:
    id: ID = field(description="The global id. Opaque: do not take it apart.")


@strawberry.interface(description="Anything with a label in several languages.")
class Labelled:
    labels: Multilingual = field(description="The label in every language that it was given in.")

    @field(description="The label in the language of the request (Accept-Language; French if nothing fits).")
    def label(self, info: Info) -> str:
        return localised(self.labels, info.context.languages)


@strawberry.type(description="A text kept apart from the ledger, which names it by its digest.")
class Text:
    body: Private[Body]
    hidden: Private[bool] = False

    @field(description="SHA-256 of the canonical content: what ledger, votes and seals bind.")
    def digest(self) -> str:
        return self.body.digest

    @field(description="The text in the language of the request; nothing where it is not published.")
    async def content(self, info: Info) -> str | None:
        found = None if self.hidden else await info.context.reading.body(self.body)
        return localised(found, info.context.languages) if found else None

    @field(description="The text in every language that it was given in; nothing where it is not published.")
    async def contents(self, info: Info) -> Multilingual | None:
        found = None if self.hidden else await info.context.reading.body(self.body)
        return Multilingual(found) if found else None


def text(body: Body | None) -> Text | None:
    """Make a text of a body, if there is one."""
    return Text(body=body) if body else None
