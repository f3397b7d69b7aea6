"""Who takes part, and by what way: roles, offices, colleges, axes, themes, channels."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.enumeration import direct
from domain.notation import Identifier, Label, Text
from domain.procedure.part import Part


@direct
class Role(StrEnum):
    """What an office entitles to; see DOMAIN.md, Words."""

    SPONSOR = "sponsor"
    CO_PRESIDENT_STATE = "co_president_state"
    CO_PRESIDENT_LOCAL = "co_president_local"
    COORDINATOR = "coordinator"
    COUNCIL_CHAIR = "council_chair"
    COUNCIL_MEMBER = "council_member"
    RAPPORTEUR = "rapporteur"
    GENERAL_RAPPORTEUR = "general_rapporteur"
    DECIDING_AUTHORITY = "deciding_authority"
    ADDRESSEE = "addressee"
    CLERK = "clerk"
    GUARANTOR = "guarantor"
    PANELLIST = "panellist"


ROLES = frozenset(Role)


@direct
class Channel(StrEnum):
    """How a contribution arrived. All channels weigh the same (D5)."""

    ONLINE = "online"
    PAPER = "paper"
    COUNTER = "counter"
    PHONE = "phone"
    HEARING = "hearing"


@direct
class Appointment(StrEnum):
    """How the holder of an office came to it; decides who may stand in (CRPA R133-3)."""

    BY_FUNCTION = "by_function"
    IN_PERSON = "in_person"
    ELECTED = "elected"


class College(Part):
    """A college: a body of participants whose quorum is counted apart (D1)."""

    id: Identifier
    label: Label


class Lane(Part):
    """An axis: a line of work that runs beside the others."""

    id: Identifier
    label: Label


class Theme(Part):
    """A theme that contributions and recommendations carry (D4)."""

    id: Identifier
    label: Label


class Office(Part):
    """An office: a role with a scope and a number of seats. People hold it for a term."""

    id: Identifier
    role: Role
    label: Label
    seats: Annotated[int, Field(ge=1, le=1000)] = 1
    required: Annotated[int, Field(ge=0, le=1000)] = 1
    """Seats that must be held before the launch."""
    college: Identifier | None = None
    lane: Identifier | None = None
    territory: Text | None = None
    appointment: Appointment = Appointment.BY_FUNCTION
