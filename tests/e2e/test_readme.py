"""What README.md, LISEZMOI.md and docs/ tell people to type is typed here, against a real stack."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.cli import COMMANDS

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:8000/graphql"
GUIDES = sorted(
    [ROOT / "README.md", ROOT / "LISEZMOI.md", ROOT / "benchmarks/README.md", *ROOT.glob("docs/**/*.md")]
)


def blocks(file: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / file).read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the ready file of `concertation up --ephemeral` says."""
    ready_file = tmp_path_factory.mktemp("up") / "ready.json"
    program = Path(sys.executable).with_name("concertation")
    up = subprocess.Popen(
        [program, "up", "--ephemeral", "--ready-file", ready_file],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert up.stdout is not None
    printed = []
    for line in up.stdout:
        printed.append(line)
        if "Ctrl-C" in line:
            break
    try:
        assert ready_file.exists(), "".join(printed)
        yield json.loads(ready_file.read_text())
    finally:
        up.terminate()
        up.communicate(timeout=30)


@pytest.mark.stack
@pytest.mark.long
def test_the_first_session_and_the_verification_by_anybody_go_as_they_are_written(
    stack: dict[str, Any], tmp_path: Path
) -> None:
    session = "".join(blocks("README.md", "bash"))
    assert session.count(URL) == 1
    done = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            session.replace(URL, stack["graphql_url"]) + '\necho "slug $SLUG"',
        ],
        cwd=ROOT,
        env=os.environ | {"CONCERTATION_DATA_DIR": stack["data_dir"]},
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert '"key": "premier-essai"' in said
    assert said.index('"code": "DATE_IN_PAST"') < said.index("Concertation launched")
    assert re.search(r'"code": "\w{4}-\w{4}-\w{4}"', said), "no receipt"
    assert '"outcome": "COMPLETED"' in said
    assert "The ledger is whole" in said

    (program,) = blocks("docs/architecture.md", "python")
    file = tmp_path / "verify.py"
    file.write_text(program)
    slug = said.rsplit("slug ", 1)[1].strip()
    verified = subprocess.run(
        [sys.executable, file, stack["graphql_url"], slug], capture_output=True, text=True, timeout=60
    )
    assert re.fullmatch(r"10 rows recomputed; the last hash is [0-9a-f]{64}\n", verified.stdout), verified


def test_the_french_session_is_the_english_one() -> None:
    def asked(file: str) -> list[str]:
        return [
            re.sub(r' --language en| *#.*|(?<=body: )".*"|(?<="Accept-Language": )"..?"', "", block)
            for block in blocks(file, "bash")
        ]

    assert asked("LISEZMOI.md") == asked("README.md")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: str(guide.relative_to(ROOT)))
def test_every_link_leads_somewhere(guide: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", guide.read_text()) if "://" not in link]
    assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: str(guide.relative_to(ROOT)))
def test_every_command_named_exists(guide: Path) -> None:
    text = guide.read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"(?:\$ |`)concertation ([a-z][a-z-]+)", text)) <= set(COMMANDS)


def test_the_index_of_decisions_lists_them_all() -> None:
    listed = re.findall(r"\]\(([^)]+)\)", (ROOT / "docs/adr/README.md").read_text())
    assert listed == sorted(file.name for file in ROOT.glob("docs/adr/0*.md"))
