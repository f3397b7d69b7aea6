"""What an export says of a contribution: the columns of each variant, in their order. Published as a Table Schema.

The SQL functions `contribution_export` and `contribution_export_complete` give the same columns in the same order.
What each column means is in domain/interchange/meanings.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.enumeration import direct
from domain.procedure import Channel


@direct
class Variant(StrEnum):
    """Who an export is for."""

    PUBLIC = "public"
    """Everybody: the live contributions of stages that are public, without anything that tells who spoke."""
    COMPLETE = "complete"
    """The operator: every version of every contribution, with all that it takes to verify and to restore it."""


@direct
class Form(StrEnum):
    """How an export is written."""

    CSV = "csv"
    """RFC 4180: commas, UTF-8 without a mark, a header, lines that end with CR LF."""
    JSONL = "jsonl"
    """JSON Lines: an object a line, `null` where there is nothing."""


@direct
class Type(StrEnum):
    """Types of the Table Schema."""

    STRING = "string"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "datetime"
    ARRAY = "array"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: Type = Type.STRING
    required: bool = False
    #: Words that people chose: guarded against being taken for a formula in CSV.
    words: bool = False
    #: `uuid`, or empty.
    format: str = ""
    #: A regular expression, or empty.
    pattern: str = ""
    values: tuple[str, ...] = ()


_DIGEST = "[0-9a-f]{64}"
_ROUND = Column("round", Type.INTEGER, required=True)
_STAGE = Column("stage", required=True)
_ID = Column("id", required=True, format="uuid")
_VERSION = Column("version", Type.INTEGER, required=True)
_CHANNEL = Column("channel", required=True, values=tuple(channel.value for channel in Channel))
_COLLEGE = Column("college")
_ORGANISATION = Column("organisation")
_THEMES = Column("themes", Type.ARRAY, required=True)
_BODY = Column("body", words=True)
_ANSWERS = Column("answers", Type.OBJECT)
_QUESTIONNAIRE = Column("questionnaire", pattern=_DIGEST)
_HIDDEN = Column("hidden_at", Type.DATETIME)
_REDACTED = Column("redacted_at", Type.DATETIME)
_LEAF = Column("leaf", required=True, pattern=_DIGEST)

PUBLIC = (
    _ROUND, _STAGE, _ID, _VERSION, Column("submitted_on", Type.DATE, required=True), _CHANNEL, _COLLEGE, _ORGANISATION,
    Column("organisation_name", words=True), Column("departement"), _THEMES, _BODY, _ANSWERS, _QUESTIONNAIRE, _HIDDEN,
    _REDACTED, _LEAF,
)  # fmt: skip
COMPLETE = (
    _ROUND, _STAGE, _ID, _VERSION, Column("concertation", required=True, format="uuid"),
    Column("member", required=True), _COLLEGE, _ORGANISATION, Column("territory"), _CHANNEL, _THEMES, _BODY, _ANSWERS,
    _QUESTIONNAIRE, Column("posted_at", Type.DATETIME), Column("received_at", Type.DATETIME),
    Column("submitted_at", Type.DATETIME, required=True), Column("actor", required=True), Column("place", words=True),
    Column("reference", words=True), Column("batch", format="uuid"), Column("supersedes", format="uuid"),
    Column("superseded_at", Type.DATETIME), Column("supersede_reason", words=True),
    Column("withdrawn_at", Type.DATETIME), Column("carried_from", format="uuid"), _HIDDEN, _REDACTED,
    Column("measure", format="uuid"), Column("receipt", required=True),
    Column("command", required=True, pattern="[0-9a-f]{32}"), Column("salt", required=True, pattern="[0-9a-f]{32}"),
    _LEAF,
)  # fmt: skip
COLUMNS = {Variant.PUBLIC: PUBLIC, Variant.COMPLETE: COMPLETE}
