"""The ledger keeps canonical JSON, whose keys are sorted: nothing that the fold gives may depend on another order."""

from __future__ import annotations

from datetime import timedelta

from domain import acts
from domain.builtin import builtin
from domain.digests import canonical
from domain.events import EVENT, Event, event_content
from domain.evolve import fold
from domain.procedure import Procedure
from domain.process import Process, State
from tests.unit import play as acting
from tests.unit.play import Play
from tests.unit.procedures import call_for_input, days, decision, procedure, review, synthesis


def reread(events: list[Event]) -> list[Event]:
    """Write events as the ledger keeps them, and read them again."""
    return [EVENT.validate_json(canonical(event_content(event))) for event in events]


def launched(rules: Procedure) -> Play:
    """Launch with a council of three."""
    play = Play(rules)
    play.appoint("presidence", "chair")
    play.appoint("conseil", "ada", "bob")
    play.attach_all()
    play.do(acts.Launch(opens_at=play.now + timedelta(days=20)))
    return play


def assert_folds_alike(play: Play) -> None:
    again = fold(Process(id=acting.ID), reread(play.events))
    assert again == play.process
    assert list(again.runs) == list(play.process.runs)
    assert list(again.lanes) == list(play.process.lanes)
    assert list(again.themes) == list(play.process.themes)


def test_axes_and_themes_keep_the_order_of_the_procedure() -> None:
    play = Play(builtin("assises-ia"))
    assert list(play.process.lanes) == ["politiques-publiques", "vie-publique", "metiers"]
    assert_folds_alike(play)


def test_stages_of_a_second_round_keep_the_order_of_the_procedure() -> None:
    """In this file the decision comes after the synthesis; in the alphabet, before it."""
    play = launched(procedure(call_for_input(), review(duration=days(20, 0, 60)), synthesis(), decision()))
    play.until("avis", State.OPEN)
    text = acting.body("avis")
    place = {"stage": "avis"}
    play.do(acts.DraftOpinion(text=text, conclusion=acts.Conclusion.REFER_BACK), by="chair", **place)
    play.do(acts.PutOpinionToVote(text=text.digest), by="chair", **place)
    for member in ("chair", "ada", "bob"):
        play.vote(member, "favourable")
    play.until("appel", State.OPEN)
    assert play.process.round == 2
    assert [run.key for run in play.process.past_runs] == ["appel", "avis", "synthese", "decision"]
    assert_folds_alike(play)
