"""Verifying a closing archive: line by line, what holds, what does not, and what cannot be told. Needs nothing else.

Who made the archive is not believed: what follows from the ledger is made again from it and compared, and the ledger
is decided again. That the ledger is the one that was published is for its head to say: compare it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.closing.chronicle import Chronicle
from domain.closing.contents import (
    FIGURES,
    FIGURES_TABLE,
    FORMAT,
    LEDGER,
    MANIFEST,
    VERSION,
    Archive,
    ArchiveUnfit,
    json_of,
    leaves_of,
    manifest_of,
)
from domain.closing.figures import COLUMNS, Figures, Leaf
from domain.closing.held_texts import contents_of, verify_texts
from domain.closing.published import rows_of, unleaved, untabled
from domain.closing.rows import RowUnfit, read_row
from domain.closing.sections import as_json, runs, sections
from domain.closing.sets import SetVerdict, verify_set
from domain.closing.tables import table
from domain.closing.treating import rated
from domain.closing.walking import Count, Walk
from domain.digests import digest
from domain.enumeration import direct
from domain.procedure import Kind
from domain.process import Process, StageRun, State
from domain.texts import Shown

_SEALED = (State.SEALED, State.AWAITING_CONCLUSION, State.CONCLUDED)


@direct
class Verdict(StrEnum):
    """What became of a promise."""

    HOLDS = "holds"
    FAILS = "fails"
    """It does not hold."""
    UNTOLD = "untold"
    """It cannot be told from the archive."""


@dataclass(frozen=True, slots=True)
class Line:
    """One promise of the archive. Its text is `closing.<what>.<verdict>`, filled with `args`."""

    what: str
    verdict: Verdict
    args: Mapping[str, Shown] = field(default_factory=dict)


WHATS = (
    "bytes", "manifest", "chain", "withheld", "head", "fold", "decided", "procedure", "sections", "texts", "roots",
    "counts", "quorums", "ballots", "secret", "without", "contributions", "table", "figures", "treatment",
    "page", "outcome",
)  # fmt: skip
"""What is told, in order."""


Page = Callable[[Chronicle, str, Sequence[Mapping[str, Any]], Mapping[str, Any]], Mapping[str, bytes]]
"""Gives the files that people read, by name, from the ledger, its head, the figures, the texts by their digests."""


def verify(
    archive: Archive, *, head: str | None = None, without: str | None = None, page: Page | None = None
) -> Iterator[Line]:
    """Say line by line what holds.

    `head`: the hash of the last row as it was published elsewhere. `without`: a member, without whom every ballot is
    counted once more. `page`: what makes the pages again; without it nothing is said of them. Where a file cannot be
    read, what depends on it does not hold.
    """
    yield _line("bytes", archive.stated == archive.found, digest=archive.found, stated=archive.stated or "")
    try:
        manifest = archive.manifest()
        yield _manifest(archive, manifest)
        walk = _walked(archive, str(manifest["concertation"]), without)
    except (ArchiveUnfit, KeyError, TypeError) as fault:
        yield _unread("manifest", fault)
        return
    yield from _chained(walk, head)
    if walk.unfolded is not None:
        return
    yield from _decided(walk, without)
    process = walk.told.process
    yield _told("procedure", lambda: _procedure(walk))
    yield _told("sections", lambda: _sections(archive, walk))
    yield _told("texts", lambda: _texts(archive, walk))
    yield from _sets(archive, process)
    yield _told("contributions", lambda: _contributions(archive, process))
    yield _told("table", lambda: _line("table", (name := untabled(archive)) is None, name=name or ""))
    yield _told("figures", lambda: _figures(archive, process))
    yield from _treatment(archive, walk)
    if page is not None:
        yield _told("page", lambda: _page(archive, walk, page))
    yield _told("outcome", lambda: _outcome(archive, manifest, walk))


def _line(what: str, holds: bool | None, **args: Shown) -> Line:
    verdict = Verdict.UNTOLD if holds is None else Verdict.HOLDS if holds else Verdict.FAILS
    return Line(what, verdict, args)


def _unread(what: str, fault: Exception) -> Line:
    return Line(what, Verdict.FAILS, {"name": str(fault)})


def _told(what: str, check: Callable[[], Line]) -> Line:
    try:
        return check()
    except ArchiveUnfit as fault:
        return _unread(what, fault)


def _manifest(archive: Archive, manifest: Mapping[str, Any]) -> Line:
    """Compare every file with what the manifest says of it; it names all but itself, in their order."""
    if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
        raise ArchiveUnfit(f"{manifest['format']} {manifest['version']}")
    names = list(archive.names())
    stated = [entry["name"] for entry in manifest["files"]]
    if names != [*stated, MANIFEST]:
        return _line("manifest", False, name=MANIFEST)
    for said in manifest["files"]:
        if archive.entry(said["name"])._asdict() != said:
            return _line("manifest", False, name=said["name"])
    return _line("manifest", True, count=len(names))


def _walked(archive: Archive, concertation: str, without: str | None) -> Walk:
    walk = Walk(concertation, without)
    for line in archive.lines(LEDGER):
        try:
            walk.go(read_row(line))
        except RowUnfit as fault:
            raise ArchiveUnfit(f"{LEDGER}: {fault}") from None
    walk.end()
    return walk


def _chained(walk: Walk, head: str | None) -> Iterator[Line]:
    seq, found = walk.seq, walk.head.hex()
    whole = walk.chain.fault is None and walk.seq > 0
    yield _line("chain", whole, seq=walk.chain.fault or seq, head=found)
    if walk.told.withheld:
        yield _line("withheld", None, count=walk.told.withheld)
    if head is not None:
        yield _line("head", head == found, head=found)
    yield _line("fold", walk.unfolded is None, seq=walk.unfolded or seq)


def _decided(walk: Walk, without: str | None) -> Iterator[Line]:
    events, ballots = walk.events, walk.ballots
    yield _line(
        "decided",
        False if events.fault else (None if events.untold else True),
        count=walk.commands,
        events=events.held,
        seq=events.fault or 0,
        untold=events.untold,
    )
    yield _line(
        "ballots",
        ballots.fault is None,
        count=ballots.held,
        name=ballots.fault or "",
        untold=ballots.untold or None,
    )
    if walk.secret:
        yield _line("secret", None, count=walk.secret)
    if without is not None:
        yield _without(walk.spared, without)


def _without(spared: Count, member: str) -> Line:
    holds = False if spared.fault else (None if spared.untold else True)
    return _line(
        "without", holds, member=member, count=spared.held, name=spared.fault or "", untold=spared.untold
    )


def _procedure(walk: Walk) -> Line:
    told = walk.told
    stated = told.process.procedure_digest
    versions = [*told.earlier, {"digest": stated, "procedure": told.procedure}]
    holds = all(digest(version["procedure"]) == version["digest"] for version in versions)
    return _line("procedure", holds, digest=stated)


def _sections(archive: Archive, walk: Walk) -> Line:
    """Make again what follows from the ledger."""
    count = 0
    for name, content in sections(walk.told):
        if archive.whole(name) != content:
            return _line("sections", False, name=name)
        count += 1
    return _line("sections", True, count=count)


def _texts(archive: Archive, walk: Walk) -> Line:
    """Compare texts with the digests that the ledger has of them."""
    found = verify_texts(archive, walk.told)
    holds = False if found.fault else (None if found.missing else True)
    return _line("texts", holds, count=found.held, untold=found.missing, name=found.fault or "")


def _sealed_runs(process: Process) -> list[StageRun]:
    return [run for run in runs(process) if run.seals and process.stages[run.key].kind is Kind.CALL_FOR_INPUT]


def _sets(archive: Archive, process: Process) -> Iterator[Line]:
    """Compare every sealed call for input with its seals."""
    found: dict[str, SetVerdict | None] = {}
    for run in _sealed_runs(process):
        try:
            leaves = leaves_of(archive, run.round, run.key)
            found[f"{run.round}/{run.key}"] = verify_set(process.stages[run.key], run, leaves)
        except ArchiveUnfit:
            found[f"{run.round}/{run.key}"] = None
    count = sum(verdict.leaves for verdict in found.values() if verdict is not None)
    for what, asked in (("roots", "roots"), ("counts", "counts"), ("quorums", "quorum")):
        wrong = [name for name, verdict in found.items() if verdict is None or not getattr(verdict, asked)]
        yield _line(what, not wrong, sets=len(found), count=count, name=", ".join(wrong))


def _treatment(archive: Archive, walk: Walk) -> Iterator[Line]:
    """Count the treatment rates again; nothing is said where no synthesis has any."""
    process = walk.told.process
    try:
        found = rated(process, walk.told.treatments, rows_of(archive), set(_complete(process)))
    except ArchiveUnfit as fault:
        yield _unread("treatment", fault)
        return
    if not found:
        return
    wrong = [line.name for line in found if line.holds is False]
    untold = [line.name for line in found if line.holds is None]
    yield _line(
        "treatment",
        False if wrong else (None if untold else True),
        count=len(found),
        through=sum(line.through for line in found) or None,
        name=", ".join(wrong or untold),
    )


def _complete(process: Process) -> Iterator[tuple[int, str]]:
    """Name the sets that are sealed for good."""
    for run in _sealed_runs(process):
        if run.state in _SEALED and run.rectifying_until is None:
            yield run.round, run.key


def _contributions(archive: Archive, process: Process) -> Line:
    complete = set(_complete(process))

    def leaves(round: int, stage: str) -> Iterator[Leaf] | None:
        return leaves_of(archive, round, stage) if (round, stage) in complete else None

    held, untold, fault = unleaved(archive, leaves)
    return _line("contributions", fault is None, count=held, untold=untold or None, name=fault or "")


def _figures(archive: Archive, process: Process) -> Line:
    figures = Figures()
    for run in _sealed_runs(process):
        for leaf in leaves_of(archive, run.round, run.key):
            figures.add_leaf(run.round, run.key, leaf)
    for row in rows_of(archive):
        figures.add_contribution(row)
    rows = figures.rows()
    for name, content in ((FIGURES, as_json(rows)), (FIGURES_TABLE, table(COLUMNS, rows))):
        if archive.whole(name) != content:
            return _line("figures", False, name=name)
    return _line("figures", True, count=len(rows))


def _page(archive: Archive, walk: Walk, page: Page) -> Line:
    """Make the pages again from what was verified. Another version of this program may write them otherwise."""
    figures = json_of(archive.whole(FIGURES), FIGURES)
    try:
        made = page(walk.told, walk.head.hex(), figures, contents_of(archive))
    except (KeyError, TypeError, ValueError):
        raise ArchiveUnfit(FIGURES) from None
    other = [name for name, content in made.items() if archive.whole(name) != content]
    return _line("page", None if other else True, name=", ".join(other))


def _outcome(archive: Archive, manifest: Mapping[str, Any], walk: Walk) -> Line:
    """Compare what the manifest says of the end with what the ledger comes to."""
    process = walk.told.process
    outcome = process.outcome.value if process.outcome is not None else None
    said = manifest_of(process, walk.told.withheld, walk.head.hex(), manifest["files"])
    wrong = sorted(name for name in {*said, *manifest} if said.get(name) != manifest.get(name))
    if not wrong and archive.whole(MANIFEST) != as_json(said):
        wrong = [MANIFEST]
    if wrong:
        return _line("outcome", False, name=", ".join(wrong), outcome=outcome)
    return _line("outcome", True if process.over else None, outcome=outcome, phase=process.phase.value)
