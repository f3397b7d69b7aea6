"""What a repeated command makes again has the same name again, in every release."""

from uuid import NAMESPACE_OID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from store.identifiers import derived

_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@given(_TEXT, _TEXT, _TEXT)
def test_it_is_the_version_five_of_what_was_said(author: str, key: str, what: str) -> None:
    assert derived(author, key, what) == str(uuid5(NAMESPACE_OID, f"{author}\x1f{key}\x1f{what}"))
