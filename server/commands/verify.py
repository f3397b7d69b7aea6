"""`concertation verify`: a closing archive, with nothing but itself: no settings, database or network."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from server.errors import CommandFailed
from server.settings import Settings


class ArchiveMissing(CommandFailed):
    """There is no such file."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a closing archive")
    parser.add_argument(
        "--head",
        type=_hash,
        metavar="HEX",
        help="the hash of its last event as published elsewhere, to compare",
    )
    parser.add_argument(
        "--without", metavar="MEMBER", help="count every ballot once more, as if this member had stood aside"
    )
    parser.add_argument("--lang", choices=("fr", "en"), help="language of the texts (default: the setting)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Say line by line what holds; exit code 1 if something does not."""
    from domain.closing.verifying import Verdict, verify
    from domain.texts import label, text
    from server.closing.reading import ClosingFile
    from server.closing.rewriting import pages

    languages = (arguments.lang or settings.language,)
    file: Path = arguments.file
    try:
        archive = ClosingFile(file)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise ArchiveMissing(text("closing.missing", languages, file=str(file), reason=reason)) from None
    width = max(len(label(verdict, languages)) for verdict in Verdict)
    counts = dict.fromkeys(Verdict, 0)
    for line in verify(archive, head=arguments.head, without=arguments.without, page=pages):
        counts[line.verdict] += 1
        said = text(f"closing.{line.what}.{line.verdict}", languages, **line.args)
        print(f"{label(line.verdict, languages):<{width}}  {said}", flush=True)
    fails = counts[Verdict.FAILS]
    told = {str(verdict): count for verdict, count in counts.items()}
    print(text("closing.refuted" if fails else "closing.verified", languages, **told))
    return 1 if fails else 0


def _hash(given: str) -> str:
    plain = re.sub(r"\s", "", given).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise argparse.ArgumentTypeError("a hash has 64 hexadecimal digits")
    return plain
