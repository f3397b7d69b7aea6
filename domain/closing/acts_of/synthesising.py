"""The synthesis."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.ChapterSubmitted: by_name(acts.SubmitChapter),
    ev.RecommendationMade: by_name(acts.MakeRecommendation),
    ev.AscertainmentMade: by_name(acts.MakeAscertainment),
    ev.SourcesCited: by_name(acts.CiteSources),
    ev.ContributionsSetAside: by_name(acts.SetAside),
    ev.SetAsideTakenBack: by_name(acts.TakeBack),
    ev.ReservationAnswered: by_name(acts.AnswerReservation),
    ev.CommentMade: by_name(acts.Comment),
    ev.SynthesisAssembled: by_name(acts.AssembleSynthesis),
}
