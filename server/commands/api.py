"""`concertation api`."""

import argparse
import asyncio
import logging
import signal
from socket import socket

import uvloop

from server.draining import Draining
from server.garbage import kept
from server.readiness import announce
from server.serving import Server, allow_connections, listening
from server.settings import Settings
from server.telemetry import logs

log = logging.getLogger(__name__)

new_loop = uvloop.new_event_loop


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: a free one)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT, then let requests in hand finish."""
    with kept():
        from server.app import create_app
        from server.telemetry.instruments import ApiInstruments

    asked = {
        name: getattr(arguments, name) for name in ("host", "port") if getattr(arguments, name) is not None
    }
    settings = settings.model_copy(update=asked)
    allow_connections()
    logs.set_up(settings, "api")
    draining = Draining()
    instruments = ApiInstruments.of(settings)
    with kept():
        app = create_app(settings, draining=draining, instruments=instruments)
    server = Server(
        listening(instruments.before(app), settings, draining),
        lambda address: _serves(address, settings),
        draining=draining,
        shared=None if settings.listen_fd is None else socket(fileno=settings.listen_fd),
        drain_delay=settings.drain_delay,
    )
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, server.handle_exit, wanted, None)
    try:
        await server.serve()
    finally:
        instruments.end()
    return 0 if server.started else 3


def _serves(address: str, settings: Settings) -> None:
    """Tell whoever started this process, and whoever reads its output."""
    announce(settings.ready_file)
    url = f"http://{address}/graphql"
    if settings.log_format == "json":  # whoever collects it wants nothing else among its lines
        log.info("serves", extra={"url": url})
    else:
        print(url, flush=True)
