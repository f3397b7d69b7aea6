"""Questionnaires in the store: by digest, for ever; and which one a stage asks."""

from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from domain import acts
from domain.acts import Body
from domain.digests import digest
from domain.process import Process
from domain.questionnaires.builtin import NAMES, builtin
from domain.questionnaires.checking import check
from domain.questionnaires.shapes import Form, Questionnaire
from store import questionnaires
from store.pool import Pool
from store.questionnaires import (
    asked,
    definition_of,
    document_asked,
    get,
    get_many,
    kept_for,
    known_for,
    put,
    questionnaire_digest,
)
from tests.store.stage import Play
from tests.unit.procedures import call_for_input, procedure

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    questionnaires._known().clear()


def one_question(name: str) -> Questionnaire:
    """A questionnaire of one question."""
    return questions(name, q={})


def questions(name: str = "essai", /, **more: dict[str, Any]) -> Questionnaire:
    """A questionnaire of one section with these questions."""
    asked = [{"id": id, "kind": "yes_no", "label": {"fr": "?"}, **given} for id, given in more.items()]
    section = {"id": "s", "label": {"fr": "S"}, "questions": asked}
    found = check({"id": name, "label": {"fr": name}, "sections": [section]}).questionnaire
    assert found is not None
    return found


async def attach(
    play: Play, questionnaire: Questionnaire | None, stage: str | None = None, *, document: str
) -> Process:
    """Attach a questionnaire, or a text that says it is one."""
    named = digest({"fr": document})
    if questionnaire is not None:
        named = await put(play.worker, questionnaire, "coordinator")
    await play.do(
        acts.AttachDocument(
            document=Body(id=document, digest=named), title={"fr": "Q"}, stage=stage, questionnaire=True
        )
    )
    return await play.process()


@pytest.mark.parametrize("name", NAMES)
async def test_a_questionnaire_comes_back_as_it_was_kept(app: Pool, name: str) -> None:
    async with app.acquire() as connection:
        named = await put(connection, builtin(name), "coordinator")
        assert named == questionnaire_digest(builtin(name)) == digest(definition_of(builtin(name)))
        kept = await get(connection, named)
    assert kept is not None
    assert kept.questionnaire == builtin(name)
    assert questionnaire_digest(kept.questionnaire) == named
    assert kept.validator({}).problems
    assert kept.code.replace("-", "").lower() == named[:10]


async def test_a_questionnaire_is_kept_once_and_never_changed(app: Pool, worker: Pool) -> None:
    async with app.acquire() as connection:
        first = await put(connection, builtin("assises"), "one")
        assert await put(connection, builtin("assises"), "another") == first
    assert await worker.fetchval("SELECT count(*) FROM questionnaire") == 1
    for role in (app, worker):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await role.execute("UPDATE questionnaire SET definition = '{}'")


async def test_what_was_read_once_is_not_asked_for_again(play: Play) -> None:
    await play.draft()
    process = await attach(play, one_question("a"), document="d1")
    assert known_for(process, "appel") == (False, None)
    first = await kept_for(play.worker, process, "appel")
    no_connection: Any = None
    assert await kept_for(no_connection, process, "appel") is first
    assert known_for(process, "appel") == (True, first)
    assert known_for(process, "nowhere") == (True, None)


async def test_no_more_questionnaires_are_remembered_than_fit(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questionnaires, "_KNOWN_AT_ONCE", 2)
    names = [await put(play.worker, one_question(name), "x") for name in ("a", "b", "c")]
    for name in ("f" * 64, names[0], names[1], names[0], names[2]):
        await get(play.worker, name)
    assert list(questionnaires._known()) == [names[0], names[2]]


async def test_questionnaires_that_there_are_not_are_left_out(play: Play) -> None:
    named = await put(play.worker, one_question("a"), "x")
    found = await get_many(play.worker, [named, "f" * 64, "", "../x", "\0", named])
    assert list(found) == [named]


async def test_a_stage_asks_its_own_questionnaire_before_that_of_the_whole(play: Play) -> None:
    await play.draft()
    process = await attach(play, one_question("whole"), document="d1")
    assert (found := await asked(play.worker, process, "appel")) is not None
    assert found.id == "whole"
    process = await attach(play, one_question("own"), "appel", document="d2")
    assert (found := await asked(play.worker, process, "appel")) is not None
    assert found.id == "own"
    process = await attach(play, one_question("later"), document="d3")
    assert (found := await asked(play.worker, process, "appel")) is not None
    assert found.id == "own"


async def test_a_stage_of_all_axes_asks_the_same_in_each_until_one_has_its_own(play: Play) -> None:
    lanes = [{"id": "nord", "label": "Nord"}, {"id": "sud", "label": "Sud"}]
    await play.draft(procedure(call_for_input(lane="each"), lanes=lanes))
    await attach(play, one_question("whole"), document="d1")
    process = await attach(play, one_question("axes"), "appel", document="d2")
    process = await attach(play, one_question("north"), "appel.nord", document="d3")
    found = {key: await asked(play.worker, process, key) for key in ("appel.nord", "appel.sud")}
    assert {key: one.id for key, one in found.items() if one} == {"appel.nord": "north", "appel.sud": "axes"}


async def test_a_stage_of_one_axis_asks_its_own_questions_and_those_of_none(play: Play) -> None:
    lanes = [{"id": name, "label": name.title()} for name in ("nord", "sud", "est")]
    await play.draft(procedure(call_for_input(lane="each"), call_for_input(id="debat"), lanes=lanes))
    shared = questions(q={}, n={"axes": ["nord"], "required": True}, s={"axes": ["sud", "est"]})
    process = await attach(play, shared, document="d1")

    async def ids(stage: str) -> list[str]:
        kept = await kept_for(play.worker, process, stage)
        assert kept is not None
        assert isinstance(kept.whole, Form)
        assert (kept.digest, kept.whole) == (questionnaire_digest(shared), shared)
        assert await kept_for(play.worker, process, stage) is kept
        assert known_for(process, stage) == (True, kept)
        assert isinstance(kept.questionnaire, Form)
        return [question.id for _, question in kept.questionnaire.questions()]

    assert await ids("appel.nord") == ["q", "n"]
    assert await ids("appel.sud") == await ids("appel.est") == ["q", "s"]
    assert await ids("debat") == ["q", "n", "s"]
    in_the_south = await kept_for(play.worker, process, "appel.sud")
    assert in_the_south is not None
    assert in_the_south.validator({"q": True}).is_accepted, "what another axis must answer is not asked here"
    assert not in_the_south.validator({"n": True}).is_accepted
    only = questions(n={"axes": ["nord"]})
    process = await attach(play, only, document="d1")
    assert await kept_for(play.worker, process, "appel.sud") is None
    assert known_for(process, "appel.sud") == (True, None)


async def test_a_new_version_of_a_questionnaire_takes_the_place_of_the_old_one(play: Play) -> None:
    await play.draft()
    await attach(play, one_question("first"), document="d1")
    process = await attach(play, one_question("second"), document="d1")
    assert process.documents["d1"].version == 2
    assert (found := await asked(play.worker, process, "appel")) is not None
    assert found.id == "second"


async def test_a_questionnaire_that_is_only_a_text_asks_nothing(play: Play) -> None:
    await play.draft()
    process = await attach(play, None, document="d1")
    assert await asked(play.worker, process, "appel") is None
    assert await asked(play.worker, replace(process, documents={}), "appel") is None
    assert await asked(play.worker, process, "nowhere") is None
    assert document_asked(process, "appel") is not None
