"""What a concertation says of its scientific council: interests, withdrawals, meetings, opinions."""

from __future__ import annotations

import strawberry
from strawberry import Private, field

from api.meetings import Meeting, meeting_of
from api.review import (
    Interest,
    Opinion,
    ProposedWithdrawal,
    Withdrawal,
    interest_of,
    opinion_of,
    proposed_withdrawal_of,
    withdrawal_of,
)
from api.snapshot import Snapshot


@strawberry.type
class WithCouncil:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(description="The interests that were declared.")
    def interests(self) -> list[Interest]:
        return [interest_of(self.at, i) for i in self.at.process.interests.values()]

    @field(description="Who takes no part, by their own act or recused.")
    def withdrawals(self) -> list[Withdrawal]:
        return [withdrawal_of(self.at, w) for w in self.at.process.withdrawals]

    @field(description="Withdrawals that the engine proposed, of every round.")
    def proposed_withdrawals(self) -> list[ProposedWithdrawal]:
        return [proposed_withdrawal_of(self.at, p) for p in self.at.process.proposed_withdrawals]

    @field(description="The meetings of the council, of every round.")
    def meetings(self) -> list[Meeting]:
        return [meeting_of(self.at, m) for m in self.at.process.meetings.values()]

    @field(description="The council's opinions, of every round.")
    def opinions(self) -> list[Opinion]:
        return [opinion_of(self.at, o) for o in self.at.process.opinions.values()]
