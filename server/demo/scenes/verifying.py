"""The receipts, at the end: fetched with what was published of the seals, and verified offline, one by one.

What verifies them is the code of `concertation verify-receipt`; for two of them it is the command itself.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from domain.receipts import ReceiptDocument, read_receipt, verify_receipt
from server.demo.faults import LedgerBroken, ReceiptNotProven
from server.demo.scenes.proving import LEDGER
from server.demo.story import Story
from server.demo.voices import FOLLOWED
from server.embedded.programs import program
from store.exported_ledger import PublishedLedger, read_ledger

_AT_ONCE = 6


async def verify_receipts(story: Story) -> None:
    """Fetch every receipt that was given, without a token, and prove each against the published roots."""
    if not story.receipts:
        story.screen.say("Aucune contribution n’a pu être prise : il n’y a pas de récépissé.")
        return
    await _fetch(story)
    published = read_ledger((story.folder / LEDGER).read_text("utf-8"), story.concertation_key)
    found = [read_receipt(_file(story, code).read_bytes()) for code in story.receipts]
    for seal in await _seals(story):
        _prove(story, seal, found, published)
    await _run_the_command(story)


async def _fetch(story: Story) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def fetch(code: str) -> None:
        async with gate:
            receipt = (await story.ask("Receipt", code=code))["receipt"]
        _file(story, code).write_text(json.dumps(receipt["document"], ensure_ascii=False), "utf-8")

    await asyncio.gather(*map(fetch, story.receipts))
    story.screen.line(
        "read",
        "",
        f"{len(story.receipts)} récépissés demandés par leur code, sans compte, et enregistrés.",
        f"Receipt ×{len(story.receipts)}",
    )
    code = _shown(story)
    page = await story.client.fetch(f"/receipts/{code}.pdf", story.tell_silence)
    (story.folder / f"{code}.pdf").write_bytes(page)
    story.screen.line(
        "read", "", f"Le même à imprimer, avec son code QR : PDF de {len(page) // 1000} ko.", "GET /receipts"
    )


def _file(story: Story, code: str) -> Path:
    return story.folder / f"{code}.json"


def _shown(story: Story) -> str:
    """Give the receipt of the contribution that is followed, or else the first one."""
    return story.ids.get(f"recepisse/1/{FOLLOWED}") or next(iter(story.receipts))


async def _seals(story: Story) -> list[dict[str, Any]]:
    """Give the seals of the call for input, of all rounds, as they were published."""
    rounds = (await story.ask("Seals", slug=story.slug))["concertation"]["rounds"]
    return [
        {**seal, "round": round_["number"], "stage": stage["key"], "label": stage["label"]}
        for round_ in rounds
        for stage in round_["stages"]
        if stage["key"] == "appel"
        for seal in stage["seals"]
    ]


def _prove(
    story: Story, seal: dict[str, Any], found: list[ReceiptDocument], published: PublishedLedger
) -> None:
    """Verify the receipts of one seal against its root, which the exported ledger must have, too."""
    place = (seal["round"], seal["stage"])
    if seal["root"] not in published.roots.get(place, frozenset()):
        raise LedgerBroken(f"Le journal n’a pas la racine du sceau du tour {seal['round']}.")
    here = [receipt for receipt in found if (receipt.round, receipt.stage) == place]
    for receipt in here:
        verdict = verify_receipt(receipt, {seal["root"]})
        if verdict.faults:
            raise ReceiptNotProven(f"Récépissé {receipt.code} : {', '.join(verdict.faults)}")
    replaced = sum(receipt.superseded_at is not None for receipt in here)
    withdrawn = sum(receipt.withdrawn_at is not None for receipt in here)
    story.screen.line(
        "done",
        "",
        f"{seal['label']}, tour {seal['round']}, racine {seal['root'][:16]}… : {len(here)} récépissés vérifiés hors "
        f"ligne, pour {seal['count']} versions scellées (dont remplacées : {replaced}, retirées : {withdrawn}).",
        "verify-receipt",
    )


async def _run_the_command(story: Story) -> None:
    """Let the command verify a receipt, then the same one with a word changed, which it must refuse."""
    code = _shown(story)
    whole = _file(story, code)
    tampered = whole.with_suffix(".falsifie.json")
    tampered.write_text(tamper(whole.read_text("utf-8")), "utf-8")
    story.screen.say("La commande elle-même, sur un récépissé, puis sur le même où un mot a été changé :")
    for file, expected in ((whole, 0), (tampered, 1)):
        exit_code, said = await _verify(file, story.folder / LEDGER)
        story.screen.line("system", "", f"concertation verify-receipt {file.name} --ledger {LEDGER}")
        *lines, verdict = said.splitlines() or [""]
        for line in lines:
            story.screen.line("read", "", line)
        story.screen.line("refused" if exit_code else "done", "", verdict)
        if exit_code != expected:
            raise ReceiptNotProven(f"verify-receipt {file.name} : code {exit_code} au lieu de {expected}")


def tamper(receipt: str) -> str:
    """Give a receipt that says something else than what was received."""
    document = json.loads(receipt)
    content = document["content"]
    content["body"] = f"{content['body']} Sauf le samedi."
    return json.dumps(document, ensure_ascii=False)


async def _verify(receipt: Path, ledger: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        program("concertation"),
        "verify-receipt",
        receipt,
        "--ledger",
        ledger,
        "--language",
        "fr",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
