"""Meetings of the council."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.MeetingConvened: by_name(acts.ConveneMeeting),
    ev.MeetingCancelled: by_name(acts.CancelMeeting),
    ev.MeetingHeld: by_name(acts.HoldMeeting),
    ev.MinutesRecorded: by_name(acts.RecordMinutes),
}
