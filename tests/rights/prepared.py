"""One concertation in each of its states, with everything in it that acts need; played by commands alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from domain import acts
from domain.acts import Act, Conclusion, Position, TermEnd
from domain.procedure import Role
from domain.process import BallotState, Process
from domain.rights import Standing
from tests.unit.play import Play, body
from tests.unit.procedures import (
    OFFICES,
    call_for_input,
    decision,
    follow_up,
    hearings,
    procedure,
    review,
    synthesis,
)
from tests.unit.samples import samples
from tests.unit.scenes import CAST, DAY, HOUR

MORE_OFFICES = [
    {"id": "commanditaire", "role": "sponsor", "label": "Commanditaire", "required": 0},
    {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0},
    {"id": "panel", "role": "panellist", "label": "Panel", "required": 0},
]
MORE_CAST = {
    "commanditaire": ("sponsor",),
    "saisie": ("clerk",),
    "panel": ("expert",),
    "coordination": ("second",),
}

WHO: dict[Role, str] = {
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
"""A holder of each role, who holds no other."""

MEMBER, STRANGER = "citizen", "stranger"
SIGNED = {"abandonment": {"all_of": ["co_president_state", "co_president_local"], "within": "P60D"}}


@dataclass(frozen=True)
class Prepared:
    """A concertation in one state: `made` holds the names of what was made in it."""

    process: Process
    play: Play
    made: dict[str, str]


def _with_people_and_a_proposal(play: Play) -> dict[str, str]:
    play.enrol(MEMBER, college="locales")
    play.enrol("prefect", college="etat")
    for office, members in {**CAST, **MORE_CAST}.items():
        play.appoint(office, *members)
    play.attach_all()
    lent = acts.GiveDelegation(office="asso", to="prefect", since=play.now, until=play.now + 900 * DAY)
    play.do(lent, "mayor")
    play.do(acts.Abandon(reason="x"), "second")
    return {"delegation": next(iter(play.process.delegations)), "proposal": play.ballot().id}


def _drafted() -> tuple[Play, dict[str, str]]:
    alone: dict[str, Any] = {"after": []}
    stages = (
        call_for_input(**alone),
        hearings(**alone),
        review(**alone, refer_back=None),
        synthesis(**alone),
        decision(**alone),
        follow_up(**alone),
    )
    play = Play(procedure(*stages, offices=[*OFFICES, *MORE_OFFICES], signoffs=SIGNED))
    return play, _with_people_and_a_proposal(play)


def _running() -> tuple[Play, dict[str, str]]:
    """Open a stage of every kind at once, so that no act fails for its stage alone."""
    play, made = _drafted()
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))
    play.pass_time(timedelta(days=15))
    hearing = acts.ScheduleHearing(
        hearing="h", starts_at=play.now + DAY, ends_at=play.now + DAY + HOUR, witnesses=(MEMBER,)
    )
    play.do(hearing, "writer", "auditions")
    play.do(acts.RequestHearing(request="q", text=body("q")), MEMBER, "auditions")
    play.do(acts.DraftOpinion(text=body("x"), conclusion=Conclusion.FAVOURABLE), "ada", "avis")
    play.do(acts.PutOpinionToVote(text=body("x").digest), "chair", "avis")
    return play, {**made, "opinion": play.ballot().id}


@cache
def prepared(standing: Standing) -> Prepared:
    """Give the concertation in a state."""
    play, made = _drafted() if standing is Standing.DRAFT else _running()
    if standing is Standing.SUSPENDED:
        play.do(acts.Suspend(reason="x"))
    if standing is Standing.OVER:
        for by in ("state", "local"):
            play.vote(by, "favourable", play.process.ballots[made["proposal"]])
        assert all(ballot.state is BallotState.CLOSED for ballot in play.process.ballots.values())
    return Prepared(play.process, play, made)


@cache
def bereft() -> Prepared:
    """Give the running concertation with nobody left who conducts it."""
    play, made = _running()
    for seat in (2, 1):
        play.do(acts.EndTerm(office="coordination", seat=seat, cause=TermEnd.DEATH))
    return Prepared(play.process, play, made)


def act_of(kind: str, at: Prepared) -> tuple[Act, str | None]:
    """Give an act of a kind as it could be asked there, with its stage."""
    made, process, play = at.made, at.process, _open_play()
    found: dict[str, tuple[Act, str | None]] = {
        **samples(play),
        "withdraw_proposal": (acts.WithdrawProposal(ballot=made["proposal"]), None),
        "revoke_delegation": (acts.RevokeDelegation(delegation=made["delegation"]), None),
        "resume": (acts.Resume(reason="x"), None),
        "appoint_coordinator": (acts.AppointMember(office="coordination", member="prefect"), None),
        "suspend": (acts.Suspend(reason="x"), None),
        "withdraw_from_review": (acts.WithdrawFromReview(reason="x"), None),
        "recuse_member": (acts.RecuseMember(member="bob", reason="x"), None),
        "tick": (acts.Tick(), None),
        "record_seal": (acts.RecordSeal(figures=play.figures(play.run("appel"))), "appel"),
        "admit_invited": (acts.AdmitInvited(member="new", college="etat", organisation="o"), None),
        "draft_concertation": (
            acts.DraftConcertation(
                slug="essai", title={"fr": "x"}, procedure=play.procedure, procedure_digest="0" * 64
            ),
            None,
        ),
    }
    signed = process.ballots[made["proposal"]]
    vote = acts.CastVote(ballot=signed.id, subject=signed.subject, position=Position.FAVOURABLE)
    opinion = made.get("opinion", signed.id)
    found["cast_vote"] = (vote, None)
    found["give_proxy"] = (acts.GiveProxy(ballot=opinion, to="bob"), None)
    found["revoke_proxy"] = (acts.RevokeProxy(ballot=opinion), None)
    return found[kind]


@cache
def _open_play() -> Play:
    return _running()[0]
