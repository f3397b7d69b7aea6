"""A receipt that somebody has changed is not taken for one."""

from __future__ import annotations

from hashlib import sha256

from domain.digests import canonical
from domain.merkle import merkle_root
from domain.receipts import Fault, Proof, ReceiptDocument, read_receipt, verify_receipt
from server.demo.scenes.verifying import tamper

CONTENT = {
    "body": "Un guichet.", "channel": "paper", "concertation": "c", "round": 1, "stage": "appel",
    "submitted_at": "2026-03-02T08:00:00.000000Z",
}  # fmt: skip
LEAF = sha256(bytes(16) + canonical(CONTENT)).digest()
ROOT = merkle_root([LEAF])
ONE = ReceiptDocument.model_validate(
    {
        **{name: CONTENT[name] for name in ("concertation", "round", "stage", "submitted_at", "channel")},
        "code": "0000-0000-0000",
        "slug": "s",
        "digest": LEAF.hex(),
        "salt": "00" * 16,
        "content": CONTENT,
        "proofs": (
            Proof.model_validate(
                {"root": ROOT, "size": 1, "index": 0, "path": (), "sealed_at": "2026-03-02T09:00:00Z"}
            ),
        ),
    }
)


def test_one_word_more_and_the_receipt_is_not_verified() -> None:
    assert verify_receipt(ONE, {ROOT}).faults == ()
    assert verify_receipt(read_receipt(tamper(ONE.model_dump_json())), {ROOT}).faults == (Fault.CONTENT,)
