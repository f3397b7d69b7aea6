"""A whole concertation played in memory: three axes, 100 participants, a council of seven, two rounds.

Its commands, with their instants, are what `decide_per_s` asks; its events are what `fold_10k_s` folds. It follows the
built-in procedure `assises-ia` with real durations. `tests/` play scenes; this plays one whole piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from domain import acts
from domain.acts import SYSTEM, Act, Actor, Attendance, Body, Command, Position, SealFigures
from domain.builtin import builtin
from domain.decide import decide, next_deadline
from domain.digests import digest
from domain.events import Event
from domain.evolve import fold
from domain.procedure import Procedure
from domain.process import Ballot, BallotState, Process, State
from domain.refusals import Refusal
from domain.treatment.sources import records, reservations
from store.procedures import procedure_digest

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ID = "00000000-0000-4000-8000-000000000001"
COORDINATOR = "coordinator"

Asked = tuple[Command, datetime]


def body(text: str) -> Body:
    """Give the body of a text, as the store would name it."""
    return Body(id=digest(text)[:32], digest=digest(text))


class Play:
    """A concertation in the making: asks, folds, and writes down what was asked when."""

    def __init__(self, procedure: Procedure, concertation: str = ID, start: datetime = START) -> None:
        """Draft it by its coordinator."""
        self.now = start
        self.process = Process(id=concertation)
        self.asked: list[Asked] = []
        self.events: list[Event] = []
        self.refusals = 0
        self.do(
            acts.DraftConcertation(
                slug=f"essai-{concertation}",
                title={"fr": "Essai"},
                procedure=procedure,
                procedure_digest=procedure_digest(procedure),
            )
        )

    def ask(self, act: Act, by: str = COORDINATOR, stage: str | None = None) -> list[Event] | Refusal:
        """Ask, and go on from what it brought about."""
        run = self.process.runs.get(stage) if stage is not None else None
        command = Command(
            id=f"c{len(self.asked)}",
            concertation=self.process.id,
            actor=Actor(member=by, platform_roles=("coordinator",) if by == COORDINATOR else ()),
            act=act,
            round=run.round if run is not None else None,
            stage=stage,
        )
        self.asked.append((command, self.now))
        answer = decide(self.process, command, self.now)
        if not isinstance(answer, Refusal):
            self.process = fold(self.process, answer)
            self.events += answer
        return answer

    def do(self, act: Act, by: str = COORDINATOR, stage: str | None = None) -> None:
        """Ask what must be accepted."""
        answer = self.ask(act, by, stage)
        if isinstance(answer, Refusal):
            raise RuntimeError(f"{act.kind} by {by} was refused: {answer}")

    def try_in_vain(self, act: Act, by: str, stage: str | None = None) -> None:
        """Ask what must be refused."""
        answer = self.ask(act, by, stage)
        if not isinstance(answer, Refusal):
            raise RuntimeError(f"{act.kind} by {by} was accepted")
        self.refusals += 1

    def tick(self) -> None:
        """Let time do what is due, as the workflow would."""
        self.do(acts.Tick(), by=SYSTEM)
        for run in self.process.runs.values():
            if run.state is State.SEALING:
                self.do(acts.RecordSeal(figures=self._figures()), by=SYSTEM, stage=run.key)

    def _figures(self) -> SealFigures:
        colleges: dict[str, int] = {}
        for member in self.process.members.values():
            if member.college is not None:
                colleges[member.college] = colleges.get(member.college, 0) + 1
        total = sum(colleges.values())
        return SealFigures(
            root="0" * 64, count=total, by_college=colleges, by_channel={"online": total}, entitled=colleges
        )

    def until(self, stage: str, state: State) -> None:
        """Move from deadline to deadline until a stage is in a state."""
        while self.process.runs[stage].state is not state:
            deadline = next_deadline(self.process)
            if deadline is None:
                raise RuntimeError(f"{stage} never came to {state}")
            self.now = max(self.now, deadline)
            self.tick()

    def enrol(self, number: int) -> None:
        """Enrol so many participants, spread over the colleges."""
        assert self.process.procedure is not None
        colleges = [college.id for college in self.process.procedure.colleges]
        for index in range(number):
            self.do(acts.EnrolMember(member=f"member-{index:03}", college=colleges[index % len(colleges)]))

    def appoint_all(self) -> None:
        """Give every seat that must be held to somebody, named after the office."""
        for office in tuple(self.process.offices.values()):
            held = sum(1 for term in office.terms if term.until is None)
            for seat in range(held + 1, max(office.required, min(office.seats, 6)) + 1):
                member = f"{office.id}-{seat}"
                self.do(acts.EnrolMember(member=member, elected=True, college=office.college))
                self.do(acts.AppointMember(office=office.id, member=member))

    def vote_all(self, positions: Iterable[Position], but: frozenset[str] = frozenset()) -> None:
        """Let every seat of the latest ballot vote until it is over; positions are taken in turn."""
        ballot = self.ballot()
        cycle = tuple(positions)
        for index, seat in enumerate(ballot.seats):
            office, _, number = seat.partition("/")
            voter = f"{office}-{number}" if number else seat
            if voter in but or self.process.ballots[ballot.id].state is BallotState.CLOSED:
                continue
            self.do(
                acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=cycle[index % len(cycle)]),
                by=voter,
            )

    def ballot(self) -> Ballot:
        """Give the latest running ballot."""
        return [b for b in self.process.ballots.values() if b.state is not BallotState.CLOSED][-1]


FOR = (Position.FAVOURABLE,)
MOSTLY = (Position.FAVOURABLE, Position.FAVOURABLE, Position.ABSTAIN)
DAY = timedelta(days=1)


def whole_piece(participants: int = 100, recommendations: int = 30, reports: int = 3) -> Play:
    """Play the assizes from draft to end: referred back once, so two rounds; `reports` on each commitment."""
    play = Play(builtin("assises-ia"))
    play.enrol(participants)
    play.appoint_all()
    for name in ("Dossier de concertation", "Annexe", "Charte"):
        play.do(acts.AttachDocument(document=body(name), title={"fr": name}))
    play.do(acts.AttachDocument(document=body("Questions"), title={"fr": "Questions"}, questionnaire=True))
    play.do(
        acts.AttachDocument(document=body("Grille"), title={"fr": "Grille"}, stage="avis", questionnaire=True)
    )
    play.try_in_vain(acts.Launch(opens_at=play.now + DAY), by="member-001")
    play.do(acts.Launch(opens_at=play.now + 40 * DAY))
    _sign(play)
    for round_ in (1, 2):
        _call_for_input(play, first=round_ == 1)
        _review(play, acts.Conclusion.REFER_BACK if round_ == 1 else acts.Conclusion.FAVOURABLE)
    _synthesis(play, recommendations)
    _decision(play)
    _follow_up(play, reports)
    return play


def _sign(play: Play) -> None:
    for office in ("copresidence-etat", "copresidence-locale"):
        ballot = play.ballot()
        play.do(
            acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=Position.FAVOURABLE),
            by=f"{office}-1",
        )


def _call_for_input(play: Play, first: bool) -> None:
    play.until("appel", State.AWAITING_OPENING)
    play.vote_all(MOSTLY)
    play.until("appel", State.OPEN)
    play.try_in_vain(
        acts.ExtendStage(closes_at=play.now, seen_closes_at=play.now, reason="?"), "member-002", "appel"
    )
    if first:
        _hearings(play)
        closes_at = play.process.runs["appel"].closes_at
        assert closes_at is not None
        later = acts.ExtendStage(
            closes_at=closes_at + 7 * DAY, seen_closes_at=closes_at, reason="Congés scolaires d’une zone."
        )
        play.do(later, stage="appel")
        _sign(play)
    play.until("appel", State.AWAITING_CONCLUSION)
    play.vote_all(MOSTLY)


def _hearings(play: Play) -> None:
    """Four in each axis, one after the other, while the call for input runs; those heard approve the records."""
    for stage, lane in ((f"auditions.{lane}", lane) for lane in play.process.lanes):
        for number in range(4):
            hearing, witnesses = f"{stage}-{number}", tuple(f"member-{number * 3 + i:03}" for i in range(3))
            starts_at = play.now + timedelta(hours=1)
            window = acts.ScheduleHearing(
                hearing=hearing,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=2),
                witnesses=witnesses,
                urgent="Quatre auditions en une journée.",
            )
            play.do(window, stage=stage)
            if number == 0:
                _calls(play, hearing, stage)
                starts_at += timedelta(minutes=30)
            play.try_in_vain(acts.HoldHearing(hearing=hearing, heard=witnesses), COORDINATOR, stage)
            play.now = starts_at
            play.do(acts.HoldHearing(hearing=hearing, heard=witnesses), stage=stage)
            play.do(acts.DraftRecord(hearing=hearing, record=body(f"{lane} {number}")), stage=stage)
            play.do(acts.RecordHearing(hearing=hearing, record=body(f"{lane} {number}")), stage=stage)
            play.vote_all(FOR)


def _calls(play: Play, hearing: str, stage: str) -> None:
    """Three ask to be heard: one is called, one declined, one thinks again. The hearing begins half an hour later."""
    for number, member in enumerate(("member-012", "member-013", "member-014")):
        play.do(acts.RequestHearing(request=f"{hearing}/{number}", text=body(member)), member, stage)
    called = acts.CallWitness(
        hearing=hearing, witness="member-012", request=f"{hearing}/0", urgent="Désistement d’un organisme."
    )
    play.do(called, stage=stage)
    play.do(acts.DeclineRequest(request=f"{hearing}/1", reason="Déjà entendu."), stage=stage)
    play.do(acts.WithdrawRequest(request=f"{hearing}/2"), "member-014", stage)
    set_ = play.process.hearings[hearing]
    moved = acts.MoveHearing(
        hearing=hearing,
        starts_at=set_.starts_at + timedelta(minutes=30),
        ends_at=set_.ends_at + timedelta(minutes=30),
        seen_starts_at=set_.starts_at,
        reason="Retard d’un train.",
        urgent="Retard d’un train.",
    )
    play.do(moved, stage=stage)
    play.do(acts.AnswerCall(hearing=hearing, comes=False, reason="Empêchement."), "member-012", stage)


def _review(play: Play, conclusion: acts.Conclusion) -> None:
    council = [f"conseil-{seat}" for seat in range(1, 7)]
    play.until("avis", State.OPEN)
    for member in council:
        play.do(acts.DeclareInterest(themes=("sante",)), by=member)
    first_round = play.process.round == 1
    if first_round:
        play.do(acts.WithdrawFromReview(reason="Lien avec un candidat."), by="conseil-6", stage="avis")
    for member in council[:5]:
        play.do(acts.StatePosition(position=conclusion, statement=body(member)), by=member, stage="avis")
    for version in (1, 2, 3):
        text = body(f"avis {play.process.round}/{version}")
        play.do(acts.DraftOpinion(text=text, conclusion=conclusion), by="conseil-1", stage="avis")
        play.do(
            acts.MakeReservation(reservation=f"r{play.process.round}-{version}", text=text),
            by="conseil-2",
            stage="avis",
        )
    meeting = _meet(play)
    vote = acts.PutOpinionToVote(text=text.digest, meeting=meeting)
    play.do(vote, by="presidence-conseil-1", stage="avis")
    if first_round:
        ballot = play.ballot()
        play.try_in_vain(
            acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=Position.FAVOURABLE), "conseil-6"
        )
    play.do(acts.GiveProxy(ballot=play.ballot().id, to="conseil-1"), by="conseil-5")
    play.vote_all(FOR, but=frozenset({"conseil-6"} if first_round else ()))


def _meet(play: Play) -> str:
    """The council fills in its grid, meets five days after its convocation, and leaves minutes."""
    chair, meeting = "presidence-conseil-1", f"reunion {play.process.round}"
    for member in (chair, "conseil-1", "conseil-2", "conseil-3"):
        marks = {"economique": 3, "social": 4, "juridique": 2}
        act = acts.Evaluate(questionnaire=body("Grille").digest, marks=marks, reasons=body(member))
        play.do(act, member, "avis")
    starts_at = play.now + 5 * DAY
    convened = acts.ConveneMeeting(
        meeting=meeting, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), agenda=body("ordre")
    )
    play.do(convened, chair, "avis")
    play.now = starts_at
    there = {"presidence-conseil/1": Attendance.PRESENT, "conseil/1": Attendance.REMOTE}
    others = dict.fromkeys((f"conseil/{seat}" for seat in range(2, 5)), Attendance.PRESENT)
    play.do(acts.HoldMeeting(meeting=meeting, attendance=there | others), chair, "avis")
    play.do(acts.RecordMinutes(meeting=meeting, minutes=body("pv")), chair, "avis")
    return meeting


def _synthesis(play: Play, recommendations: int) -> None:
    play.until("synthese", State.OPEN)
    rapporteurs = {
        office.lane: f"{office.id}-1" for office in play.process.offices.values() if office.lane is not None
    }
    for index in range(recommendations):
        lane = list(play.process.lanes)[index % len(play.process.lanes)]
        play.do(
            acts.MakeRecommendation(
                recommendation=f"recommandation-{index:03}",
                lane=lane,
                themes=("sante", "education"),
                addressees=("ministere", "associations-elus"),
                sources=tuple(f"contribution-{index}-{source}" for source in range(5)),
                text=body(f"recommandation {index}"),
            ),
            by=rapporteurs[lane],
            stage="synthese",
        )
    for version in (1, 2):
        for lane in play.process.lanes:
            text = body(f"chapitre {lane}/{version}")
            play.do(acts.SubmitChapter(lane=lane, text=text), by=rapporteurs[lane], stage="synthese")
    _treatment(play)
    nothing = acts.TreatmentFigures(by_kind={})
    assembled = acts.AssembleSynthesis(text=body("synthèse"), treatment=nothing)
    play.do(assembled, by="rapporteur-general-1", stage="synthese")


def _treatment(play: Play) -> None:
    """Ascertain something, cite what was heard, set a contribution aside and take it back, answer every reservation."""
    by, text = "rapporteur-general-1", body("constat")
    made = acts.MakeAscertainment(ascertainment="constat", lane=None, themes=(), sources=(), text=text)
    heard = tuple(hearing.id for hearing in records(play.process, play.process.round, "synthese"))
    answers = [
        acts.AnswerReservation(reservation=name, answer=acts.Settlement.MAINTAINED, reasons=text)
        for name in reservations(play.process, play.process.round, "synthese")
    ]
    aside = acts.SetAside(contributions=("contribution-0-9",), reason="Hors du sujet")
    back = acts.TakeBack(contributions=aside.contributions)
    said: list[Act] = [made, acts.CiteSources(item="constat", add=heard), aside, back, *answers]
    for act in said:
        play.do(act, by=by, stage="synthese")
    play.do(acts.Comment(about="constat", text=text), by="conseil-1", stage="synthese")


def _decision(play: Play) -> None:
    play.until("decision", State.OPEN)
    names = [f"recommandation-{index:03}" for index in range(_recommendations(play))]
    for name in names:
        for addressee in ("ministere", "associations-elus"):
            play.do(
                acts.Respond(
                    recommendation=name,
                    addressee=addressee,
                    answer=acts.Answer.FOLLOWED_IN_PART,
                    reasons=body(f"réponse {name} {addressee}"),
                ),
                by=f"{addressee}-1",
                stage="decision",
            )
    issue = acts.IssueDecision(text=body("décision"), reasons=body("motifs de la décision"))
    play.do(issue, by="autorite-1", stage="decision")
    _sign(play)


def _recommendations(play: Play) -> int:
    return sum(len(synthesis.recommendations) for synthesis in play.process.syntheses.values())


def _follow_up(play: Play, reports: int) -> None:
    play.until("suivi", State.OPEN)
    commitments = [f"engagement-{index:03}" for index in range(_recommendations(play))]
    for index, name in enumerate(commitments):
        play.do(
            acts.MakeCommitment(
                commitment=name,
                recommendation=f"recommandation-{index:03}",
                owner="ministere",
                due_at=play.now + 300 * DAY,
                text=body(name),
            ),
            by="ministere-1",
            stage="suivi",
        )
    for _ in range(reports):
        play.now += 20 * DAY
        for name in commitments:
            report = body(f"point {name} {play.now}")
            play.do(
                acts.ReportProgress(commitment=name, status="under_way", report=report),
                by="ministere-1",
                stage="suivi",
            )
    for name in commitments:
        play.do(
            acts.ReportProgress(commitment=name, status="kept", report=report),
            by="ministere-1",
            stage="suivi",
        )
    play.do(acts.PublishObservation(text=body("observation")), by="garant-1")
    play.do(acts.PublishImplementationReport(text=body("bilan")), by="autorite-1", stage="suivi")
    play.until("suivi", State.CONCLUDED)
