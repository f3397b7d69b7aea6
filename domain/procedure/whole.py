"""A whole procedure: its parts, its rounds, the acts that need signatures, what the operator set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.notation import UNSET, Identifier, Label, Named, Span, Text, label_of, name_of
from domain.procedure.ballots import Signoff
from domain.procedure.part import Part
from domain.procedure.people import Channel, College, Lane, Office, Theme
from domain.procedure.stages import Stage


class Rounds(Part):
    """How often the work may be taken up again, and what happens when no round is left."""

    maximum: Annotated[int, Field(ge=1, le=10)] = 1
    last_resort: Literal["go_on_published", "stop"] = "go_on_published"
    carry_over: Literal["keep", "ask", "none"] = "keep"


class Overrule(Part):
    """A rule set aside by the operator, with the recorded reason."""

    rule: Text
    """Id of the rule, as findings name it (`legal.RULES`)."""
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


SIGNABLE = (
    "launch", "extension", "postponement", "early_closing", "suspension", "resumption",
    "reopening", "rectification", "migration", "abandonment", "decision",
)  # fmt: skip
"""Acts that a procedure may put behind signatures."""


def _signable(act: str) -> str:
    if act not in SIGNABLE:
        raise PydanticCustomError(
            "signoff_unknown_act",
            "not an act that can be signed; known: {known}",
            {"known": ", ".join(SIGNABLE)},
        )
    return act


Signable = Annotated[
    str, AfterValidator(_signable), WithJsonSchema({"type": "string", "enum": list(SIGNABLE)})
]


class Procedure(Part):
    """A versioned procedure. A running concertation keeps the version that it started with until it is migrated."""

    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    label: Label
    summary: Label | None = None
    legal_profile: Literal["free", "open_consultation", "environment", "public_debate"] = "free"
    sandbox: bool = False
    """Seconds instead of weeks: for demonstrations and tests; never for a real concertation."""
    timezone: Text = "Europe/Paris"
    territories: Annotated[tuple[Text, ...], Field(max_length=200)] = ("FR",)
    notice: Span = timedelta(days=15)
    """Announcement before the first opening."""
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(Channel))] = (Channel.ONLINE,)
    colleges: Annotated[tuple[College, ...], Field(min_length=1, max_length=50)]
    lanes: Annotated[tuple[Lane, ...], Field(max_length=30)] = ()
    themes: Annotated[tuple[Theme, ...], Field(max_length=200)] = ()
    offices: Annotated[tuple[Office, ...], Field(max_length=500)] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=60)]
    signoffs: dict[Signable, Signoff] = Field({})
    rounds: Rounds = Rounds()
    time_to_appeal: Annotated[Span | None, UNSET] = None
    """How long the author of a hidden contribution may appeal; unset, and then not written: two clear months."""
    set_aside_reasons: Annotated[tuple[Named, ...], Field(max_length=50)] = ()
    """Why a contribution may be left without a recommendation; published with the treatment rate. The ledger names a
    reason by its French text."""
    overrules: Annotated[tuple[Overrule, ...], Field(max_length=50)] = ()

    def labels_of_reasons(self) -> dict[str, Label]:
        """Give the labels of the reasons for setting aside by the French text that names each."""
        return {name_of(reason): label_of(reason) for reason in self.set_aside_reasons}
