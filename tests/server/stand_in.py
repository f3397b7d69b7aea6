#!/usr/bin/env python3
"""Stands in for `concertation worker` and `concertation api` where only what `up` does with them is tested.

Run as `stand_in.py up FOLDER [--ephemeral]` it is `concertation up`, with itself as worker and API.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Ready(BaseHTTPRequestHandler):
    """Answers everything with the environment it was started in."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\n".join(sorted(os.environ)).encode())


def worker() -> None:
    from server.readiness import announce

    announce(Path(os.environ["CONCERTATION_READY_FILE"]))
    print("\n".join(sorted(os.environ)), flush=True)
    signal.sigwait({signal.SIGTERM})


def api() -> None:
    handed = os.environ.get("CONCERTATION_LISTEN_FD")
    host = os.environ["CONCERTATION_HOST"] if handed is None else "127.0.0.1"
    servers = [HTTPServer((host, int(os.environ["CONCERTATION_PORT"])), Ready)]
    if handed is not None:
        shared = HTTPServer(("127.0.0.1", 0), Ready, bind_and_activate=False)
        shared.socket.close()
        shared.socket = socket.socket(fileno=int(handed))
        shared.socket.setblocking(False)  # another may have taken what was there
        servers.append(shared)
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    for server in servers:
        server.shutdown()  # once what it has taken is answered, as the API does


def up(folder: str, *flags: str) -> int:
    from server.errors import CommandFailed
    from server.settings import read_settings
    from server.up import Options
    from server.up import up as run

    options = Options(
        ephemeral="--ephemeral" in flags,
        ready_file=Path(folder) / "ready.json",
        program=os.environ.get("STAND_IN", __file__),
        say=lambda line: print(line, flush=True),
    )
    try:
        return asyncio.run(run(read_settings(data_dir=f"{folder}/data"), options))
    except CommandFailed as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    if sys.argv[1] != "up":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    match sys.argv[1:]:
        case ["worker"]:
            worker()
        case ["api"]:
            api()
        case ["up", folder, *flags]:
            raise SystemExit(up(folder, *flags))
