"""Letters: addresses that an envelope takes, and codes that are the same each time."""

import pytest

from domain.noticing.letters import code, postal_address, read_lines
from domain.organisations import codes


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["12 rue  des Lilas ", "", "75011 PARIS"], "12 rue des Lilas\n75011 PARIS"),
        (read_lines("Mairie|1 place de la République | 97110 POINTE-À-PITRE"),
         "Mairie\n1 place de la République\n97110 POINTE-À-PITRE"),
        (read_lines("Mairie\n97110 POINTE-À-PITRE"), "Mairie\n97110 POINTE-À-PITRE"),
        (["x" * 39], None),
        (["x"] * 6, None),
        (["12 rue\x07", "75011 PARIS"], None),
        ([" "], None),
        ([], None),
    ],
)  # fmt: skip
def test_an_address_is_taken_where_an_envelope_takes_it(lines: list[str], kept: str | None) -> None:
    assert postal_address(lines) == kept


def test_the_code_of_a_letter_is_a_code_the_same_each_time_and_another_in_each_batch() -> None:
    found = {code(b"k" * 32, batch, invitation) for batch in "ab" for invitation in "xy"}
    assert len(found) == 4
    assert code(b"k" * 32, "a", "x") == code(b"k" * 32, "a", "x") != code(b"j" * 32, "a", "x")
    assert all(codes.read(one) == one for one in found)
