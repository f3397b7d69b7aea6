"""Votes, proxies and proposals."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import BallotAccepted
from api.answers import AnyRefusal
from api.enumerations import Position
from api.performing import ActInput, Making, mutation
from api.refusals import SubjectChanged
from domain.acts import Act, CastVote, GiveProxy, RevokeProxy, WithdrawProposal
from store import secret_votes


@strawberry.input(description="A vote, or its revision where the rule allows one.")
class CastVoteInput(ActInput):
    ballot_id: ID = field(description="The ballot.")
    subject: str = field(description="The digest of the subject that the voter saw.")
    position: Position = field(
        description="What the vote says. In a secret ballot it never enters the ledger."
    )
    seat: str | None = field(
        default=None,
        description="The seat voted for, as `office/number`; needed only for a mandate held by proxy.",
    )

    async def act(self, making: Making) -> Act:
        ballot = making.ballot(self.ballot_id)
        if not ballot.rule.secret:
            return CastVote(ballot=ballot.id, subject=self.subject, position=self.position, seat=self.seat)
        commitment = await making.context.reading.ask(
            lambda connection: secret_votes.keep(
                connection,
                concertation=making.concertation,
                ballot=ballot.id,
                member=making.member,
                key=making.key,
                position=self.position,
            )
        )
        return CastVote(
            ballot=ballot.id, subject=self.subject, position=None, commitment=commitment, seat=self.seat
        )


CastVoteResult = Annotated[
    BallotAccepted | SubjectChanged | AnyRefusal,
    strawberry.union("CastVoteResult", description="What `castVote` answers."),
]


@strawberry.input(
    description="Another voter of the same ballot to vote for one's seat (procuration): one each."
)
class GiveProxyInput(ActInput):
    ballot_id: ID = field(description="The ballot.")
    to_id: ID = field(description="The member who will vote.")

    async def act(self, making: Making) -> Act:
        return GiveProxy(ballot=making.ballot(self.ballot_id).id, to=making.member_key(self.to_id, "to_id"))


GiveProxyResult = Annotated[
    BallotAccepted | AnyRefusal,
    strawberry.union("GiveProxyResult", description="What `giveProxy` answers."),
]


@strawberry.input(description="A proxy to take back, as long as it has not voted.")
class RevokeProxyInput(ActInput):
    ballot_id: ID = field(description="The ballot.")

    async def act(self, making: Making) -> Act:
        return RevokeProxy(ballot=making.ballot(self.ballot_id).id)


RevokeProxyResult = Annotated[
    BallotAccepted | AnyRefusal,
    strawberry.union("RevokeProxyResult", description="What `revokeProxy` answers."),
]


@strawberry.input(description="A proposal to take back, before all have signed.")
class WithdrawProposalInput(ActInput):
    ballot_id: ID = field(description="The ballot that gathers the signatures.")

    async def act(self, making: Making) -> Act:
        return WithdrawProposal(ballot=making.ballot(self.ballot_id).id)


WithdrawProposalResult = Annotated[
    BallotAccepted | AnyRefusal,
    strawberry.union("WithdrawProposalResult", description="What `withdrawProposal` answers."),
]


@strawberry.type
class BallotMutations:
    """Fields of the type Mutation."""

    cast_vote = mutation(
        CastVoteInput,
        CastVoteResult,
        BallotAccepted,
        "Vote in a ballot: at a gate, on an opinion, on a record, or to sign an act.",
    )
    give_proxy = mutation(
        GiveProxyInput, GiveProxyResult, BallotAccepted, "Let another voter vote for one's seat."
    )
    revoke_proxy = mutation(
        RevokeProxyInput, RevokeProxyResult, BallotAccepted, "Take a proxy back that has not voted."
    )
    withdraw_proposal = mutation(
        WithdrawProposalInput, WithdrawProposalResult, BallotAccepted, "Take back a proposal that waits."
    )
