"""The check of a procedure: everything that is found, at once, each with the path into the file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from domain.checks.ballots import check_ballots
from domain.checks.course import check_course
from domain.checks.people import check_people
from domain.checks.references import check_references
from domain.checks.shape import Shaped, shape
from domain.checks.stages import check_stages
from domain.legal import check_legal
from domain.procedure import Procedure
from domain.refusals import Finding

SEVERITIES = ("error", "overruled", "advice")
"""The severities of findings, the gravest first."""


def check(source: Procedure | Mapping[str, Any]) -> list[Finding]:
    """Give every finding of a procedure, or of a raw mapping that should be one: errors first, then advice.

    Only findings of severity `error` hold a procedure back. An error of law that the operator overruled,
    with a reason, has severity `overruled`.
    """
    shaped = Shaped(source, ()) if isinstance(source, Procedure) else shape(source)
    return findings_of(shaped)


def findings_of(shaped: Shaped) -> list[Finding]:
    """Give every finding of what `shape` made of a raw mapping."""
    found = list(shaped.findings)
    if shaped.procedure is not None:
        found += [
            finding
            for finding in chain(
                check_references(shaped.procedure),
                check_course(shaped.procedure),
                check_stages(shaped.procedure),
                check_ballots(shaped.procedure),
                check_people(shaped.procedure),
                check_legal(shaped.procedure),
            )
            if shaped.is_sound(finding)
        ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def is_sound(findings: list[Finding]) -> bool:
    """Say whether nothing holds back."""
    return not any(finding.severity == "error" for finding in findings)
