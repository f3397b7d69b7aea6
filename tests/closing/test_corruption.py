"""Whatever is changed in an archive is found: by accident, one bit anywhere; or by a forger, who makes digests fit."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from domain.closing.verifying import Verdict, verify
from domain.digests import digest
from server.closing.reading import ClosingFile
from tests.closing.conftest import Once
from tests.closing.forging import Change, chained, forge, in_json
from tests.interchange.scene import FILE

pytestmark = pytest.mark.postgres

SEED = 20_261_122
FLIPS = 200


def failing(path: Path) -> set[str]:
    return {line.what for line in verify(ClosingFile(path)) if line.verdict is Verdict.FAILS}


def test_two_hundred_random_corruptions_of_one_bit_are_all_found(once: Once, tmp_path: Path) -> None:
    whole = once.content
    chance = Random(SEED)
    path = tmp_path / "flipped.zip"
    missed = []
    for _ in range(FLIPS):
        place, bit = chance.randrange(len(whole)), chance.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        first = next(verify(ClosingFile(path)))  # what is told first needs nothing but the bytes
        if (first.what, first.verdict) != ("bytes", Verdict.FAILS):
            missed.append((place, bit))
    assert missed == [], f"SEED={SEED}"


def test_every_bit_of_the_end_of_the_file_counts(once: Once, tmp_path: Path) -> None:
    """The digest itself, the record that ends a ZIP, and the beginning."""
    whole = once.content
    path = tmp_path / "flipped.zip"
    for place in (*range(8), *range(len(whole) - 100, len(whole))):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert ClosingFile(path).stated != ClosingFile(path).found, place


@pytest.mark.parametrize("kept", [0, 1, 70, 71, 72, 1000])
def test_an_archive_that_was_cut_off_is_found(once: Once, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(once.content[:kept])
    found = list(verify(ClosingFile(path)))
    assert [line.verdict for line in found] == [Verdict.FAILS, Verdict.FAILS]


def _first(key: str, value: Any) -> Change:
    def changed(said: Any) -> None:
        said[0][key] = value

    return in_json(changed)


def _said(key: str, value: Any) -> Change:
    def changed(said: Any) -> None:
        said[key] = value

    return in_json(changed)


FORGED: dict[str, tuple[str, Change, set[str]]] = {
    "an event is changed": ("ledger.jsonl", lambda text: text.replace(b"Essai", b"Essay", 1), {"chain"}),
    "an event is left out": (
        "ledger.jsonl", lambda text: b"".join(text.splitlines(keepends=True)[:-1]), {"decided", "outcome"},
    ),
    "an event in the middle is left out": (
        "ledger.jsonl", lambda text: b"".join((lines := text.splitlines(keepends=True))[:5] + lines[6:]), {"chain"},
    ),
    "the root of a seal is changed": ("seals.json", _first("root", "0" * 64), {"sections"}),
    "a section is added to": ("decisions.json", lambda text: text + b" ", {"sections"}),
    "a procedure is changed": ("procedure.json", lambda text: text.replace(b"appel", b"rappel", 1), {"sections"}),
    "a text is changed": (
        f"texts/{digest(FILE)}.json", lambda text: text.replace(b"avant", b"depuis"), {"texts"},
    ),
    "a leaf is left out": (
        "leaves/1-appel.jsonl", lambda text: b"".join(text.splitlines(keepends=True)[1:]), {"roots"},
    ),
    "two leaves change places": (
        "leaves/1-appel.jsonl", lambda text: b"".join((lines := text.splitlines(keepends=True))[1::-1] + lines[2:]),
        {"roots"},
    ),
    "a channel is changed": (
        "leaves/1-appel.jsonl", lambda text: text.replace(b'"paper"', b'"phone"', 1), {"counts", "figures"},
    ),
    "a contribution is left out": (
        "contributions.jsonl", lambda text: b"".join(text.splitlines(keepends=True)[1:]), {"contributions", "table"},
    ),
    "a contribution is changed in the lines": (
        "contributions.jsonl", lambda text: text.replace(b"Au nom de la ville", b"Au nom de la gare"), {"table"},
    ),
    "a contribution is changed in the table": (
        "contributions.csv", lambda text: text.replace(b"Au nom de la ville", b"Au nom de la gare"), {"table"},
    ),
    "a figure is changed": ("figures.json", _first("count", 1000), {"figures"}),
    "a figure is changed in its table": ("figures.csv", lambda text: text + b"1,appel,day,,3\r\n", {"figures"}),
    "another outcome is announced": ("manifest.json", _said("outcome", "stopped_no_quorum"), {"outcome"}),
    "rows that are not public are not told": ("manifest.json", _said("withheld", 3), {"outcome"}),
    "something is announced besides": ("manifest.json", _said("remark", "vu"), {"outcome"}),
    "a version is no number": ("manifest.json", _said("version", True), {"outcome"}),
    "another version is announced": ("manifest.json", _said("version", 2), {"manifest"}),
    "the schema is changed": ("contributions.schema.json", lambda text: text + b" ", {"table"}),
    "a channel is no text": (
        "leaves/1-appel.jsonl", lambda text: text.replace(b'"paper"', b"[]", 1), {"roots", "contributions", "figures"},
    ),
    "a day is no text": (
        "contributions.jsonl", lambda text: text.replace(b'"channel":"paper"', b'"channel":{}'),
        {"contributions", "table", "figures"},
    ),
    "what is there is no JSON": ("seals.json", lambda text: b"{", {"sections"}),
    "the ledger is no ledger": ("ledger.jsonl", lambda text: b"{}\n", {"manifest"}),
    "the leaves are no leaves": ("leaves/1-appel.jsonl", lambda text: b"[]\n", {"roots", "contributions", "figures"}),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_a_forgery_is_found_though_all_digests_fit(archive: Path, what: str) -> None:
    name, change, expected = FORGED[what]
    found = failing(forge(archive, {name: change}))
    assert expected <= found
    assert "bytes" not in found


def _less_quorum(content: Any) -> None:
    if content["fact"]["kind"] == "stage_sealed":
        content["fact"]["figures"]["by_college"] = {"locales": 1000}


def _other_actor(content: Any) -> None:
    if content["fact"]["kind"] == "concertation_launched":
        content["actor"] = "p1"


def _later(content: Any) -> None:
    if content["fact"]["kind"] == "stage_opened":
        content["fact"]["closes_at"] = content["fact"]["entry_closes_at"]


def _impossible(content: Any) -> None:
    if content["fact"]["kind"] == "stage_closed":
        content["stage"] = "nowhere"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_less_quorum, "counts"),
        (_other_actor, "decided"),
        (_later, "decided"),
        (_impossible, "fold"),
    ],
)
def test_a_ledger_that_was_written_anew_is_not_what_the_procedure_decides(
    once: Once, archive: Path, change: Any, expected: str
) -> None:
    found = failing(forge(archive, {"ledger.jsonl": chained(once.held.id, change)}))
    assert expected in found
    assert "chain" not in found
