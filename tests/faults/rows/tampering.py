"""A row edited by hand, past every trigger and right: the verifier names the first bad one.

By the seed: a row of the ledger, a contribution of a sealed set, what is derived from the ledger, a closing archive.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.closing.verifying import Line, Verdict, verify
from domain.decide import next_deadline
from server.closing.reading import ClosingFile
from server.closing.writer import write_archive
from store import verification
from store.closing_archive import closing
from store.concertations import process
from store.examination import examine, rederive
from store.ledger import fold_of
from store.pool import acquire
from store.projection import concertation_row, member_rows, stage_rows
from store.verification import Fault, What
from tests.api.house import House
from tests.closing.forging import forge
from tests.faults.counting import Counting
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.rows.duplicates import played
from tests.faults.tally import Tally

LEDGER = (
    "content",
    "previous",
    "hash",
    "seq",
    "concertation",
    "kind",
    "actor",
    "on_behalf_of",
    "round",
    "stage",
    "at",
)
LEAF = (
    "answers", "body", "channel", "college", "concertation", "digest", "id", "member", "organisation", "place",
    "posted_at", "questionnaire", "received_at", "reference", "round", "salt", "stage", "submitted_at", "supersedes",
    "territory", "themes",
)  # fmt: skip
"""What a leaf of a seal commits to, with the leaf itself and its salt."""


async def tried(seed: int, place: Place) -> Tally:
    """Edit something, and ask what is wrong."""
    chance, counting = Random(seed), Counting()
    template, _ = await played(place.inside)
    async with place.inside.database(template) as database, place.inside.house(database) as house:
        connection = house.clock.connection
        await connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
        edit = (_ledger, _set, _derived, _archive)[seed % 4]
        await edit(house, chance, counting, place.folder)
    return counting.tally()


async def _ledger(house: House, chance: Random, counting: Counting, _: Path) -> None:
    connection = house.clock.connection
    rows = await connection.fetch("SELECT concertation, seq FROM ledger ORDER BY seq")
    edited = sorted(chance.sample(range(len(rows)), chance.randint(1, 3)))
    for number in edited:
        counting.operations += 1
        key = {"concertation": rows[number]["concertation"], "seq": rows[number]["seq"]}
        if chance.random() < 0.2:
            what = "removed"
            await connection.execute("DELETE FROM ledger WHERE concertation = $1 AND seq = $2", *key.values())
        else:
            what = chance.choice(LEDGER)
            await _edit(connection, "ledger", what, key, chance)
        if number == edited[0]:
            first = what
    fault = await _fault(house)
    at = rows[edited[0]]["seq"]
    allowed = {at}
    if edited[0] == len(rows) - len(edited):  # nothing follows that would tell
        allowed.add(at - 1)
    counting.refused += fault is not None
    counting.hold(
        fault is not None and fault.seq in allowed,
        f"{first} of row {at} of the ledger is edited; found: {fault}",
    )
    async with acquire(house.sender.worker) as worker:
        findings = await examine(worker)
    counting.hold(
        fault and any(one.table == "ledger" and not one.mendable for one in findings),
        f"{first} of row {at} of the ledger is edited; the doctor found {findings}",
    )


async def _set(house: House, chance: Random, counting: Counting, _: Path) -> None:
    connection = house.clock.connection
    rows = await connection.fetch("SELECT id FROM contribution WHERE stage = 'ancien' ORDER BY id")
    chosen = chance.choice(rows)["id"]
    counting.operations += 1
    if chance.random() < 0.15:
        what, id = "removed", chosen
        await connection.execute("DELETE FROM contribution WHERE id = $1", chosen)
    else:
        what = chance.choice(LEAF)
        told = await _edit(connection, "contribution", what, {"id": chosen}, chance)
        id = told if what == "id" else chosen
    fault = await _fault(house)
    counting.refused += fault is not None
    counting.hold(
        fault is not None
        and (fault.what is What.SEAL or (fault.what is What.CONTRIBUTION and fault.name == str(id))),
        f"{what} of contribution {id} is edited; found: {fault}",
    )
    if what in ("digest", "removed", "round", "stage", "concertation"):
        counting.hold(
            fault and fault.name == "1/ancien", f"the set 1/ancien lacks a leaf ({what}); found: {fault}"
        )


async def _derived(house: House, chance: Random, counting: Counting, _: Path) -> None:
    connection = house.clock.connection
    id = str(await connection.fetchval("SELECT id FROM concertation"))
    async with acquire(house.sender.worker) as worker:
        found = await process(worker, id)
        assert found is not None
        folded = await fold_of(worker, id)
    table, kept, key = chance.choice(
        (
            ("concertation", [concertation_row(folded, b"", next_deadline(folded))], ("id",)),
            ("stage", stage_rows(folded), ("round", "key")),
            ("member", member_rows(folded), ("member",)),
        )
    )
    row = chance.choice(kept)
    name = chance.choice(sorted(row.keys() - {*key, "head", "snapshot", "concertation", "id", "title"}))
    named = {
        **({} if table == "concertation" else {"concertation": UUID(id)}),
        **{k: row.get(k) for k in key},
    }
    if table == "concertation":
        named = {"id": UUID(id)}
    counting.operations += 1
    await _edit(connection, table, name, named, chance)
    async with acquire(house.sender.worker) as worker:
        findings = await examine(worker)
        right = any(one.table == table and one.name == name and one.mendable for one in findings)
        counting.refused += right
        if table == "concertation" and name == "seq":  # what names the end of the ledger
            right = any(one.table == "ledger" for one in findings)
        counting.hold(right, f"{name} of {table} {named} is edited; the doctor found {findings}")
        if findings and all(one.mendable for one in findings):
            await rederive(worker, id)
            counting.hold(not await examine(worker), f"{name} of {table} is not mended")


async def _archive(house: House, chance: Random, counting: Counting, folder: Path) -> None:
    id = str(await house.clock.connection.fetchval("SELECT id FROM concertation"))
    path = folder / f"{uuid4()}.zip"
    async with acquire(house.sender.worker) as worker:
        with path.open("wb") as sink:
            async with closing(worker, id) as read:
                await write_archive(read, sink)
    counting.hold(not _failing(path), f"an archive that nobody edited fails: {_failing(path)}")
    counting.operations += 1
    if chance.random() < 0.5:
        whole = path.read_bytes()
        place, bit = chance.randrange(len(whole)), chance.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        counting.hold("bytes" in _failing(path), f"bit {bit} of byte {place} is another; nothing is found")
    else:
        edited: list[int] = []

        def change(ledger: bytes) -> bytes:
            lines = ledger.splitlines(keepends=True)
            number = chance.randrange(len(lines))
            row = json.loads(lines[number])
            edited.append(row["seq"])
            what = chance.choice(("hash", "previousHash", "content"))
            if what == "content" and row["content"] is None:
                what = "hash"  # it is not public, and its place alone is told
            if what == "content":
                row["content"]["actor"] = f"{row['content']['actor']}x"
            else:
                row[what] = row[what][:-1] + ("0" if row[what][-1] != "0" else "1")
            lines[number] = json.dumps(row, ensure_ascii=False).encode() + b"\n"
            return b"".join(lines)

        lines = _failing(forge(path, {"ledger.jsonl": change}))
        counting.hold(
            "chain" in lines and str(lines["chain"].args["seq"]) in (str(edited[0]), str(edited[0] + 1)),
            f"event {edited[0]} of an archive is edited; found: {lines}",
        )
    counting.refused += 1
    path.unlink()


def _failing(path: Path) -> dict[str, Line]:
    return {line.what: line for line in verify(ClosingFile(path)) if line.verdict is Verdict.FAILS}


async def _fault(house: House) -> Fault | None:
    async with acquire(house.sender.worker) as worker:
        faults = [one.fault async for one in verification.verify(worker)]
    # A row that was given to another concertation is one without it: the one that lost it is asked about.
    told = [fault for fault in faults if fault is not None]
    return next((fault for fault in told if fault.what is not What.ORPHAN), told[0] if told else None)


async def _edit(
    connection: asyncpg.Connection, table: str, column: str, key: dict[str, Any], chance: Random
) -> Any:
    """Write something else into a column of a row; give it."""
    where, to_read = (
        " AND ".join(f'"{name}" = ${number}' for number, name in enumerate(key, start=first))
        for first in (2, 1)
    )
    kind = await connection.fetchval(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2",
        *(table, column),
    )
    before = await connection.fetchval(
        f'SELECT "{column}"::text FROM {table} WHERE {to_read}',
        *key.values(),
    )
    new = _other(kind, before, chance)
    await connection.execute(
        f'UPDATE {table} SET "{column}" = $1::text::{kind} WHERE {where}', new, *key.values()
    )
    return new


def _other(kind: str, before: str | None, chance: Random) -> str:
    """Give another value of a type, as text."""
    if kind == "bytea":
        digits = before[2:] if before else "00" * 32
        place = chance.randrange(len(digits))
        return f"\\x{digits[:place]}{'0' if digits[place] != '0' else '1'}{digits[place + 1 :]}"
    if kind == "uuid":
        return str(UUID(int=chance.getrandbits(128)))
    if kind.startswith("timestamp"):
        at = datetime.fromisoformat(before) if before else datetime.fromisoformat("2030-01-01T00:00:00+00:00")
        return str(at + timedelta(seconds=chance.choice((-1, 1, 3600))))
    if kind in ("integer", "bigint", "smallint"):
        return str(int(before or 0) + chance.randint(1, 1000))
    if kind == "boolean":
        return "false" if before == "true" else "true"
    if kind in ("json", "jsonb"):
        return json.dumps({"autre": before})
    if kind.endswith("[]"):
        return _more(before)
    return f"{before or ''}x"


def _more(before: str | None) -> str:
    told: Sequence[str] = (before or "{}")[1:-1].split(",") if before and before != "{}" else ()
    return "{" + ",".join([*told, "autre"]) + "}"


ROW = Row(
    name="tampering",
    fault="a row of the ledger, of a seal, of a contribution edited by hand",
    invariant="the verifier names the first bad one",
    run=tried,
    seeds=40,
)
