"""What an archive tells of a decision that is under an embargo, and that it tells all once that is over."""

from __future__ import annotations

import pytest

from api.publication import is_embargoed
from api.snapshot import Snapshot
from domain import acts
from domain.closing.sections import sections
from domain.events import event_content
from domain.noticing.wording import of_event
from domain.process import State
from domain.rights import Viewer
from server.closing.archived import Archived
from server.closing.dossier import dossier
from server.closing.page import page
from tests.closing.telling import rows_of, walked
from tests.unit.play import Play, body
from tests.unit.scenes import DAY
from tests.unit.test_decide_embargo import SIGNED, answered, issued

SECRETS = (body("decision"), body("motifs de la décision"), body("d2"))


def _decided(*, signed: bool) -> Play:
    play = answered(signoffs=SIGNED if signed else None)
    play.do(
        issued(play, reasons=body("motifs de la décision"), early_readers=("prefect",)),
        "minister",
        "decision",
    )
    if signed:
        for signatory in ("state", "local"):
            play.vote(signatory, "favourable")
    play.do(acts.RectifyDecision(text=body("d2"), reason="une coquille"), "minister", "decision")
    return play


def _public(play: Play, viewer: Viewer | None = None):
    at = Snapshot(play.process, play.now)
    return lambda event: not is_embargoed(viewer or Viewer(), at, event)


@pytest.mark.parametrize("signed", [False, True])
def test_under_an_embargo_nothing_of_the_decision_is_told_and_the_rest_holds(signed):
    play = _decided(signed=signed)
    told = str([(row.content, row.shown) for row in rows_of(play.events, _public(play))])
    walk = walked(play.events, _public(play))
    written = b"".join(content for _, content in sections(walk.told)).decode()
    for secret in (*(b.digest for b in SECRETS), *(b.id for b in SECRETS), "une coquille", "('prefect',)"):
        assert secret not in told
        assert secret not in written
    assert walk.told.withheld == (3 if signed else 2)
    assert (walk.chain.fault, walk.events.fault, walk.unfolded) == (None, None, None)
    assert walk.told.process.decisions[-1].embargo_until == play.process.decisions[-1].embargo_until


@pytest.mark.parametrize("signed", [False, True])
def test_once_the_embargo_is_over_everything_is_told_and_decided_again(signed):
    play = _decided(signed=signed)
    play.pass_time(4 * DAY)
    walk = walked(play.events, _public(play))
    assert walk.told.withheld == 0
    assert (walk.chain.fault, walk.events.fault, walk.events.untold) == (None, None, 0)
    assert walk.told.process.decisions == play.process.decisions


def test_those_who_sign_conduct_or_guarantee_it_and_early_readers_read_it_before():
    play = _decided(signed=True)
    for member in ("prefect", "minister", "state", "local", "coordinator", "warden"):
        assert all(_public(play, Viewer(member=member))(event) for event in play.events), member
    for member in ("citizen", "mayor", "ada", "writer"):
        hidden = [event for event in play.events if not _public(play, Viewer(member=member))(event)]
        assert [e.fact.kind for e in hidden] == ["ballot_opened", "decision_issued", "decision_rectified"], (
            member
        )
        assert all(event_content(event) for event in hidden)


def test_what_a_stage_publishes_at_its_conclusion_is_told_then_and_not_before():
    at_conclusion = {"responses": "at_conclusion", "decision": "at_conclusion"}
    play = answered(visibility=at_conclusion, concludes="when_delivered")
    play.do(acts.IssueDecision(text=body("decision")), "minister", "decision")
    hidden = [event.fact.kind for event in play.events if not _public(play)(event)]
    assert hidden == ["response_given", "response_given", "decision_issued"]
    told = str([(row.content, row.shown) for row in rows_of(play.events, _public(play))])
    walk = walked(play.events, _public(play))
    written = b"".join(content for _, content in sections(walk.told)).decode()
    response = play.process.responses["r1/dinum"]
    for secret in (response.reasons.digest, body("decision").digest):
        assert secret not in told
        assert secret not in written
    assert [one.answer for one in walk.told.process.responses.values()] == [None, None]
    page_ = "".join(page(dossier(Archived(told=walk.told, head="ab" * 32, figures=[], texts={}))))
    assert "response not public yet" in page_
    assert (walk.chain.fault, walk.events.fault, walk.unfolded) == (None, None, None)
    for member in ("dinum", "minister", "coordinator", "state"):
        given = next(event for event in play.events if event.fact.kind == "response_given")
        assert _public(play, Viewer(member=member))(given), member
    assert not _public(play, Viewer(member="citizen"))(given)
    assert "followed" not in str(of_event(given, play.process)).lower()
    play.until("decision", State.CONCLUDED)
    assert all(_public(play)(event) for event in play.events)
    assert walked(play.events, _public(play)).events.fault is None
