"""Canonical JSON and digests: equal contents, equal bytes."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Suspend, act_content
from domain.digests import canonical, digest
from domain.events import event_content
from tests.unit.scenes import drafted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_the_canonical_form_has_sorted_keys_no_spaces_and_utf8():
    assert canonical({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()


def test_the_digest_is_the_sha256_of_the_canonical_form():
    assert digest({"a": 1}) == sha256(b'{"a":1}').hexdigest()


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_order_of_keys_does_not_matter(content):
    assert digest(dict(reversed(content.items()))) == digest(content)


@given(JSON)
def test_the_canonical_form_reads_back_to_the_same_content(content):
    try:
        text = canonical(content)
    except UnicodeEncodeError:
        return  # a lone surrogate has no UTF-8 form; `free_text` keeps them out
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("content", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_numbers_without_a_json_form_are_refused(content):
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(content)


def test_what_has_no_json_form_is_refused():
    with pytest.raises(TypeError):
        canonical({"a": object()})


def test_acts_and_events_have_a_canonical_form():
    assert canonical(act_content(Suspend(reason="é"))) == '{"kind":"suspend","reason":"é"}'.encode()
    for event in drafted().events:
        assert canonical(event_content(event))
