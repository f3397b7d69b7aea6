"""Receipts as documents: what verifies, what does not, and how codes are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.merkle import MerklePath, merkle_root
from domain.receipts import (
    LARGEST,
    Fault,
    Proof,
    ReceiptDocument,
    ReceiptUnreadable,
    leaf,
    read_code,
    read_receipt,
    verify_receipt,
    write_receipt,
)

SALT = bytes(range(16))
CONTENT = {
    "body": "Des guichets ouverts, là où l’on vit.",
    "channel": "paper",
    "concertation": "0190b7a0-0000-7000-8000-000000000001",
    "round": 1,
    "stage": "appel",
    "submitted_at": "2026-03-01T10:00:00.000000Z",
    "themes": ["sante"],
}
OTHERS = [f"contribution {number}".encode() for number in range(11)]
AT = datetime(2026, 4, 1, tzinfo=UTC)


def proof(leaves: list[bytes], index: int, **more: Any) -> Proof:
    path = MerklePath(index)
    for each in leaves:
        path.add(each)
    siblings = tuple(node.hex() for node in path.path())
    return Proof(root=merkle_root(leaves), size=len(leaves), index=index, path=siblings, sealed_at=AT, **more)


def receipt(index: int = 4, **more: Any) -> ReceiptDocument:
    """The receipt of leaf number `index`, in a first seal of eight leaves and a supplementary one of twelve."""
    own = leaf(SALT, CONTENT)
    leaves = [*OTHERS[:index], own, *OTHERS[index:]]
    said: dict[str, Any] = {
        "code": "0123-4567-89AB",
        "slug": "essai",
        **{name: CONTENT[name] for name in ("concertation", "round", "stage", "submitted_at", "channel")},
        "digest": own.hex(),
        "salt": SALT.hex(),
        "content": CONTENT,
        "proofs": (proof(leaves[:8], index), proof(leaves, index, supplementary=True)),
    }
    return ReceiptDocument(**{**said, **more})


def test_a_receipt_holds_by_itself_and_against_each_published_root():
    given = receipt()
    alone = verify_receipt(given)
    assert (alone.faults, alone.has_content, alone.compared) == ((), True, False)
    assert alone.proofs == given.proofs
    for one in given.proofs:
        against = verify_receipt(given, {one.root})
        assert (against.faults, against.proofs, against.compared) == ((), (one,), True)


def test_against_another_root_it_does_not_hold():
    for published in ({"0" * 64}, set()):
        verdict = verify_receipt(receipt(), published)
        assert (verdict.faults, verdict.proofs) == ((Fault.ROOT,), ())


def test_before_the_seal_it_holds_by_itself_and_proves_nothing_of_a_root():
    unsealed = receipt(proofs=())
    assert verify_receipt(unsealed).faults == ()
    assert verify_receipt(unsealed, {"0" * 64}).faults == (Fault.UNSEALED,)


def test_a_redacted_contribution_is_still_proved_to_be_in_the_set():
    redacted = receipt(salt=None, content=None)
    verdict = verify_receipt(redacted, {redacted.proofs[0].root})
    assert (verdict.faults, verdict.has_content) == ((), False)


@pytest.mark.parametrize("more", [{"salt": None}, {"content": None}, {"salt": "00" * 16}])
def test_half_of_what_was_hashed_or_another_salt_is_a_fault(more):
    assert Fault.CONTENT in verify_receipt(receipt(**more)).faults


@pytest.mark.parametrize("name", CONTENT)
def test_another_content_is_not_that_of_the_leaf(name):
    changed = {**CONTENT, name: 2 if name == "round" else "autre"}
    assert Fault.CONTENT in verify_receipt(receipt(content=changed)).faults
    without = {key: value for key, value in CONTENT.items() if key != name}
    assert Fault.CONTENT in verify_receipt(receipt(content=without)).faults


@pytest.mark.parametrize("name", ["concertation", "round", "stage", "submitted_at", "channel"])
def test_a_header_that_says_otherwise_is_a_fault(name):
    other: dict[str, Any] = {name: 2 if name == "round" else "autre"}
    assert verify_receipt(receipt(**other)).faults == (Fault.HEADER,)


def test_a_proof_of_another_leaf_or_place_is_a_fault():
    given = receipt()
    (first, second) = given.proofs
    foreign = proof([*OTHERS[:4], leaf(SALT, CONTENT), *OTHERS[4:]], 3)
    assert verify_receipt(receipt(proofs=(foreign,))).faults == (Fault.PROOF,)
    for change in ({"index": 5}, {"size": 9}, {"root": "0" * 64}, {"path": first.path[1:]}):
        wrong = first.model_copy(update=change)
        verdict = verify_receipt(receipt(proofs=(wrong, second)))
        assert verdict.faults == (Fault.PROOF,)
        assert verdict.proofs == (second,)


@given(st.data())
@settings(max_examples=100)
def test_no_receipt_survives_a_changed_character(data):
    """Of all that is hashed: content, salt, digest, proofs and the header that the content repeats."""
    document = write_receipt(receipt())
    for name in ("code", "slug"):
        document.pop(name)
    place = data.draw(st.sampled_from(["digest", "salt", "root", "path", "body"]))
    target: Any = document
    key: Any = place
    if place in ("root", "path"):
        target = document["proofs"][data.draw(st.integers(0, 1))]
        if place == "path":
            target = target["path"]
            key = data.draw(st.integers(0, len(target) - 1))
    elif place == "body":
        target = document["content"]
    text = target[key]
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from("0123456789abcdef").filter(lambda s: s != text[at]))
    target[key] = text[:at] + sign + text[at + 1 :]
    changed = ReceiptDocument(code="x", slug="essai", **document)
    assert verify_receipt(changed).faults


def test_written_and_read_again_it_is_the_same_whatever_the_order_of_the_keys():
    given = receipt()
    written = write_receipt(given)
    assert read_receipt(json.dumps(written)) == given
    turned = dict(reversed(written.items()))
    turned["content"] = dict(reversed(written["content"].items()))
    assert verify_receipt(read_receipt(json.dumps(turned, indent=2).encode())).faults == ()
    assert (written["format"], written["version"]) == ("concertation-receipt", 1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"version": 2}, "version"),
        ({"format": "autre"}, "format"),
        ({"digest": "xyz"}, "digest"),
        ({"digest": "AB" * 32}, "digest"),
        ({"salt": "00"}, "salt"),
        ({"proofs": [{}]}, "proofs.0.root"),
        ({"proofs": [{**write_receipt(receipt())["proofs"][0], "size": 0}]}, "proofs.0.size"),
        ({"proofs": [{**write_receipt(receipt())["proofs"][0], "path": ["00" * 32] * 65}]}, "proofs.0.path"),
        ({"surprise": 1}, "surprise"),
        ({"content": []}, "content"),
        ({"round": "un"}, "round"),
    ],
)
def test_what_is_no_receipt_is_named_by_its_first_fault(change, named):
    document = {**write_receipt(receipt()), **change}
    with pytest.raises(ReceiptUnreadable, match=f"^{named}$"):
        read_receipt(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff\xfe", '{"a":' * 5000, "x" * (LARGEST + 1)])
def test_what_is_no_json_object_is_unreadable(text):
    with pytest.raises(ReceiptUnreadable):
        read_receipt(text)


def test_numbers_that_are_not_finite_and_broken_text_are_faults_and_no_errors():
    for value in (float("nan"), float("inf"), "\ud800"):
        assert Fault.CONTENT in verify_receipt(receipt(content={**CONTENT, "body": value})).faults


@pytest.mark.parametrize(
    "written",
    [
        "0123-4567-89AB",
        "0123456789ab",
        " 0123 4567 89ab ",
        "o123-4567-89AB",
        "0I23-4567-89ab",
        "0l23456789AB",
    ],
)
def test_a_code_is_read_as_people_write_it(written):
    assert read_code(written) == "0123-4567-89AB"


@pytest.mark.parametrize(
    "written",
    ["", "x", "0123-4567-89A", "0123-4567-89ABC", "U123-4567-89AB", "é" * 12, "\x00" * 12, "0" * 10**6],
)
def test_what_is_no_code_is_none(written):
    assert read_code(written) is None
