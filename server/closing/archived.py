"""What the dossier of an archive is made from: its ledger as it is told, its figures, its texts. Nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from domain.acts import Body
from domain.closing.chronicle import Chronicle
from domain.process import Process
from domain.summaries import stage_name
from domain.texts import Shown
from server.closing.blocks import Both, Cell, Part, Table, Written, labelled, plain, words

_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archive, as far as its dossier tells of it."""

    told: Chronicle
    #: The hash of the last event.
    head: str
    #: Rows of figures.json.
    figures: Sequence[Mapping[str, Any]]
    #: Contents of the texts by their digests.
    texts: Mapping[str, Any]

    @property
    def process(self) -> Process:
        """The public state."""
        return self.told.process

    def text(self, body: Body | None) -> Both | Written:
        """Give a text; where it is not public, that it is not."""
        found = self.texts.get(body.digest) if body is not None else None
        return Written(found) if _is_text(found) else words("dossier.text_missing")

    def given(self, body: Body | None) -> list[Part]:
        """Give a text, and by delegation of which office it was given, where it was."""
        return [self.text(body), *self.by_delegation(body.id if body is not None else "")]

    def by_delegation(self, name: str) -> list[Part]:
        """Say by delegation of which office a text was given, by its id, or a document, by its digest; where it was."""
        offices = self.told.delegated.get(name, ())
        return (
            [words("delegation.of", offices=joined([self.office(key) for key in offices]))] if offices else []
        )

    def document(self, digest: str) -> Both | Written:
        """Give the text of a document; of a questionnaire, where it is."""
        found = self.texts.get(digest)
        if isinstance(found, Mapping) and set(found) == {"files", "text"}:
            found = self.texts.get(str(found["text"]))
        if _is_text(found):
            return Written(found)
        return words("dossier.text_missing" if found is None else "dossier.questionnaire", digest=digest)

    def stage(self, key: str | None, round: int | None = None) -> Both:
        """Name a stage, its axis where it has one, and its round where there are several."""
        definition = self.process.stages.get(key or "")
        if definition is None:
            label = plain(key or "–")
        else:
            lanes = self.process.lanes
            label = Both(stage_name(definition, lanes, ("fr",)), stage_name(definition, lanes, ("en", "fr")))
        if round is None or self.process.round < 2:
            return label
        return words("dossier.stage_in_round", label=label, number=round)

    def office(self, key: str) -> Both:
        """Name an office."""
        held = self.process.offices.get(key)
        return labelled(held.label) if held else plain(key)

    def lane(self, key: str | None) -> Both:
        """Name an axis."""
        label = self.process.lanes.get(key or "")
        return labelled(label) if label else (plain(key) if key else words("dossier.no_lane"))

    def theme(self, key: str) -> Both:
        """Name a theme."""
        label = self.process.themes.get(key)
        return labelled(label) if label else plain(key)


def _is_text(content: Any) -> TypeGuard[Mapping[str, str]]:
    return isinstance(content, Mapping) and all(isinstance(said, str) for said in content.values())


def when(at: datetime | None) -> str | None:
    """Write an instant in Paris time, the same in both languages: 2027-03-01 18:00."""
    return None if at is None else f"{at.astimezone(_PARIS):%Y-%m-%d %H:%M}"


def joined(several: Sequence[Both]) -> Both:
    """Put names one after the other."""
    return Both(", ".join(one.fr for one in several), ", ".join(one.en for one in several))


def table(caption: str, columns: str, rows: Sequence[Sequence[Cell]], **args: Shown | Both) -> Table:
    """Make a table: keys of the catalogue for its caption, and for its columns, one behind another."""
    heads = [words(f"dossier.column.{name}") for name in columns.split()]
    return Table(caption=words(f"dossier.table.{caption}", **args), columns=heads, rows=rows)
