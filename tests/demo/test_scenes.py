"""What scenes do where the course of events is not the usual one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from domain.organisations import codes
from server.demo.forms import FAULTY, answers
from server.demo.scenes.admitting import invite, misread
from server.demo.scenes.archiving import archive
from server.demo.scenes.contributing import complete, mend
from server.demo.scenes.entering import BATCH, in_hand
from server.demo.voices import INVITED, MENDED, SUPERSEDED
from tests.demo.telling import Told
from tests.demo.test_board import AT, answered, situation, stage

CODE = codes.write(12345)


def called(state: str) -> dict[str, Any]:
    """What `Situation` answers while the call for input stands so."""
    seen = json.dumps(answered(stage("appel", state)), default=datetime.isoformat)
    return {"data": {"concertation": json.loads(seen)}}


def mutated(field: str, **answer: Any) -> dict[str, Any]:
    return {"data": {field: answer}}


def refusal(field: str, code: str, **more: Any) -> dict[str, Any]:
    return mutated(field, __typename="Refused", code=code, message="Non.", path=[], **more)


def receipt(field: str, code: str) -> dict[str, Any]:
    return mutated(
        field, __typename="ContributionAccepted", receipt={"code": code, "contribution": {"id": "c"}}
    )


def sent(told: Told) -> list[tuple[str, dict[str, Any]]]:
    return [(seen["operationName"], seen["variables"].get("input", {})) for seen in told.fake.seen]


async def test_a_code_that_was_lost_with_its_answer_is_replaced_by_a_new_one(told: Told) -> None:
    organisation = {"key": "o", "name": "Coopérative"}
    told.story.ids[f"organisme/{INVITED}"] = "organisation"
    told.says(
        called("OPEN"),
        mutated("invite", __typename="InvitationsAccepted", invitations=[{"id": "i", "code": None}]),
        mutated(
            "reissueInvitationCode", __typename="InvitationsAccepted", invitations=[{"id": "i", "code": CODE}]
        ),
        refusal("openInvitation", "CODE_MISREAD"),
        mutated("openInvitation", __typename="InvitationAccepted", organisation=organisation),
        mutated("acceptInvitation", __typename="InvitationAccepted", organisation=organisation),
        refusal("acceptInvitation", "INVITATION_USED"),
    )
    await invite(told.story)
    done = sent(told)
    assert [name for name, _ in done[1:4]] == ["Invite", "ReissueInvitationCode", "OpenInvitation"]
    assert done[2][1] == {"concertationId": "c", "invitationId": "i"}
    assert done[3][1]["code"] == misread(CODE)
    assert codes.read(done[4][1]["code"]) == CODE
    person = told.story.cast[INVITED]
    assert (person.admitted, person.organisation) == (True, "o")
    assert CODE in told.lines


async def test_where_the_call_is_over_nobody_is_invited_and_the_story_goes_on(told: Told) -> None:
    told.story.ids[f"organisme/{INVITED}"] = "organisation"
    told.says(called("CLOSED"), refusal("invite", "STAGE_WRONG_STATE"))
    await invite(told.story)
    assert not told.story.cast[INVITED].admitted


async def test_answers_that_will_not_do_are_mended_from_the_draft_that_was_kept(told: Told) -> None:
    person = told.story.cast[MENDED]
    assert person.voice is not None
    right = answers(person.voice)
    problems = [{"questionId": "priorites", "code": "too_many_choices", "message": "Trop.", "path": []}]
    draft = {"answers": {**right, **FAULTY}, "themes": [{"key": "securite"}]}
    told.story.ids["question/priorites"] = "5"
    told.says(
        refusal("submitContribution", "ANSWERS_INVALID", problems=problems),
        {"data": {"viewer": {"draft": draft}}},
        receipt("submitContribution", "CODE"),
    )
    await mend(told.story, person, 1)
    assert "Question 5 : Trop." in told.lines
    assert sent(told)[2][1]["answers"] == right
    assert sent(told)[2][1]["themes"] == ["securite"]
    assert told.story.receipts == {"CODE": person}


async def test_what_was_carried_over_is_completed_and_both_receipts_are_kept(told: Told) -> None:
    person = told.story.cast["citoyen-lyon"]
    assert person.voice is not None
    before = {**answers(person.voice), "alternative": 3}
    told.says(
        refusal("submitContribution", "ALREADY_CONTRIBUTED", receiptCode="OLD"),
        {"data": {"receipt": {"contribution": {"id": "c"}}}},
        {"data": {"node": {"answers": before}}},
        receipt("reviseContribution", "NEW"),
    )
    await complete(told.story, person, 2)
    name, revised = sent(told)[3]
    assert name == "ReviseContribution"
    assert revised["answers"] == {**before, "proposition": f"{person.voice.says} {person.voice.adds}"}
    assert list(told.story.receipts) == ["OLD", "NEW"]


def test_what_is_entered_was_in_hand_before_the_closing() -> None:
    assert in_hand(situation(stage("appel", "OPEN", closesAt=AT.replace(hour=9)))) == AT
    assert in_hand(situation(stage("appel", "CLOSED", closesAt=AT))) < AT
    assert BATCH.index(SUPERSEDED) == 1


async def test_where_no_database_is_at_hand_it_says_how_to_write_the_archive(told: Told) -> None:
    await archive(told.story)
    assert "concertation export-archive --concertation" in told.lines
    assert sent(told) == []
