"""Hearings."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.HearingScheduled: by_name(acts.ScheduleHearing),
    ev.HearingMoved: by_name(acts.MoveHearing),
    ev.HearingHeld: by_name(acts.HoldHearing),
    ev.HearingCancelled: by_name(acts.CancelHearing),
    ev.HearingRequested: by_name(acts.RequestHearing),
    ev.RequestWithdrawn: by_name(acts.WithdrawRequest),
    ev.RequestDeclined: by_name(acts.DeclineRequest),
    ev.WitnessCalled: by_name(acts.CallWitness),
    ev.CallAnswered: by_name(acts.AnswerCall),
    ev.WitnessReplaced: by_name(acts.ReplaceWitness),
    ev.RecordDrafted: by_name(acts.DraftRecord),
    ev.HearingRecorded: by_name(acts.RecordHearing),
    ev.RecordCorrected: by_name(acts.CorrectRecord),
}
