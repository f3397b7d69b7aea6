"""Reads what is expected of the table of rights: expected.txt, one line an action."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.procedure import Role
from domain.rights import About, PlatformRole, Reach, Standing, Who

FILE = Path(__file__).with_name("expected.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    action: str
    roles: frozenset[Role]
    #: Of these roles the act itself says whether they may.
    perhaps: frozenset[Role]
    platform: frozenset[PlatformRole]
    others: frozenset[Who]
    bereft: frozenset[Role]
    bereft_platform: frozenset[PlatformRole]
    states: frozenset[Standing]
    about: About
    reach: Reach


@cache
def expected() -> dict[str, Expected]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found = [_read(line) for line in lines]
    assert len({row.action for row in found}) == len(found), "an action is expected twice"
    return {row.action: row for row in found}


def _read(line: str) -> Expected:
    action, who, states, about, reach = (cell.strip() for cell in line.split("|"))
    words = [word for word in who.split() if word != "any-office"]
    bereft = {word.removeprefix("bereft:") for word in words if word.startswith("bereft:")}
    platform = {word for word in words if word.startswith("platform:")}
    others = {word for word in words if word in set(Who)}
    roles = {
        Role(word.removesuffix("?")) for word in words if word not in platform | others and ":" not in word
    }
    return Expected(
        action=action,
        roles=frozenset(Role) if "any-office" in who.split() else frozenset(roles),
        perhaps=frozenset(Role(word[:-1]) for word in words if word.endswith("?")),
        platform=_platform(platform),
        others=frozenset(map(Who, others)),
        bereft=frozenset(Role(word) for word in bereft if ":" not in word),
        bereft_platform=_platform({word for word in bereft if ":" in word}),
        states=frozenset(Standing(word) for word in states.split() if word != "-"),
        about=About(about),
        reach=Reach(reach),
    )


def _platform(words: set[str]) -> frozenset[PlatformRole]:
    return frozenset(PlatformRole(word.removeprefix("platform:")) for word in words)
