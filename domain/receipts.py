"""The receipt as a document: what proves, offline and for ever, that a contribution was received and sealed.

leaf = SHA-256( salt followed by the canonical JSON of the content ), see domain/digests.py and store/leaves.py. Each
proof leads from the leaf to the Merkle root of a seal (domain/merkle.py); that root stands in the public ledger. The
code and the name in addresses are for people: no root commits to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.digests import canonical
from domain.enumeration import direct
from domain.merkle import verify_inclusion

LARGEST = 4_000_000
"""No document of a receipt has more bytes than this."""

_ALPHABET = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_READ_AS = str.maketrans("ILO", "110", "- \u00a0\u2010\u2011\u2013")

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""


class Proof(BaseModel):
    """That the leaf is in the set of one seal."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    root: Hash
    """The Merkle root of the seal, as the ledger has it."""
    size: int = Field(ge=1)
    """The number of leaves of the seal."""
    index: int = Field(ge=0)
    """The place of the leaf in the order of reception, counted from 0."""
    path: tuple[Hash, ...] = Field(max_length=64)
    """The siblings, from the leaf up to the root (RFC 6962, 2.1.1)."""
    sealed_at: datetime
    """When it was sealed."""
    supplementary: bool = False
    """Whether the seal was set after a rectification; the leaves of the seal before are its beginning."""


class ReceiptDocument(BaseModel):
    """A receipt with all that it takes to verify it without asking anybody."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format: Literal["concertation-receipt"] = "concertation-receipt"
    version: Literal[1] = 1
    code: str = Field(max_length=40)
    """Twelve characters in three groups: what the receipt is asked for by."""
    concertation: str = Field(max_length=40)
    """The UUID of the concertation."""
    slug: str = Field(max_length=200)
    """The name of the concertation in addresses."""
    round: int
    """The round that it was received in."""
    stage: str = Field(max_length=200)
    """The key of the stage that it answers."""
    submitted_at: str = Field(max_length=40)
    """When it was received: UTC, microseconds, `Z`."""
    channel: str = Field(max_length=40)
    """How it arrived."""
    digest: Hash
    """The leaf."""
    salt: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    """Sixteen bytes in hexadecimal; unset once the content was redacted."""
    content: dict[str, Any] | None = None
    """What was received, as it was hashed; unset once it was redacted."""
    contribution_version: int = Field(default=1, ge=1)
    """Which version of the contribution was received: each has a leaf and a receipt of its own."""
    superseded_at: datetime | None = None
    """Since when a later version counts in its place."""
    withdrawn_at: datetime | None = None
    """When its author withdrew it. The leaf stays in the sealed set."""
    redacted_at: datetime | None = None
    """When its text was destroyed. A receipt saved before still proves what it was."""
    proofs: tuple[Proof, ...] = Field(default=(), max_length=16)
    """In the first seal that has the leaf, and in the latest; empty until the stage is sealed."""


@direct
class Fault(StrEnum):
    """What is wrong with a receipt."""

    CONTENT = "content"
    """Salt and content do not give the leaf."""
    HEADER = "header"
    """The header says otherwise than the content."""
    PROOF = "proof"
    """The leaf does not lead to a root of the receipt."""
    UNSEALED = "unsealed"
    """A root is given to compare with, and the receipt has no proof yet."""
    ROOT = "root"
    """No proof of the receipt leads to a root that was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verifying a receipt showed. It holds if there are no faults."""

    faults: tuple[Fault, ...]
    #: Whether the content was there to compare with the leaf; otherwise it was redacted.
    has_content: bool
    #: The proofs that hold, of those that lead to a published root where roots were given.
    proofs: tuple[Proof, ...]
    #: Whether there were published roots to compare with.
    compared: bool


class ReceiptUnreadable(Exception):
    """This is no receipt of a version that is known."""


def read_receipt(text: str | bytes) -> ReceiptDocument:
    """Read the JSON of a receipt.

    Raises:
        ReceiptUnreadable: it is none, or of another version; the message names the first field at fault.
    """
    if len(text) > LARGEST:
        raise ReceiptUnreadable("size")
    try:
        return ReceiptDocument.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        raise ReceiptUnreadable(".".join(map(str, first["loc"])) or "JSON") from None


def write_receipt(receipt: ReceiptDocument) -> dict[str, Any]:
    """Give a receipt as JSON values."""
    return receipt.model_dump(mode="json")


def leaf(salt: bytes, content: Mapping[str, Any]) -> bytes:
    """Give the leaf of a content as JSON values: what the root commits to."""
    return sha256(salt + canonical(content)).digest()


def verify_receipt(receipt: ReceiptDocument, published: Collection[str] | None = None) -> Verdict:
    """Verify a receipt by itself, and against published roots in hexadecimal if there are any to compare with."""
    faults: list[Fault] = []
    has_content = receipt.salt is not None and receipt.content is not None
    if not _gives_its_leaf(receipt):
        faults.append(Fault.CONTENT)
    if not _says_what_its_content_says(receipt):
        faults.append(Fault.HEADER)
    holding = tuple(proof for proof in receipt.proofs if _leads(receipt.digest, proof))
    if len(holding) < len(receipt.proofs):
        faults.append(Fault.PROOF)
    if published is not None:
        matching = tuple(proof for proof in holding if proof.root in published)
        if not receipt.proofs:
            faults.append(Fault.UNSEALED)
        elif not matching:
            faults.append(Fault.ROOT)
        holding = matching
    return Verdict(
        faults=tuple(faults), has_content=has_content, proofs=holding, compared=published is not None
    )


def read_code(code: str) -> str | None:
    """Give a code in its usual form, read in any case, with or without dashes, I and L as 1, O as 0; else `None`."""
    if len(code) > 40:
        return None
    plain = code.upper().translate(_READ_AS)
    if len(plain) != 12 or not _ALPHABET.issuperset(plain):
        return None
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


def short_reference(digest: str) -> str:
    """Give what a contribution is called by where it must not be opened: the first eight signs of its digest."""
    return f"{digest[:4]}-{digest[4:8]}"


def _gives_its_leaf(receipt: ReceiptDocument) -> bool:
    if receipt.content is None and receipt.salt is None:
        return True
    if receipt.content is None or receipt.salt is None:
        return False
    try:
        return leaf(bytes.fromhex(receipt.salt), receipt.content).hex() == receipt.digest
    except ValueError:  # a number that is not finite, half of a surrogate pair
        return False


def _says_what_its_content_says(receipt: ReceiptDocument) -> bool:
    if receipt.content is None:
        return True
    names = ("concertation", "round", "stage", "submitted_at", "channel")
    return receipt.content.get("version", 1) == receipt.contribution_version and all(
        name in receipt.content and receipt.content[name] == getattr(receipt, name) for name in names
    )


def _leads(digest: str, proof: Proof) -> bool:
    path = [bytes.fromhex(sibling) for sibling in proof.path]
    return verify_inclusion(bytes.fromhex(digest), proof.index, proof.size, path, bytes.fromhex(proof.root))
