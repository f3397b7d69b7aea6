"""What a program or a volley found, and the reasons for what stays as it is: tests/attack/reasons.yaml.

A finding without a reason fails `make attack`; so does a reason that no finding needs any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

REASONS = Path(__file__).with_name("reasons.yaml")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that somebody should look at."""

    #: The program, or `volley`.
    tool: str
    #: What it calls what it found.
    rule: str
    #: The file, with `/` between folders, or the operation.
    path: str
    line: int = 0
    said: str = ""

    def __str__(self) -> str:
        """Write it for people."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{self.tool} {self.rule}: {place}\n    {self.said}"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why findings of one rule in one place are none."""

    tool: str
    rule: str
    why: str
    #: Which files, as shells write it.
    path: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this one."""
        named = (finding.tool, finding.rule) == (self.tool, self.rule)
        return named and fnmatch(finding.path, self.path)


def reasons(file: Path = REASONS) -> list[Reason]:
    """Read them."""
    return [Reason(**entry) for entry in yaml.safe_load(file.read_text())]


def left(
    findings: Iterable[Finding], given: Sequence[Reason], tools: Iterable[str]
) -> tuple[list[Finding], list[Reason]]:
    """Give the findings that no reason covers, and the reasons that cover none, of the programs that were run."""
    found = list(findings)
    open_ = [one for one in found if not any(reason.covers(one) for reason in given)]
    run = set(tools)
    unused = [
        reason for reason in given if reason.tool in run and not any(reason.covers(one) for one in found)
    ]
    return open_, unused
