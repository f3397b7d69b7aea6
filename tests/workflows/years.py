"""A concertation of two years and two rounds, played by its people: the same for the tests and for the histories."""

from temporalio.testing import WorkflowEnvironment

from domain import acts
from domain.acts import Answer, Conclusion, Position
from domain.process import BallotState, State
from tests.unit.procedures import (
    GATE_OPENING,
    call_for_input,
    decision,
    follow_up,
    hearings,
    procedure,
    review,
    synthesis,
)
from tests.workflows.engine import DAY, Engine, body, skip_to

CAST = (
    ("conseil", "ada"),
    ("conseil", "bob"),
    ("general", "editor"),
    ("ministre", "minister"),
    ("dinum", "dinum"),
    ("garant", "warden"),
)
COUNCIL = ("chair", "ada", "bob")

FOLLOWED = procedure(
    call_for_input(approvals=[GATE_OPENING]),
    hearings(after=["appel"]),
    review(after=["auditions"]),
    synthesis(),
    decision(),
    follow_up(),
)


class Years:
    """The people of the concertation, doing their part whenever their stage is open."""

    def __init__(self, engine: Engine, environment: WorkflowEnvironment) -> None:
        self.engine = engine
        self.environment = environment

    async def reach(self, stage: str, state: State) -> None:
        """Skip from day to day until a stage of the round is in a state."""
        for _ in range(150):
            run = (await self.engine.process()).runs[stage]
            if (run.round, run.state) == (self.engine.round, state):
                return
            await skip_to(self.environment, await self.environment.get_current_time() + DAY)
        raise AssertionError(f"{stage} is {run.state} in round {run.round}")

    async def vote(self, position: Position = Position.FAVOURABLE) -> None:
        process = await self.engine.process()
        ballot = next(ballot for ballot in process.ballots.values() if ballot.state is not BallotState.CLOSED)
        for voter in COUNCIL:
            await self.engine.do(
                acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=position), voter
            )

    async def gate(self) -> None:
        await self.reach("appel", State.AWAITING_OPENING)
        await self.vote()
        await self.reach("appel", State.OPEN)

    async def give_opinion(self, conclusion: Conclusion) -> None:
        await self.reach("avis", State.OPEN)
        text = body(f"avis {self.engine.round}")
        await self.engine.do(acts.DraftOpinion(text=text, conclusion=conclusion), "ada", "avis")
        await self.engine.do(acts.PutOpinionToVote(text=text.digest), "chair", "avis")
        await self.vote()

    async def synthesise(self) -> None:
        await self.reach("synthese", State.OPEN)
        engine = self.engine
        await engine.do(acts.SubmitChapter(lane=None, text=body("chapitre")), "writer", "synthese")
        recommendation = acts.MakeRecommendation(
            recommendation="r1",
            lane=None,
            themes=("sante",),
            addressees=("dinum",),
            sources=(),
            text=body("r1"),
        )
        await engine.do(recommendation, "writer", "synthese")
        await engine.do(acts.AssembleSynthesis(text=body("synthese")), "editor", "synthese")

    async def decide(self) -> None:
        await self.reach("decision", State.OPEN)
        answer = acts.Respond(
            recommendation="r1", addressee="dinum", answer=Answer.FOLLOWED, reasons=body("suivie")
        )
        await self.engine.do(answer, "dinum", "decision")
        embargo = await self.environment.get_current_time() + 3 * DAY
        decision = acts.IssueDecision(
            text=body("decision"), reasons=body("motifs"), embargo_until=embargo, early_readers=("minister",)
        )
        await self.engine.do(decision, "minister", "decision")

    async def follow_up(self) -> None:
        await self.reach("suivi", State.OPEN)
        commitment = acts.MakeCommitment(
            commitment="e1",
            recommendation="r1",
            owner="dinum",
            due_at=await self.environment.get_current_time() + 300 * DAY,
            text=body("engagement"),
        )
        await self.engine.do(commitment, "dinum", "suivi")
        await skip_to(self.environment, await self.environment.get_current_time() + 250 * DAY)
        report = acts.ReportProgress(commitment="e1", status="kept", report=body("tenu"))
        await self.engine.do(report, "dinum", "suivi")
        await self.engine.do(acts.PublishImplementationReport(text=body("bilan")), "minister", "suivi")
        await skip_to(self.environment, await self.environment.get_current_time() + 750 * DAY)

    async def play(self) -> None:
        """From the draft to the end of the follow-up."""
        opens_at = await self.environment.get_current_time() + 20 * DAY
        await self.engine.launch(opens_at, FOLLOWED, CAST)
        await self.gate()
        await self.give_opinion(Conclusion.REFER_BACK)
        self.engine.round = 2
        await self.gate()
        await self.give_opinion(Conclusion.FAVOURABLE)
        await self.synthesise()
        await self.decide()
        await self.follow_up()
        await self.engine.handle().result()
