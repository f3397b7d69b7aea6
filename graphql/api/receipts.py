"""Receipts: proof that a contribution was received, that it is in the sealed set, and where it went."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.concertation import Concertation, concertation_of
from api.context import Info
from api.contributions import Contribution, contribution_of
from api.enumerations import Channel
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from domain import receipts
from domain.receipts import read_code, short_reference, write_receipt
from store import contributions, versions


@strawberry.type(
    description="That a contribution is in the set of one seal: the audit path of RFC 6962, section 2.1.1."
)
class InclusionProof:
    root: str = field(description="The Merkle root of the seal, in hexadecimal, as the ledger has it.")
    size: int = field(description="The number of leaves of the seal.")
    index: int = field(description="The place of the leaf in the order of reception, counted from 0.")
    path: list[str] = field(description="The siblings in hexadecimal, from the leaf up to the root.")
    sealed_at: datetime = field(description="When it was sealed.")
    supplementary: bool = field(
        description="Whether the seal was set after a rectification; the leaves of the seal before are its beginning."
    )


@strawberry.type(description="The proof that a contribution was received.")
class Receipt:
    at: Private[Snapshot]
    row: Private[contributions.Contribution]
    code: str = field(description="Its code: twelve characters that can be read out on the telephone.")
    digest: str = field(description="The leaf of the seal: SHA-256 over a salt and the content.")
    reference: str = field(
        description="Its short reference: the first eight signs of the digest. Who is refused because it is there is "
        "told this; it opens nothing."
    )
    submitted_at: datetime = field(description="When it was received.")
    channel: Channel = field(description="How it arrived. Every channel has the same weight.")
    round: int = field(description="The round that it was received in.")
    version: int = field(description="The number of the version that was received, from 1.")
    contribution: Contribution = field(
        description="The contribution as it was received, with the recommendations that come from it."
    )

    @field(description="The concertation that it was sent to.")
    def concertation(self) -> Concertation:
        return concertation_of(self.at)

    @field(description="The stage that it answers.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.row.stage, self.row.round)

    @field(description="When its author withdrew it; it is counted no more, and stays in the sealed set.")
    async def withdrawn_at(self, info: Info) -> datetime | None:
        known = await self.contribution.known_version(info)
        return known.withdrawn_at if known else None

    @field(
        description="The receipt of the version that took its place, which its author sent or a clerk entered."
    )
    async def replaced_by(self, info: Info) -> Receipt | None:
        found = await info.context.reading.ask(lambda connection: versions.followed_by(connection, self.code))
        return await find_receipt(info, found[0]) if found else None

    @field(
        description="Whether it is in a sealed set, to which nothing is added and from which nothing is taken."
    )
    async def sealed(self, info: Info) -> bool:
        return bool(await self.proofs(info))

    @field(description="In the first seal that has it and in the latest; none before its stage is sealed.")
    async def proofs(self, info: Info) -> list[InclusionProof]:
        found = await info.context.reading.receipt(self.code)
        return [_proof_of(proof) for proof in found.proofs] if found else []

    @field(
        description="The receipt as a file, with all that it takes to verify it offline: `concertation verify-receipt`."
    )
    async def document(self, info: Info) -> JSON | None:
        found = await info.context.reading.receipt(self.code)
        return JSON(write_receipt(found)) if found else None


def receipt_of(
    at: Snapshot,
    row: contributions.Contribution,
    code: str,
    version: int,
    known: versions.Version | None = None,
) -> Receipt:
    """Make the receipt of a contribution, of which a version may be known already."""
    return Receipt(
        at=at,
        row=row,
        code=code,
        digest=row.digest,
        reference=short_reference(row.digest),
        submitted_at=row.submitted_at,
        channel=row.channel,
        round=row.round,
        version=version,
        contribution=contribution_of(at, row, known),
    )


async def find_receipt(info: Info, code: str) -> Receipt | None:
    """Give the receipt of a code, whoever asks; nothing for what is no code and for what is none of ours alike."""
    plain = read_code(code)
    row = await info.context.reading.contribution_by_receipt(plain) if plain else None
    at = await info.context.reading.snapshot(row.concertation) if row else None
    if plain and row is None:
        info.context.wrong_codes += 1
    if not plain or row is None or at is None:
        return None
    known = await info.context.reading.ask(lambda connection: versions.of_receipt(connection, plain))
    return receipt_of(at, row, plain, known.version if known else 1, known)


def _proof_of(proof: receipts.Proof) -> InclusionProof:
    return InclusionProof(
        root=proof.root,
        size=proof.size,
        index=proof.index,
        path=list(proof.path),
        sealed_at=proof.sealed_at,
        supplementary=proof.supplementary,
    )
