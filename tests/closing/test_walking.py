"""A ledger tells the whole concertation: whoever goes along it comes to the same state, and counts the same."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api import publication
from domain import acts
from domain.acts import Conclusion
from domain.closing.rows import WITHHELD, RowUnfit, event_of, read_row, without_substance, write_row
from domain.closing.sections import sections
from domain.closing.walking import Walk
from domain.digests import canonical
from domain.events import (
    AmendmentProposed,
    AmendmentSettled,
    ArticleDrafted,
    BallotClosed,
    EvaluationGiven,
    Event,
    Fact,
    OpinionAdopted,
    OpinionDrafted,
    PositionStated,
    VoteCast,
    event_content,
)
from domain.process import BallotOutcome
from tests.closing.telling import rows_of, walked
from tests.closing.test_commands import LIVES, STEPS
from tests.properties.chance import Rolled
from tests.properties.finishing import Finisher
from tests.properties.generated import rolled_procedure
from tests.properties.life import Life
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import opened, put_to_vote

HIDDEN = (
    PositionStated,
    OpinionDrafted,
    OpinionAdopted,
    VoteCast,
    EvaluationGiven,
    ArticleDrafted,
    AmendmentProposed,
    AmendmentSettled,
)


def lived(seed: int) -> Play:
    chance = Rolled(seed)
    life = Life(rolled_procedure(seed), launched=chance.number(0, 5) > 0)
    for _ in range(STEPS):
        if life.play.process.over:
            break
        life.step(chance)
    life.end()
    Finisher(life.play).finish()
    return life.play


def is_whole(walk: Walk) -> bool:
    counts = (walk.chain, walk.events, walk.ballots)
    return walk.unfolded is None and all(count.fault is None for count in counts)


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32))
def test_a_life_comes_to_the_same_end_by_its_ledger_alone(seed: int) -> None:
    play = lived(seed)
    walk = walked(play.events)
    assert is_whole(walk)
    assert walk.told.process == play.process
    assert walk.events.held == len(play.events)
    assert (walk.events.untold, walk.ballots.untold, walk.told.withheld) == (0, 0, 0)


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32))
def test_what_is_not_public_keeps_things_untold_and_breaks_nothing(seed: int) -> None:
    play = lived(seed)
    walk = walked(play.events, lambda event: not isinstance(event.fact, HIDDEN))
    assert is_whole(walk)
    assert walk.told.withheld == sum(isinstance(event.fact, HIDDEN) for event in play.events)
    assert walk.told.process.outcome == play.process.outcome
    assert all(content for _, content in sections(walk.told))


def council(*positions: str, **rule: object) -> Play:
    """Let the chair, ada, bob and cleo vote on an opinion, in this order, to the end of the window."""
    play = opened(call_for_input(), review(opinion={**OPINION, **rule}), stage="avis")
    put_to_vote(play)
    for member, position in zip(("chair", "ada", "bob", "cleo"), positions, strict=False):
        play.vote(member, position, play.ballot()) if not rule.get("secret") else play.vote_in_secret(
            member, position, play.ballot()
        )
    play.pass_time(timedelta(days=60))
    return play


def test_a_ballot_that_was_counted_wrong_is_found() -> None:
    play = council("favourable", "favourable", "unfavourable", "favourable")
    assert is_whole(walked(play.events))
    for number, event in enumerate(play.events):
        if isinstance(event.fact, BallotClosed):
            count = event.fact.count
            assert count is not None
            wrong = replace(event.fact, count=replace(count, favourable=count.favourable + 1))
            events = [*play.events[:number], replace(event, fact=wrong), *play.events[number + 1 :]]
            walk = walked(events)
            assert walk.ballots.fault == event.fact.ballot
            assert walk.events.fault == str(number + 1)


def test_an_outcome_that_does_not_follow_from_its_count_is_found() -> None:
    play = council("favourable", "favourable", "unfavourable", "favourable")
    events = [
        replace(event, fact=replace(event.fact, outcome=BallotOutcome.REFUSED))
        if isinstance(event.fact, BallotClosed)
        else event
        for event in play.events
    ]
    assert walked(events).ballots.fault is not None


def test_a_vote_that_was_slipped_in_is_found() -> None:
    play = council("favourable", "favourable", "unfavourable", "favourable")
    place = next(n for n, event in enumerate(play.events) if isinstance(event.fact, VoteCast))
    slipped = replace(play.events[place], actor="citizen")
    assert walked([*play.events[:place], slipped, *play.events[place + 1 :]]).events.fault == str(place + 1)


@pytest.mark.parametrize(
    ("positions", "member", "holds"),
    [
        (("favourable", "favourable", "favourable", "favourable"), "ada", True),
        (("unfavourable", "favourable", "favourable", "unfavourable"), "bob", True),
        (("unfavourable", "favourable", "favourable", "favourable"), "nobody", True),
        (("unfavourable", "favourable", "unfavourable", "unfavourable"), "chair", True),
        (("unfavourable", "favourable", "favourable", "favourable"), "chair", True),
        (("unfavourable", "favourable", "unfavourable", "favourable"), "chair", False),
    ],
)
def test_an_open_ballot_is_counted_as_if_a_member_had_stood_aside(
    positions: tuple[str, ...], member: str, holds: bool
) -> None:
    walk = walked(council(*positions).events, without=member)
    assert (walk.spared.fault is None) is holds
    assert walk.spared.untold == 0


def test_a_secret_ballot_without_one_who_voted_cannot_be_told() -> None:
    play = council("favourable", "favourable", "favourable", "favourable", secret=True)
    assert walked(play.events, without="ada").spared.untold == 1
    assert walked(play.events, without="nobody").spared.untold == 0
    assert walked(play.events).secret == 1


def test_of_a_secret_ballot_who_voted_and_the_quorum_are_verified() -> None:
    play = council("favourable", "favourable", "favourable", "favourable", secret=True)
    place = next(n for n, event in enumerate(play.events) if isinstance(event.fact, VoteCast))
    walk = walked([*play.events[:place], *play.events[place + 1 :]])
    assert walk.ballots.fault is not None


def test_only_what_may_be_withheld_is_withheld() -> None:
    events = council("favourable").events
    walk = walked(events, lambda event: not isinstance(event.fact, BallotClosed))
    assert walk.unfolded is not None


def test_whatever_the_api_withholds_an_archive_may_withhold() -> None:
    (function,) = ast.parse(inspect.getsource(publication.is_embargoed)).body
    named = {
        pattern.cls.id
        for pattern in ast.walk(function)
        if isinstance(pattern, ast.MatchClass) and isinstance(pattern.cls, ast.Name)
    }
    kinds = {fact.__dataclass_fields__["kind"].default for fact in get_args(Fact) if fact.__name__ in named}
    assert kinds == WITHHELD


def shown(event: Event) -> Event | None:
    content = canonical(event_content(event)).decode()
    return event_of(read_row(write_row(1, "0" * 64, "0" * 64, content, public=False)))


def test_what_is_not_public_of_a_position_or_an_opinion_is_not_shown() -> None:
    play = opened(call_for_input(), review(), stage="avis")
    position = acts.StatePosition(position=Conclusion.UNFAVOURABLE, statement=body("position"))
    stated = play.do(position, "ada", "avis")[0]
    told = shown(stated)
    assert told is not None
    assert isinstance(told.fact, PositionStated)
    assert [told.fact.member, told.fact.position, told.fact.statement] == ["ada", None, None]
    assert body("position").digest not in str(without_substance(event_content(stated)))


def test_what_is_not_public_of_an_evaluation_or_an_article_is_not_shown() -> None:
    play = opened(call_for_input(), review(evaluation="grille"), stage="avis")
    marks = acts.Evaluate(
        questionnaire=body("grille avis").digest, marks={"droit": 5}, reasons=body("motifs")
    )
    article = acts.DraftArticle(article="a1", title={"fr": "Titre"}, rapporteur="bob", text=body("article"))
    amendment = acts.ProposeAmendment(amendment="m1", article="a1", text=body("amendement"))
    settled = acts.SettleAmendment(amendment="m1", adopted=True, reason="plus clair")
    hidden = (
        "droit",
        "Titre",
        "plus clair",
        *(body(text).digest for text in ("motifs", "article", "amendement")),
    )
    for act, by in ((marks, "ada"), (article, "ada"), (amendment, "cleo"), (settled, "bob")):
        event = play.do(act, by, "avis")[0]
        assert shown(event) is not None
        said = str(without_substance(event_content(event)))
        assert [word for word in hidden if word in said] == []


def test_who_votes_in_a_secret_ballot_that_runs_is_not_shown() -> None:
    play = opened(call_for_input(), review(opinion={**OPINION, "secret": True}), stage="avis")
    put_to_vote(play)
    cast = play.vote_in_secret("ada", "favourable")[0]
    assert shown(cast) is None
    said = str(without_substance(event_content(cast)))
    assert "ada" not in said
    assert "conseil/" not in said


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"seq":1,"previousHash":"00","hash":"00","content":{}}',
        b'{"seq":"1","previousHash":"' + b"0" * 64 + b'","hash":"' + b"0" * 64 + b'","content":{"at":1}}',
        b'{"seq":1,"previousHash":"' + b"0" * 64 + b'","hash":"' + b"0" * 64 + b'","content":null}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_row_is_refused(line: bytes) -> None:
    with pytest.raises(RowUnfit):
        read_row(line)


def test_an_unknown_kind_of_event_ends_the_walk_and_not_the_chain() -> None:
    rows = list(rows_of(council("favourable").events))
    assert rows[3].content is not None
    rows[3].content["fact"]["kind"] = "unheard_of"
    walk = Walk("00000000-0000-4000-8000-000000000001")
    for row in rows:
        walk.go(row)
    walk.end()
    assert walk.unfolded == 4
    assert walk.chain.fault == "4"
    assert walk.seq == len(rows)
