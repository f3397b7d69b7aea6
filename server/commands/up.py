"""`concertation up`."""

import argparse
from pathlib import Path

from server.settings import Settings

_COUNTS = range(1, 65)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="address the API listens on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port of the API (default: a free one, kept from then on)")
    parser.add_argument(
        "--api", type=int, choices=_COUNTS, metavar="N", help="so many APIs behind that port (default: 1)"
    )
    parser.add_argument(
        "--workers", type=int, choices=_COUNTS, metavar="N", help="so many workers (default: 1)"
    )
    parser.add_argument(
        "--ephemeral", action="store_true", help="keep nothing: temporary data, removed at the end"
    )
    parser.add_argument(
        "--ready-file", type=Path, help="write addresses, process ids and tokens there, as JSON"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Start everything, run until a signal, stop everything."""
    from server.up import Options, up

    named = {
        "host": arguments.host,
        "port": arguments.port,
        "api_processes": arguments.api,
        "worker_processes": arguments.workers,
    }
    asked = {name: value for name, value in named.items() if value is not None}
    options = Options(
        ephemeral=arguments.ephemeral,
        ready_file=arguments.ready_file and arguments.ready_file.resolve(),
        say=(lambda line: None) if arguments.quiet else (lambda line: print(line, flush=True)),
    )
    return await up(settings.model_copy(update=asked), options)
