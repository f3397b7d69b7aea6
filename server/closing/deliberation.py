"""The parts of a dossier about what was deliberated: information file, hearings, opinions, ballots."""

from __future__ import annotations

from domain.process import Ballot, Hearing
from server.closing.archived import Archived, table, when
from server.closing.blocks import Block, Cell, Item, Part, Section, labelled, word, words
from server.closing.opinions import counted, opinions


def course(archived: Archived) -> Section:
    """Tell the dates, as they were announced and as they came to be."""
    announced = {
        (number, key): dates
        for number, calendar in archived.told.calendars
        for key, dates in calendar.items()
    }
    rows = []
    for run in (*archived.process.past_runs, *archived.process.runs.values()):
        planned = announced.get((run.round, run.key))
        rows.append(
            (
                archived.stage(run.key, run.round),
                when(planned.opens_at) if planned else None,
                when(planned.closes_at) if planned else None,
                when(run.opens_at),
                when(run.closed_at),
                word(run.state.value, "state"),
            )
        )
    columns = "stage announced_opens announced_closes opened closed state"
    return Section(key="course", title=words("dossier.course"), blocks=[table("calendar", columns, rows)])


def information(archived: Archived) -> Section:
    """Give the information file, in its latest versions."""
    blocks = [
        Item(
            title=labelled(document.title),
            blocks=[
                words("dossier.document", version=document.version, at=document.attached_at),
                archived.document(document.digest),
                *archived.by_delegation(document.digest),
            ],
        )
        for document in archived.process.documents.values()
    ]
    return Section(key="information", title=words("dossier.information"), blocks=blocks)


def hearings(archived: Archived) -> Section:
    """Tell which hearings there were, and give their records."""
    held = list(archived.process.hearings.values())
    rows = [
        (
            archived.stage(one.stage, one.round),
            when(one.starts_at),
            when(one.ends_at),
            word(one.state.value, "hearing_state"),
            len(one.heard),
        )
        for one in held
    ]
    blocks: list[Block] = [table("hearings", "stage starts ends state heard", rows)] if rows else []
    blocks += [_record(archived, one) for one in held if one.record is not None]
    return Section(key="hearings", title=words("dossier.hearings"), blocks=blocks)


def _record(archived: Archived, hearing: Hearing) -> Item:
    stage = archived.stage(hearing.stage, hearing.round)
    title = words("dossier.record", stage=stage, at=hearing.starts_at)
    blocks: list[Part] = []
    if hearing.approval is not None:
        outcome = word(hearing.approval.value, "ballot_outcome")
        blocks.append(words("dossier.record_approval", outcome=outcome))
    return Item(title=title, blocks=[*blocks, *archived.given(hearing.record)])


def council(archived: Archived) -> Section:
    """Give the meetings and the opinions of the council, with what was reserved and dissented from."""
    met = list(archived.process.meetings.values())
    rows = [
        (
            archived.stage(one.stage, one.round),
            when(one.starts_at),
            word(one.state.value, "meeting_state"),
            one.count.entitled if one.count else None,
            one.count.present if one.count else None,
            one.count.quorum if one.count else None,
        )
        for one in met
    ]
    columns = "stage starts state entitled present quorum"
    blocks: list[Block] = [table("meetings", columns, rows)] if rows else []
    for one in met:
        if one.minutes is not None:
            title = words("dossier.minutes", at=one.starts_at)
            blocks.append(Item(title=title, blocks=archived.given(one.minutes)))
    blocks += opinions(archived)
    return Section(key="council", title=words("dossier.council"), blocks=blocks)


def ballots(archived: Archived) -> Section:
    """Tell how every ballot was counted, and ended."""
    rows = [_ballot(archived, one) for one in archived.process.ballots.values()]
    columns = "purpose stage closed entitled present favourable unfavourable abstain quorum outcome"
    blocks = [table("ballots", columns, rows)] if rows else []
    return Section(key="ballots", title=words("dossier.ballots"), blocks=blocks)


def _ballot(archived: Archived, ballot: Ballot) -> tuple[Cell, ...]:
    return (
        word(ballot.purpose.value, "purpose"),
        archived.stage(ballot.stage, ballot.round),
        when(ballot.closed_at),
        *counted(ballot),
    )
