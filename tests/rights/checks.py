"""What `may` and the decider answer, beside what is expected of them: one check a cell, and more. Pure.

A check is a sentence and whether it holds. Whoever flips a cell of the table in memory asks them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from domain.acts import SYSTEM, Act, Command
from domain.acts import Actor as Author
from domain.decide import decide
from domain.procedure import Role
from domain.process import Process
from domain.refusals import Code, Refusal
from domain.rights import TABLE, About, PlatformRole, Reach, Standing, Viewer, Who, may, refusal_of_state
from tests.rights.expected import Expected, expected
from tests.rights.prepared import MEMBER, STRANGER, WHO, Prepared, act_of, bereft, prepared

Check = tuple[str, bool]

ACTS: dict[str, type] = {kind.__dataclass_fields__["kind"].default: kind for kind in get_args(Act)}
OF_THE_STATE = {
    Code.NOT_LAUNCHED, Code.NOT_DRAFT, Code.ALREADY_LAUNCHED, Code.SUSPENDED, Code.CONCERTATION_OVER,
}  # fmt: skip
_DENIED = {Code.NOT_ALLOWED, Code.NOT_IN_ELECTORATE}
THEMSELVES = {
    "end_term": "ada", "give_delegation": "state", "revoke_delegation": "mayor", "withdraw_proposal": "second",
    "cast_vote": "state", "give_proxy": "ada", "revoke_proxy": "ada", "replace_witness": MEMBER,
    "request_hearing": MEMBER, "withdraw_request": MEMBER, "answer_call": MEMBER, "correct_record": MEMBER,
}  # fmt: skip
"""Who does for themself what is prepared."""


def checks(action: str) -> Iterator[Check]:
    """Check everything that is expected of an action."""
    yield from _row(expected()[action])
    yield from answers(action)
    if action in ACTS:
        yield from decided(action)


def answers(action: str) -> Iterator[Check]:
    """Check what is answered to whoever asks whether somebody may."""
    row = expected()[action]
    yield from _states(row)
    yield from _questions(row)


def _row(row: Expected) -> Iterator[Check]:
    """The row as it is written: what changes no answer of `may`, too (a role where everybody may anyhow)."""
    right = TABLE[row.action]
    for role in Role:
        yield f"{row.action}: {role} is written", (role in right.roles) == (role in row.roles)
    for platform in PlatformRole:
        entitled = platform in row.platform
        yield f"{row.action}: platform {platform} is written", (platform in right.platform) == entitled
    for standing in Standing:
        yield f"{row.action}: {standing} is written", (standing in right.states) == (standing in row.states)
    yield f"{row.action}: about", right.about is row.about
    yield f"{row.action}: reach", right.reach is row.reach
    for who in Who:
        yield f"{row.action}: {who}", (who in right.others) == (who in row.others)
    for role in Role:
        yield f"{row.action}: {role}, bereft", (role in right.bereft) == (role in row.bereft)
    for platform in PlatformRole:
        entitled = platform in row.bereft_platform
        yield f"{row.action}: platform {platform}, bereft", (platform in right.bereft_platform) == entitled


def _questions(row: Expected) -> Iterator[Check]:
    """`may`, of everybody, in every state."""
    for standing in Standing:
        at = prepared(standing)
        in_time = row.about is About.PLATFORM or standing in row.states
        for who, viewer, entitled in _viewers(row):
            answer = may(viewer, row.action, at.process, at.play.now)
            yield f"{row.action}: may {who}, {standing}", answer == (entitled and in_time)
        for who, viewer, entitled in _viewers(row):
            for reaches in (
                frozenset({Reach.READ}),
                frozenset({Reach.READ, Reach.CONTRIBUTE, Reach.CONDUCT}),
            ):
                token = Viewer(member=viewer.member, platform_roles=viewer.platform_roles, reaches=reaches)
                answer = may(token, row.action, at.process, at.play.now)
                wanted = entitled and in_time and row.reach in reaches
                yield f"{row.action}: may the token of {who}, {standing}", answer == wanted
    nowhere = row.about is About.PLATFORM
    for who, viewer, entitled in _viewers(row):
        answer = may(viewer, row.action, None, None)
        yield f"{row.action}: may {who}, nowhere", answer == (entitled and nowhere)
        answer = may(viewer, row.action, Process(id=prepared(Standing.DRAFT).process.id), None)
        yield f"{row.action}: may {who}, before there is anything", answer == (entitled and nowhere)


def _viewers(row: Expected) -> Iterator[tuple[str, Viewer, bool]]:
    anybody = Who.ANYBODY in row.others
    known = anybody or Who.ACCOUNT in row.others
    for role, member in WHO.items():
        yield role, Viewer(member=member), known or role in row.roles
    yield "a member", Viewer(member=MEMBER), known
    yield "a stranger", Viewer(member=STRANGER), known
    yield "nobody", Viewer(), anybody
    yield "the name of the engine", Viewer(member=SYSTEM, platform_roles=tuple(PlatformRole)), False
    for platform in PlatformRole:
        entitled = known or platform in row.platform
        yield f"platform {platform}", Viewer(member=STRANGER, platform_roles=(platform,)), entitled
    every = tuple(role.value for role in Role if role.value not in set(PlatformRole))
    yield "roles claimed on the platform", Viewer(member=STRANGER, platform_roles=every), known


def _states(row: Expected) -> Iterator[Check]:
    """What the state of the concertation says to everybody."""
    for standing in Standing:
        refusal = refusal_of_state(prepared(standing).process, row.action)
        allowed = row.about is About.PLATFORM or standing in row.states
        yield f"{row.action}: {standing}", (refusal is None) == allowed


def decided(action: str) -> Iterator[Check]:
    """Check what the decider does with an act: by whom it is refused, and in which state."""
    row = expected()[action]
    if Who.ENGINE in row.others:
        yield from _by_the_engine(row)
    elif action == "draft_concertation":
        yield from _from_nothing(row)
    else:
        yield from _by_people(row)
        yield from _over_time(row)
        yield from _in_need(row)


def _answer(action: str, at: Prepared, by: str, platform: tuple[str, ...] = ()) -> Code | None:
    act, stage = act_of(action, at)
    run = at.process.runs.get(stage) if stage is not None else None
    command = Command(
        id="c",
        concertation=at.process.id,
        actor=Author(member=by, platform_roles=platform),
        act=act,
        round=run.round if run is not None else None,
        stage=stage,
    )
    answer = decide(at.process, command, at.play.now)
    return answer.code if isinstance(answer, Refusal) else None


def _by_people(row: Expected) -> Iterator[Check]:
    standing = next(standing for standing in (Standing.RUNNING, Standing.DRAFT) if standing in row.states)
    at = prepared(standing)
    for role, member in WHO.items():
        if role not in row.perhaps and not (row.action in THEMSELVES and _is_theirs(row, member)):
            refused = _is_denied(row, _answer(row.action, at, member))
            yield f"{row.action}: decided for {role}", refused != (role in row.roles)
    for by, platform in (
        (STRANGER, ()), ("", ()), (SYSTEM, ()), (STRANGER, ("operator", "coordinator", "sponsor", "clerk")),
    ):  # fmt: skip
        if not _is_theirs(row, by):
            refused = _is_denied(row, _answer(row.action, at, by, platform))
            yield f"{row.action}: decided for {by or 'nobody'}", refused


def _is_denied(row: Expected, code: Code | None) -> bool:
    """Say whether an answer denies the right. What one does for oneself is refused to others in many words."""
    return code in _DENIED if row.roles else code is not None


def _is_theirs(row: Expected, member: str) -> bool:
    """Say whether the right to what is prepared is their own."""
    if row.action in ("cast_vote", "give_proxy", "revoke_proxy"):
        return member in {"cast_vote": ("state", "local")}.get(row.action, ("chair", "ada", "bob", "cleo"))
    return THEMSELVES.get(row.action) == member or (
        row.action in ("request_hearing",) and member in {*WHO.values(), MEMBER}
    )


def _over_time(row: Expected) -> Iterator[Check]:
    by = next((WHO[role] for role in WHO if role in row.roles), "") or THEMSELVES[row.action]
    for standing in Standing:
        code = _answer(row.action, prepared(standing), by)
        yield f"{row.action}: decided when {standing}", (code not in OF_THE_STATE) == (standing in row.states)
        if standing is Standing.OVER:
            yield f"{row.action}: over, in its own words", code is Code.CONCERTATION_OVER


def _in_need(row: Expected) -> Iterator[Check]:
    """While nobody conducts: who finds somebody, and nobody else by what they claim."""
    if Standing.RUNNING not in row.states:
        return
    at = bereft()
    kind = "appoint_coordinator" if row.action == "appoint_member" else row.action
    for role, member in WHO.items():
        if role not in row.roles and not _is_theirs(row, member):
            refused = _is_denied(row, _answer(kind, at, member))
            yield f"{row.action}: decided for {role}, bereft", refused != (role in row.bereft)
    for platform in (*PlatformRole, "sponsor", "clerk"):
        refused = _is_denied(row, _answer(kind, at, STRANGER, (platform,)))
        entitled = platform in row.bereft_platform
        if not _is_theirs(row, STRANGER):
            yield f"{row.action}: decided for platform {platform}, bereft", refused != entitled


def _by_the_engine(row: Expected) -> Iterator[Check]:
    for standing in Standing:
        at = prepared(standing)
        by_engine = _answer(row.action, at, SYSTEM)
        yield f"{row.action}: by the engine when {standing}", (by_engine is None) == (standing in row.states)
        for by in (*WHO.values(), MEMBER, STRANGER, ""):
            code = _answer(row.action, at, by, ("coordinator", "operator"))
            denied = code in (Code.NOT_ALLOWED, Code.CONCERTATION_OVER)
            yield f"{row.action}: by {by or 'nobody'} when {standing}", denied


def _from_nothing(row: Expected) -> Iterator[Check]:
    at = prepared(Standing.DRAFT)
    nothing = Prepared(Process(id=at.process.id), at.play, at.made)
    act, _ = act_of(row.action, at)
    for by, roles in (*(("x", (role,)) for role in PlatformRole), (WHO[Role.COORDINATOR], ()), ("", ())):
        command = Command(
            id="c", concertation=at.process.id, actor=Author(member=by, platform_roles=roles), act=act
        )
        answer = decide(nothing.process, command, at.play.now)
        refused = isinstance(answer, Refusal) and answer.code is Code.NOT_ALLOWED
        yield f"{row.action}: by {by or 'nobody'} {roles}", refused == row.platform.isdisjoint(roles)
