"""Files through the whole door: announced in GraphQL, sent and fetched over HTTP, attached, refused, cleared up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.ids import global_id
from domain.files.archives import MOST_EXPANDED
from server.files.collecting import collect
from server.files.shelf import FolderShelf
from server.security_headers import SENT
from store import file_collection
from store.pool import acquire
from tests.api.house import House
from tests.api.stage import Stage
from tests.unit import office_files as make

pytestmark = pytest.mark.postgres

PDF = make.PDF + b"x" * 50_000
NAME = "Avis n° 3 – synthèse.pdf"


async def ticket(stage: Stage, as_: str | None = "citizen", /, **more: Any) -> Any:
    said = {"concertationId": stage.id, "stage": "appel", "name": NAME, "size": len(PDF), **more}
    return await stage.house.do("RequestUpload", as_, **{"mediaType": "application/pdf", **said})


async def granted(stage: Stage, as_: str = "citizen", /, **more: Any) -> Any:
    answer = await ticket(stage, as_, **more)
    assert answer["__typename"] == "UploadTicket", answer
    return answer


async def send(
    house: House, url: str, content: Any = PDF, language: str = "en", **headers: str
) -> httpx.Response:
    return await house.http.put(url, content=content, headers={"accept-language": language, **headers})


async def sent(stage: Stage, as_: str = "citizen", content: bytes = PDF, /, **more: Any) -> Any:
    given = await granted(stage, as_, size=len(content), **more)
    answer = await send(stage.house, given["url"], content)
    assert answer.status_code == 201, answer.text
    return given


async def file(stage: Stage, id: str, as_: str | None = "citizen") -> Any:
    return (await stage.house.ask("File", {"id": id}, as_))["file"]


def kept(house: House) -> list[Path]:
    """Everything in the folder of files, what is on its way in included."""
    return [found for found in house.settings.files_folder.rglob("*") if found.is_file()]


# Announcing ---------------------------------------------------------------------------------------


async def test_a_file_is_announced_sent_and_fetched(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage)
    assert (await file(stage, given["fileId"]))["downloadUrl"] is None
    answer = await send(stage.house, given["url"])
    digest = sha256(PDF).hexdigest()
    assert (answer.status_code, answer.json()) == (
        201,
        {"fileKey": given["fileKey"], "digest": digest, "size": len(PDF), "mediaType": "application/pdf"},
    )
    assert [found.name for found in kept(stage.house)] == [digest]
    found = await file(stage, given["fileId"])
    assert (found["name"], found["size"], found["digest"]) == (NAME, len(PDF), digest)
    assert await file(stage, given["fileKey"]) | {"downloadUrl": ""} == found | {"downloadUrl": ""}

    fetched = await stage.house.http.get(found["downloadUrl"])
    assert (fetched.status_code, fetched.content) == (200, PDF)
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"] == (
        'attachment; filename="Avis n 3  synthese.pdf"; '
        "filename*=UTF-8''Avis%20n%C2%B0%203%20%E2%80%93%20synth%C3%A8se.pdf"
    )
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-security-policy"] == SENT
    assert fetched.headers["etag"] == f'"{digest}"'
    assert fetched.headers["referrer-policy"] == "no-referrer"


async def test_asked_again_it_is_the_same_file_and_sent_again_the_same_answer(stage: Stage) -> None:
    await stage.open()
    first = await granted(stage, idempotencyKey="k")
    again = await granted(stage, idempotencyKey="k")
    assert again["fileId"] == first["fileId"]
    answers = await asyncio.gather(*(send(stage.house, given["url"]) for given in (first, again, first)))
    assert [answer.status_code for answer in answers] == [201] * 3
    other = await send(stage.house, first["url"], PDF[:-1] + b"y")
    assert (other.status_code, other.json()["code"]) == (409, "FILE_ALREADY_SENT")
    refused = await ticket(stage, idempotencyKey="k", size=5)
    assert refused["code"] == "IDEMPOTENCY_KEY_REUSED"


UNTAKABLE: list[tuple[dict[str, Any], str]] = [
    ({"name": "../../etc/passwd"}, "FILE_NAME_INVALID"),
    ({"name": "avis\u202efdp.exe"}, "FILE_NAME_INVALID"),
    ({"name": "a\nb.pdf"}, "FILE_NAME_INVALID"),
    ({"name": "avis.html"}, "FILE_TYPE_MISMATCH"),
    ({"name": "avis.html", "mediaType": "text/html"}, "FILE_TYPE_NOT_ACCEPTED"),
    ({"size": 30_000_000}, "FILE_TOO_LARGE"),
    ({"size": 0}, "INPUT_INVALID"),
    ({"size": -1}, "INPUT_INVALID"),
    ({"stage": "nulle-part"}, "UNKNOWN_STAGE"),
    ({"stage": "auditions"}, "STAGE_WRONG_KIND"),
    ({"stage": None}, "NOT_ALLOWED"),
    ({"concertationId": "x"}, "UNKNOWN_CONCERTATION"),
    ({"idempotencyKey": ""}, "INPUT_INVALID"),
]


async def test_what_cannot_be_taken_is_refused_when_it_is_announced(stage: Stage) -> None:
    await stage.open()
    for more, code in UNTAKABLE:
        answer = await ticket(stage, **more)
        assert answer["code"] == code, more
        assert not answer["message"].startswith("refusal.")


async def test_only_who_may_answer_sends_files_and_only_while_the_stage_is_open(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    assert (await ticket(stage))["code"] == "UNKNOWN_CONCERTATION"  # a draft is for those who hold an office
    await granted(stage, "coordinator", stage=None)
    await stage.launch()
    early = await ticket(stage)
    assert (early["__typename"], early["code"]) == ("StageNotOpen", "STAGE_NOT_OPEN")
    await stage.until("appel", "OPEN")
    await granted(stage)
    assert (await ticket(stage, "stranger"))["code"] == "NOT_ADMITTED"
    assert (await ticket(stage, None))["code"] == "NOT_ALLOWED"
    await stage.until("auditions", "OPEN")
    assert (await ticket(stage))["code"] == "STAGE_NOT_OPEN"
    await granted(stage, "clerk")  # scans may come after the closing


# Sending ------------------------------------------------------------------------------------------

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
BOMB = make.docx(**{"word/document2.xml": bytes(MOST_EXPANDED + 1)})


UNSOUND: list[tuple[bytes, dict[str, Any], int, str]] = [
    (HTML, {}, 415, "FILE_TYPE_MISMATCH"),
    (b"#!/bin/sh\n", {}, 415, "FILE_TYPE_MISMATCH"),
    (HTML, {"name": "a.txt", "mediaType": "text/plain"}, 415, "FILE_TYPE_MISMATCH"),
    (make.PNG, {"name": "a.docx", "mediaType": make.DOCX}, 415, "FILE_TYPE_MISMATCH"),
    (make.docx()[:-9], {"name": "a.docx", "mediaType": make.DOCX}, 422, "FILE_DAMAGED"),
    (BOMB, {"name": "a.docx", "mediaType": make.DOCX}, 422, "FILE_UNSAFE"),
    (make.docx(**{"../x": b""}), {"name": "a.docx", "mediaType": make.DOCX}, 422, "FILE_UNSAFE"),
]


async def test_what_is_not_what_it_says_is_refused_and_nothing_of_it_is_kept(stage: Stage) -> None:
    await stage.open()
    for content, more, status, code in UNSOUND:
        given = await granted(stage, size=len(content), **more)
        answer = await send(stage.house, given["url"], content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        french = await send(stage.house, given["url"], content, language="fr")
        assert "Rien n’a été conservé" in french.json()["message"]
        assert "Nothing was kept" in answer.json()["message"]
        assert kept(stage.house) == []
        assert (await file(stage, given["fileId"]))["digest"] is None


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 1_000


async def test_more_or_less_than_was_announced_is_refused_whether_the_length_is_told_or_not(
    stage: Stage,
) -> None:
    await stage.open()
    given = await granted(stage, size=3_000)
    for content, status, code in (
        (b"x" * 3_001, 413, "FILE_TOO_LARGE"),
        (chunks(4), 413, "FILE_TOO_LARGE"),
        (b"x" * 2_999, 422, "FILE_INCOMPLETE"),
        (chunks(2), 422, "FILE_INCOMPLETE"),
        (b"", 422, "FILE_INCOMPLETE"),
    ):
        answer = await send(stage.house, given["url"], content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["connection"] == "close"
    assert kept(stage.house) == []


async def test_an_upload_is_not_resumed_in_the_middle(stage: Stage) -> None:
    await stage.open()
    given = await granted(stage)
    headers = {"content-range": f"bytes 100-{len(PDF) - 1}/{len(PDF)}"}
    answer = await send(stage.house, given["url"], PDF[100:], **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "UPLOAD_NOT_RESUMABLE")
    assert (await send(stage.house, given["url"])).status_code == 201


# Tickets ------------------------------------------------------------------------------------------


async def test_a_ticket_is_good_for_one_file_one_thing_and_a_short_time(stage: Stage) -> None:
    await stage.open()
    given, other = await granted(stage), await granted(stage, "prefect")
    path, query = given["url"].split("?")
    for url in (
        path,
        f"{path}?ticket=x",
        f"{path}?ticket=",
        f"{path}?{other['url'].split('?')[1]}",
        f"{path}?{query}x",
    ):
        answer = await send(stage.house, url)
        assert (answer.status_code, answer.json()["code"]) == (403, "TICKET_INVALID")
    assert (await stage.house.http.get(given["url"])).status_code == 403
    assert (await stage.house.http.request("DELETE", given["url"])).status_code == 405
    await send(stage.house, given["url"])
    fetch = (await file(stage, given["fileId"]))["downloadUrl"]
    assert (await send(stage.house, fetch)).status_code == 403
    await stage.house.clock.advance(stage.house.settings.download_ttl)
    late = await stage.house.http.get(fetch, headers={"accept-language": "en"})
    assert (late.status_code, late.json()["code"]) == (410, "TICKET_EXPIRED")
    await stage.house.clock.advance(stage.house.settings.upload_ttl)
    assert (await send(stage.house, other["url"])).status_code == 410


async def test_no_address_is_ever_a_path(house: House) -> None:
    for id in ("x", "..%2f..%2fetc%2fpasswd", "%00", "é" * 50):
        for method in ("GET", "PUT", "HEAD"):
            answer = await house.http.request(method, f"/files/{id}?ticket=x")
            assert answer.status_code in (403, 404)


async def test_a_file_that_is_gone_is_unknown(stage: Stage) -> None:
    await stage.open()
    given = await sent(stage)
    url = (await file(stage, given["fileId"]))["downloadUrl"]
    async with acquire(stage.house.sender.worker) as connection:
        assert await file_collection.remove(connection, given["fileKey"], timedelta(0))
    answer = await stage.house.http.get(url)
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_FILE")
    assert await file(stage, given["fileId"]) is None


# Fetching -----------------------------------------------------------------------------------------


async def test_parts_of_a_file_are_fetched_and_what_is_known_is_not_fetched_again(stage: Stage) -> None:
    await stage.open()
    given = await sent(stage)
    url = (await file(stage, given["fileId"]))["downloadUrl"]
    get, size = stage.house.http.get, len(PDF)
    tag = f'"{sha256(PDF).hexdigest()}"'
    for asked, start, end in (
        ("0-99", 0, 100),
        ("100-", 100, size),
        ("-10", size - 10, size),
        (f"5-{size}", 5, size),
    ):
        part = await get(url, headers={"range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, PDF[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["content-length"] == str(end - start)
    for asked in (f"{size}-", "-0"):
        none = await get(url, headers={"range": f"bytes={asked}"})
        assert (none.status_code, none.headers["content-range"], none.content) == (
            416,
            f"bytes */{size}",
            b"",
        )
    for headers in (
        {"range": "bytes=0-1,4-5"},
        {"range": "lines=1-2"},
        {"range": "bytes=0-9", "if-range": '"x"'},
    ):
        assert (await get(url, headers=headers)).status_code == 200
    assert (await get(url, headers={"range": "bytes=0-9", "if-range": tag})).status_code == 206
    known = await get(url, headers={"if-none-match": f'"x", W/{tag}'})
    assert (known.status_code, known.content) == (304, b"")
    head = await stage.house.http.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")


async def test_a_file_without_any_document_or_answer_is_its_senders_alone(stage: Stage) -> None:
    await stage.open()
    given = await sent(stage)
    assert await file(stage, given["fileId"]) is not None
    for other in ("prefect", "coordinator", None):
        assert await file(stage, given["fileId"], other) is None
        node = await stage.house.ask(
            "query($id: ID!) { node(id: $id) { id } }", {"id": given["fileId"]}, other
        )
        assert node["node"] is None


FORM = {
    "id": "essai",
    "label": {"fr": "Essai"},
    "sections": [
        {
            "id": "s",
            "label": {"fr": "Section"},
            "questions": [{"id": "scan", "kind": "file", "label": {"fr": "Pièces"}, "maximum": 3}],
        }
    ],
}
OF_ANSWER = (
    "query($id: ID!) { node(id: $id) { ... on Contribution { id files { name digest downloadUrl } } } }"
)


async def with_a_form(stage: Stage) -> None:
    """Open a stage that asks for files."""
    await stage.draft()
    await stage.staff()
    asked = {"questionnaire": True, "stage": "appel", "definition": FORM}
    await stage.do("AttachDocument", "coordinator", title={"fr": "Questionnaire"}, **asked)
    await stage.launch()
    await stage.until("appel", "OPEN")


async def answered(stage: Stage, files: list[str], as_: str = "citizen") -> Any:
    said = {"stage": "appel", "round": 1, "answers": {"scan": files}}
    return await stage.house.do("SubmitContribution", as_, concertationId=stage.id, **said)


async def test_the_files_of_an_answer_are_seen_by_those_who_see_the_answer(stage: Stage) -> None:
    await with_a_form(stage)
    ask = stage.house.ask
    given, foreign, waiting = await sent(stage), await sent(stage, "prefect"), await granted(stage)
    for wrong in (foreign, waiting):
        refused = await answered(stage, [given["fileKey"], wrong["fileKey"]])
        assert refused["code"] in ("FILE_ELSEWHERE", "FILE_NOT_SENT")
    accepted = await answered(stage, [given["fileKey"]])
    assert accepted["__typename"] == "ContributionAccepted", accepted
    async with acquire(stage.house.sender.worker) as connection:
        key = await connection.fetchval(
            "SELECT id FROM contribution WHERE receipt = $1", accepted["receipt"]["code"]
        )
    id = global_id("Contribution", stage.key, key)
    (own,) = (await ask(OF_ANSWER, {"id": id}, "citizen"))["node"]["files"]
    assert (own["name"], own["digest"]) == (NAME, sha256(PDF).hexdigest())
    assert (await stage.house.http.get(own["downloadUrl"])).content == PDF
    assert await file(stage, given["fileId"], "coordinator") is not None  # reads before publication
    assert await file(stage, given["fileId"], "prefect") is None
    assert (await ask(OF_ANSWER, {"id": id}, "prefect"))["node"] is None
    await stage.until("auditions", "OPEN")
    assert await file(stage, given["fileId"], None) is not None
    assert len((await ask(OF_ANSWER, {"id": id}))["node"]["files"]) == 1

    hidden = {"contributionId": id, "reason": "PERSONAL_DATA", "note": "Un numéro de téléphone."}
    await stage.house.done("HideContribution", "coordinator", **hidden)
    for name, sees in ((None, False), ("chair", False), ("coordinator", True), ("citizen", True)):
        assert (await file(stage, given["fileId"], name) is not None) is sees, name
        assert bool((await ask(OF_ANSWER, {"id": id}, name))["node"]["files"]) is sees, name
    async with acquire(stage.house.sender.worker) as connection:
        left = await file_collection.orphans(connection, timedelta(0))
        assert left == [foreign["fileKey"], waiting["fileKey"]]


# Documents ----------------------------------------------------------------------------------------


async def test_files_are_attached_to_a_document_and_bound_by_its_digest(stage: Stage) -> None:
    await stage.draft()
    one = await sent(stage, "coordinator", stage=None)
    two = await sent(stage, "coordinator", make.PNG, stage=None, name="carte.png", mediaType="image/png")
    said = {"title": {"fr": "Dossier"}, "text": {"fr": "Les faits."}}

    async def attach(ids: list[str], **more: Any) -> Any:
        answer = await stage.do("AttachDocument", "coordinator", fileIds=ids, **said, **more)
        return answer["document"]

    first = await attach([one["fileId"], two["fileId"], one["fileId"]])
    assert [found["name"] for found in first["files"]] == [NAME, "carte.png"]
    second = await attach([two["fileId"]], documentId=first["id"])
    third = await attach([], documentId=first["id"])
    digests = {found["text"]["digest"] for found in (first, second, third)}
    assert len(digests) == 3
    assert [len(found["files"]) for found in (first, second, third)] == [2, 1, 0]
    back = await attach([one["fileId"], two["fileId"]], documentId=first["id"])
    assert back["text"]["digest"] == first["text"]["digest"]
    await stage.staff()
    assert await file(stage, one["fileId"], "chair") is not None
    assert await file(stage, one["fileId"], None) is None  # a draft


async def test_a_document_takes_only_what_has_arrived_from_its_author(stage: Stage) -> None:
    await stage.open()
    said = {"title": {"fr": "Dossier"}, "text": {"fr": "Les faits."}}
    waiting = await granted(stage, "coordinator", stage=None)
    foreign = await sent(stage, "citizen")
    for ids, code in (
        ([waiting["fileId"]], "FILE_NOT_SENT"),
        ([foreign["fileId"]], "FILE_ELSEWHERE"),
        (["x"], "UNKNOWN_FILE"),
        ([waiting["fileId"]] * 21, "INPUT_INVALID"),
    ):
        answer = await stage.refused(code, "AttachDocument", "coordinator", fileIds=ids, **said)
        assert answer["path"] == ["fileIds"]


async def test_after_a_day_the_files_of_documents_are_there_and_the_others_gone(stage: Stage) -> None:
    await stage.open()
    house = stage.house
    held = await sent(stage, "coordinator", stage=None)
    lost = await sent(stage, "citizen", make.PNG, name="a.png", mediaType="image/png")
    await stage.do(
        "AttachDocument",
        "coordinator",
        title={"fr": "Dossier"},
        text={"fr": "Les faits."},
        fileIds=[held["fileId"]],
    )
    await house.clock.advance(timedelta(days=2))
    shelf, incoming = FolderShelf(house.settings.files_folder), house.settings.files_folder / "incoming"
    async with acquire(house.sender.worker) as connection:
        dry = await collect(connection, shelf, incoming, dry=True)
        assert (dry.files, dry.contents) == (1, 0)
        done = await collect(connection, shelf, incoming)
        assert (done.files, done.contents, done.failed) == (1, 1, 0)
        again = await collect(connection, shelf, incoming)
        assert (again.files, again.contents) == (0, 0)
    assert [found.name for found in kept(house)] == [sha256(PDF).hexdigest()]
    assert await file(stage, lost["fileId"]) is None
    url = (await file(stage, held["fileId"], None))["downloadUrl"]
    assert (await house.http.get(url)).content == PDF
