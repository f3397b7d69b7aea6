"""Draft and launch: who drafts, what a draft holds, what keeps it from being announced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import acts
from domain.acts import SYSTEM, Actor, Command
from domain.decide import decide, next_deadline
from domain.events import ConcertationDrafted, ConcertationLaunched
from domain.procedure import Appointment, Office, Procedure, Role
from domain.process import Phase, Process, State
from domain.refusals import Code, Refusal
from tests.unit.play import ID, START, Play, body
from tests.unit.procedures import GATE_OPENING, call_for_input, hearings, procedure, review, synthesis
from tests.unit.scenes import DAY, drafted, launched

LANES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def draft(rules: Procedure, **more: Any) -> acts.DraftConcertation:
    return acts.DraftConcertation(
        slug="essai", title={"fr": "Essai"}, procedure=rules, procedure_digest="0" * 64, **more
    )


def answer_to(act: acts.Act, *, roles: tuple[str, ...] = ("coordinator",), member: str = "coordinator"):
    actor = Actor(member=member, platform_roles=roles)
    return decide(Process(id=ID), Command(id="c", concertation=ID, actor=actor, act=act), START)


def code_of(answer: object) -> Code:
    assert isinstance(answer, Refusal)
    return answer.code


def test_the_author_of_a_draft_becomes_a_member_and_its_first_coordinator():
    play = Play(procedure())
    assert play.process.phase is Phase.DRAFT
    assert play.kinds(play.events) == ["concertation_drafted", "member_enrolled", "member_appointed"]
    assert play.process.offices["coordination"].holder(1, play.now) == "coordinator"


def test_the_drafting_event_carries_the_whole_procedure():
    rules = procedure()
    fact = Play(rules).events[0].fact
    assert isinstance(fact, ConcertationDrafted)
    assert fact.procedure == rules


def test_only_a_platform_coordinator_may_draft():
    assert code_of(answer_to(draft(procedure()), roles=())) is Code.NOT_ALLOWED
    assert code_of(answer_to(draft(procedure()), roles=("operator",))) is Code.NOT_ALLOWED


def test_a_concertation_is_drafted_once():
    play = Play(procedure())
    assert play.refused(draft(procedure()), roles=("coordinator",)) is Code.ALREADY_EXISTS


def test_a_procedure_with_faults_is_refused_with_all_its_findings():
    rules = procedure(
        call_for_input(duration={"planned": "P1D", "minimum": "P2D"}, channels=["online"]),
        channels=["online"],
    )
    refusal = answer_to(draft(rules))
    assert code_of(refusal) is Code.PROCEDURE_INVALID
    assert isinstance(refusal, Refusal)
    assert {finding.code for finding in refusal.findings} >= {
        "minimum_above_planned", "no_non_digital_channel",
    }  # fmt: skip


def test_lanes_and_themes_of_a_concertation_may_differ_from_those_of_its_procedure():
    rules = procedure(call_for_input(lane="each"), synthesis(), lanes=LANES)
    events = answer_to(draft(rules, lanes={"c": {"fr": "C"}}, themes={"eau": {"fr": "Eau"}}))
    assert isinstance(events, list)
    fact = events[0].fact
    assert isinstance(fact, ConcertationDrafted)
    assert set(fact.lanes) == {"c"}
    assert set(fact.themes) == {"eau"}


def test_lanes_that_leave_a_stage_without_its_own_are_refused():
    rules = procedure(call_for_input(lane="a"), lanes=LANES)
    assert code_of(answer_to(draft(rules, lanes={"c": {"fr": "C"}}))) is Code.PROCEDURE_INVALID


def test_a_lane_whose_name_cannot_stand_in_a_key_is_refused():
    rules = procedure(call_for_input(lane="each"), lanes=LANES)
    assert code_of(answer_to(draft(rules, lanes={"a/b": {"fr": "C"}}))) is Code.UNKNOWN_LANE


def test_territories_that_do_not_exist_are_refused_in_a_draft_and_in_its_amendment():
    assert code_of(answer_to(draft(procedure(), territories=("XX",)))) is Code.INPUT_INVALID
    play = Play(procedure())
    assert play.refused(acts.AmendDraft(territories=("XX",))) is Code.INPUT_INVALID


def test_a_draft_may_be_amended_until_it_is_launched():
    play = drafted()
    play.do(acts.AmendDraft(title={"fr": "Autre"}, territories=("GP",)))
    assert play.process.title == {"fr": "Autre"}
    assert play.process.territories == ("GP",)
    play.do(acts.AmendDraft())
    assert play.process.title == {"fr": "Autre"}
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))
    assert play.refused(acts.AmendDraft(title={"fr": "Trop tard"})) is Code.NOT_DRAFT


def test_nothing_but_a_draft_can_be_asked_of_a_concertation_that_does_not_exist():
    assert code_of(answer_to(acts.AmendDraft())) is Code.UNKNOWN_CONCERTATION


def test_a_command_for_another_concertation_is_refused():
    command = Command(id="c", concertation="other", actor=Actor(member="x"), act=acts.AmendDraft())
    assert code_of(decide(Play(procedure()).process, command, START)) is Code.UNKNOWN_CONCERTATION


def test_the_engine_cannot_draft_and_its_tick_does_nothing_before_the_draft():
    assert code_of(answer_to(draft(procedure()), member=SYSTEM)) is Code.NOT_ALLOWED
    assert answer_to(acts.Tick(), member=SYSTEM) == []


def test_offices_may_be_added_within_the_colleges_and_lanes_that_exist():
    play = Play(procedure())
    label = {"fr": "Région"}
    play.do(acts.CreateOffice(office=Office(id="region", role=Role.ADDRESSEE, label=label)))
    assert "region" in play.process.offices
    again = acts.CreateOffice(office=Office(id="region", role=Role.ADDRESSEE, label=label))
    assert play.refused(again) is Code.ALREADY_EXISTS
    college = acts.CreateOffice(office=Office(id="x", role=Role.ADDRESSEE, label=label, college="nobles"))
    assert play.refused(college) is Code.UNKNOWN_COLLEGE
    lane = acts.CreateOffice(office=Office(id="x", role=Role.RAPPORTEUR, label=label, lane="z"))
    assert play.refused(lane) is Code.UNKNOWN_LANE


def test_an_office_named_like_an_electorate_cannot_be_added():
    play = Play(procedure())
    for name in ("scientific_council", "co_president_state"):
        office = Office(id=name, role=Role.ADDRESSEE, label={"fr": "?"}, appointment=Appointment.IN_PERSON)
        assert play.refused(acts.CreateOffice(office=office)) is Code.ALREADY_EXISTS


def test_documents_join_the_information_file_with_id_digest_and_version():
    play = Play(procedure())
    play.do(acts.AttachDocument(document=acts.Body(id="d", digest="1" * 64), title={"fr": "Un"}))
    play.do(
        acts.AttachDocument(document=acts.Body(id="d", digest="2" * 64), title={"fr": "Deux"}, stage="appel")
    )
    document = play.process.documents["d"]
    assert (document.version, document.digest, document.stage) == (2, "2" * 64, "appel")
    missing = acts.AttachDocument(document=body("x"), title={"fr": "x"}, stage="nulle-part")
    assert play.refused(missing) is Code.UNKNOWN_STAGE


def test_a_document_may_be_attached_to_a_stage_of_every_axis_by_its_id():
    play = drafted(call_for_input(lane="each", information_file=True), lanes=LANES)
    play.do(acts.AttachDocument(document=body("x"), title={"fr": "x"}, stage="appel"))
    assert play.process.documents[body("x").id].stage == "appel"


def test_a_launch_is_refused_with_everything_that_is_missing():
    rules = procedure(
        call_for_input(approvals=[GATE_OPENING], admission="invited", quorum={"etat": "1/2"}),
        signoffs={"abandonment": {"all_of": ["etat"], "within": "P2D"}},
    )
    play = Play(rules)
    refusal = play.ask(play.command(acts.Launch(opens_at=play.now + 15 * DAY)))
    assert code_of(refusal) is Code.LAUNCH_NOT_READY
    assert isinstance(refusal, Refusal)
    assert [finding.code for finding in refusal.findings] == [
        "office_vacant", "information_file_missing", "questionnaire_missing", "college_empty",
    ]  # fmt: skip
    assert refusal.args == {"count": 4}


def test_an_information_file_that_a_stage_asks_for_is_missed():
    play = Play(procedure(call_for_input(information_file=True)))
    play.appoint("presidence", "chair")
    assert play.refused(acts.Launch(opens_at=play.now + 15 * DAY)) is Code.LAUNCH_NOT_READY
    play.attach_all()
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))


def test_a_questionnaire_that_a_stage_names_is_missed_until_it_is_attached_there_or_for_all():
    play = Play(procedure(call_for_input(questionnaire="faits", lane="each"), lanes=LANES))
    play.appoint("presidence", "chair")
    launching = acts.Launch(opens_at=play.now + 15 * DAY)

    def missed() -> set[str]:
        refusal = play.ask(play.command(launching))
        assert isinstance(refusal, Refusal), refusal
        missing = [f for f in refusal.findings if f.code == "questionnaire_missing"]
        return {str(finding.args["stage"]) for finding in missing}

    stages = set(play.process.stages)
    assert missed() == stages
    play.do(acts.AttachDocument(document=body("x"), title={"fr": "Un texte"}))
    assert missed() == stages, "a text is no questionnaire"
    first = min(stages)
    play.do(
        acts.AttachDocument(document=body("q"), title={"fr": "Questions"}, stage=first, questionnaire=True)
    )
    assert missed() == stages - {first}
    play.do(
        acts.AttachDocument(document=body("r"), title={"fr": "Questions"}, stage="appel", questionnaire=True)
    )
    play.do(launching)


def test_a_launch_keeps_the_notice_of_the_procedure():
    play = drafted()
    assert (
        play.refused(acts.Launch(opens_at=play.now + 15 * DAY - timedelta(seconds=1)))
        is Code.NOTICE_TOO_SHORT
    )
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))


def test_a_launch_leaves_time_for_the_gate_before_the_first_opening():
    gate = {**GATE_OPENING, "within": "P20D"}
    play = drafted(call_for_input(approvals=[gate]))
    assert play.refused(acts.Launch(opens_at=play.now + 19 * DAY)) is Code.NOTICE_TOO_SHORT
    play.do(acts.Launch(opens_at=play.now + 20 * DAY))
    assert play.run("appel").state is State.AWAITING_OPENING


def test_an_opening_in_the_past_is_refused():
    assert drafted(notice="P0D").refused(acts.Launch(opens_at=START - DAY)) is Code.DATE_IN_PAST


def test_an_opening_that_no_calendar_can_hold_is_refused():
    play = drafted()
    far = acts.Launch(opens_at=datetime(9999, 12, 31, tzinfo=UTC))
    assert play.refused(far) is Code.INPUT_INVALID


def test_a_date_without_its_offset_from_utc_is_refused():
    play = drafted()
    assert play.refused(acts.Launch(opens_at=datetime(2026, 6, 1))) is Code.INPUT_INVALID


def test_a_second_launch_is_refused():
    play = launched()
    assert play.refused(acts.Launch(opens_at=play.now + 20 * DAY)) is Code.ALREADY_LAUNCHED


def test_the_planned_calendar_is_an_event():
    play = launched(call_for_input(), review())
    fact = play.events[-1].fact
    assert isinstance(fact, ConcertationLaunched)
    assert set(fact.calendar) == {"appel", "avis"}
    assert fact.calendar["appel"].opens_at == play.now + 15 * DAY
    assert next_deadline(play.process) == play.now + 15 * DAY


@pytest.mark.parametrize(
    "act",
    [
        acts.Suspend(reason="x"),
        acts.ScheduleHearing(hearing="h", starts_at=START, ends_at=START, witnesses=()),
        acts.ExtendStage(closes_at=START, seen_closes_at=START, reason="x"),
    ],
)
def test_what_belongs_to_a_running_concertation_is_refused_in_a_draft(act):
    assert drafted(hearings()).refused(act, stage="auditions") is Code.NOT_LAUNCHED


def test_a_draft_waits_for_its_launch_and_for_no_date():
    assert next_deadline(drafted().process) is None


def test_a_ledger_folds_to_the_state():
    launched(call_for_input(), hearings(), review()).check_fold()
