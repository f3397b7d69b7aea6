"""Hearings."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.HearingScheduled: by_name(acts.ScheduleHearing),
    ev.HearingHeld: by_name(acts.HoldHearing),
    ev.HearingCancelled: by_name(acts.CancelHearing),
    ev.HearingRecorded: by_name(acts.RecordHearing),
}
