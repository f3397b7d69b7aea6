"""What a stage says of the review by the scientific council, where it is one: meetings, grid, opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.snapshot import Snapshot
from domain import process
from domain.process import stage_in_round

if TYPE_CHECKING:
    from api.meetings import Meeting, MeetingRule
    from api.questionnaires import Questionnaire
    from api.review import Opinion


@strawberry.type
class WithReview:
    """Fields of the type Stage."""

    at: Private[Snapshot]
    run: Private[process.StageRun]

    @field(description="The meetings of the council on it in this round, where it is a scientific review.")
    def meetings(self) -> list[Annotated[Meeting, strawberry.lazy("api.meetings")]]:
        from api.meetings import meeting_of

        return [
            meeting_of(self.at, m)
            for m in self.at.process.meetings.values()
            if m.stage == self.run.key and m.round == self.run.round
        ]

    @field(description="The evaluation grid that each member of the council fills in, where there is one.")
    async def evaluation_grid(
        self, info: Info
    ) -> Annotated[Questionnaire, strawberry.lazy("api.questionnaires")] | None:
        from api.evaluation import grid_asked
        from api.questionnaires import questionnaire_of

        kept = await grid_asked(info, self.at, self.run.key)
        return questionnaire_of(kept) if kept else None

    @field(description="The rule of the council's meetings, where it votes on its opinion in a meeting.")
    def meeting_rule(self) -> Annotated[MeetingRule, strawberry.lazy("api.meetings")] | None:
        from api.meetings import meeting_rule_of

        return meeting_rule_of(self.at.process.stages[self.run.key].meeting)

    @field(description="The council's opinion, where it is a scientific review.")
    def opinion(self) -> Annotated[Opinion, strawberry.lazy("api.review")] | None:
        from api.review import opinion_of

        found = self.at.process.opinions.get(stage_in_round(self.run.round, self.run.key))
        return opinion_of(self.at, found) if found else None
