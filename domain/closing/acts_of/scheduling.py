"""The schedule of a stage, and the end before its time."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.StageExtended: by_name(acts.ExtendStage, seen_closes_at="before"),
    ev.StagePostponed: by_name(acts.PostponeStage, seen_opens_at="before"),
    ev.StageClosingAdvanced: by_name(acts.CloseStageEarly, seen_closes_at="before"),
    ev.Suspended: by_name(acts.Suspend),
    ev.Resumed: by_name(acts.Resume),
    ev.StageReopened: by_name(acts.ReopenStage),
    ev.RectificationOpened: by_name(acts.RectifyStage),
    ev.ConcertationAbandoned: by_name(acts.Abandon),
}
