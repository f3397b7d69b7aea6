"""What squawk says of migrations: known for those of before the first release, nothing for the ones since."""

from pathlib import Path

from server.migrating import migrations
from tools.lint_migrations import KNOWN, LAST_UNRELEASED, REASONS, found_in, new

HEAD = "-- migrate:up\nSET LOCAL lock_timeout = '1s';\nSET LOCAL statement_timeout = '60s';\n"
DOWN = "\n-- migrate:down\nDROP TABLE contribution;\n"


def written(folder: Path, sql: str, name: str = "9999_newer.sql") -> Path:
    (folder / name).write_text(HEAD + sql + DOWN, "utf-8")
    return folder


def test_nothing_new_is_found() -> None:
    assert [str(found) for found in new(found_in(migrations()))] == []


def test_the_list_holds_what_is_found_and_no_more() -> None:
    found = {(one.file, one.rule) for one in found_in(migrations())}
    assert {(file, rule) for file, rules in KNOWN.items() for rule in rules} == found


def test_the_list_never_grows_past_the_first_release_and_has_its_reasons() -> None:
    assert [file for file in KNOWN if int(file.partition("_")[0]) > LAST_UNRELEASED] == []
    assert {rule for rules in KNOWN.values() for rule in rules} == REASONS.keys()


def test_what_would_stop_the_traffic_is_found(tmp_path: Path) -> None:
    for sql, rule in {
        "CREATE INDEX by_author ON contribution (author);": "require-concurrent-index-creation",
        "ALTER TABLE contribution ADD CONSTRAINT few CHECK (round < 9);": "constraint-missing-not-valid",
        "ALTER TABLE contribution ALTER COLUMN round TYPE bigint;": "changing-column-type",
        "ALTER TABLE contribution RENAME COLUMN round TO tour;": "renaming-column",
        "ALTER TABLE contribution DROP COLUMN round;": "ban-drop-column",
        "ALTER TABLE contribution ADD COLUMN tour int NOT NULL;": "adding-required-field",
        "DROP FUNCTION instant;": "ban-drop-function",
    }.items():
        assert {found.rule for found in new(found_in(written(tmp_path, sql)))} == {rule}, sql


def test_what_comes_down_is_not_looked_at(tmp_path: Path) -> None:
    assert found_in(written(tmp_path, "CREATE TABLE other (x int);")) == []


def test_a_finding_says_where_it_is(tmp_path: Path) -> None:
    (found,) = found_in(written(tmp_path, "DROP FUNCTION instant;"))
    assert str(found).startswith("9999_newer.sql:4: ban-drop-function: ")
