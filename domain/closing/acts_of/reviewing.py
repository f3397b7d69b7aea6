"""The scientific council."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.InterestDeclared: by_name(acts.DeclareInterest),
    ev.MemberWithdrew: by_name(acts.WithdrawFromReview),
    ev.WithdrawalDeclined: by_name(acts.DeclineWithdrawal),
    ev.MemberRecused: by_name(acts.RecuseMember),
    ev.PositionStated: by_name(acts.StatePosition),
    ev.OpinionDrafted: by_name(acts.DraftOpinion),
    ev.ReservationMade: by_name(acts.MakeReservation),
    ev.DissentRecorded: by_name(acts.RecordDissent),
}
