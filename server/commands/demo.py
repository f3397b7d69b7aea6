"""`concertation demo`."""

import argparse
import asyncio
import signal
from pathlib import Path

from server.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--step", action="store_true", help="wait for Enter between scenes")
    parser.add_argument("--keep", action="store_true", help="leave everything up at the end, until Ctrl-C")
    running = parser.add_mutually_exclusive_group()
    running.add_argument(
        "--url", help="play against the API at this address; --data-dir names the folder of its key"
    )
    running.add_argument(
        "--ready-file", type=Path, help="play against the servers of `concertation up --ready-file FILE`"
    )
    parser.add_argument(
        "--pace", type=_pace, default=1.0, help="1 is the usual pace, 0.5 twice as fast (default: 1)"
    )
    parser.add_argument(
        "--transcript", type=Path, help="write every command, its key and its answer there, as JSON lines"
    )
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="FILE",
        help="write the closing archive there (default: SLUG.zip in the folder of temporary files)",
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Play the demonstration; exit code 0 once the ledger of its two rounds is verified."""
    from server.demo.playing import Options, play

    options = Options(
        step=arguments.step,
        keep=arguments.keep,
        url=arguments.url,
        ready_file=arguments.ready_file and arguments.ready_file.resolve(),
        pace=arguments.pace,
        transcript=arguments.transcript,
        archive=arguments.archive,
    )
    this = asyncio.current_task()
    assert this is not None
    for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if wanted != signal.SIGHUP or signal.getsignal(wanted) != signal.SIG_IGN:  # nohup means it
            asyncio.get_running_loop().add_signal_handler(wanted, this.cancel)
    try:
        return await play(settings, options)
    except asyncio.CancelledError:
        this.uncancel()
        return 130


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.1 <= pace <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no pace from 0.1 to 100")
    return pace
