"""Questionnaires through the API: attached, checked, turned into a form by a client that knows nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.questionnaires.builtin import NAMES, builtin, source
from domain.questionnaires.shapes import KINDS
from store import questionnaires
from store.questionnaires import definition_of, questionnaire_digest
from tests.api.house import DAY, House
from tests.api.stage import Stage, whole
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres

THEMES = (
    "economie",
    "social",
    "sante",
    "education",
    "securite",
    "environnement",
    "ethique",
    "dialogue-social",
)
AXES = ("politiques-publiques", "vie-publique", "metiers")


def named(key: str) -> dict[str, Any]:
    return {"id": key, "label": {"fr": key}}


@pytest.fixture
def stage(house: House) -> Stage:
    """A concertation with the themes and axes of the built-in questionnaires."""
    return Stage(house, whole(themes=[named(key) for key in THEMES], lanes=[named(key) for key in AXES]))


def question(name: str = "q", **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "yes_no", "label": {"fr": "Oui ?"}, **more}


def form(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "essai",
        "label": {"fr": "Essai", "en": "Trial"},
        "sections": [{"id": "s", "label": {"fr": "Section"}, "questions": list(questions)}],
        **more,
    }


async def attach(stage: Stage, **more: Any) -> Any:
    answer = await stage.do(
        "AttachDocument", "coordinator", title="Questionnaire", questionnaire=True, stage="appel", **more
    )
    return answer["document"]


async def asked(stage: Stage, language: str | None = None) -> Any:
    """The form of the call for input, as a client builds it."""
    found = (await stage.about('{ stage(key: "appel") { id } }'))["stage"]
    data = await stage.house.ask("Questionnaire", {"stageId": found["id"]}, language=language)
    return data["node"]["questionnaire"]


async def validated(stage: Stage, answers: Any, **more: Any) -> Any:
    found = (await stage.about('{ stage(key: "appel") { id } }'))["stage"]
    data = await stage.house.ask("ValidateAnswers", {"stageId": found["id"], "answers": answers, **more})
    return data["validateAnswers"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_client_builds_the_form_from_the_api_alone(stage: Stage, name: str) -> None:
    await stage.draft()
    await stage.staff()
    await attach(stage, source=source(name))
    await stage.launch()
    found = await asked(stage, "en")
    whole_ = builtin(name)
    assert found["digest"] == questionnaire_digest(whole_)
    assert found["pdfPath"] == f"/questionnaires/{found['digest']}.pdf"
    assert found["code"].replace("-", "").lower() == found["digest"][:10]
    assert (found["key"], found["version"]) == (whole_.id, whole_.version)
    assert found["label"] == whole_.label["en"]
    questions = [question for section in found["sections"] for question in section["questions"]]
    assert [question["number"] for question in questions] == [*range(1, found["questionCount"] + 1)]
    assert set(found["jsonSchema"]["properties"]) == {question["key"] for question in questions}
    for shown in questions:
        assert shown["label"]
        assert shown["labels"]["fr"]
        assert (shown["condition"] is None) == (shown["conditionText"] is None)
        if shown["kind"] in ("SINGLE_CHOICE", "MULTIPLE_CHOICE", "RANKING"):
            assert shown["choices"]
        if shown["kind"] in ("SCALE", "NUMBER", "CRITERION"):
            assert shown["minimum"] < shown["maximum"]
        if shown["kind"] in ("LONG_TEXT", "SHORT_TEXT", "CRITERION"):
            assert shown["maximumLength"]


async def test_every_kind_of_question_has_its_own_fields(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    choices = [{"id": "a", "label": {"fr": "A"}}, {"id": "b", "label": {"fr": "B"}}]
    special: dict[str, dict[str, Any]] = {
        "short_text": {"minimum": 2, "maximum": 9},
        "single_choice": {"choices": choices, "other": True},
        "multiple_choice": {"choices": choices, "minimum": 1},
        "ranking": {"choices": choices},
        "scale": {"minimum": 0, "maximum": 10, "labels": {0: {"fr": "Non"}}},
        "number": {"minimum": 0.5, "maximum": 2, "whole": False, "unit": {"fr": "heures"}},
        "date": {"minimum": "2027-01-01"},
        "file": {"maximum": 3},
    }
    made = [question(f"q-{n}", **{"kind": kind, **special.get(kind, {})}) for n, kind in enumerate(KINDS)]
    await attach(stage, definition=form(*made))
    await stage.launch()
    shown = {q["kind"].lower(): q for q in (await asked(stage))["sections"][0]["questions"]}
    assert set(shown) == set(KINDS)
    assert (shown["short_text"]["minimumLength"], shown["short_text"]["maximumLength"]) == (2, 9)
    assert shown["single_choice"]["other"] is True
    assert shown["single_choice"]["longestOther"] == 500
    assert shown["multiple_choice"]["minimumChoices"] == 1
    assert shown["ranking"]["maximumChoices"] == 2
    assert shown["scale"]["levels"] == [{"value": 0, "label": "Non"}]
    assert (shown["number"]["minimum"], shown["number"]["unit"]) == (0.5, "heures")
    assert shown["number"]["wholeNumbers"] is False
    assert (shown["date"]["earliest"], shown["date"]["latest"]) == ("2027-01-01", None)
    assert shown["file"]["maximumFiles"] == 3
    assert (
        shown["yes_no"]["minimum"] is shown["yes_no"]["maximumLength"] is shown["yes_no"]["earliest"] is None
    )


async def test_a_questionnaire_with_faults_is_refused_with_all_of_them_and_nothing_is_changed(
    stage: Stage,
) -> None:
    await stage.draft()
    faulty = form(question("q"), question("q"), question("r", themes=["mer"], axes=["lune"]))
    for given in ({"definition": faulty}, {"source": json.dumps(faulty)}):
        answer = await stage.refused(
            "QUESTIONNAIRE_INVALID", "AttachDocument", "coordinator",
            title="Q", questionnaire=True, stage="appel", **given,
        )  # fmt: skip
        assert answer["path"] == [*given]
        assert [finding["code"] for finding in answer["findings"]] == [
            "duplicate_id",
            "unknown_theme",
            "unknown_lane",
        ]
        assert all(finding["message"] for finding in answer["findings"])
    assert (await stage.about("{ informationFile { id } }"))["informationFile"] == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "Q", "definition": form(question())},
        {"definition": form(question()), "source": "id: q"},
        {"definition": form(question()), "questionnaire": False},
    ],
    ids=["nothing", "text and questions", "questions twice", "questions of no questionnaire"],
)
async def test_a_document_is_a_text_or_questions_and_never_both(stage: Stage, given: dict[str, Any]) -> None:
    await stage.draft()
    await stage.refused(
        "INPUT_INVALID", "AttachDocument", "coordinator", **{"title": "Q", "questionnaire": True, **given}
    )


async def test_a_table_from_a_spreadsheet_is_a_questionnaire(stage: Stage) -> None:
    await stage.draft()
    table = "kind;id;label\nquestionnaire;avis;Votre avis\nyes_no;pour;Êtes-vous pour ?\n"
    document = await attach(stage, source=table, format="CSV")
    found = await stage.about("{ informationFile { id asks { key questionCount } text { content } } }")
    assert found["informationFile"] == [
        {"id": document["id"], "asks": {"key": "avis", "questionCount": 1}, "text": {"content": None}}
    ]


async def test_a_new_version_keeps_the_document_and_changes_what_is_asked(stage: Stage) -> None:
    await stage.draft()
    first = await attach(stage, definition=form(question()))
    second = await attach(stage, definition=form(question(), question("r")), documentId=first["id"])
    assert (first["id"], first["version"], second["version"]) == (second["id"], 1, 2)
    assert first["text"]["digest"] != second["text"]["digest"]
    old = await stage.house.ask(
        "query ($digest: String!) { questionnaire(digest: $digest) { questionCount definition } }",
        {"digest": first["text"]["digest"]},
    )
    assert old["questionnaire"]["questionCount"] == 1


async def test_the_definition_is_what_the_digest_is_taken_of(stage: Stage) -> None:
    await stage.draft()
    document = await attach(stage, source=source("assises"))
    found = await stage.house.ask(
        "query ($digest: String!) { questionnaire(digest: $digest) { definition } }",
        {"digest": document["text"]["digest"]},
    )
    assert found["questionnaire"]["definition"] == json.loads(json.dumps(definition_of(builtin("assises"))))


async def test_the_questions_stand_while_people_answer(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    document = await attach(stage, definition=form(question()))
    await stage.launch()
    await stage.until("appel", "OPEN")
    await stage.refused(
        "STAGE_WRONG_STATE", "AttachDocument", "coordinator", title="Q", questionnaire=True, stage="appel",
        definition=form(question("other")), documentId=document["id"],
    )  # fmt: skip


async def test_answers_are_validated_with_every_problem_at_once_before_they_are_sent(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    asked_ = form(
        question("a", required=True),
        question("b", when={"question": "a", "is": True}, required=True),
        question("c", kind="short_text", maximum=3),
    )
    await attach(stage, definition=asked_)
    await stage.launch()
    good = await validated(stage, {"c": " oui ", "a": False})
    assert good == {"valid": True, "problems": [], "answers": {"a": False, "c": "oui"}}
    bad = await validated(stage, {"a": True, "c": "trop long", "z": 1})
    assert not bad["valid"]
    assert [(p["questionId"], p["code"]) for p in bad["problems"]] == [
        ("b", "REQUIRED"),
        ("c", "TOO_LONG"),
        ("z", "UNKNOWN_QUESTION"),
    ]
    assert all(p["message"] for p in bad["problems"])
    paper = {"a": {"ticked": [True, False]}, "c": {"unreadable": True}}
    assert not (await validated(stage, paper))["valid"]
    assert (await validated(stage, paper, asWritten=True))["valid"]
    many = await validated(stage, {f"q{n}": 1 for n in range(401)})
    assert [p["code"] for p in many["problems"]] == ["TOO_MANY_ANSWERS"]
    no_objects: tuple[Any, ...] = ([], "x", 3)
    for no_object in no_objects:
        assert (await validated(stage, no_object))["problems"][0]["code"] == "ANSWERS_NOT_AN_OBJECT"


async def test_a_stage_that_asks_nothing_has_nothing_to_validate(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    await stage.launch()
    assert await asked(stage) is None
    assert await validated(stage, {}) is None
    for id_ in ("", "x", stage.id):
        data = await stage.house.ask("ValidateAnswers", {"stageId": id_, "answers": {}})
        assert data["validateAnswers"] is None


async def test_a_questionnaire_is_checked_without_being_attached(house: House) -> None:
    data = await house.ask("CheckQuestionnaire", {"source": "id: q\nlabel: {fr: Q}\nsections: []"})
    assert data["checkQuestionnaire"]["valid"] is False
    assert data["checkQuestionnaire"]["findings"][0]["path"] == ["sections"]
    table = "kind,id,label\nyes_no,q,Oui ?\nquestionnaire,x,X\n"
    data = await house.ask("CheckQuestionnaire", {"source": table, "format": "CSV"})
    assert data["checkQuestionnaire"]["valid"] is True


async def test_questionnaires_are_read_in_one_statement_however_many_there_are(stage: Stage) -> None:
    await stage.draft()
    await attach(stage, definition=form(question()))
    query = "{ informationFile { asks { key sections { questions { key } } } } }"
    questionnaires._known().clear()
    said: list[str] = []

    async def counted(connection: Any, named: Any) -> Any:
        said.append(",".join(named))
        return await get_many(connection, named)

    get_many = questionnaires.get_many
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questionnaires, "get_many", counted)
        await stage.about(query)
        for n in range(4):
            await attach(stage, definition=form(question(f"q{n}")))
        said.clear()
        found = await stage.about(query)
    assert len(found["informationFile"]) == 5
    assert len(said) == 1


async def test_a_document_of_a_stage_in_all_axes_is_in_the_file_of_each(house: House) -> None:
    lanes = [named("nord"), named("sud")]
    stage = Stage(house, write.procedure(write.call_for_input(lane="each"), lanes=lanes))
    await stage.draft()
    await attach(stage, definition=form(question()))
    at = await stage.about("{ informationFile { stage asks { key } } }")
    assert at["informationFile"] == [{"stage": "appel", "asks": {"key": "essai"}}]
    await stage.staff()
    await stage.do("AttachDocument", "coordinator", title="Dossier", text="Les faits.", stage="appel")
    opens_at = await house.clock.now() + 16 * DAY
    await stage.do("Launch", "coordinator", opensAt=opens_at.isoformat())
    found = await stage.about(
        '{ stage(key: "appel.sud") { informationFile { stage } questionnaire { key } } }'
    )
    assert found["stage"] == {
        "informationFile": [{"stage": "appel"}, {"stage": "appel"}],
        "questionnaire": {"key": "essai"},
    }


async def test_a_stage_of_one_axis_shows_its_questions_under_the_numbers_of_the_whole(house: House) -> None:
    lanes = [named("nord"), named("sud")]
    stage = Stage(house, write.procedure(write.call_for_input(lane="each"), lanes=lanes))
    await stage.draft()
    shared = form(
        question("n", axes=["nord"]),
        question("s", axes=["sud"], required=True),
        question("q", when={"question": "s", "is": True}),
    )
    await attach(stage, definition=shared)
    await stage.staff()
    await stage.launch()
    asks = """{ id questionnaire { axis digest pdfPath questionCount jsonSchema definition
        sections { questions { key number axes conditionText } } } }"""
    found = await stage.about(
        f'{{ north: stage(key: "appel.nord") {asks} south: stage(key: "appel.sud") {asks} }}'
    )
    south = found["south"]["questionnaire"]
    assert [(q["key"], q["number"]) for q in south["sections"][0]["questions"]] == [("s", 2), ("q", 3)]
    assert south["sections"][0]["questions"][1]["conditionText"]
    assert (south["axis"], south["questionCount"]) == ("sud", 2)
    assert set(south["jsonSchema"]["properties"]) == {"s", "q"}
    assert south["definition"] == found["north"]["questionnaire"]["definition"]
    assert south["digest"] == found["north"]["questionnaire"]["digest"]
    pages = [await house.http.get(found[name]["questionnaire"]["pdfPath"]) for name in ("north", "south")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content != pages[1].content
    answers = {"stageId": found["north"]["id"], "answers": {"n": True}}
    assert (await house.ask("ValidateAnswers", answers))["validateAnswers"]["valid"]
    answers = {"stageId": found["south"]["id"], "answers": {"n": True}}
    told = (await house.ask("ValidateAnswers", answers))["validateAnswers"]["problems"]
    assert {problem["questionId"] for problem in told} == {"n", "s"}
