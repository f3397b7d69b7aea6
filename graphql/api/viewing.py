"""What a viewer may see of one concertation: each question is put to `domain.rights.may`, default deny."""

from __future__ import annotations

from collections.abc import Iterable

from api.enumerations import Phase
from api.publication import reads_early, votes_are_published, votes_in
from api.snapshot import Snapshot
from domain.deciding.seats import voters
from domain.process import Ballot, BallotState
from domain.rights import UNNAMED, Reach, Scope, Viewer, may
from store.contributions import Contribution

ANYBODY = Viewer()


def holds_receipts(viewer: Viewer) -> bool:
    """Whoever has the code of a receipt acts without an account: a token that only reads is given none."""
    return may(viewer, Reach.CONTRIBUTE, None, None)


def holds_addresses(viewer: Viewer) -> bool:
    """An address that opens for whoever has it outlives a token that is revoked: it goes to people alone."""
    return may(viewer, Reach.ACCOUNT, None, None)


def sees_concertation(viewer: Viewer, at: Snapshot) -> bool:
    """Published concertations are everybody's; a draft is its office holders'."""
    return any(may(viewer, action, at.process, at.now) for action in ("read_concertation", "read_draft"))


def sees_name(viewer: Viewer, at: Snapshot, member: str) -> bool:
    """One's own name, those of public office, and every name for those who keep the concertation."""
    return (
        viewer.member == member
        or _holds_public_office(at, member)
        or may(viewer, "read_names", at.process, at.now)
    )


def _holds_public_office(at: Snapshot, member: str) -> bool:
    return at.process.phase is not Phase.DRAFT and any(
        term.member == member
        for office in at.process.offices.values()
        if office.role not in UNNAMED
        for term in office.terms
    )


def sees_votes(viewer: Viewer, at: Snapshot, ballot: Ballot) -> bool:
    """Votes are public once published, before that the electorate's and of those who work on it; secret ones never."""
    if ballot.rule.secret:
        return False
    return votes_are_published(at, ballot) or reads_early(viewer, at) or votes_in(viewer, at, ballot)


def sees_turnout(at: Snapshot, ballot: Ballot) -> bool:
    """Who has voted is public as votes come; in a secret ballot not before its end."""
    return not ballot.rule.secret or ballot.state is BallotState.CLOSED


def votes_for(viewer: Viewer, at: Snapshot, ballot: Ballot, seat: str) -> bool:
    """Say whether the viewer speaks for a seat of a ballot."""
    return viewer.member is not None and viewer.member in voters(at.process, ballot, seat, at.now)


def awaited_by(viewer: Viewer, at: Snapshot, ballot: Ballot, seats: Iterable[str]) -> list[str]:
    """Give those of the seats whose vote is awaited that the viewer is told of: in a secret ballot one's own."""
    told = sees_turnout(at, ballot)
    return [seat for seat in seats if told or votes_for(viewer, at, ballot, seat)]


def sees_statement_of_interest(viewer: Viewer, at: Snapshot, member: str) -> bool:
    """That interests were declared is public; the statement is its author's and the keepers'."""
    return viewer.member == member or may(viewer, "read_names", at.process, at.now)


def sees_author(viewer: Viewer, at: Snapshot, author: str) -> bool:
    """Who wrote a contribution is known to its author and to the keepers."""
    return viewer.member == author or may(viewer, "read_names", at.process, at.now)


def sees_scan(viewer: Viewer, at: Snapshot, row: Contribution, by_author: bool) -> bool:
    """The scan of a form shows a hand and often a name: its author's, the moderators' and the territory's clerks'."""
    clerk = row.hidden_at is None and may(
        viewer, "read_scans", at.process, at.now, Scope(territory=row.territory)
    )
    return by_author or viewer.member == row.member or moderates(viewer, at) or clerk


def moderates(viewer: Viewer, at: Snapshot) -> bool:
    """Coordination and presidency, who moderate and decide appeals, and the guarantor, who sees everything."""
    return may(viewer, "read_moderation", at.process, at.now)
