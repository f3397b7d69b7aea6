"""A whole concertation to be archived: a call for input that a crowd answered, and all that came of it, with its texts.

One round of the procedure `standard`, without hearings: an opinion, recommendations that cite 200 contributions each, a
response and a commitment to each of them. Everything happens a second after what was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import NAMESPACE_OID, uuid5

from benchmarks.play import Play
from benchmarks.speech import questionnaire
from domain import acts
from domain.acts import Act, Body, Command, Position, SealFigures, Treated, TreatmentFigures
from domain.builtin import builtin
from domain.decide import next_deadline
from domain.digests import digest
from domain.events import Event
from domain.procedure import Kind, Procedure
from domain.process import State
from domain.refusals import Refusal
from domain.treatment.figures import ORGANISATIONS, OTHERS
from store.questionnaires import questionnaire_digest

STAGE = "appel"
SOURCES = 200
DAY = timedelta(days=1)
_WORDS = (
    "Les services publics devront publier, chaque année, la liste des systèmes qu’ils emploient, leur coût et leurs "
    "effets sur celles et ceux qui y travaillent. "
)


class Archivable(Play):
    """A play whose texts are kept, and whose seals are those of a set that exists."""

    def __init__(self, concertation: str, start: datetime) -> None:
        """Draft it, call for input, and open."""
        self.texts: dict[str, tuple[Body, dict[str, str]]] = {}
        self.figures: SealFigures | None = None
        super().__init__(procedure(), concertation, start)
        self._drafted = len(self.events)
        self.appoint_all()
        self.do(acts.AttachDocument(document=self.text("Dossier"), title={"fr": "Dossier"}))
        asked = Body(id=str(uuid5(NAMESPACE_OID, "questions")), digest=questionnaire_digest(questionnaire()))
        self.do(
            acts.AttachDocument(document=asked, title={"fr": "Questions"}, stage=STAGE, questionnaire=True)
        )
        self.do(acts.Launch(opens_at=self.now + 20 * DAY))
        self.until(STAGE, State.OPEN)

    def text(self, name: str, times: int = 10) -> Body:
        """Name a text, of some 1,500 characters, and keep it."""
        content = {"fr": f"{name}\n\n" + _WORDS * times}
        body = Body(id=str(uuid5(NAMESPACE_OID, f"{self.process.id}/{name}")), digest=digest(content))
        self.texts[body.id] = (body, content)
        return body

    def ask(self, act: Act, by: str = "coordinator", stage: str | None = None) -> list[Event] | Refusal:
        """Ask, a second after what was asked before."""
        self.now += timedelta(seconds=1)
        return super().ask(act, by, stage)

    def _figures(self) -> SealFigures:
        return self.figures or super()._figures()

    def told(self) -> Iterator[tuple[Command, list[Event]]]:
        """Give first the draft, which nothing moves on, then all that came of it, each under a command."""
        yield self.asked[0][0], self.events[: self._drafted]
        yield self.asked[1][0], self.events[self._drafted :]

    def go_on(self, figures: SealFigures, contributions: Mapping[str, bool], recommendations: int) -> None:
        """Seal this set, and play to the end. Of each contribution that counts: whether it is an organisation's."""
        self.figures = figures
        self._opinion()
        self._synthesis(contributions, recommendations)
        names = [f"recommandation-{number}" for number in range(recommendations)]
        self._decision(names)
        self._follow_up(names)

    def _opinion(self) -> None:
        self.until("avis", State.OPEN)
        text = self.text("Avis", times=40)
        self.do(
            acts.DraftOpinion(text=text, conclusion=acts.Conclusion.FAVOURABLE),
            "presidence-conseil-1",
            "avis",
        )
        self.do(acts.PutOpinionToVote(text=text.digest), "presidence-conseil-1", "avis")
        self.vote_all((Position.FAVOURABLE,))

    def _synthesis(self, contributions: Mapping[str, bool], recommendations: int) -> None:
        self.until("synthese", State.OPEN)
        shares = [
            tuple(contributions)[number::recommendations][:SOURCES] for number in range(recommendations)
        ]
        self.do(acts.SubmitChapter(lane=None, text=self.text("Chapitre", 100)), "rapporteur-1", "synthese")
        for number in range(recommendations):
            self.do(
                acts.MakeRecommendation(
                    recommendation=f"recommandation-{number}",
                    lane=None,
                    themes=(),
                    addressees=("destinataire",),
                    sources=shares[number],
                    text=self.text(f"Recommandation {number}"),
                ),
                "rapporteur-1",
                "synthese",
            )
        cited = set(chain.from_iterable(shares))
        figures = TreatmentFigures(
            by_kind={
                kind: Treated(
                    all=sum(1 for theirs in contributions.values() if theirs is organised),
                    cited=sum(
                        1 for name, theirs in contributions.items() if theirs is organised and name in cited
                    ),
                )
                for kind, organised in ((ORGANISATIONS, True), (OTHERS, False))
            }
        )
        assembled = acts.AssembleSynthesis(text=self.text("Synthèse", 100), treatment=figures)
        self.do(assembled, "rapporteur-general-1", "synthese")
        self.until("synthese", State.AWAITING_CONCLUSION)
        self.vote_all((Position.FAVOURABLE,))

    def _decision(self, names: Sequence[str]) -> None:
        self.until("decision", State.OPEN)
        for number, name in enumerate(names):
            answer = tuple(acts.Answer)[number % len(acts.Answer)]
            reasons = self.text(f"Réponse {number}")
            given = acts.Respond(
                recommendation=name,
                addressee="destinataire",
                answer=answer,
                reasons=reasons,
                until=self.now + 100 * DAY if answer is acts.Answer.DEFERRED else None,
            )
            self.do(given, "destinataire-1", "decision")
        self.do(acts.IssueDecision(text=self.text("Décision", 40)), "autorite-1", "decision")

    def _follow_up(self, names: Sequence[str]) -> None:
        self.until("suivi", State.OPEN)
        for number, name in enumerate(names):
            promised = acts.MakeCommitment(
                commitment=f"engagement-{number}",
                recommendation=name,
                owner="destinataire",
                due_at=self.now + 100 * DAY,
                text=self.text(f"Engagement {number}", 4),
            )
            self.do(promised, "destinataire-1", "suivi")
        for number in range(len(names)):
            report = self.text(f"Point {number}", 4)
            self.do(
                acts.ReportProgress(commitment=f"engagement-{number}", status="kept", report=report),
                "destinataire-1",
                "suivi",
            )
        self.do(acts.PublishImplementationReport(text=self.text("Bilan", 40)), "autorite-1", "suivi")
        while (deadline := next_deadline(self.process)) is not None:
            self.now = max(self.now, deadline)
            self.tick()


def procedure() -> Procedure:
    """Give that of five stages, open to everybody, with a follow-up and without hearings."""
    standard = builtin("standard")
    first, *others = (stage for stage in standard.stages if stage.kind is not Kind.HEARINGS)
    opened = first.model_copy(update={"admission": "open"})
    last = next(stage for stage in builtin("assises-ia").stages if stage.kind is Kind.FOLLOW_UP)
    return standard.model_copy(
        update={"stages": (opened, *others, last.model_copy(update={"after": (others[-1].id,)}))}
    )
