"""`concertation verify-receipt`: offline, in both languages, 0 when it holds and 1 when it does not."""

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from domain.digests import canonical
from domain.receipts import ReceiptDocument, write_receipt
from server.commands import verify_receipt
from server.commands.verify_receipt import TEXTS, ReceiptNotRead
from server.embedded.programs import program
from server.settings import Settings
from store.exported_ledger import LedgerBroken, LedgerUnreadable, read_ledger
from store.ledger import GENESIS, row_hash
from tests.unit.test_receipts import CONTENT, receipt

FIRST, LATEST = (proof.root for proof in receipt().proofs)


def save(folder: Path, given: ReceiptDocument | dict[str, Any] | str) -> Path:
    file = folder / "receipt.json"
    content = write_receipt(given) if isinstance(given, ReceiptDocument) else given
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


async def verify(*words: object, language: str = "en") -> int:
    parser = argparse.ArgumentParser()
    verify_receipt.configure(parser)
    arguments = parser.parse_args([*map(str, words), "--language", language])
    return await verify_receipt.run(arguments, Settings())


def sealed(root: str, stage: str = "appel", round: int = 1, seq: int = 0) -> dict[str, Any]:
    figures = {"root": root, "count": 8, "by_college": {}, "by_channel": {}, "entitled": {}}
    fact = {"kind": "stage_sealed", "figures": figures, "supplementary": False}
    return {"at": "2026-04-01T00:00:00Z", "actor": "system", "round": round, "stage": stage, "fact": fact}


def ledger(
    *contents: dict[str, Any], concertation: str = str(CONTENT["concertation"])
) -> list[dict[str, Any]]:
    rows, head = [], GENESIS
    for seq, content in enumerate(contents, start=1):
        after = row_hash(head, concertation, seq, canonical(content).decode())
        rows.append({"seq": seq, "previousHash": head.hex(), "hash": after.hex(), "content": content})
        head = after
    return rows


LEDGER = ledger({"fact": {"kind": "x"}}, sealed(FIRST), {"fact": {"kind": "y"}}, sealed("ab" * 32, "autre"))


async def test_alone_it_holds_and_says_that_a_root_is_still_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verify(save(tmp_path, receipt())) == 0
    printed = capsys.readouterr().out
    assert "number 5 of 8" in printed
    assert "number 5 of 12" in printed
    assert "supplementary" in printed
    assert printed.splitlines()[-1] == TEXTS["en"]["alone"]


@pytest.mark.parametrize("root", [FIRST, LATEST, FIRST.upper(), f" {LATEST[:32]} {LATEST[32:]} "])
async def test_against_a_published_root_it_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], root: str
) -> None:
    assert await verify(save(tmp_path, receipt()), "--root", root) == 0
    assert capsys.readouterr().out.splitlines()[-1] == TEXTS["en"]["compared"]


@pytest.mark.parametrize(
    ("given", "words", "said"),
    [
        (receipt(), ["--root", "0" * 64], "root"),
        (receipt(proofs=()), ["--root", "0" * 64], "unsealed"),
        (receipt(salt="00" * 16), [], "content"),
        (receipt(content={**CONTENT, "body": "Autre chose."}), [], "content"),
        (receipt(stage="autre"), [], "header"),
        (receipt(digest="0" * 64), [], "proof_fault"),
    ],
    ids=["another root", "unsealed", "salt", "body", "header", "digest"],
)
@pytest.mark.parametrize("language", TEXTS)
async def test_what_does_not_hold_is_named_in_both_languages(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    given: ReceiptDocument,
    words: list[str],
    said: str,
    language: str,
) -> None:
    assert await verify(save(tmp_path, given), *words, language=language) == 1
    lines = capsys.readouterr().out.splitlines()
    assert TEXTS[language][said] in lines
    assert lines[-1] == TEXTS[language]["faulty"]


async def test_a_receipt_of_before_the_seal_and_a_redacted_one_say_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verify(save(tmp_path, receipt(proofs=()))) == 0
    assert capsys.readouterr().out.splitlines()[-1] == TEXTS["en"]["unsealed_yet"]
    assert await verify(save(tmp_path, receipt(salt=None, content=None)), "--root", LATEST) == 0
    assert "redacted" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["lines", "list", "answer"])
async def test_against_an_exported_ledger_it_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    export = tmp_path / "ledger"
    answer = {"data": {"concertation": {"id": "x", "ledger": {"nodes": LEDGER}}}}
    written = {
        "lines": "\n".join(map(json.dumps, LEDGER)),
        "list": json.dumps(LEDGER),
        "answer": json.dumps(answer),
    }
    export.write_text(written[form])
    assert await verify(save(tmp_path, receipt()), "--ledger", export) == 0
    printed = capsys.readouterr().out
    assert LEDGER[-1]["hash"] in printed
    assert printed.splitlines()[-1] == TEXTS["en"]["compared"]


async def test_a_ledger_with_the_root_of_another_stage_or_round_proves_nothing(tmp_path: Path) -> None:
    export = tmp_path / "ledger"
    for other in (sealed(FIRST, stage="autre"), sealed(FIRST, round=2), {"fact": {"kind": "x"}}):
        export.write_text(json.dumps(ledger(other)))
        assert await verify(save(tmp_path, receipt()), "--ledger", export) == 1


def test_a_ledger_that_was_changed_names_its_first_row_at_fault() -> None:
    own = str(CONTENT["concertation"])
    assert read_ledger(json.dumps(LEDGER), own).roots == {
        (1, "appel"): frozenset({FIRST}),
        (1, "autre"): frozenset({"ab" * 32}),
    }
    forged = json.loads(json.dumps(LEDGER))
    forged[1]["content"]["fact"]["figures"]["root"] = "0" * 64
    for rows, seq in (
        (forged, 2),
        (LEDGER[:1] + LEDGER[2:], 3),
        ([*LEDGER[:2], {**LEDGER[2], "previousHash": "0" * 64}], 3),
        ([{**LEDGER[0], "previousHash": "11" * 32}], 1),
        (ledger(sealed(FIRST), concertation="another"), 1),
        ([{**LEDGER[0], "content": {"a": float("nan")}}], 1),
    ):
        with pytest.raises(LedgerBroken) as broken:
            read_ledger(json.dumps(rows), own)
        assert broken.value.seq == seq


def test_rows_that_are_not_published_yet_are_counted_and_give_no_root() -> None:
    withheld = [LEDGER[0], {**LEDGER[1], "content": None}, *LEDGER[2:]]
    found = read_ledger(json.dumps(withheld), str(CONTENT["concertation"]))
    assert (found.withheld, found.seq, found.head) == (1, 4, LEDGER[-1]["hash"])
    assert (1, "appel") not in found.roots


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "x", "1", "null", "[1]", '{"seq": 1}', "[" * 99999),
        '[{"seq":"1","hash":"","previousHash":"","content":null}]',
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_export_of_a_ledger_is_unreadable(text: str) -> None:
    with pytest.raises(LedgerUnreadable):
        read_ledger(text, "x")


async def test_files_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    for file in (tmp_path / "none.json", tmp_path, save(tmp_path, "{"), save(tmp_path, {"version": 2})):
        with pytest.raises(ReceiptNotRead, match=re.escape(str(file))):
            await verify(file)
    export = tmp_path / "ledger"
    for content in (b"\xff\xfe", b"[]", json.dumps(LEDGER[1:] + LEDGER[:1]).encode()):
        export.write_bytes(content)
        with pytest.raises(ReceiptNotRead, match=re.escape(str(export))):
            await verify(save(tmp_path, receipt()), "--ledger", export)


def test_both_languages_say_the_same_things_with_the_same_placeholders() -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert {key: names(text) for key, text in TEXTS["fr"].items()} == {
        key: names(text) for key, text in TEXTS["en"].items()
    }


def test_from_the_command_line_it_needs_neither_settings_nor_data_folder(tmp_path: Path) -> None:
    file = save(tmp_path, receipt())

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [program("concertation"), "verify-receipt", *words]
        return subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path)

    done = run(str(file), "--root", LATEST)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == TEXTS["fr"]["compared"]
    assert run(str(file), "--root", "0" * 64).returncode == 1
    assert run(str(file), "--root", "xyz").returncode == 2
    assert list(tmp_path.iterdir()) == [file]
