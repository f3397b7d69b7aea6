"""The servers under the demonstration: started as a child, or running already. Tokens, process ids, kill -9."""

import json
import os
import signal
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from server.closing.writer import write_archive
from server.demo.cast import Person
from server.demo.faults import DemoFailed, LedgerBroken
from server.embedded.child import Child, is_alive
from server.embedded.programs import program
from server.embedded.standing import looking_into
from server.settings import Settings
from server.tokens import sign_token
from server.whole_file import whole_file
from store.closing_archive import closing
from store.verification import Verified, verify

_START_WITHIN = 60.0
SERVICES = ("postgres", "temporal", "worker", "api")
"""The processes of `concertation up`, bottom up."""


class Stack:
    """What is known of the servers. The file that `up` keeps up to date is read again each time."""

    def __init__(self, settings: Settings, facts: dict[str, Any], ready_file: Path | None) -> None:
        """Use `facts` where there is no `ready_file`."""
        self._facts = facts
        self._ready_file = ready_file
        self.settings = settings.model_copy(
            update={"data_dir": Path(facts["data_dir"])} if "data_dir" in facts else {}
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What the ready file says now."""
        if self._ready_file is not None:
            try:
                self._facts = json.loads(self._ready_file.read_text())
            except (OSError, ValueError):
                pass  # it is being replaced, or `up` is ending: what was known stands
        return self._facts

    @property
    def graphql_url(self) -> str:
        """Where requests go."""
        return str(self._facts["graphql_url"])

    @property
    def ws_url(self) -> str:
        """Where subscriptions go."""
        return str(self._facts["ws_url"])

    def pid(self, service: str) -> int | None:
        """Give the process id of a service, if it is known and runs."""
        pid = self.facts.get("pids", {}).get(service)
        return pid if isinstance(pid, int) and is_alive(pid) else None

    def processes(self) -> dict[str, bool]:
        """Say of each service that is known whether it runs."""
        known = self.facts.get("pids", {})
        return {name: self.pid(name) is not None for name in SERVICES if known.get(name)}

    def kill(self, service: str) -> int | None:
        """End a service with SIGKILL, as a fault would; give its process id, or `None` if it is not ours to end."""
        pid = self.pid(service)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    async def verify(self, concertation: str) -> Verified | None:
        """Do what `concertation verify-ledger` does, for one concertation; `None` where its database is not at hand.

        Raises:
            LedgerBroken: the ledger, its fold or a sealed set is not what was written.
        """
        url = self.facts.get("database_urls", {}).get("worker")
        if url is None:
            return None
        settings = self.settings.model_copy(update={"worker_database_url": SecretStr(url)})
        async with looking_into(settings, "demo") as connection:
            async for verified in verify(connection, concertation):
                if verified.fault is not None:
                    raise LedgerBroken(f"verify-ledger : {verified.fault}")
                return verified
        raise LedgerBroken(f"verify-ledger ne trouve pas la concertation {concertation}.")

    async def archive(self, concertation: str, file: Path) -> dict[str, Any] | None:
        """Do what `concertation export-archive` does; give the manifest, `None` where its database is not at hand."""
        url = self.facts.get("database_urls", {}).get("worker")
        if url is None:
            return None
        settings = self.settings.model_copy(update={"worker_database_url": SecretStr(url)})
        async with looking_into(settings, "demo") as connection, closing(connection, concertation) as read:
            with whole_file(file) as sink:
                manifest, _ = await write_archive(read, sink)
        return manifest

    def give_tokens(self, people: Iterable[Person]) -> None:
        """Sign a token for each, with the development key, as an operator would."""
        for person in people:
            person.token = sign_token(self.settings, roles=list(person.platform_roles), member=person.member)


class OwnStack:
    """`concertation up --ephemeral` as a child; use it as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is started yet."""
        self._settings = settings
        self._folder = Path(tempfile.mkdtemp(prefix="concertation-demo-"))
        self._ready_file = self._folder / "ready.json"
        self._up = Child("up", self._folder / "up.log")

    async def start(self) -> Stack:
        """Start everything; `ChildFailed` if it does not answer."""
        self._up.spawn(
            [program("concertation"), "up", "--ephemeral", "--ready-file", self._ready_file],
            env=dict(os.environ),
        )

        async def ready() -> bool:
            return self._ready_file.exists()

        await self._up.until(ready, _START_WITHIN)
        return attach_to_file(self._settings, self._ready_file)

    async def stop(self) -> None:
        """Stop everything and remove what it left."""
        await self._up.stop(within=30.0)
        for file in (self._ready_file, self._up.log):
            file.unlink(missing_ok=True)
        self._folder.rmdir()


def attach_to_file(settings: Settings, ready_file: Path) -> Stack:
    """Use the servers that wrote this file.

    Raises:
        DemoFailed: there is no such file, or nothing runs behind it.
    """
    try:
        facts = json.loads(ready_file.read_text())
    except (OSError, ValueError):
        raise DemoFailed(
            f"{ready_file} ne décrit aucun service. Lancez d’abord : concertation up --ready-file {ready_file}"
        ) from None
    return Stack(settings, facts, ready_file)


def attach_to_url(settings: Settings, url: str) -> Stack:
    """Use the API at this address; the development key is the one of the data folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise DemoFailed(f"{url} n’est pas une adresse. Exemple : http://127.0.0.1:8000/graphql")
    path = parts.path.rstrip("/") or "/graphql"
    graphql_url = parts._replace(path=path, query="", fragment="").geturl()
    return Stack(settings, {"graphql_url": graphql_url, "ws_url": graphql_url.replace("http", "ws", 1)}, None)
