"""Three roles: what each may do, and what none may."""

from collections.abc import Sequence

import asyncpg
import pytest

from domain.acts import Position
from store import secret_votes
from store.pool import Pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

TABLES = (
    "access_token", "account", "allowance", "attempt", "audit", "backup_taken", "batch", "body", "bounce",
    "browser_session", "closing_archive", "command_log",
    "concertation", "contact", "contribution",
    "contribution_change", "contribution_counter", "contribution_group", "delivery", "draft",
    "draft_request", "failed_notice", "file", "file_content",
    "file_reference", "grouping_act", "grouping_part", "invitation", "invitation_code", "invited_token",
    "ledger", "letter_batch",
    "measure", "member",
    "moderation_act", "notice", "notice_text",
    "organisation", "outbox", "participant", "person", "platform_role", "postal_address", "presence",
    "procedure", "questionnaire", "reminder", "replica",
    "reminder_day", "report", "report_salt", "resemblance", "seal_branch", "secret_vote", "sign_in",
    "sign_in_link", "stage", "treatment",
    "restoration", "restoration_catch_up", "webhook",
)  # fmt: skip
#: What each role may do to tables as wholes; rights to columns are in COLUMNS.
GRANTED = {
    "concertation_app": {
        "SELECT": {
            "body",
            "command_log",
            "contribution_read",
            "file_content",
            "ledger",
            "measure",
            "procedure",
            "reminder_day",
            "seal_branch",
        },
        "INSERT": {
            "body",
            "file_content",
            "file_reference",
            "organisation",
            "procedure",
        },
    },
    "concertation_worker": {
        "SELECT": {*TABLES, "contribution_read"}
        - {"access_token", "account", "audit", "platform_role", "report_salt"}
        - {"browser_session", "sign_in", "sign_in_link"},
        "INSERT": set(TABLES)
        - {
            "allowance",
            "backup_taken",
            "draft_request",
            "failed_notice",
            "presence",
            "replica",
            "restoration",
            "restoration_catch_up",
        }
        - {"attempt", "invitation", "invitation_code", "invited_token", "reminder", "reminder_day"}
        - {"measure", "moderation_act", "report", "report_salt"}
        - {"contribution_group", "grouping_act", "grouping_part", "resemblance"}
        - {
            "batch",
            "contribution",
            "contribution_change",
            "contribution_counter",
            "draft",
            "secret_vote",
        }
        - {
            "access_token",
            "account",
            "browser_session",
            "audit",
            "platform_role",
            "sign_in",
            "sign_in_link",
            "closing_archive",
            "contact",
            "delivery",
            "letter_batch",
            "webhook",
        },
        "UPDATE": {
            "bounce",
            "concertation",
            "delivery",
            "member",
            "notice",
            "postal_address",
            "stage",
            "treatment",
        },
        "DELETE": {"file", "file_content", "file_reference", "treatment"},
    },
}
COLUMNS = {
    ("concertation_app", "SELECT", "organisation"),
    ("concertation_app", "SELECT", "file"),
    ("concertation_worker", "UPDATE", "organisation"),
    ("concertation_app", "UPDATE", "file"),
    ("concertation_app", "UPDATE", "file_content"),
    ("concertation_worker", "UPDATE", "closing_archive"),
    ("concertation_worker", "UPDATE", "contact"),
    ("concertation_worker", "UPDATE", "file_content"),
    ("concertation_worker", "UPDATE", "outbox"),
    ("concertation_worker", "UPDATE", "webhook"),
}


async def _rows(dsn: str, query: str) -> Sequence[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        rows: Sequence[asyncpg.Record] = await connection.fetch(query)
        return rows
    finally:
        await connection.close()


async def test_every_pool_is_who_it_says_it_is(app: Pool, worker: Pool) -> None:
    assert await app.fetchval("SELECT current_user") == "concertation_app"
    assert await worker.fetchval("SELECT current_user") == "concertation_worker"


async def test_row_level_security_is_forced_on_every_table(database: Database) -> None:
    rows = await _rows(
        database.superuser,
        """
        SELECT relname, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname NOT IN ('schema_migrations', 'test_clock')
        ORDER BY relname
        """,
    )
    assert {row["relname"] for row in rows} == set(TABLES)
    assert all(row["forced"] for row in rows)


async def test_the_roles_have_the_rights_written_here_and_no_other(database: Database) -> None:
    rows = await _rows(
        database.superuser,
        """
        SELECT grantee, privilege_type, table_name FROM information_schema.table_privileges
        WHERE table_schema = 'public' AND grantee NOT IN ('postgres', 'concertation_owner')
            AND table_name <> 'test_clock'
        """,
    )
    found = {(row["grantee"], row["privilege_type"], row["table_name"]) for row in rows}
    assert found == {
        (role, right, table)
        for role, rights in GRANTED.items()
        for right, tables in rights.items()
        for table in tables
    }
    columns = await _rows(
        database.superuser,
        """
        SELECT DISTINCT grantee, privilege_type, table_name FROM information_schema.column_privileges
        WHERE table_schema = 'public' AND grantee NOT IN ('postgres', 'concertation_owner', 'PUBLIC')
            AND table_name <> 'test_clock'
        """,
    )
    assert {tuple(row) for row in columns} - found == COLUMNS


async def test_nobody_may_run_a_function_that_is_not_granted(database: Database) -> None:
    rows = await _rows(
        database.superuser,
        """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND has_function_privilege('concertation_app', oid, 'EXECUTE')
        ORDER BY 1
        """,
    )
    assert [row["proname"] for row in rows] == [
        "access_tokens_of", "account_of", "amend_organisation", "announce_file", "answer_invitation",
        "applied_migrations",
        "ask_closing_archive", "batch_list", "begin_session", "begin_sign_in", "command_reply", "concertation_list",
        "concertation_rows", "concertation_total", "confirm_address", "contact_of", "contribution_by_receipt",
        "contribution_counts", "contribution_export", "contribution_export_complete", "contribution_export_sizes",
        "contribution_facets", "contribution_facets_found", "contribution_followed_by", "contribution_get",
        "contribution_leaves", "contribution_own", "contribution_page", "contribution_ranking",
        "contribution_shares", "contribution_similar", "contribution_total", "contribution_versions",
        "contribution_whereabouts", "create_access_token", "departement_of", "discard_draft", "dispatched_notices",
        "draft_holders",
        "draft_of", "drop_draft", "end_other_sessions", "end_session", "files_of", "files_referred",
        "follow_up_counts", "follow_up_page", "forget_allowances", "former_contribution", "grouping_log",
        "grouping_total", "groupings_awaiting", "groupings_of", "groupings_with", "hold_contribution",
        "hold_grouping", "instant", "invitations_to", "invite", "iso", "keep_draft", "keep_letter_code", "keep_name",
        "keep_questionnaire", "keep_secret_vote", "keep_text", "leave_bulletins", "ledger_of_stage", "ledger_rows",
        "ledger_to_fold", "ledger_total", "let_go_of_draft", "letter_batches", "letters_in", "look", "measures_of",
        "moderation_acts_of", "named", "names_for", "notice_counts", "notices_of", "open_batch", "open_invitation",
        "open_to", "platform_roles_of", "print_letters", "questionnaires_of", "references_of", "register_webhook",
        "reissue_code", "remind", "remove_webhook", "renew_session", "report_contribution", "reports_of",
        "reports_total", "resemblances_of", "restoration_mark", "retry_notice", "revoke_access_token",
        "save_draft", "session_lives",
        "sessions_of", "set_contact", "set_reader", "set_reminder_days", "settle_allowances", "settle_presence",
        "sign_in_with_code", "sign_out", "snapshot_at", "snapshot_by_slug", "snapshots_of", "source_standings",
        "sources_of", "submit_contribution", "submit_contributions", "take_sign_in", "texts_of", "treatment_figures",
        "treatment_gaps", "treatments_of", "use_access_token", "use_invited_token", "use_session",
        "use_sign_in_link", "webhooks_of", "withdraw_contribution", "write_audit", "write_grouping",
        "write_moderation",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
@pytest.mark.parametrize("table", ["ledger", "command_log", "procedure"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET at = instant()", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
async def test_no_role_tampers_with_what_is_only_added_to(
    play: Play, database: Database, role: str, table: str, statement: str
) -> None:
    await play.draft()
    connection = await asyncpg.connect(getattr(database, role))
    if table == "procedure":
        statement = statement.replace("at =", "published_at =")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format(table))
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger SELECT * FROM ledger",
        "INSERT INTO contribution SELECT * FROM contribution",
        "UPDATE concertation SET slug = 'x'",
        "UPDATE stage SET state = 'open'",
        "DELETE FROM contribution",
        "SELECT salt FROM contribution",
        "SELECT command FROM contribution",
        "SELECT body FROM contribution",
        "SELECT receipt FROM contribution",
        "SELECT display_name FROM person",
        "UPDATE organisation SET email = 'x'",
        "SELECT name FROM file",
        "SELECT referrer FROM file_reference",
        "SELECT author FROM grouping_part",
        "SELECT snapshot FROM concertation",
        "SELECT mandates FROM concertation",
        "SELECT member FROM member",
        "UPDATE person SET display_name = 'x'",
        "INSERT INTO person VALUES ('x', 'x', instant())",
        "SELECT text FROM report",
        "SELECT text FROM moderation_act",
        "SELECT * FROM secret_vote",
        "SELECT * FROM outbox",
        "SELECT email FROM contact",
        "SELECT email FROM bounce",
        "SELECT lines FROM postal_address",
        "SELECT secret FROM webhook",
        "SELECT id_token FROM browser_session",
        "SELECT verifier FROM sign_in",
        "SELECT recipient FROM notice",
        "SELECT append(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        "SELECT open_concertation(NULL, NULL, NULL, NULL, NULL)",
        "CREATE TABLE mine ()",
        "SET ROLE concertation_worker",
        "ALTER TABLE ledger DISABLE ROW LEVEL SECURITY",
    ],
)
async def test_the_api_may_not(app: Pool, play: Play, statement: str) -> None:
    await play.draft()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


async def test_without_saying_for_whom_the_api_reads_no_contribution_that_is_not_out(
    app: Pool, play: Play
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        assert await connection.fetch("SELECT id FROM contribution_read") == []
        async with connection.transaction():
            await connection.execute("SELECT set_reader('p0', false, NULL)")
            assert len(await connection.fetch("SELECT id FROM contribution_read")) == 1
        assert await connection.fetch("SELECT id FROM contribution_read") == []


async def test_under_force_the_owner_sees_no_ledger(play: Play, database: Database) -> None:
    await play.draft()
    assert await _rows(database.owner, "SELECT * FROM ledger") == []


async def test_a_secret_position_is_kept_once_per_key_and_bound_by_its_commitment(
    app: Pool, play: Play
) -> None:
    await play.draft()

    async def keep(position: Position, key: str) -> str:
        async with app.acquire() as connection:
            return await secret_votes.keep(
                connection, concertation=play.id, ballot="b", member="m", key=key, position=position
            )

    first = await keep(Position.FAVOURABLE, "k")
    assert await keep(Position.FAVOURABLE, "k") == first
    assert await keep(Position.UNFAVOURABLE, "k") != first
    assert await keep(Position.FAVOURABLE, "other") != first
    row = await play.worker.fetchrow("SELECT * FROM secret_vote WHERE commitment = $1", first)
    assert row is not None
    bound = await play.worker.fetchval(
        "SELECT encode(sha256($1 || convert_to('b/favourable', 'UTF8')), 'hex')", row["salt"]
    )
    assert bound == first
