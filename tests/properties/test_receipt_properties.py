"""Receipts as documents: every one proves in its own seal, none that was changed and none of another set does."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.merkle import MerklePath, merkle_root
from domain.receipts import (
    Fault,
    Proof,
    ReceiptDocument,
    leaf,
    read_receipt,
    verify_receipt,
    write_receipt,
)

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ANSWERS = st.none() | st.dictionaries(WORDS, VALUES, max_size=4)


class Sent(NamedTuple):
    """What somebody sent, and the salt of its leaf."""

    body: str
    answers: dict[str, Any] | None
    salt: bytes
    version: int

    def content(self, number: int) -> dict[str, Any]:
        said: dict[str, Any] = {
            "body": self.body,
            "channel": "online",
            "concertation": "0197c4b2-0000-7000-8000-000000000000",
            "id": str(number),
            "round": 1,
            "stage": "appel",
            "submitted_at": f"2027-03-15T10:00:00.{number:06}Z",
        }
        if self.answers is not None:
            said["answers"] = self.answers
        return said if self.version == 1 else {**said, "version": self.version}


SENT = st.builds(
    Sent, body=WORDS, answers=ANSWERS, salt=st.binary(min_size=16, max_size=16), version=st.integers(1, 3)
)
SETS = st.lists(SENT, min_size=1, max_size=20)


def receipts_of(sent: list[Sent]) -> list[ReceiptDocument]:
    """Seal what was sent, and give each their receipt, as it comes out of a saved file."""
    leaves = [leaf(one.salt, one.content(number)) for number, one in enumerate(sent)]
    root = merkle_root(leaves)
    found = []
    for number, one in enumerate(sent):
        path = MerklePath(number)
        for each in leaves:
            path.add(each)
        content = one.content(number)
        document = ReceiptDocument(
            code="0000-0000-0000",
            slug="essai",
            digest=leaves[number].hex(),
            salt=one.salt.hex(),
            content=content,
            contribution_version=one.version,
            proofs=(
                Proof.model_validate(
                    {
                        "root": root,
                        "size": len(leaves),
                        "index": number,
                        "path": [sibling.hex() for sibling in path.path()],
                        "sealed_at": "2027-04-01T00:00:00Z",
                    }
                ),
            ),
            **{name: content[name] for name in ("concertation", "round", "stage", "submitted_at", "channel")},
        )
        found.append(read_receipt(ReceiptDocument.model_validate(write_receipt(document)).model_dump_json()))
    return found


def root_of(receipts: list[ReceiptDocument]) -> set[str]:
    return {proof.root for receipt in receipts for proof in receipt.proofs}


@given(SETS)
def test_every_receipt_proves_in_the_root_of_its_set(sent: list[Sent]) -> None:
    receipts = receipts_of(sent)
    for receipt in receipts:
        verdict = verify_receipt(receipt, root_of(receipts))
        assert (verdict.faults, verdict.has_content, len(verdict.proofs)) == ((), True, 1)
        redacted = receipt.model_copy(update={"salt": None, "content": None})
        assert verify_receipt(redacted, root_of(receipts)).faults == ()


@given(SETS, SETS)
def test_no_receipt_proves_in_the_root_of_another_set(sent: list[Sent], others: list[Sent]) -> None:
    receipts, root = receipts_of(sent), root_of(receipts_of(others))
    if root == root_of(receipts):
        assert [one.content(0) for one in sent] == [one.content(0) for one in others]
        return
    for receipt in receipts:
        assert verify_receipt(receipt, root).faults == (Fault.ROOT,)


@given(SETS, st.data())
def test_what_was_never_received_has_no_proof_to_borrow(sent: list[Sent], data: st.DataObject) -> None:
    receipts = receipts_of(sent)
    forged = data.draw(SENT)
    borrowed = data.draw(st.sampled_from(receipts))
    content = forged.content(len(sent))
    document = borrowed.model_copy(
        update={
            "salt": forged.salt.hex(),
            "content": content,
            "digest": leaf(forged.salt, content).hex(),
            "submitted_at": content["submitted_at"],
            "contribution_version": forged.version,
        }
    )
    verdict = verify_receipt(document, root_of(receipts))
    assert (verdict.faults, verdict.proofs) == ((Fault.PROOF, Fault.ROOT), ())


@settings(max_examples=200)
@given(SETS, st.data())
def test_a_receipt_that_was_changed_anywhere_does_not_hold(sent: list[Sent], data: st.DataObject) -> None:
    receipts = receipts_of(sent)
    receipt = data.draw(st.sampled_from(receipts))
    assert receipt.content is not None
    proof = receipt.proofs[0]
    changes: dict[str, dict[str, Any]] = {
        "words": {"content": {**receipt.content, "body": receipt.content["body"] + "."}},
        "a key more": {"content": {**receipt.content, "plus": None}},
        "a key less": {"content": {key: v for key, v in receipt.content.items() if key != "body"}},
        "salt": {"salt": (int(receipt.salt or "0", 16) ^ 1).to_bytes(16, "big").hex()},
        "digest": {"digest": (int(receipt.digest, 16) ^ 1).to_bytes(32, "big").hex()},
        "round": {"round": 2},
        "instant": {"submitted_at": "2027-03-15T09:00:00.000000Z"},
        "version": {"contribution_version": receipt.contribution_version + 1},
        "place": {"proofs": (proof.model_copy(update={"index": proof.index + 1}),)},
        "size": {"proofs": (proof.model_copy(update={"size": proof.size * 2 + 1}),)},
        "root": {"proofs": (proof.model_copy(update={"root": "0" * 64}),)},
        "path": {"proofs": (proof.model_copy(update={"path": (*proof.path, "0" * 64)}),)},
    }
    change = data.draw(st.sampled_from(sorted(changes)))
    assert verify_receipt(receipt.model_copy(update=changes[change]), root_of(receipts)).faults
