"""Forging archives: whatever is changed, the manifest and the digest are made to fit again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.chaining import GENESIS, row_hash
from domain.digests import canonical
from server.closing.sealed import PLACEHOLDER, SealedSink

Change = Callable[[bytes], bytes]


def forge(path: Path, changes: Mapping[str, Change]) -> Path:
    """Write an archive again with some files changed; give the forged one."""
    forged = path.with_name("forged.zip")
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    for name, change in changes.items():
        before = contents[name]
        contents[name] = change(before)
        assert contents[name] != before, f"nothing changed in {name}"
    manifest = json.loads(contents["manifest.json"])
    for entry in manifest["files"]:
        content = contents[entry["name"]]
        entry |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    contents["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"
    with forged.open("wb") as sink:
        sealed = SealedSink(sink)
        with zipfile.ZipFile(sealed, "w") as file:
            file.comment = PLACEHOLDER
            for name, content in contents.items():
                file.writestr(zipfile.ZipInfo(name), content)
        sealed.finish()
    return forged


def in_json(change: Callable[[Any], Any]) -> Change:
    """Change what a JSON file says, in place."""

    def changed(content: bytes) -> bytes:
        said = json.loads(content)
        change(said)
        return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"

    return changed


def chained(concertation: str, change: Callable[[dict[str, Any]], None]) -> Change:
    """Change events of a ledger, and chain it anew: its head alone tells."""

    def changed(ledger: bytes) -> bytes:
        head, rows = GENESIS, []
        for line in ledger.splitlines():
            row = json.loads(line)
            change(row["content"])
            content = canonical(row["content"]).decode()
            row["previousHash"] = head.hex()
            head = row_hash(head, concertation, row["seq"], content)
            row["hash"] = head.hex()
            rows.append(json.dumps(row).encode() + b"\n")
        return b"".join(rows)

    return changed
