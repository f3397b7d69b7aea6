"""The pages for three in the morning: what they tell to type is typed on real servers, and seen what they say.

Some are followed in English, others in French: the commands are the same. A `bash` block is run, a `text` block after
it is what it prints: line by line, in any order, `…` for anything. `console` blocks, of docker-compose, are not run.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import psutil
import pytest
import pytest_asyncio

from domain.noticing import links
from server.demo.client import Client
from server.embedded.programs import program
from server.keys import development_key, ticket_key
from server.provisioning import Role
from server.settings import Settings
from tests.backup.test_whole import LONG, begin, contribute, until
from tests.e2e.running import Running, read_facts
from tests.e2e.test_temporal_lost import Site

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
TWINS = {
    "restore.md": "restauration.md",
    "lost-temporal.md": "temporal-perdu.md",
    "full-disk.md": "disque-plein.md",
    "upgrade.md": "mise-a-jour.md",
    "rotate-keys.md": "cles.md",
}
_MARK = "@@ block "


class Block(NamedTuple):
    """What is to be typed, and what is then seen."""

    typed: str
    seen: list[str]


def blocks(page: Path) -> list[Block]:
    found: list[Block] = []
    for language, content in re.findall(
        r"^```(bash|text)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE
    ):
        if language == "bash":
            found.append(Block(content, []))
        else:
            found[-1].seen.extend(content.splitlines())
    return found


def commands(page: Path) -> list[str]:
    """What a page tells to type, apart from its language."""
    return [block.typed.replace(" CONCERTATION_LANGUAGE=en", "") for block in blocks(page)]


class Operator:
    """Somebody at night, with a page and an installation in a folder of their own."""

    def __init__(self, folder: Path, logs: Path | None = None) -> None:
        self.folder = folder
        self.logs = logs or folder
        self.data = folder / "concertation"
        self.backups = folder / "backups"
        #: The `up` that ran before the page was opened.
        self.first: Running | None = None

    async def follow(
        self, name: str, first: int = 0, last: int | None = None, instead: Mapping[str, str] | None = None
    ) -> str:
        """Type the blocks of a page from number `first` up to but without `last`; compare what is seen, and give it."""
        places = {"/srv/concertation": str(self.data), "/srv/backups": str(self.backups), **(instead or {})}

        def here(text: str) -> str:
            for one, other in places.items():
                text = text.replace(one, other)
            return text

        known = blocks(GUIDES / name)[first:last]
        script = here(
            "\n".join(f"echo '{_MARK}{number}'\n{block.typed}" for number, block in enumerate(known))
        )
        log = self.logs / f"{Path(name).stem}-{first}.log"
        with log.open("w") as sink:
            process = await asyncio.create_subprocess_exec(
                "bash", "-euo", "pipefail", "-c", script, stdout=sink, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, env=self._environment(), start_new_session=True,
            )  # fmt: skip
            async with asyncio.timeout(180):
                code = await process.wait()
        printed = log.read_text()
        assert code == 0, printed
        for number, block in enumerate(known):
            part = printed.partition(f"{_MARK}{number}\n")[2].partition(_MARK)[0]
            for line in block.seen:
                pattern = ".*".join(map(re.escape, here(line).split("…")))
                assert re.search(pattern, part), f"{name}, block {number}: nobody sees {line!r} in\n{part}"
        return printed

    def _environment(self) -> dict[str, str]:
        beside = Path(program("concertation")).parent
        return {**os.environ, "PATH": f"{beside}:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}

    def facts(self) -> dict[str, Any]:
        """What the running `up` says of itself: it was started without a ready file, so from its screen."""
        screen = (self.data / "up.log").read_text()
        found = re.search(r"GraphQL +(\S+)", screen)
        assert found is not None, screen
        return {"graphql_url": found.group(1), "site_url": found.group(1).removesuffix("graphql")}

    def stop(self) -> None:
        """End whatever runs in the folder."""
        if self.first is not None:
            self.first.stop()
        for lock in self.folder.glob("*/lock"):
            held = subprocess.run(["flock", "-n", lock, "true"], check=False).returncode != 0
            if held:
                pid = int(lock.read_text())
                os.kill(pid, signal.SIGTERM)
                psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=30)


class Night:
    """An installation with a call for input that is open, and what people were told they had given."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.site = Site(operator.folder)
        self.site.settings = Settings(data_dir=operator.data)
        self.id = ""
        self.receipts: list[str] = []

    async def begin(self) -> None:
        facts = self._start()
        async with Client(facts["graphql_url"]) as client:
            self.id = await begin(self.site, client, LONG)
            for number in range(3):
                self.receipts.append((await contribute(self.site, client, self.id, number))["code"])

    def _start(self) -> dict[str, Any]:
        ready = self.operator.folder / "ready.json"
        self.operator.first = Running("up", "--data-dir", self.operator.data, "--ready-file", ready)
        self.operator.first.read_until("Ctrl-C stops everything")
        return read_facts(ready)

    async def goes_on(self) -> None:
        """Whoever contributes and whoever conducts is answered, and nothing that was acknowledged is missing."""
        facts = self.operator.facts()
        async with Client(facts["graphql_url"]) as client:
            assert (await contribute(self.site, client, self.id, 1_000))["code"]
            await self.site.do(client, "Suspend", concertationId=self.id, reason="Une nuit agitée.")
            for code in self.receipts:
                found = await client.ask("Receipt", {"code": code})
                assert found["receipt"] is not None, code


@pytest.fixture
def operator() -> Iterator[Operator]:
    """Somebody at night. In a folder of a short name, so that the socket is in the data folder, as the page has it."""
    with tempfile.TemporaryDirectory(prefix="night-") as folder:
        Path(folder).chmod(0o711)
        found = Operator(Path(folder))
        yield found
        found.stop()


@pytest_asyncio.fixture
async def night(operator: Operator) -> AsyncIterator[Night]:
    """What runs when it happens."""
    found = Night(operator)
    await found.begin()
    yield found


@pytest.mark.parametrize(("english", "french"), TWINS.items())
def test_the_french_page_tells_to_type_the_same(english: str, french: str) -> None:
    assert commands(GUIDES / "fr" / french) == commands(GUIDES / english)
    assert commands(GUIDES / english)


def test_every_page_has_a_twin_and_is_in_the_list() -> None:
    pages = {page.name for page in GUIDES.glob("*.md")} - {"README.md"}
    assert pages == TWINS.keys()
    assert {page.name for page in (GUIDES / "fr").glob("*.md")} == set(TWINS.values())
    listed = re.findall(r"\]\(([^)]+)\)", (GUIDES / "README.md").read_text())
    assert {*TWINS, *(f"fr/{name}" for name in TWINS.values())} <= set(listed)


@pytest.mark.stack
@pytest.mark.long
async def test_a_backup_is_restored_as_the_page_says(night: Night, operator: Operator) -> None:
    printed = await operator.follow("restore.md")
    assert f"{LONG}: 3 contributions" in printed
    await night.goes_on()


@pytest.mark.stack
@pytest.mark.long
async def test_temporal_is_lost_and_found_as_the_page_says(night: Night, operator: Operator) -> None:
    facts = read_facts(operator.folder / "ready.json")
    for file in operator.data.glob("temporal.db*"):
        file.write_bytes(b"no database at all" * 4_096)
    os.kill(facts["pids"]["temporal"], signal.SIGKILL)
    log = operator.data / "logs" / "worker.log"
    limit = time.monotonic() + 60
    async with httpx.AsyncClient() as client:
        while (
            "does not let us work" not in log.read_text() and "reconciling has to wait" not in log.read_text()
        ):
            assert time.monotonic() < limit, log.read_text()
            await asyncio.sleep(0.2)
        ready = (await client.get(f"{facts['site_url']}readyz")).json()
    assert ready["temporal"] == "down"
    await operator.follow("fr/temporal-perdu.md")
    await night.goes_on()


@pytest.mark.stack
@pytest.mark.long
async def test_a_new_version_is_installed_as_the_page_says(night: Night, operator: Operator) -> None:
    await operator.follow("upgrade.md")
    await night.goes_on()


@pytest.mark.stack
@pytest.mark.long
async def test_keys_and_passwords_are_rotated_as_the_page_says(night: Night, operator: Operator) -> None:
    before, development = ticket_key(night.site.settings), development_key(operator.data)
    link = links.write(before.raw_value, links.Ticket("somebody", "calendar"))
    sockets = operator.data / "postgres-socket"
    superuser = f"postgresql://postgres@/concertation?host={sockets}"
    connection = await asyncpg.connect(superuser)
    hba = Path(await connection.fetchval("SHOW hba_file"))
    await connection.close()

    page = blocks(GUIDES / "rotate-keys.md")
    passwords = len(page) - 1
    assert "concertation migrate" in page[passwords].typed
    await operator.follow("rotate-keys.md", last=passwords)
    facts = operator.facts()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{facts['site_url']}unsubscribe/{link}")).status_code == 200
        other = links.write(b"x" * 32, links.Ticket("somebody", "calendar"))
        assert (await client.get(f"{facts['site_url']}unsubscribe/{other}")).status_code == 404
    assert ticket_key(night.site.settings).raw_value != before.raw_value
    assert development_key(operator.data).as_dict() != development.as_dict()
    await night.goes_on()

    # A server that asks for passwords, as the embedded one does not: nothing is shown by its trust.
    roles = ",".join(role.value for role in Role)
    hba.write_text(f"local all {roles} scram-sha-256\n" + hba.read_text())
    connection = await asyncpg.connect(superuser)
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    former = f"postgresql://concertation_app:former@/concertation?host={sockets}"

    async def asks_for_passwords() -> bool:
        return not await _is_let_in(former)

    await until(asks_for_passwords)  # the postmaster reads the file a moment later
    given = {"@db.exemple.fr/postgres": f"@/postgres?host={sockets}"}
    given["@db.exemple.fr/concertation"] = f"@/concertation?host={sockets}"
    await operator.follow("rotate-keys.md", passwords, instead=given)
    assert not await _is_let_in(former)


async def _is_let_in(address: str) -> bool:
    try:
        connection = await asyncpg.connect(address)
    except asyncpg.InvalidPasswordError:
        return False
    await connection.close()
    return True


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Operator]:
    """An installation on a file system of its own, of 256 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m,mode=0711", "none", str(place)]
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if subprocess.run([*as_root, *mount], check=False).returncode != 0:
        raise PermissionError("this test mounts a small file system, as root or by sudo without a password")
    if as_root:
        subprocess.run([*as_root, "chown", str(os.geteuid()), str(place)], check=True)
    found = Operator(place, tmp_path)
    yield found
    found.stop()
    subprocess.run([*as_root, "umount", "--lazy", str(place)], check=True)


@pytest.mark.stack
@pytest.mark.long
async def test_room_is_made_on_a_full_disk_as_the_page_says(small_disk: Operator) -> None:
    operator = small_disk
    night = Night(operator)
    await night.begin()
    facts = read_facts(operator.folder / "ready.json")
    assert operator.first is not None
    (operator.data / "up.log").write_text(operator.first.screen)
    filler = operator.data / "logs" / "old.log.1"
    with pytest.raises(OSError, match="No space left"), filler.open("wb") as file:
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    refused: list[str] = []
    async with Client(facts["graphql_url"], patience=1) as client:
        for number in range(10, 200):
            try:
                night.receipts.append((await contribute(night.site, client, night.id, number))["code"])
            except Exception as fault:
                refused.append(str(fault))
                break
    assert refused, "the disk is not full"
    assert any(word in refused[0] for word in ("OUTCOME_UNKNOWN", "UNAVAILABLE")), refused
    said = "".join(log.read_text() for log in (operator.data / "logs").glob("api*.log"))
    assert "DiskFullError" in said or "53100" in said
    await operator.follow("fr/disque-plein.md")
    await night.goes_on()
