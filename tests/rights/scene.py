"""Two concertations full of every kind of object, played through the API by people of their own.

All stages are open at once, and nothing that a stage may withhold is published before its round is over: so that
whoever sees it sees it by a right.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from domain.procedure import Procedure, Role
from tests.api.house import DAY, House, pseudonym
from tests.api.stage import CAST, CLERK, Stage
from tests.api.test_council import GRID, MEETING
from tests.api.test_files import PDF
from tests.api.test_notices import fanned_out
from tests.api.test_organisations import CITY
from tests.store.test_grouping import CAMPAIGN
from tests.unit import procedures as write

HOUR = timedelta(hours=1)
LATER = "at_round_end"
LONG = {"planned": "P300D", "minimum": "P0D"}
MORE_OFFICES = [
    CLERK,
    {"id": "commanditaire", "role": "sponsor", "label": "Commanditaire", "required": 0},
    {"id": "panel", "role": "panellist", "label": "Panel", "required": 0},
]
OFFICES_OF = {**CAST, "commanditaire": ["sponsor"], "panel": ["expert"]}
HOLDERS: dict[Role, str] = {
    Role.SPONSOR: "sponsor",
    Role.CO_PRESIDENT_STATE: "state",
    Role.CO_PRESIDENT_LOCAL: "local",
    Role.COORDINATOR: "coordinator",
    Role.COUNCIL_CHAIR: "chair",
    Role.COUNCIL_MEMBER: "ada",
    Role.RAPPORTEUR: "writer",
    Role.GENERAL_RAPPORTEUR: "editor",
    Role.DECIDING_AUTHORITY: "minister",
    Role.ADDRESSEE: "dinum",
    Role.CLERK: "clerk",
    Role.GUARANTOR: "warden",
    Role.PANELLIST: "expert",
}
AUTHORS = ("citizen", "prefect", "neighbour")
FORM = {
    "id": "essai",
    "label": {"fr": "Essai", "en": "Trial"},
    "sections": [
        {
            "id": "s",
            "label": {"fr": "Section"},
            "questions": [
                {"id": "q1", "kind": "yes_no", "label": {"fr": "Oui ?"}, "required": True},
                {
                    "id": "q2",
                    "kind": "single_choice",
                    "label": {"fr": "Un"},
                    "choices": [{"id": "a", "label": {"fr": "A"}}, {"id": "b", "label": {"fr": "B"}}],
                },
                {
                    "id": "q3",
                    "kind": "scale",
                    "label": {"fr": "Combien ?"},
                    "minimum": 1,
                    "maximum": 3,
                    "labels": {"1": {"fr": "Peu"}, "3": {"fr": "Beaucoup"}},
                },
                {"id": "texte", "kind": "long_text", "label": {"fr": "Dites"}},
                {"id": "pieces", "kind": "file", "label": {"fr": "Pièces"}, "maximum": 3},
            ],
        }
    ],
}


def everything_at_once() -> Procedure:
    """Give a procedure whose stages are all open at once, and that publishes nothing before its round is over."""
    alone: dict[str, Any] = {"after": [], "duration": LONG}
    gate = {**write.GATE_OPENING, "secret": True, "if_silent": "hold", "subject": ["information_file"]}
    return write.procedure(
        {**write.call_for_input(after=[], duration={"planned": "P2D", "minimum": "P0D"}), "id": "ancien"},
        write.call_for_input(**{**alone, "after": ["ancien"]}, quorum={"etat": 1}),
        write.hearings(**alone, visibility={"records": LATER}),
        write.review(
            after=[], duration={"planned": "P20D", "minimum": "P0D"}, refer_back=None, meeting=MEETING,
            evaluation="grille",
            visibility={"opinion": LATER, "positions": LATER, "minutes": LATER},
        ),
        write.synthesis(
            duration=LONG, after=["avis", "ancien"],
            visibility={"synthesis": LATER, "chapters": LATER, "recommendations": LATER},
        ),
        write.decision(**alone, visibility={"decision": LATER, "responses": LATER}),
        write.follow_up(after=["decision"], approvals=[gate]),
        offices=[*write.OFFICES, *MORE_OFFICES],
        lanes=[{"id": "a", "label": "A"}],
        signoffs={"extension": {"all_of": ["co_president_state", "co_president_local"], "within": "P200D"}},
    )  # fmt: skip


class Scene(Stage):
    """A concertation of its own people: their names end with a suffix."""

    def __init__(self, house: House, suffix: str) -> None:
        super().__init__(house, everything_at_once())
        self.suffix = suffix
        self.made: dict[str, Any] = {}

    def named(self, name: str | None) -> str | None:
        return name and name + self.suffix

    async def do(self, operation: str, as_: str, /, **fields: Any) -> Any:
        return await self.house.done(operation, as_ + self.suffix, concertationId=self.id, **fields)

    async def by(self, operation: str, as_: str | None, /, **fields: Any) -> Any:
        """Send a mutation that names no concertation."""
        return await self.house.done(operation, self.named(as_), **fields)

    async def about(
        self, selection: str, as_: str | None = "coordinator", language: str | None = None
    ) -> Any:
        return await super().about(selection, self.named(as_), language)

    async def enrol(self, name: str, **more: Any) -> str:
        given = {"pseudonym": pseudonym(name + self.suffix), "name": name.title(), "territory": "FR", **more}
        answer = await self.do("EnrolMember", "coordinator", **given)
        self.members[name] = answer["member"]["id"]
        return self.members[name]

    async def play(self) -> None:
        """Make one of each kind of object, or more."""
        await self._draft_and_launch()
        await self._contribute()
        await self._moderate_and_group()
        await self._hear()
        await self._review()
        await self._synthesise()
        await self._decide_and_follow()
        await self._address()
        await self._publish_a_later_version()

    async def _publish_a_later_version(self) -> None:
        """Publish one that nobody moves to: the call for input would last longer."""
        raw = self.procedure.model_dump(mode="json") | {"version": 2}
        call = next(stage for stage in raw["stages"] if stage["id"] == "appel")
        call["duration"]["planned"] = "P320D"
        await self.house.done_without_key("PublishProcedure", "operator", source=json.dumps(raw))

    async def begin(self) -> None:
        """Let people take part, and hold every office."""
        await self._draft_and_launch()
        await self._contribute()

    async def _draft_and_launch(self) -> None:
        source = json.dumps(self.procedure.model_dump(mode="json"))
        if not self.suffix:
            await self.house.done_without_key("PublishProcedure", "operator", source=source)
        drafted = await self.house.done(
            "DraftConcertation", "coordinator" + self.suffix, slug="essai" + (self.suffix and "-autre"),
            title={"fr": "Essai", "en": "Trial"}, procedure="essai", version=1,
        )  # fmt: skip
        self.id = drafted["concertation"]["id"]
        for office, names in OFFICES_OF.items():
            for name in names:
                await self.enrol(name, college="etat" if name == "state" else None)
                await self.do("AppointMember", "coordinator", office=office, memberId=self.members[name])
        for name in (*AUTHORS, "elder", "second"):
            await self.enrol(name, college="locales")
        await self.do("AppointMember", "coordinator", office="coordination", memberId=self.members["second"])
        until = (await self.house.clock.now()) + 900 * DAY
        given = {"office": "asso", "toId": self.members["prefect"], "since": (until - 900 * DAY).isoformat()}
        await self.do("GiveDelegation", "mayor", **given, until=until.isoformat())
        await self.do("AttachDocument", "coordinator", title={"fr": "Dossier"}, text={"fr": "Les faits."})
        form = {"title": "Questionnaire", "questionnaire": True, "stage": "ancien", "definition": FORM}
        await self.do("AttachDocument", "coordinator", **form)
        grid = {"title": "Grille", "questionnaire": True, "stage": "avis", "definition": GRID}
        await self.do("AttachDocument", "coordinator", **grid)
        opens_at = await self.house.clock.now() + 16 * DAY
        await self.do("Launch", "coordinator", opensAt=opens_at.isoformat())
        await self.until("avis", "OPEN")

    async def sent(self, as_: str, stage: str, name: str) -> Any:
        """Send a file."""
        said = {"concertationId": self.id, "stage": stage, "name": name, "size": len(PDF)}
        ticket = await self.house.do("RequestUpload", self.named(as_), **said, mediaType="application/pdf")
        assert (await self.house.http.put(ticket["url"], content=PDF)).status_code == 201, ticket
        return ticket

    async def _contribute(self) -> None:
        ticket = await self.sent("citizen", "ancien", "Avis.pdf")
        sent = []
        for n, name in enumerate(AUTHORS):
            answers = {"q1": True, "q2": "a", "texte": CAMPAIGN + " Merci." * n}
            files = {} if n else {"pieces": [ticket["fileKey"]]}
            given = {"stage": "ancien", "round": 1, "answers": {**answers, **files}}
            sent.append((await self.do("SubmitContribution", name, **given))["receipt"])
        self.made["sealed"] = sent[0]["code"]
        self.made["contributions"] = [one["contribution"]["id"] for one in sent]
        await self.until("ancien", "CONCLUDED")
        place = {"stage": "appel", "round": 1}
        own = await self.contribute("citizen", "Davantage de temps.")
        self.made["receipt"] = own["receipt"]["code"]
        hidden = (await self.contribute("mayor", "Un propos."))["receipt"]
        again = await self.do(
            "ReviseContribution", "mayor", contributionId=hidden["contribution"]["id"], **place, body="Autre."
        )
        self.made["hidden"] = again["receipt"]["contribution"]["id"]
        batch = {**place, "channel": "PAPER", "announced": 3, "territory": "FR", "reference": "Carton 3"}
        opened = (await self.do("OpenBatch", "clerk", **batch))["batch"]
        scan = await self.sent("clerk", "appel", "Bulletin.pdf")
        self.made["scan"] = scan["fileId"]
        form = {
            "channel": "PAPER", "author": {"memberId": self.members["elder"]},
            "body": "Davantage de guichets.", "batchId": opened["id"], "place": "Mairie", "reference": "12",
            "postedAt": (await self.house.clock.now()).isoformat(), "scanId": scan["fileId"],
        }  # fmt: skip
        typed = await self.do("RecordContribution", "clerk", **place, **form)
        self.made["paper"] = typed["receipt"]["contribution"]["id"]
        await self.do("SaveDraft", "local", **place, body="Je commence.")

    async def _moderate_and_group(self) -> None:
        hidden = self.made["hidden"]
        reported = {"reason": "INSULT", "text": "Voyez."}
        await self.by(
            "ReportContribution", "writer", contributionId=self.made["contributions"][0], **reported
        )
        note = {"reason": "PERSONAL_DATA", "note": "Le numéro d’un tiers."}
        measure = (await self.by("HideContribution", "coordinator", contributionId=hidden, **note))["measure"]
        self.made["measure"] = measure["id"]
        await self.by("Appeal", "mayor", appealed={"contributionId": hidden}, text="Non.")
        ids = self.made["contributions"]
        asked = await self.by("AskForGrouping", "coordinator", keptId=ids[0], contributionIds=ids[1:2])
        self.made["grouping"] = asked["grouping"]["id"]
        answer = {"groupingId": asked["grouping"]["id"], "answering": {"contributionId": ids[0]}}
        await self.by("AnswerGrouping", "citizen", **answer, consents=True)

    async def _hear(self) -> None:
        place = {"stage": "auditions", "round": 1}
        asked = await self.do(
            "RequestHearing", "citizen", **place, text="Sur la formation.", themes=["sante"]
        )
        await self.do("RequestHearing", "neighbour", **place, text="Sur le reste.")
        at = await self.house.clock.now() + HOUR
        hour = {"startsAt": at.isoformat(), "endsAt": (at + HOUR).isoformat()}
        set_ = await self.do(
            "ScheduleHearing", "coordinator", **place, **hour, witnessIds=[self.members["mayor"]],
            link="https://visio.example/b", place="Salle A", room="A",
        )  # fmt: skip
        hearing = {**place, "hearingId": set_["hearing"]["id"]}
        await self.do(
            "CallWitness", "coordinator", **hearing, witnessId=self.members["citizen"],
            requestId=asked["request"]["id"],
        )  # fmt: skip
        await self.do("AnswerCall", "citizen", **hearing, comes=True)
        await self.house.clock.reach(at + HOUR)
        heard = [self.members["citizen"], self.members["mayor"]]
        await self.do("HoldHearing", "coordinator", **hearing, heardIds=heard)
        await self.do("DraftRecord", "writer", **hearing, record="Projet.")
        await self.do("RecordHearing", "writer", **hearing, record="Compte rendu.")
        record = (await self.about("{ hearings { record { digest } } }", "citizen"))["hearings"][0]["record"]
        await self.do("CorrectRecord", "citizen", **hearing, seen=record["digest"], text="Plutôt ceci.")
        self.made["hearing"] = set_["hearing"]["id"]
        self.made["next"] = (at + 3 * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
        next_ = {"startsAt": self.made["next"].isoformat(), "endsAt": (self.made["next"] + HOUR).isoformat()}
        await self.do("ScheduleHearing", "coordinator", **place, **next_, room="B", witnessIds=[])

    async def _review(self) -> None:
        place = {"stage": "avis", "round": 1}
        city = (await self.do("RegisterOrganisation", "coordinator", **CITY))["organisation"]
        self.made["organisation"] = city["id"]
        assigned = {"representative": {"memberId": self.members["citizen"]}, "organisationId": city["id"]}
        await self.do("AddRepresentative", "coordinator", **assigned)
        await self.do("DeclareInterest", "bob", organisationIds=[city["id"]], statement="Un lien ancien.")
        await self.do("WithdrawFromReview", "cleo", **place, reason="Un mandat.")
        grid = (await self.about('{ stage(key: "avis") { evaluationGrid { digest } } }'))["stage"]
        self.made["grid"] = grid["evaluationGrid"]["digest"]
        asked = {**place, "questionnaire": self.made["grid"]}
        for name, mark in (("chair", 1), ("ada", 2)):
            filled = {"droit": {"mark": mark, "justification": "Les textes."}}
            await self.do("Evaluate", name, **asked, answers=filled)
        await self.do("StatePosition", "ada", **place, position="FAVOURABLE", statement="Mes raisons.")
        told = {"title": "Sources", "rapporteurId": self.members["ada"], "text": "Toute source est citée."}
        drafted = await self.do("DraftArticle", "chair", **place, **told)
        (article,) = drafted["opinion"]["articles"]
        await self.do("ProposeAmendment", "bob", **place, articleId=article["id"], text="Et datée.")
        drafted = await self.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
        reserved = await self.do("MakeReservation", "bob", **place, text="Une réserve.")
        self.made["reservation"] = reserved["reservation"]["id"]
        at = await self.house.clock.now() + 3 * HOUR
        dates = {"startsAt": at.isoformat(), "endsAt": (at + HOUR).isoformat()}
        met = await self.do("ConveneMeeting", "chair", **place, **dates, agenda="Vote.", place="Paris")
        meeting = {**place, "meetingId": met["meeting"]["id"]}
        await self.house.clock.reach(at)
        there = [{"seat": f"conseil/{n}", "attendance": "REMOTE"} for n in (1, 2)]
        there.append({"seat": "presidence/1", "attendance": "PRESENT"})
        await self.do("HoldMeeting", "chair", **meeting, attendance=there)
        text = {"text": drafted["opinion"]["text"]["digest"]}
        put = await self.do("PutOpinionToVote", "chair", **meeting, **text)
        self.made["ballot"] = put["opinion"]["ballot"]
        await self.do("RecordMinutes", "coordinator", **meeting, minutes="Le procès-verbal.")

    async def vote(self, ballot: Any, *names: str) -> None:
        for name in names:
            said = {"ballotId": ballot["id"], "subject": ballot["subject"], "position": "FAVOURABLE"}
            await self.do("CastVote", name, **said)

    async def _synthesise(self) -> None:
        place = {"stage": "synthese", "round": 1}
        await self.vote(self.made["ballot"], "chair", "ada", "bob")
        await self.do("RecordDissent", "ada", stage="avis", round=1, text="Sauf un point.")
        await self.until("synthese", "OPEN")
        await self.do("SubmitChapter", "writer", **place, lane="a", text="Le chapitre.")
        sources = [self.made["contributions"][0], self.made["hearing"], self.made["reservation"]]
        made = await self.do(
            "MakeRecommendation", "writer", **place, text="Former tous les agents.", sourceIds=sources,
            addressees=["dinum", "asso"], themes=["sante"], inFavour=["locales"],
        )  # fmt: skip
        self.made["recommendation"] = made["recommendation"]["id"]
        await self.do("MakeAscertainment", "writer", **place, text="Il en manque.", sourceIds=sources[:1])
        await self.do(
            "SetAside", "writer", **place, contributionIds=[self.made["contributions"][2]],
            reason="Hors du sujet",
        )  # fmt: skip
        await self.do("Comment", "ada", **place, itemId=self.made["recommendation"], text="Précisez.")
        await self.do(
            "AnswerReservation", "editor", **place, reservationId=self.made["reservation"],
            answer="MAINTAINED", reasons="Elle reste.",
        )  # fmt: skip
        await self.do("AssembleSynthesis", "editor", **place, text="La synthèse.")

    async def _decide_and_follow(self) -> None:
        place, recommendation = {"stage": "decision", "round": 1}, self.made["recommendation"]
        for name, office in (("dinum", "dinum"), ("mayor", "asso")):
            await self.do(
                "Respond", name, **place, recommendationId=recommendation, addressee=office,
                answer="FOLLOWED", reasons="Nous le ferons.",
            )  # fmt: skip
        due = await self.house.clock.now() + timedelta(days=300)
        made = await self.do(
            "MakeCommitment", "dinum", **place, recommendationId=recommendation, owner="dinum",
            dueAt=due.isoformat(), text="20 heures par agent.",
        )  # fmt: skip
        report = {"commitmentId": made["commitment"]["id"], "status": "UNDER_WAY", "report": "En cours."}
        await self.do("ReportProgress", "dinum", **place, **report)
        until = await self.house.clock.now() + HOUR
        await self.do(
            "IssueDecision", "minister", **place, text="La décision.", reasons="Les motifs.",
            embargoUntil=until.isoformat(), earlyReaderIds=[self.members["prefect"]],
        )  # fmt: skip
        await self.until("suivi", "AWAITING_OPENING")
        waiting = (await self.about("{ ballots(awaiting: true) { id subject rule { secret } } }"))["ballots"]
        (secret,) = [ballot for ballot in waiting if ballot["rule"]["secret"]]
        await self.vote(secret, "ada")
        await self.do("PublishObservation", "warden", text="Tout va bien.")
        await self.do("PublishGuarantorReport", "warden", text="Le bilan du garant.")
        open_ = await self.stage("appel")
        later = (datetime.fromisoformat(open_["closesAt"]) + DAY).isoformat()
        extension = {"stage": "appel", "round": 1, "closesAt": later, "reason": "Le temps manque."}
        pending = await self.house.do(
            "ExtendStage", self.named("coordinator"), concertationId=self.id, **extension,
            seenClosesAt=open_["closesAt"],
        )  # fmt: skip
        self.made["proposal"] = pending["ballot"]["id"]
        await self.vote(pending["ballot"], "state")

    async def _address(self) -> None:
        place = {"stage": "appel", "round": 1}
        for name, lines in (("citizen", ["12 rue des Lilas", "75011 PARIS"]),):
            await self.house.done_without_key("SetContact", name + self.suffix, postalAddress=lines)
        invited = await self.do("Invite", "coordinator", **place, organisationIds=[self.made["organisation"]])
        self.made["invitation"], self.made["code"] = (
            invited["invitations"][0][key] for key in ("id", "code")
        )
        await self.do("Invite", "coordinator", **place, memberIds=[self.members["citizen"]])
        hook = await self.do(
            "RegisterWebhook", "coordinator", url="https://exemple.fr/crochet", kinds=["stage_opened"]
        )
        self.made["webhook"] = hook["webhooks"][0]["id"]
        await fanned_out(self.house)
        await self.do("PrintLetters", "coordinator")
        expires = (await self.house.clock.now() + 30 * DAY).isoformat()
        token = await self.by(
            "CreateAccessToken", "citizen", name="Tableur", scopes=["READ"], expiresAt=expires
        )
        self.made["token"] = token["accessTokens"][0]["id"]
