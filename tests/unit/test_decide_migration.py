"""Moving a running concertation to a later version: reported first, refused where it would take a right away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain import events as ev
from domain.decide import decide
from domain.events import ProcedureMigrated, StageExtended
from domain.migrating import stages, whole
from domain.migrating.impact import BECAUSE, Effect, Fate
from domain.procedure import Duration, Office, Procedure, Stage
from domain.process import BallotOutcome, State
from domain.refusals import Code, Refusal
from tests.unit.migrating import (
    Raw,
    examined,
    later,
    migration,
    of_stage,
    only,
    refused_for,
    stage_of,
)
from tests.unit.play import Play, body
from tests.unit.procedures import (
    GATE_CONCLUSION,
    GATE_OPENING,
    OFFICES,
    call_for_input,
    days,
    decision,
    hearings,
    review,
    synthesis,
)
from tests.unit.scenes import DAY, launched, opened, pass_gate, put_to_vote

GATE: dict[str, Any] = {**GATE_OPENING, "subject": ["information_file"]}


def whole_course(**more: Any) -> Play:
    """Give a concertation whose call for input is open, with more to come."""
    return opened(call_for_input(entry_window="P5D"), review(), synthesis(), decision(), **more)


def at_the_gate(*voters: str) -> Play:
    """Give a concertation whose review waits at its opening, some having voted."""
    play = opened(call_for_input(), review(approvals=[GATE]))
    play.until("avis", State.AWAITING_OPENING)
    for voter in voters:
        play.vote(voter, "favourable")
    return play


def with_hearings(raw: Raw) -> None:
    """Add hearings beside the call for input."""
    raw["stages"][0]["after"] = []
    raw["stages"].insert(0, hearings())


# the act


def test_a_later_version_holds_from_then_on_and_the_ledger_says_which():
    play = whole_course()
    before = play.process
    procedure = later(play, of_stage("synthese", duration=days(60)))
    events = play.do(migration(play, procedure))
    fact = events[0].fact
    assert isinstance(fact, ProcedureMigrated)
    assert (fact.before_version, fact.procedure.version, fact.before_digest) == (
        1,
        2,
        before.procedure_digest,
    )
    assert play.process.procedure == procedure
    assert play.process.stages["synthese"].duration.planned == 60 * DAY
    assert play.process.members is before.members
    assert play.process.offices == before.offices
    play.check_fold()


def test_the_same_version_an_earlier_one_and_another_procedure_are_refused():
    play = whole_course()
    for change in ({"version": 1}, {"id": "autre"}):
        procedure = later(play).model_copy(update=change)
        assert play.refused(migration(play, procedure, "0" * 64)) is Code.PROCEDURE_NOT_LATER


def test_a_version_with_faults_is_refused_with_all_of_them():
    play = whole_course()
    procedure = later(play, lambda raw: raw.update(channels=["online"]))
    answer = play.ask(play.command(migration(play, procedure, "0" * 64)))
    assert isinstance(answer, Refusal)
    assert answer.code is Code.PROCEDURE_INVALID
    assert "no_non_digital_channel" in {finding.code for finding in answer.findings}


def test_a_report_that_no_longer_holds_is_refused_with_the_one_that_does():
    play = whole_course()
    procedure = later(play, of_stage("appel", duration=days(60, 30, 75)))
    read = examined(play, procedure).digest
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.do(acts.ExtendStage(closes_at=closes_at + DAY, seen_closes_at=closes_at, reason="x"), stage="appel")
    answer = play.ask(play.command(migration(play, procedure, read)))
    assert isinstance(answer, Refusal)
    assert answer.code is Code.IMPACT_CHANGED
    assert answer.args["actual"] == examined(play, procedure).digest != read
    play.do(migration(play, procedure, str(answer.args["actual"])))


def test_of_two_who_migrate_at_one_instant_one_is_told_that_it_is_done():
    play = whole_course()
    act = migration(play, later(play))
    play.do(act)
    assert play.refused(act) is Code.PROCEDURE_NOT_LATER


def test_a_proposal_lapses_where_the_report_that_was_signed_no_longer_holds():
    both = {"all_of": ["co_president_state", "co_president_local"], "within": "P20D"}
    play = whole_course(signoffs={"migration": both})
    play.do(migration(play, later(play, of_stage("appel", duration=days(60, 30, 75)))))
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.do(acts.ExtendStage(closes_at=closes_at + DAY, seen_closes_at=closes_at, reason="x"), stage="appel")
    ballot = play.ballot()
    for member in ("state", "local"):
        play.vote(member, "favourable", ballot)
    closed = play.process.ballots[ballot.id]
    assert (closed.outcome, closed.lapse_reason) == (BallotOutcome.LAPSED, "IMPACT_CHANGED")
    assert play.process.procedure == play.procedure


def test_time_alone_changes_nothing_in_what_was_read():
    play = whole_course()

    procedure = later(play, with_hearings)
    read = examined(play, procedure)
    play.now += 3 * DAY
    assert examined(play, procedure).digest == read.digest
    assert examined(play, procedure).dates != read.dates
    play.do(migration(play, procedure, read.digest))


def test_it_needs_a_reason():
    play = whole_course()
    act = replace(migration(play, later(play)), reason=" ")
    assert play.refused(act) is Code.REASON_REQUIRED


def test_only_who_conducts_it_may():
    play = whole_course()
    act = migration(play, later(play))
    for member in ("state", "chair", "warden", "citizen"):
        assert play.refused(act, member) is Code.NOT_ALLOWED


def test_it_needs_every_signature_that_any_act_needs_here():
    both = {"all_of": ["co_president_state", "co_president_local"], "within": "P2D"}
    play = whole_course(signoffs={"extension": both})
    procedure = later(play, of_stage("appel", duration=days(50, 30, 75)))
    closes_at = play.run("appel").closes_at
    events = play.do(migration(play, procedure))
    assert play.kinds(events) == ["ballot_opened"]
    play.vote("state", "favourable")
    assert play.run("appel").closes_at == closes_at
    events = play.vote("local", "favourable")
    assert play.kinds(events) == ["vote_cast", "ballot_closed", "procedure_migrated", "stage_extended"]
    assert events[2].actor == "coordinator"


def test_a_procedure_may_name_who_signs_a_migration():
    one = {"all_of": ["garant"], "within": "P2D"}
    play = whole_course(signoffs={"migration": one, "abandonment": {"all_of": ["etat"], "within": "P2D"}})
    play.do(migration(play, later(play)))
    assert play.ballot().seats == ("garant",)


def test_it_may_be_done_while_clocks_stand_still_and_not_after_the_end_nor_before_the_launch():
    play = whole_course()
    play.do(acts.Suspend(reason="x"))
    play.do(migration(play, later(play)))
    play.do(acts.Resume(reason="x"))
    play.do(acts.Abandon(reason="x"))
    assert play.refused(migration(play, later(play), "0" * 64)) is Code.CONCERTATION_OVER


# dates


def test_a_longer_open_stage_closes_later_and_what_follows_opens_later():
    play = whole_course()
    before = dict(play.process.runs.items())
    procedure = later(play, of_stage("appel", entry_window="P5D", duration=days(60, 30, 75)))
    impact = examined(play, procedure)
    moved = {one.stage: one for one in impact.dates}
    assert list(moved) == ["appel", "avis", "synthese", "decision"]
    events = play.do(migration(play, procedure))
    extended = events[1].fact
    assert isinstance(extended, StageExtended)
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    assert before["appel"].opens_at is not None
    assert timedelta(0) <= closes_at - before["appel"].opens_at - 60 * DAY < 4 * DAY
    assert extended.before == before["appel"].closes_at
    for key in ("avis", "synthese", "decision"):
        after = moved[key].after
        assert after is not None
        assert play.run(key).planned_opens_at == after.opens_at > before[key].planned_opens_at
        assert play.run(key).planned_closes_at == after.closes_at


def test_a_minimum_that_is_raised_beyond_the_closing_moves_it():
    play = whole_course()
    play.do(migration(play, later(play, of_stage("appel", duration=days(50, 50, 75)))))
    run = play.run("appel")
    assert run.closes_at is not None
    assert run.opens_at is not None
    assert run.closes_at - run.opens_at >= 50 * DAY


def test_what_is_shorter_before_it_never_makes_a_stage_open_earlier_than_announced():
    play = whole_course()
    announced = play.run("synthese").planned_opens_at
    impact = examined(play, later(play, of_stage("avis", duration=days(10, 5, 60))))
    assert [one.stage for one in impact.dates] == ["avis"]
    play.do(migration(play, later(play, of_stage("avis", duration=days(10, 5, 60)))))
    assert play.run("synthese").planned_opens_at == announced


def test_what_does_not_change_keeps_its_dates_though_a_stage_before_it_was_extended_by_hand():
    play = whole_course()
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.do(
        acts.ExtendStage(closes_at=closes_at + 9 * DAY, seen_closes_at=closes_at, reason="x"), stage="appel"
    )
    assert examined(play, later(play)).dates == ()


def test_a_new_stage_opens_after_what_comes_before_it_and_with_notice():
    play = whole_course()

    impact = examined(play, later(play, with_hearings))
    new = next(one for one in impact.dates if one.stage == "auditions")
    assert (new.before, new.floating) == (None, True)
    assert new.after is not None
    assert new.after.opens_at == play.now + 15 * DAY
    play.do(migration(play, later(play, with_hearings)))
    assert list(play.process.runs) == ["auditions", "appel", "avis", "synthese", "decision"]
    play.until("auditions", State.OPEN)


def test_a_shorter_notice_does_not_make_a_new_stage_open_earlier():
    play = whole_course()

    def change(raw: Raw) -> None:
        with_hearings(raw)
        raw["notice"] = "P0D"

    procedure = later(play, change)
    new = next(one for one in examined(play, procedure).dates if one.stage == "auditions")
    assert new.after is not None
    assert new.after.opens_at == play.now + 15 * DAY


def test_what_a_new_stage_and_a_new_office_want_is_listed_and_stands_in_nothings_way():
    play = whole_course()

    def change(raw: Raw) -> None:
        raw["offices"].append({"id": "saisie", "role": "clerk", "label": "Saisie"})
        grid = review(evaluation="grille", refer_back=None)
        raw["stages"].insert(2, {**grid, "id": "second", "duration": days(20, 5, 60)})

    impact = examined(play, later(play, change))
    assert [(one.code, one.path, one.severity) for one in impact.missing] == [
        ("office_vacant", ("offices", "saisie"), "advice"),
        ("grid_missing", ("stages", "second"), "advice"),
    ]
    play.do(migration(play, later(play, change)))
    play.appoint("saisie", "clerk")
    grid = acts.AttachDocument(document=body("g"), title={"fr": "G"}, stage="second", questionnaire=True)
    play.do(grid)
    assert examined(play, later(play)).missing == ()


def test_a_stage_to_come_may_be_taken_out_and_comes_back_in_a_later_version():
    play = whole_course()
    without = later(play, lambda raw: raw["stages"].remove(stage_of(raw, "synthese")))
    assert only(examined(play, without), "stage").effect is Effect.ANNOUNCED
    play.do(migration(play, without))
    assert "synthese" not in play.process.runs
    assert (play.process.removed or {})["synthese"].run.state is State.SUPERSEDED
    play.do(migration(play, later(play, lambda raw: raw["stages"].insert(2, synthesis()))))
    assert play.process.removed is None
    assert play.run("synthese").state is State.PENDING
    play.check_fold()


# what is refused


def without_stage(name: str) -> Callable[[Raw], object]:
    return lambda raw: raw["stages"].remove(stage_of(raw, name))


CALL = {"entry_window": "P5D"}
REFUSED: dict[str, Callable[[Raw], object]] = {
    "closing_shortened": of_stage("appel", duration=days(40, 30, 75)),
    "minimum_lowered": of_stage("avis", duration=days(20, 1, 60)),
    "closing_beyond_maximum": of_stage("appel", duration=days(45, 30, 45)),
    "entry_window_shortened": of_stage("appel", entry_window="P1D"),
    "admission_narrowed": of_stage("appel", admission="invited"),
    "channel_in_use": of_stage("appel", channels=["paper"]),
    "questionnaire_fixed": of_stage("appel", questionnaire="autre"),
    "quorum_fixed": of_stage("appel", quorum={"etat": 2}),
    "visibility_fixed": of_stage("appel", visibility={"contributions": "live"}),
    "another_stage": of_stage("synthese", kind="follow_up"),
    "college_announced": lambda raw: raw["colleges"].pop(),
    "theme_answered": lambda raw: raw.update(themes=[]),
    "territory_called": lambda raw: raw.update(territories=["RE"]),
    "office_held": lambda raw: raw["offices"].pop(),
    "seat_held": lambda raw: raw["offices"][4].update(seats=2),
    "appeal_shortened": lambda raw: raw.update(time_to_appeal="P65D"),
    "legal_rule_set_aside": lambda raw: raw.update(
        overrules=[{"rule": "results_published", "reason": "sans raison valable"}]
    ),
    "carrying_promised": lambda raw: raw["rounds"].update(carry_over="none"),
    "sandbox_fixed": lambda raw: raw.update(sandbox=True),
}


@pytest.mark.parametrize("because", REFUSED)
def test_what_would_take_an_exercised_right_away_is_refused_for_that_reason(because: str):
    play = whole_course()
    procedure = later(play, REFUSED[because])
    assert refused_for(play, REFUSED[because]) == {because}
    answer = play.ask(play.command(migration(play, procedure)))
    assert isinstance(answer, Refusal)
    assert answer.code is Code.MIGRATION_REFUSED
    assert [finding.code for finding in answer.findings] == [because]
    assert answer.findings[0].path
    assert play.process.procedure == play.procedure


def test_a_stage_that_has_begun_or_is_over_cannot_disappear():
    play = whole_course()

    def first(raw: Raw) -> None:
        without_stage("appel")(raw)
        stage_of(raw, "avis").update(refer_back=None)

    assert "stage_begun" in refused_for(play, first)
    play.until("appel", State.CONCLUDED)
    assert "stage_begun" in refused_for(play, first)


def test_a_stage_that_has_opened_does_not_pass_behind_one_that_is_not_over():
    play = whole_course()

    def before_it(raw: Raw) -> None:
        raw["stages"].insert(0, {**call_for_input(), "id": "autre"})

    assert refused_for(play, before_it) == {"order_passed"}


def test_a_stage_that_a_ballot_is_about_cannot_disappear():
    play = at_the_gate()
    assert refused_for(play, without_stage("avis")) == {"stage_named"}


def test_a_legal_frame_is_not_left_and_may_be_taken():
    play = opened(call_for_input(), synthesis(), decision(), legal_profile="open_consultation")
    assert refused_for(play, lambda raw: raw.update(legal_profile="free")) == {"legal_profile_fixed"}
    play = opened(call_for_input(), synthesis(), decision())
    change = later(play, lambda raw: raw.update(legal_profile="open_consultation"))
    assert only(examined(play, change), "legal_profile").effect is Effect.ANNOUNCED


def test_a_round_that_has_taken_place_is_counted():
    play = whole_course()
    play.process = replace(play.process, round=2)
    assert refused_for(play, lambda raw: raw.update(rounds={"maximum": 1})) == {"round_running"}


def test_a_reason_for_setting_aside_stays_once_a_synthesis_has_begun():
    play = opened(call_for_input(), synthesis(), stage="synthese")
    assert refused_for(play, lambda raw: raw.update(set_aside_reasons=["Illisible"])) == {"reason_used"}


def test_the_treatment_that_was_promised_to_contributors_is_not_lowered():
    shares = {"others": "4/5"}
    play = launched(call_for_input(), synthesis(treatment=shares))
    less = of_stage("synthese", treatment={"others": "1/2"})
    assert refused_for(play, less) == set()
    play.until("appel", State.OPEN)
    assert refused_for(play, less) == {"protection_lowered"}
    assert refused_for(play, of_stage("synthese", treatment={"others": "9/10"})) == set()


def test_what_is_over_may_change_for_rounds_to_come():
    play = whole_course()
    play.until("appel", State.CONCLUDED)
    change = of_stage("appel", duration=days(31, 30, 75), admission="invited", channels=["paper"])
    impact = examined(play, later(play, change))
    assert {one.because for one in impact.changes if one.part != "duration_maximum"} == {"later_rounds"}
    assert impact.dates == ()


# ballots


def test_a_ballot_with_votes_keeps_its_rule_and_one_without_is_opened_anew():
    change = of_stage("avis", approvals=[{**GATE, "quorum": "2/3"}])
    voted = at_the_gate("ada")
    assert refused_for(voted, change) == {"votes_cast"}
    assert examined(voted, later(voted, change)).ballots[0].fate is Fate.WOULD_BREAK
    play = at_the_gate()
    old = play.ballot()
    assert examined(play, later(play, change)).ballots[0].fate is Fate.OPENED_ANEW
    events = play.do(migration(play, later(play, change)))
    assert play.kinds(events) == ["procedure_migrated", "ballot_closed", "ballot_opened"]
    assert play.process.ballots[old.id].outcome is BallotOutcome.SUPERSEDED
    assert play.ballot().rule.quorum == 2 / 3 or str(play.ballot().rule.quorum) == "2/3"
    assert play.run("avis").gate_ballot == play.ballot().id
    pass_gate(play)
    play.until("avis", State.OPEN)
    play.check_fold()


def test_a_mandate_that_was_given_counts_as_a_vote():
    play = opened(call_for_input(), review(approvals=[{**GATE, "proxies": True}]))
    play.until("avis", State.AWAITING_OPENING)
    play.do(acts.GiveProxy(ballot=play.ballot().id, to="bob"), "ada")
    assert refused_for(play, of_stage("avis", approvals=[GATE])) == {"votes_cast"}


def test_a_gate_that_a_stage_waits_at_is_not_taken_away():
    assert refused_for(at_the_gate(), of_stage("avis", approvals=[])) == {"gate_waited"}


def test_a_gate_of_a_stage_that_has_begun_is_not_taken_away():
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]), review())
    assert refused_for(play, of_stage("appel", approvals=[])) == {"protection_lowered"}


def test_a_gate_at_the_conclusion_without_votes_is_opened_anew():
    play = opened(call_for_input(approvals=[GATE_CONCLUSION]), review())
    play.until("appel", State.AWAITING_CONCLUSION)
    events = play.do(
        migration(play, later(play, of_stage("appel", approvals=[{**GATE_CONCLUSION, "quorum": "1/3"}])))
    )
    assert play.kinds(events) == ["procedure_migrated", "ballot_closed", "ballot_opened"]
    pass_gate(play)
    assert play.run("appel").state is State.CONCLUDED


def test_the_vote_on_an_opinion_goes_on_under_its_rule():
    play = opened(review(refer_back=None))
    put_to_vote(play)
    rule = play.ballot().rule

    def change(raw: Raw) -> None:
        stage_of(raw, "avis")["opinion"].update(quorum="2/3")

    def again(raw: Raw) -> None:
        stage_of(raw, "avis")["opinion"].update(majority="absolute")

    assert examined(play, later(play, change)).ballots[0].fate is Fate.GOES_ON
    play.do(migration(play, later(play, change)))
    assert play.ballot().rule == rule
    play.vote("ada", "favourable")
    assert refused_for(play, again) == {"votes_cast"}


# offices


def test_offices_come_and_change_and_those_made_besides_stay():
    play = whole_course()
    office = acts.CreateOffice(
        office=play.procedure.offices[-2].model_copy(update={"id": "epci", "label": {"fr": "EPCI"}})
    )
    play.do(office)

    def change(raw: Raw) -> None:
        raw["offices"].append({"id": "saisie", "role": "clerk", "label": "Saisie", "seats": 2})
        raw["offices"][4]["seats"] = 6

    play.do(migration(play, later(play, change)))
    assert list(play.process.offices)[-2:] == ["saisie", "epci"]
    assert play.process.offices["conseil"].seats == 6
    assert play.process.offices["conseil"].holder(1, play.now) == "ada"
    play.appoint("saisie", "clerk")


def test_an_office_that_nobody_held_may_go_unless_it_is_called_to_something():
    nobody = {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0}
    play = opened(call_for_input(), offices=[*OFFICES, nobody])
    procedure = later(play, lambda raw: raw["offices"].pop())
    assert only(examined(play, procedure), "office").effect is Effect.ANNOUNCED
    play.do(migration(play, procedure))
    assert "saisie" not in play.process.offices


def test_an_axis_that_an_office_made_besides_belongs_to_stays():
    play = opened(call_for_input(), lanes=[{"id": "a", "label": "A"}, {"id": "b", "label": "B"}])
    office = {"id": "renfort", "role": "rapporteur", "label": "Renfort", "lane": "a"}
    play.do(acts.CreateOffice(office=Office.model_validate(office)))
    assert refused_for(play, lambda raw: raw.update(lanes=[{"id": "b", "label": "B"}])) == {"lane_named"}
    assert refused_for(play, lambda raw: raw.update(lanes=[{"id": "a", "label": "A"}])) == set()


def test_an_office_that_an_open_ballot_may_be_escalated_to_stays():
    nobody = {"id": "recours", "role": "panellist", "label": "Recours", "required": 0}
    gate = {**GATE, "if_silent": "escalate", "escalate_to": ["recours"]}
    play = opened(call_for_input(), review(approvals=[gate]), offices=[*OFFICES, nobody])
    play.until("avis", State.AWAITING_OPENING)

    def change(raw: Raw) -> None:
        raw["offices"].pop()
        stage_of(raw, "avis")["approvals"][0].update(if_silent="given", escalate_to=[])

    assert refused_for(play, change) == {"office_named"}


def test_axes_themes_and_territories_of_its_own_stay():
    play = whole_course()
    play.process = replace(play.process, themes={"eau": {"fr": "Eau"}}, territories=("FR", "RE"))
    procedure = later(play, lambda raw: raw.update(themes=[], territories=["GP"]))
    impact = examined(play, procedure)
    assert [change.part for change in impact.changes] == []
    events = decide(play.process, play.command(migration(play, procedure)), play.now)
    assert not isinstance(events, Refusal)
    fact = events[0].fact
    assert isinstance(fact, ev.ProcedureMigrated)
    assert (fact.themes, fact.territories) == ({"eau": {"fr": "Eau"}}, ("FR", "RE"))


# the tables


def test_every_field_of_a_procedure_and_of_a_stage_is_weighed():
    assert set(stages.FIELDS) | stages.ELSEWHERE == set(Stage.model_fields)
    assert set(stages.DURATIONS) == set(Duration.model_fields)
    assert set(Procedure.model_fields) == whole.WEIGHED | whole.ELSEWHERE
    assert set(REFUSED) <= BECAUSE
