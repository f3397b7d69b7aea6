"""Folding: events give the state, one by one, through JSON, without changing what was."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
import typing
from dataclasses import is_dataclass
from datetime import timedelta
from importlib import import_module
from typing import get_args

import pytest
from pydantic import TypeAdapter

from domain import acts, evolve, process
from domain import events as ev
from domain.acts import Conclusion
from domain.change import changed
from domain.digests import canonical
from domain.events import EVENT, Event, Fact, event_content
from domain.evolve import fold
from domain.process import Process, StageRun, State
from tests.unit.play import ID, START, Play, body
from tests.unit.procedures import (
    GATE_CONCLUSION,
    GATE_OPENING,
    OPINION,
    call_for_input,
    decision,
    follow_up,
    hearings,
    review,
    synthesis,
)
from tests.unit.scenes import (
    DAY,
    HOUR,
    adopt,
    assemble,
    issue,
    launched,
    opened,
    pass_gate,
    put_to_vote,
)

PROCESS: TypeAdapter[Process] = TypeAdapter(Process)


def rich_play() -> Play:
    """Play a concertation in which nearly every kind of event happens."""
    gates = [{**GATE_OPENING, "if_silent": "given"}, GATE_CONCLUSION]
    signoffs = {"extension": {"all_of": ["etat", "locale"], "within": "P2D"}}
    play = launched(
        call_for_input(approvals=gates, quorum={"etat": 1}, if_no_quorum={"action": "extend", "by": "P2D"}),
        hearings(after=[]),
        review(after=["appel", "auditions"], evaluation="grille"),
        synthesis(),
        decision(),
        follow_up(),
        signoffs=signoffs,
    )
    play.do(
        acts.GiveDelegation(office="etat", to="prefect", since=play.now, until=play.now + 900 * DAY), "state"
    )
    play.until("appel", State.OPEN)
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    act = acts.ExtendStage(closes_at=closes_at + DAY, seen_closes_at=closes_at, reason="demande")
    play.do(act, "prefect", "appel")
    play.vote("local", "favourable")
    play.do(acts.Suspend(reason="panne"), stage="appel")
    play.pass_time(HOUR)
    play.do(acts.Resume(reason="réparé"), stage="appel")
    start = play.now
    meeting = acts.ScheduleHearing(
        hearing="h1", starts_at=start, ends_at=start + HOUR, witnesses=("citizen",), place=body("salle")
    )
    play.do(meeting, stage="auditions")
    play.do(acts.HoldHearing(hearing="h1", heard=("citizen",)), stage="auditions")
    play.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage="auditions")
    play.vote("citizen", "favourable")
    play.until("appel", State.AWAITING_CONCLUSION)
    pass_gate(play)
    play.until("avis", State.OPEN)
    play.do(acts.AssignOrganisation(member="dinum", organisation="o1"))
    play.do(acts.DeclareInterest(themes=("sante",), organisation_ids=("o1",)), "ada")
    play.do(acts.DeclineWithdrawal(reason="sans lien"), "ada", "avis")
    play.do(acts.StatePosition(position=Conclusion.FAVOURABLE, statement=body("p")), "ada", "avis")
    play.do(acts.MakeReservation(reservation="v1", text=body("v")), "bob", "avis")
    convened = acts.ConveneMeeting(
        meeting="m1", starts_at=play.now, ends_at=play.now + HOUR, agenda=body("ordre du jour")
    )
    play.do(convened, "chair", "avis")
    there = {"presidence/1": acts.Attendance.PRESENT, "conseil/1": acts.Attendance.REMOTE}
    play.do(acts.HoldMeeting(meeting="m1", attendance=there), "chair", "avis")
    play.do(acts.RecordMinutes(meeting="m1", minutes=body("pv")), "chair", "avis")
    article = acts.DraftArticle(article="a1", title={"fr": "Sources"}, rapporteur="ada", text=body("a"))
    play.do(article, "ada", "avis")
    play.do(acts.ProposeAmendment(amendment="m1", article="a1", text=body("m")), "bob", "avis")
    play.do(acts.SettleAmendment(amendment="m1", adopted=False, reason="superflu"), "ada", "avis")
    play.do(acts.PutArticleToVote(article="a1", text=body("a").digest), "chair", "avis")
    pass_gate(play)
    play.do(acts.Evaluate(questionnaire=body("grille avis").digest, marks={"droit": 3}), "ada", "avis")
    put_to_vote(play, Conclusion.REFER_BACK)
    play.do(acts.GiveProxy(ballot=play.ballot().id, to="ada"), "cleo")
    play.vote("ada", "favourable", seat="conseil/3")
    for voter in ("chair", "ada", "bob"):
        play.vote(voter, "favourable")
    play.do(acts.RecordDissent(text=body("d")), "bob", "avis")
    play.until("appel", State.OPEN)
    play.contributions[2, "appel"] = {"etat": 2}
    play.until("appel", State.AWAITING_CONCLUSION)
    pass_gate(play)
    play.until("avis", State.OPEN)
    play.do(acts.WithdrawFromReview(reason="lien"), "cleo", "avis")
    put_to_vote(play)
    for voter in ("chair", "ada", "bob"):
        play.vote(voter, "favourable")
    play.until("synthese", State.OPEN)
    play.do(acts.RectifyStage(until=play.now + DAY, reason="registre"), stage="appel")
    assemble(play)
    play.until("decision", State.OPEN)
    issue(play)
    play.do(acts.RectifyDecision(text=body("decision 2"), reason="erreur"), "minister", "decision")
    play.until("suivi", State.OPEN)
    engaged = acts.MakeCommitment(
        commitment="e1", recommendation="r1", owner="dinum", due_at=play.now + DAY, text=body("e")
    )
    play.do(engaged, "dinum", "suivi")
    play.pass_time(2 * DAY)
    play.do(acts.ReportProgress(commitment="e1", status="kept", report=body("b")), "dinum", "suivi")
    play.do(acts.PublishObservation(text=body("o")), "warden")
    play.do(acts.PublishImplementationReport(text=body("bilan")), "minister", "suivi")
    play.until("suivi", State.CONCLUDED)
    return play


@pytest.fixture(scope="module")
def played() -> Play:
    return rich_play()


def test_the_fold_of_all_events_is_the_state(played):
    assert fold(Process(id=ID), played.events) == played.process
    assert played.process.seq == len(played.events)
    assert played.process.at == played.events[-1].at


def test_the_fold_is_the_same_after_the_ledger_was_written_and_read(played):
    stored = [EVENT.validate_json(canonical(event_content(event))) for event in played.events]
    assert stored == played.events
    folded = fold(Process(id=ID), stored)
    assert folded == played.process
    for name, value in vars(played.process).items():
        if isinstance(value, dict):
            assert list(vars(folded)[name]) == list(value), name


def test_a_snapshot_reads_back_to_the_same_state_at_every_event(played):
    process = Process(id=ID)
    for event in played.events:
        process = evolve.evolve(process, event)
        assert PROCESS.validate_json(PROCESS.dump_json(process)) == process


def test_what_follows_from_other_fields_is_derived_whatever_a_snapshot_says(played):
    """A snapshot, or a value in Temporal's histories, of a version that had none of these fields, or had them wrong."""
    derived = [field.name for field in dataclasses.fields(Process) if not field.init]
    assert derived
    process = Process(id=ID)
    for event in played.events:
        process = evolve.evolve(process, event)
        written = json.loads(PROCESS.dump_json(process))
        assert PROCESS.validate_python({k: v for k, v in written.items() if k not in derived}) == process
        assert PROCESS.validate_python(written | dict.fromkeys(derived, "wrong")) == process


def test_what_was_read_back_goes_on_as_what_was_not(played):
    middle = len(played.events) // 2
    before = fold(Process(id=ID), played.events[:middle])
    again = PROCESS.validate_json(PROCESS.dump_json(before))
    assert fold(again, played.events[middle:]) == played.process


def test_an_event_never_changes_the_state_before_it(played):
    process = Process(id=ID)
    for event in played.events:
        before = PROCESS.dump_json(process)
        after = evolve.evolve(process, event)
        assert PROCESS.dump_json(process) == before
        process = after


def test_the_fold_knows_every_kind_of_fact():
    assert set(evolve.FOLDS) == set(get_args(Fact))


def test_every_kind_of_fact_has_a_name_of_its_own():
    names = [fact.__dataclass_fields__["kind"].default for fact in get_args(Fact)]
    assert len(names) == len(set(names))
    assert all(name == name.lower() for name in names)


def test_the_play_meets_most_kinds_of_facts(played):
    """The rest happen in the other tests of the decider and in generated lives."""
    met = {type(event.fact) for event in played.events}
    assert {fact.__name__ for fact in set(get_args(Fact)) - met} <= {
        "DecisionPublished", "ResponseLate", "GuarantorReported", "GuarantorAnswered",
        "DraftAmended", "OfficeCreated", "MemberLeft", "TermEnded", "DelegationRevoked", "StagePostponed",
        "StageClosingAdvanced", "StageOverdue", "GateReturned", "StageReopened", "LastResortApplied",
        "ProcedureMigrated",
        "ConcertationAbandoned", "ProxyRevoked", "BallotReconvened", "BallotHeld", "BallotEscalated",
        "HearingCancelled", "MeetingCancelled", "ArticleRefused", "MemberRecused", "OpinionRejected",
        "HearingMoved", "HearingRequested", "RequestDeclined", "RequestWithdrawn", "WitnessCalled", "CallAnswered",
        "WitnessReplaced", "RecordDrafted", "RecordCorrected",
        "AscertainmentMade", "SourcesCited", "ContributionsSetAside", "SetAsideTakenBack", "ReservationAnswered",
        "CommentMade",
    }  # fmt: skip


def test_no_event_carries_more_than_ids_digests_dates_and_reasons(played):
    """Bodies are named by id and digest; who acts is a pseudonymous id."""
    for event in played.events:
        content = event_content(event)
        assert set(content) == {"at", "actor", "fact", "on_behalf_of", "round", "stage"}


def test_every_event_about_a_stage_says_in_which_round(played):
    for event in played.events:
        if event.stage is not None and not isinstance(event.fact, ev.ConcertationDrafted):
            assert event.round in (1, 2)


def test_states_have_no_slots_and_no_constructor_of_their_own():
    """`changed` copies the instance dictionary: what it copies must be all there is."""
    modules = [
        import_module(found.name) for found in pkgutil.iter_modules(process.__path__, "domain.process.")
    ]
    kinds = [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
    ]
    assert Process in kinds
    assert len(kinds) > 25
    for kind in kinds:
        assert "__slots__" not in vars(kind), kind
        assert kind is Process or not hasattr(kind, "__post_init__"), kind


def test_a_change_gives_a_copy():
    run = StageRun(key="a", round=1, planned_opens_at=START, planned_closes_at=START)
    later = changed(run, round=2)
    assert (run.round, later.round, later.key) == (1, 2, "a")


def test_no_field_of_the_state_is_missing_its_type():
    hints = typing.get_type_hints(Process)
    assert set(hints) >= set(Process.__dataclass_fields__)


def test_a_resumption_shifts_what_was_to_come_to_the_second():
    play = opened(call_for_input())
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    play.do(acts.Suspend(reason="panne"), stage="appel")
    play.now += timedelta(days=3, microseconds=1)
    play.do(acts.Resume(reason="réparé"), stage="appel")
    assert play.run("appel").closes_at == closes_at + timedelta(days=3, microseconds=1)


def test_an_opinion_of_one_round_leaves_that_of_another_alone():
    play = opened(call_for_input(), review(opinion=OPINION), stage="avis")
    adopt(play, Conclusion.REFER_BACK)
    play.until("appel", State.OPEN)
    play.until("avis", State.OPEN)
    put_to_vote(play, text="v2")
    assert play.process.opinions["1/avis"].text == body("avis")
    assert play.process.opinions["2/avis"].text == body("v2")


def test_an_unknown_event_is_an_error_not_a_silence():
    class Unheard:
        kind = "unheard"

    with pytest.raises(KeyError):
        evolve.evolve(Process(id=ID), Event(at=START, actor="x", fact=typing.cast(Fact, Unheard())))
