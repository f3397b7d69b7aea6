"""GraphiQL as a browser shows it: Chromium, where there is one, opens /graphiql, takes an example and runs it.

Everything it asks for is written down: nothing may be of another site, nothing may be refused by the page's policy.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

BUILT = Path(__file__).parents[2] / "server" / "graphiql_built"
_WITHIN = 30.0
_PAUSE = 0.1
_OURS = ("data:", "blob:", "about:")
_LOADED = re.compile(r"""(?:url\(|@import\s|src=|href=)\s*["']?([^"')\s]+)""")


def browser() -> str | None:
    """Where Chromium is, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def elsewhere(folder: Path = BUILT) -> list[str]:
    """Give what style sheets that were built load from elsewhere, or have inside."""
    return [
        address
        for file in sorted(folder.glob("*.css"))
        for address in _LOADED.findall(file.read_text())
        if ":" in address or address.startswith("//")
    ]


class _Page:
    """A page of Chromium, by its DevTools protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._session = ""
        self.asked: list[str] = []
        self.faults: list[str] = []

    async def open(self, url: str) -> None:
        """Open a page in a window of its own."""
        target = await self.do("Target.createTarget", url="about:blank")
        attached = await self.do("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Log", "Runtime", "Page"):
            await self.do(f"{domain}.enable")
        await self.do("Page.navigate", url=url)

    async def until(self, expression: str) -> Any:
        """Wait until an expression is true; give its value."""
        for _ in range(int(_WITHIN / _PAUSE)):
            found = await self.do("Runtime.evaluate", expression=expression, returnByValue=True)
            value = found["result"].get("value")
            if value:
                return value
            await asyncio.sleep(_PAUSE)
        raise AssertionError(f"never: {expression} ({'; '.join(self.faults)})")

    async def do(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params, **session}))
        while True:
            message = json.loads(await asyncio.wait_for(self._socket.recv(), _WITHIN))
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))

    def _note(self, event: str, params: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(params["url"])
            case "Log.entryAdded" if params["entry"]["level"] == "error" and not _is_icon(params["entry"]):
                self.faults.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.exceptionThrown":
                self.faults.append(json.dumps(params["exceptionDetails"])[:500])


def _is_icon(entry: dict[str, Any]) -> bool:
    """Whether it is about the icon that browsers ask for without being told."""
    return str(entry.get("url", "")).endswith("/favicon.ico")


@asynccontextmanager
async def _chromium(program: str) -> AsyncIterator[_Page]:
    with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as folder:
        words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--lang=fr"]
        process = await asyncio.create_subprocess_exec(
            program,
            *words,
            f"--user-data-dir={folder}",
            stderr=PIPE,
            stdout=DEVNULL,
            env={**os.environ, "HOME": folder},
        )
        assert process.stderr
        try:
            async with asyncio.timeout(_WITHIN):
                while b"DevTools listening on " not in (line := await process.stderr.readline()):
                    if not line:
                        raise RuntimeError("Chromium did not start")
            async with connect(line.split()[-1].decode(), max_size=None) as socket:
                yield _Page(socket)
        finally:
            process.terminate()
            await process.communicate()


async def look(site: str, program: str) -> str:
    """Use GraphiQL as somebody would; say what is wrong, or nothing."""
    async with _chromium(program) as page:
        await page.open(f"{site}graphiql")
        await page.until("!!document.querySelector('.graphiql-query-editor .CodeMirror')")
        shown = await page.until("document.querySelectorAll('.examples details').length")
        await page.until(
            "(b => b && (b.click(), true))([...document.querySelectorAll('.examples li button')]"
            ".find(b => b.textContent === 'Viewer'))"
        )
        tab = "document.querySelector('.graphiql-tab-active')"
        await page.until(f"!!{tab} && {tab}.textContent.includes('Viewer')")
        await page.until("(b => b && (b.click(), true))(document.querySelector('.graphiql-execute-button'))")
        answer = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"
        said = await page.until(f"{answer}.includes('authenticated') && {answer}")
        host = urlsplit(site).netloc
        strange = [url for url in page.asked if not url.startswith(_OURS) and urlsplit(url).netloc != host]
    wrong = [f"asked elsewhere: {url}" for url in strange] + page.faults
    if shown < 10:
        wrong.append(f"examples of {shown} roles")
    if '"errors"' in said:
        wrong.append(said[:300])
    return "; ".join(wrong)
