"""A concertation: everything in it, resolved from one snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, argument, field

from api.ballots import Ballot, ballot_of
from api.calendar import CalendarEntry, calendar_of
from api.closing import WithClosingArchive
from api.connections import After, Connection, First, connection, connection_of_list, limit, position
from api.context import Info
from api.contribution_exports import WithExports
from api.contributions import Figures, figures_of
from api.council import WithCouncil
from api.decisions import WithDecision, whole_days
from api.dispatch import WithNotices
from api.enumerations import BallotState, ContributionOrder, Outcome, Phase, Role
from api.events import LedgerEvent, event_of
from api.finding import ContributionConnection, ContributionFilter, find_contributions
from api.follow_up import WithFollowUp
from api.grouping import WithGroupings
from api.hearing_days import WithHearings
from api.ids import global_id
from api.impact import WithImpact
from api.letter_batches import WithLetters
from api.moderation import WithModeration
from api.nodes import Node, Text, text
from api.organisations import WithOrganisations
from api.people import Delegation, Member, Office, delegation_of, member_of, office_of, speakers_for
from api.procedures import Procedure, procedure_of
from api.scalars import Multilingual
from api.snapshot import Snapshot
from api.stages import Round, Stage, stage_from, stage_of
from api.structure import College, Document, Lane, Theme, colleges, document_of, lane, themes
from api.synthesis import Recommendation, Synthesis, recommendations_seen, synthesis_of
from api.viewing import awaited_by
from api.webhooks import Webhook, webhooks_of
from domain import awaited as domain
from domain.awaited import awaited
from domain.decide import next_deadline
from domain.texts import localised

OfRound = Annotated[
    int | None, argument(description="Only of this round; the current one if nothing is said.")
]


@strawberry.type(description="What people, not time, must do: what, who, since when. Silence is public.")
class Awaited:
    at: Private[Snapshot]
    what: str = field(
        description="What is awaited: `launch`, `vote`, `subject`, `resumption`, `request`, `hearing`, `record`, "
        "`meeting`, `minutes`, `withdrawal`, `evaluation`, `opinion`, `chapter`, `reservation`, `synthesis`, "
        "`response`, `decision`, `implementation_report`, `guarantor_report`, `answer_to_guarantor`, "
        "`appointment`, `seal`."
    )
    round: int | None = field(description="The round.")
    stage_key: str | None = field(description="The key of the stage.")
    roles: list[Role] = field(description="The roles that are awaited, where no seat is named.")
    seats: list[str] = field(description="The seats, offices or members that are awaited, by their keys.")
    about: str | None = field(
        description="The ballot, hearing, request, meeting, organisation, axis or recommendation, by its name."
    )
    since: datetime | None = field(description="Since when.")
    days: int = field(description="How many whole days it has been awaited.")
    until: datetime | None = field(description="Until when, where there is a term.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key, self.round)

    @field(description="The ballot whose votes are awaited.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.about)

    @field(description="The persons who are awaited: those who hold the seats and offices now.")
    def members(self) -> list[Member]:
        return [m for key in self.seats for m in speakers_for(self.at, key)]


@strawberry.type(description="A concertation: the whole process, from draft to follow-up.")
class Concertation(
    WithOrganisations,
    WithHearings,
    WithCouncil,
    WithFollowUp,
    WithImpact,
    WithModeration,
    WithGroupings,
    WithExports,
    WithClosingArchive,
    WithNotices,
    WithLetters,
    WithDecision,
    Node,
):
    at: Private[Snapshot]
    slug: str = field(description="Its name in addresses.")
    titles: Multilingual = field(description="Its title in every language given.")
    phase: Phase = field(description="Where it stands.")
    outcome: Outcome | None = field(description="How it ended.")
    round: int = field(description="The current round; 0 before the launch.")
    seq: int = field(description="The number of the last event in its ledger.")
    territories: list[str] = field(description="The codes of the territories concerned.")
    launched_at: datetime | None = field(description="When it was announced.")
    ended_at: datetime | None = field(description="When it ended.")
    suspended_at: datetime | None = field(description="Since when everything is suspended.")
    implementation_report: Text | None = field(description="The report that ends the follow-up.")

    @field(description="Its title in the language of the request.")
    def title(self, info: Info) -> str:
        return localised(self.titles, info.context.languages)

    @field(description="The instant at which this was read, by the only clock that counts.")
    def read_at(self) -> datetime:
        return self.at.now

    @field(
        description="The procedure that it follows, in the version that it started with or was migrated to."
    )
    def procedure(self) -> Procedure | None:
        process = self.at.process
        return procedure_of(process.procedure, process.procedure_digest, None) if process.procedure else None

    @field(description="The concertation that it is a part of.")
    async def parent(self, info: Info) -> Annotated[Concertation, strawberry.lazy("api.concertation")] | None:
        parent = self.at.process.parent
        return await concertation_by_key(info, parent) if parent else None

    @field(description="Its colleges.")
    def colleges(self) -> list[College]:
        return colleges(self.at)

    @field(description="Its axes.")
    def lanes(self) -> list[Lane]:
        return [found for key in self.at.process.lanes if (found := lane(self.at, key))]

    @field(description="Its themes.")
    def themes(self) -> list[Theme]:
        return themes(self.at, tuple(self.at.process.themes))

    @field(description="The current run of every stage, in the order of the procedure.")
    def stages(self) -> list[Stage]:
        return [stage_from(self.at, run) for run in self.at.process.runs.values()]

    @field(description="One stage by its key.")
    def stage(
        self, key: Annotated[str, argument(description="The key of the stage.")], round: OfRound = None
    ) -> Stage | None:
        return stage_of(self.at, key, round)

    @field(description="The stages that are open at this very moment.")
    def open_stages(self) -> list[Stage]:
        return [stage for stage in self.stages() if stage.is_open()]

    @field(description="Its rounds, the first one first.")
    def rounds(self) -> list[Round]:
        return [Round(at=self.at, number=n) for n in range(1, self.at.process.round + 1)]

    @field(description="The dates of every stage in every round: announced, and as they came.")
    def calendar(self) -> list[CalendarEntry]:
        return calendar_of(self.at)

    @field(description="The documents that participants must have.")
    def information_file(self) -> list[Document]:
        return [document_of(self.at, d) for d in self.at.process.documents.values()]

    @field(description="Its members, in the order in which they were enrolled.")
    def members(
        self,
        first: First = None,
        after: After = None,
        college: Annotated[str | None, argument(description="Only of this college, by its key.")] = None,
    ) -> Connection[Member]:
        kept = [
            (key, member)
            for key, m in self.at.process.members.items()
            if college is None or m.college == college
            if (member := member_of(self.at, key))
        ]
        return connection_of_list(kept, first, after)

    @field(description="Its offices, with those who hold them.")
    def offices(self) -> list[Office]:
        return [office_of(self.at, held) for held in self.at.process.offices.values()]

    @field(description="Its delegations.")
    def delegations(self) -> list[Delegation]:
        return [delegation_of(self.at, d) for d in self.at.process.delegations.values()]

    @field(description="Its ballots, the first one first.")
    def ballots(
        self, awaiting: Annotated[bool, argument(description="Only those that are not over.")] = False
    ) -> list[Ballot]:
        return [
            ballot
            for b in self.at.process.ballots.values()
            if not awaiting or b.state is not BallotState.CLOSED
            if (ballot := ballot_of(self.at, b.id))
        ]

    @field(description="The syntheses, of every round.")
    def syntheses(self) -> list[Synthesis]:
        return [synthesis_of(self.at, s) for s in self.at.process.syntheses.values()]

    @field(description="The recommendations of the latest synthesis, once they are published.")
    def recommendations(self, info: Info) -> list[Recommendation]:
        syntheses = list(self.at.process.syntheses.values())
        latest = [s for s in syntheses if s.round == syntheses[-1].round]
        return [r for synthesis in latest for r in recommendations_seen(info, self.at, synthesis)]

    @field(description="Contributions to a stage, as far as the viewer may read them.")
    async def contributions(
        self,
        info: Info,
        stage: Annotated[str, argument(description="The key of the stage.")],
        round: OfRound = None,
        filter: Annotated[ContributionFilter | None, argument(description="Only these.")] = None,
        order_by: Annotated[ContributionOrder, argument(description="Their order.")] = (
            ContributionOrder.RECEPTION
        ),
        first: First = None,
        after: After = None,
    ) -> ContributionConnection:
        return await find_contributions(info, self.at, stage, round, filter, order_by, first, after)

    @field(description="The public figures of the calls for input: counts by college and by channel.")
    async def figures(self, info: Info, round: OfRound = None) -> list[Figures]:
        return await figures_of(info, self.at, round)

    @field(description="The ledger: everything that happened, in order.")
    async def ledger(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        after_seq: Annotated[int | None, argument(description="Begin after this number instead.")] = None,
        kinds: Annotated[list[str] | None, argument(description="Only these kinds of events.")] = None,
    ) -> Connection[LedgerEvent]:
        seen = position(after, int) or after_seq or 0
        page = await info.context.reading.ledger_page(self.at.id, first=limit(first), after=seen, kinds=kinds)
        items = [(row.seq, event_of(info, self.at, row)) for row in page.rows]
        return connection(items, more=page.more, total=page.total, after=after)

    @field(description="Who is awaited, for what, since when.")
    def awaited(self, info: Info) -> list[Awaited]:
        return [
            Awaited(
                at=self.at,
                what=a.what,
                round=a.round,
                stage_key=a.stage,
                roles=list(a.roles),
                seats=self._told(info, a),
                about=a.about,
                since=a.since,
                days=whole_days(a.since, self.at.now),
                until=a.until,
            )
            for a in awaited(self.at.process, self.at.now)
        ]

    def _told(self, info: Info, item: domain.Awaited) -> list[str]:
        """Give the seats that are awaited; of those of a secret ballot the viewer's own."""
        ballot = self.at.process.ballots.get(item.about or "") if item.what == "vote" else None
        if ballot is None:
            return list(item.seats)
        return awaited_by(info.context.viewer, self.at, ballot, item.seats)

    @field(description="Other systems that are told of its events; shown to those who conduct it.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        return await webhooks_of(info, self.at)

    @field(description="The next instant at which something happens without anybody's help.")
    def next_deadline(self) -> datetime | None:
        return next_deadline(self.at.process)


def concertation_of(at: Snapshot) -> Concertation:
    """Make a concertation."""
    process = at.process
    return Concertation(
        id=global_id("Concertation", process.id),
        at=at,
        slug=process.slug,
        titles=Multilingual(process.title),
        phase=process.phase,
        outcome=process.outcome,
        round=process.round,
        seq=process.seq,
        territories=list(process.territories),
        launched_at=process.launched_at,
        ended_at=process.ended_at,
        suspended_at=process.suspended_at,
        implementation_report=text(process.implementation_report),
    )


async def concertation_by_key(info: Info, key: str) -> Concertation | None:
    """Read a concertation by its UUID, if the viewer may see it."""
    at = await info.context.reading.snapshot(key)
    return concertation_of(at) if at else None
