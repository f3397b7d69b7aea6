"""Rights: one table, default deny, offices with a scope, terms and delegations."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from domain import acts
from domain.acts import SYSTEM
from domain.procedure import Role
from domain.process import Process
from domain.rights import (
    EVERYWHERE,
    TABLE,
    WHOLE,
    Mandate,
    Reach,
    Scope,
    Viewer,
    Who,
    holds,
    mandate,
    may,
    reach_of,
    roles_for,
)
from tests.unit.play import ID, START, Play
from tests.unit.procedures import procedure
from tests.unit.scenes import DAY, drafted, launched

OFFICES: list[dict[str, Any]] = [
    {"id": "coordination", "role": "coordinator", "label": "C"},
    {"id": "general", "role": "rapporteur", "label": "G", "required": 0},
    {"id": "axe-a", "role": "rapporteur", "label": "A", "lane": "a", "required": 0},
    {"id": "saisie-gp", "role": "clerk", "label": "S", "territory": "GP", "required": 0},
    {"id": "saisie-etat", "role": "clerk", "label": "S", "college": "etat", "required": 0},
]


def scoped() -> Play:
    play = Play(procedure(offices=OFFICES, lanes=[{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]))
    for office in OFFICES[1:]:
        play.appoint(office["id"], f"{office['id']}-person")
    return play


def may_of(play: Play, member: str, action: str, scope: Scope = EVERYWHERE) -> bool:
    return may(Viewer(member=member), action, play.process, play.now, scope)


def holds_of(play: Play, member: str, action: str, scope: Scope = EVERYWHERE) -> bool:
    return holds(Viewer(member=member), action, play.process, play.now, scope)


def test_an_unknown_action_is_denied_to_everybody():
    play = scoped()
    viewer = Viewer(member="coordinator", platform_roles=("coordinator", "operator"))
    assert not may(viewer, "nothing_known", play.process, play.now)


def test_nobody_acts_without_a_process_or_without_a_name():
    assert not may(Viewer(member="x"), "launch", None, START)
    assert not may(Viewer(), "launch", scoped().process, START)
    assert not may(Viewer(member="x"), "launch", Process(id=ID), START)


def test_the_name_of_the_engine_opens_no_door_to_a_viewer():
    play = scoped()
    viewer = Viewer(member=SYSTEM, platform_roles=("coordinator", "operator"))
    for action in TABLE:
        assert not may(viewer, action, play.process, play.now)


@pytest.mark.parametrize(
    ("action", "role"), [("draft_concertation", "coordinator"), ("publish_procedure", "operator")]
)
def test_roles_on_the_platform_entitle_to_what_they_name_only(action, role):
    assert may(Viewer(member="x", platform_roles=(role,)), action, None, START)
    assert not may(Viewer(member="x", platform_roles=("clerk",)), action, None, START)
    assert not may(Viewer(member="x", platform_roles=(role,)), "launch", scoped().process, START)


def test_a_draft_is_read_by_its_offices_and_a_launched_concertation_by_everybody():
    play = drafted()
    assert may_of(play, "coordinator", "read_draft")
    assert not may_of(play, "citizen", "read_draft")
    assert not may_of(launched(), "coordinator", "read_draft")
    assert not may_of(play, "coordinator", "read_concertation")
    assert not may(Viewer(), "read_concertation", play.process, play.now)
    assert may(Viewer(), "read_concertation", launched().process, START)
    assert not may(Viewer(), "read_concertation", Process(id=ID), START)


@pytest.mark.parametrize(
    ("office", "scope", "allowed"),
    [
        ("axe-a", Scope(lane="a"), True),
        ("axe-a", Scope(lane="b"), False),
        ("axe-a", EVERYWHERE, True),
        ("axe-a", WHOLE, False),
        ("general", Scope(lane="b"), True),
        ("general", WHOLE, True),
    ],
)
def test_an_office_of_one_lane_speaks_for_it_only(office, scope, allowed):
    assert holds_of(scoped(), f"{office}-person", "submit_chapter", scope) is allowed


@pytest.mark.parametrize(
    ("office", "scope", "allowed"),
    [
        ("saisie-gp", Scope(territory="GP"), True),
        ("saisie-gp", Scope(territory="RE"), False),
        ("saisie-gp", Scope(territory="97105"), True),
        ("saisie-gp", Scope(territory="97411"), False),
        ("saisie-etat", Scope(college="etat"), True),
        ("saisie-etat", Scope(college="locales"), False),
        ("saisie-etat", Scope(college="etat", territory="RE"), True),
    ],
)
def test_an_office_of_one_territory_or_college_speaks_for_it_only(office, scope, allowed):
    assert holds_of(scoped(), f"{office}-person", "record_contribution", scope) is allowed


def test_a_scope_that_names_an_office_is_covered_by_it_alone():
    play = drafted()
    assert holds_of(play, "dinum", "respond", Scope(office="dinum"))
    assert not holds_of(play, "dinum", "respond", Scope(office="asso"))


def test_a_right_lasts_as_long_as_its_term():
    play = Play(procedure())
    play.enrol("x")
    since, until = play.now + DAY, play.now + 2 * DAY
    play.do(acts.AppointMember(office="conseil", member="x", since=since, until=until))
    viewer = Viewer(member="x")
    held = [
        may(viewer, "declare_interest", play.process, now)
        for now in (play.now, since, until - DAY / 24, until)
    ]
    assert held == [False, True, True, False]


def test_a_mandate_is_ones_own_first_and_by_delegation_where_asked():
    play = drafted()
    play.do(acts.GiveDelegation(office="etat", to="local", since=play.now, until=play.now + DAY), "state")
    roles = roles_for("launch")
    own = mandate(play.process, "local", roles, play.now)
    assert own == Mandate(office="locale", seat=1, role=Role.CO_PRESIDENT_LOCAL)
    lent = mandate(play.process, "local", roles, play.now, on_behalf_of="state")
    assert lent == Mandate(office="etat", seat=1, role=Role.CO_PRESIDENT_STATE, on_behalf_of="state")
    assert mandate(play.process, "local", roles, play.now, on_behalf_of="chair") is None
    assert mandate(play.process, "local", roles, play.now + DAY, on_behalf_of="state") is None


def test_a_delegation_of_who_lost_the_seat_gives_nothing():
    play = drafted()
    play.do(
        acts.GiveDelegation(office="etat", to="citizen", since=play.now, until=play.now + 9 * DAY), "state"
    )
    assert mandate(play.process, "citizen", roles_for("launch"), play.now) is not None
    ended = acts.EndTerm(office="etat", seat=1, cause=acts.TermEnd.DEATH, successor="prefect")
    play.do(ended)
    assert mandate(play.process, "citizen", roles_for("launch"), play.now) is None


def test_a_viewer_becomes_the_actor_of_a_command():
    actor = Viewer(member="x", platform_roles=("coordinator",)).actor("y")
    assert (actor.member, actor.on_behalf_of, actor.platform_roles) == ("x", "y", ("coordinator",))
    assert Viewer().actor().member == ""


def test_every_row_of_the_table_entitles_somebody():
    assert all(right.roles or right.platform or right.others for right in TABLE.values())
    assert all(right.roles <= set(Role) for right in TABLE.values())


TOKENS = [
    frozenset({Reach.READ, *more}) for more in ((), (Reach.CONTRIBUTE,), (Reach.CONDUCT,), tuple(Reach)[:3])
]


@pytest.mark.parametrize("reaches", TOKENS, ids=lambda reaches: "+".join(sorted(reaches)))
def test_a_token_never_reaches_further_than_its_owner_and_never_beyond_its_reaches(reaches):
    play = scoped()
    for member, action in product(("coordinator", "general-person", "citizen"), TABLE):
        owner = may_of(play, member, action)
        held = may(Viewer(member=member, reaches=reaches), action, play.process, play.now)
        assert held == (owner and reach_of(action) in reaches), (member, action)


@pytest.mark.parametrize("reaches", [None, *TOKENS])
@pytest.mark.parametrize("reach", Reach)
def test_whoever_comes_in_person_is_asked_for_no_reach(reaches, reach):
    viewer = Viewer(member="x", reaches=reaches)
    assert may(viewer, reach, None, None) == (reaches is None or reach in reaches)


@pytest.mark.parametrize("reaches", TOKENS)
def test_no_token_touches_the_account_of_its_owner(reaches):
    assert not may(Viewer(member="x", reaches=reaches), "keep_access_tokens", None, START)
    assert may(Viewer(member="x"), "keep_access_tokens", None, START)
    assert not may(Viewer(), "keep_access_tokens", None, START)


def test_an_act_of_an_office_is_never_taken_for_one_for_oneself():
    for action, right in TABLE.items():
        if right.roles or right.platform or Who.ELECTORATE in right.others:
            assert right.reach in (Reach.CONDUCT, Reach.READ), action
            assert right.reach is Reach.CONDUCT or action.startswith("read_"), action
    assert reach_of("nothing_known") is Reach.CONDUCT


def test_an_office_is_not_looked_at_without_an_instant():
    play = scoped()
    assert may_of(play, "coordinator", "launch")
    assert not may(Viewer(member="coordinator"), "launch", play.process, None)
