"""Whoever has no right to an act is refused it: every act, by every role that may not, in every disguise."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import pytest

from domain import acts
from domain.acts import SYSTEM, Act, Conclusion, TermEnd
from domain.decide import decide
from domain.procedure import Office, Role
from domain.process import HearingState, State
from domain.refusals import Code, Refusal
from domain.rights import roles_for
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
from tests.unit.scenes import CAST, DAY, HOUR, opened

MORE_OFFICES = [
    {"id": "commanditaire", "role": "sponsor", "label": "Commanditaire", "required": 0},
    {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0},
    {"id": "panel", "role": "panellist", "label": "Panel", "required": 0},
]
MORE_CAST = {"commanditaire": "sponsor", "saisie": "clerk", "panel": "expert", "coordination": "coordinator"}

WHO: dict[Role, str] = {
    Role(office["role"]): (MORE_CAST[office["id"]] if office["id"] in MORE_CAST else CAST[office["id"]][0])
    for office in reversed([*OFFICES, *MORE_OFFICES])
}
"""A holder of each role."""

STAGES = {
    "call_for_input": "appel", "hearings": "auditions", "scientific_review": "avis", "synthesis": "synthese",
    "decision": "decision", "follow_up": "suivi",
}  # fmt: skip


@cache
def everything_open() -> Play:
    """Give a concertation in which a stage of every kind is open, so that no act fails for the stage alone."""
    alone: dict[str, Any] = {"after": []}
    play = opened(
        call_for_input(**alone),
        hearings(**alone),
        review(**alone, refer_back=None),
        synthesis(**alone),
        decision(**alone),
        follow_up(**alone),
        offices=[*OFFICES, *MORE_OFFICES],
    )
    for office, member in MORE_CAST.items():
        if office != "coordination":
            play.appoint(office, member)
    assert {run.state for run in play.process.runs.values()} == {State.OPEN}
    return play


@cache
def all_samples() -> dict[str, tuple[Act, str | None]]:
    return samples(everything_open())


def place_for(kind: str) -> str | None:
    return all_samples()[kind][1]


def sample(kind: str) -> Act:
    """Give an act of a kind, plausible for the concertation in which everything is open."""
    return all_samples()[kind][0]


KINDS = sorted(
    kind for kind in (act.__dataclass_fields__["kind"].default for act in get_args(Act)) if roles_for(kind)
)

BY_A_ROLE = [kind for kind in KINDS if kind not in ("withdraw_proposal", "revoke_delegation")]
"""Acts that a role is enough for, and needed."""

WORK = {"respond", "make_commitment", "report_progress"}
"""Acts whose object is looked up before the right to it, because the right depends on it."""


def answer_of(kind: str, by: str, **more: Any) -> Code | None:
    play = everything_open()
    command = play.command(sample(kind), by, place_for(kind), **more)
    answer = decide(play.process, command, play.now)
    return answer.code if isinstance(answer, Refusal) else None


@pytest.mark.parametrize("kind", BY_A_ROLE)
def test_every_act_is_refused_to_every_role_that_may_not(kind):
    refused = {role for role, member in WHO.items() if answer_of(kind, member) is Code.NOT_ALLOWED}
    assert refused >= set(Role) - roles_for(kind)


@pytest.mark.parametrize("kind", [kind for kind in BY_A_ROLE if kind not in WORK])
def test_every_act_is_open_to_every_role_that_may(kind):
    expected = {Role.COUNCIL_CHAIR} if kind == "put_opinion_to_vote" else roles_for(kind)
    allowed = {role for role, member in WHO.items() if answer_of(kind, member) is not Code.NOT_ALLOWED}
    assert allowed == expected


@pytest.mark.parametrize("by", ["citizen", "nobody", ""])
@pytest.mark.parametrize("kind", BY_A_ROLE)
def test_every_act_is_refused_to_who_holds_no_office(kind, by):
    assert answer_of(kind, by) is Code.NOT_ALLOWED


@pytest.mark.parametrize("kind", BY_A_ROLE)
def test_no_act_is_done_in_the_name_of_who_gave_no_delegation(kind):
    for role in roles_for(kind):
        assert answer_of(kind, "citizen", on_behalf_of=WHO[role]) is Code.NOT_ALLOWED
        assert answer_of(kind, WHO[role], on_behalf_of="citizen") is Code.NOT_ALLOWED


@pytest.mark.parametrize("kind", BY_A_ROLE)
def test_no_role_on_the_platform_replaces_an_office(kind):
    assert answer_of(kind, "nobody", roles=("coordinator", "operator")) is Code.NOT_ALLOWED


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_does_no_act_of_people(kind):
    assert answer_of(kind, SYSTEM) is Code.NOT_ALLOWED


@pytest.mark.parametrize("kind", [kind for kind in KINDS if place_for(kind) and kind not in ("suspend",)])
def test_an_act_addressed_to_a_stage_of_another_kind_changes_nothing_there(kind):
    """What belongs to one kind is refused elsewhere; what belongs to any stage is not."""
    play = everything_open()
    own = place_for(kind)
    for stage in STAGES.values():
        if stage == own:
            continue
        for role in roles_for(kind):
            answer = decide(play.process, play.command(sample(kind), WHO[role], stage), play.now)
            if not isinstance(answer, Refusal):
                assert {event.stage for event in answer} == {stage}
                assert kind in {"extend_stage", "close_stage_early", "recuse_member", "withdraw_from_review"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if place_for(kind)])
def test_an_act_that_names_another_round_is_refused(kind):
    play = everything_open()
    for role in roles_for(kind):
        act, stage = sample(kind), place_for(kind)
        answer = decide(play.process, play.command(act, WHO[role], stage, round_=7), play.now)
        assert isinstance(answer, Refusal)
        assert answer.code in (Code.ROUND_CHANGED, Code.NOT_ALLOWED)


def test_a_refusal_leaves_no_trace():
    play = everything_open()
    before = play.process
    for kind in KINDS:
        for member in (*WHO.values(), "nobody"):
            decide(play.process, play.command(sample(kind), member, place_for(kind)), play.now)
    assert play.process is before
    play.check_fold()


# Scope by lane

LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def in_lanes() -> Play:
    """Give two open axes with a coordinator, a chair and a rapporteur each, and one common stage to come."""
    offices = [
        {"id": "coordination", "role": "coordinator", "label": "C"},
        *(
            {"id": f"{role}-{lane}", "role": role, "label": role, "lane": lane, "required": 0}
            for lane in "ab"
            for role in ("coordinator", "rapporteur", "council_chair", "council_member", "sponsor")
        ),
    ]
    rule = {"by": "scientific_council", "within": "P5D"}
    stages = (hearings(lane="each"), review(lane="each", after=[], refer_back=None, opinion=rule))
    play = opened(*stages, lanes=LANES, offices=offices)
    for lane in "ab":
        for role in ("coordinator", "rapporteur", "council_chair", "council_member", "sponsor"):
            play.appoint(f"{role}-{lane}", f"{role}-{lane}-person")
    return play


def test_offices_of_one_lane_act_in_their_lane_only():
    play = in_lanes()
    scheduled = acts.ScheduleHearing(hearing="h", starts_at=play.now, ends_at=play.now + HOUR, witnesses=())
    cases: list[tuple[str, Act, str]] = [
        ("coordinator", acts.Suspend(reason="x"), "auditions"),
        ("sponsor", acts.Suspend(reason="x"), "avis"),
        ("rapporteur", scheduled, "auditions"),
        ("council_member", acts.DraftOpinion(text=body("x"), conclusion=Conclusion.FAVOURABLE), "avis"),
        ("council_chair", acts.RecuseMember(member="council_member-a-person", reason="x"), "avis"),
        ("council_member", acts.WithdrawFromReview(reason="x"), "avis"),
    ]
    for role, act, stage in cases:
        play = in_lanes()
        assert play.refused(act, f"{role}-b-person", f"{stage}.a") is Code.NOT_ALLOWED
        play.do(act, f"{role}-a-person", f"{stage}.a")


@pytest.mark.parametrize(
    "act",
    [
        acts.Suspend(reason="x"),
        acts.Abandon(reason="x"),
        acts.EnrolMember(member="new"),
        acts.EnrolMembers(members=(acts.EnrolMember(member="new"),)),
        acts.AssignOrganisation(member="citizen", organisation="o"),
        acts.RemoveMember(member="coordinator", reason="x"),
        acts.AppointMember(office="rapporteur-b", member="citizen"),
        acts.EndTerm(office="rapporteur-b", seat=1, cause=TermEnd.REVOCATION),
        acts.CreateOffice(office=Office(id="neuf", role=Role.ADDRESSEE, label={"fr": "x"})),
        acts.AttachDocument(document=body("x"), title={"fr": "x"}),
        acts.AttachDocument(document=body("x"), title={"fr": "x"}, stage="auditions.b"),
    ],
)
def test_an_office_of_one_lane_does_nothing_about_the_whole_or_the_other_lane(act):
    play = in_lanes()
    assert play.refused(act, "coordinator-a-person") is Code.NOT_ALLOWED
    assert play.refused(act, "sponsor-a-person") is Code.NOT_ALLOWED


def test_the_chair_of_one_lane_recuses_nobody_from_everything():
    play = in_lanes()
    act = acts.RecuseMember(member="council_member-b-person", reason="x")
    assert play.refused(act, "council_chair-a-person") is Code.NOT_ALLOWED


def test_a_command_that_names_no_stage_does_not_slip_through_for_one():
    play = everything_open()
    for kind in KINDS:
        if place_for(kind) and kind not in ("suspend", "resume", "recuse_member", "withdraw_from_review"):
            for role in roles_for(kind):
                answer = decide(play.process, play.command(sample(kind), WHO[role]), play.now)
                assert isinstance(answer, Refusal), kind


# Disguises


def test_who_has_left_acts_no_more():
    play = opened(call_for_input(), hearings(after=[]))
    play.do(
        acts.GiveDelegation(office="etat", to="citizen", since=play.now, until=play.now + 90 * DAY), "state"
    )
    for member, office in (("state", "etat"), ("citizen", "etat")):
        play.do(acts.RemoveMember(member=member, reason="départ"))
        assert play.refused(acts.Suspend(reason="x"), member, "appel") is Code.NOT_ALLOWED
        assert play.process.offices[office].holder(1, play.now) is None


def test_a_term_that_has_not_begun_or_is_over_gives_no_right():
    play = opened(call_for_input())
    start, end = play.now + 2 * DAY, play.now + 4 * DAY
    play.do(acts.AppointMember(office="coordination", member="citizen", since=start, until=end))
    act = acts.EnrolMember(member="new")
    assert play.refused(act, "citizen") is Code.NOT_ALLOWED
    play.now = end
    assert play.refused(act, "citizen") is Code.NOT_ALLOWED
    play.now = end - HOUR
    play.do(act, "citizen")


def test_the_delegate_of_an_office_gains_no_other():
    play = everything_open()
    delegation = acts.GiveDelegation(office="dinum", to="citizen", since=play.now, until=play.now + DAY)
    lent = Play(procedure())
    lent.process, lent.now, lent.procedure = play.process, play.now, play.procedure
    lent.do(delegation, "dinum")
    for kind in BY_A_ROLE:
        if Role.ADDRESSEE not in roles_for(kind):
            assert lent.refused(sample(kind), "citizen", place_for(kind)) is Code.NOT_ALLOWED


def test_a_hearing_of_another_stage_is_not_reached_through_ones_own():
    play = in_lanes()
    scheduled = acts.ScheduleHearing(hearing="h", starts_at=play.now, ends_at=play.now + HOUR, witnesses=())
    play.do(scheduled, "rapporteur-a-person", "auditions.a")
    held = acts.HoldHearing(hearing="h", heard=())
    assert play.refused(held, "rapporteur-b-person", "auditions.b") is Code.UNKNOWN_HEARING
    assert play.process.hearings["h"].state is HearingState.SCHEDULED


def test_a_member_of_another_council_does_not_vote():
    play = in_lanes()
    play.do(
        acts.DraftOpinion(text=body("x"), conclusion=Conclusion.FAVOURABLE),
        "council_member-a-person",
        "avis.a",
    )
    play.do(acts.PutOpinionToVote(text=body("x").digest), "council_chair-a-person", "avis.a")
    assert play.refused(play.cast(), "council_member-b-person") is Code.NOT_IN_ELECTORATE
