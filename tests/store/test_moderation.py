"""Moderation in the store: what is written, what stays, what nobody may change, and what happens at the same time."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain import receipts
from domain.merkle import merkle_root
from domain.moderation import (
    REPORTS,
    Act,
    Appeal,
    AppealOutcome,
    DecideAppeal,
    DismissReports,
    Hand,
    Hide,
    Measure,
    MeasureState,
    ModerationReason,
    Redact,
    Restore,
)
from domain.refusals import Code, Refusal
from store import contributions, files, moderation_log, reports
from store.carrying import carry_rest
from store.contributions import Receipt
from store.moderation import Moderated, Request, Whereabouts, carry_out, whereabouts
from store.pool import Pool
from store.receipts import find
from store.reports import Reporting, report
from store.verification import verify
from store.versions import withdraw
from tests.fixtures.postgres import Database
from tests.store.stage import Play
from tests.store.test_carrying import refer_back, referring
from tests.store.test_enclosing import arrived

pytestmark = pytest.mark.postgres

FIRST, SECOND = Hand("first"), Hand("second")
HIDE = Hide(reason=ModerationReason.PERSONAL_DATA, text="Un numéro de téléphone.")
RESTORE = Restore(text="Vérifié.")
URGENT = Redact(reason=ModerationReason.PERSONAL_DATA, text="Un numéro.", urgency="Il circule.")
APPEAL = Appeal(text="C’est le mien.")
UPHOLD = DecideAppeal(outcome=AppealOutcome.UPHELD, text="Confirmé.")
GRANT = DecideAppeal(outcome=AppealOutcome.GRANTED, text="À tort.")


class Desk:
    """Moderates through the API's role, each act under a key of its own."""

    def __init__(self, app: Pool) -> None:
        self.app = app
        self._keys = 0

    async def ask(
        self, act: Act, by: Hand, contribution: str | None = None, *, key: str | None = None, **more: Any
    ) -> Moderated | Refusal:
        self._keys += 1
        request = Request(act=act, by=by, key=key or f"k{self._keys}", contribution=contribution, **more)
        async with self.app.acquire() as connection:
            return await carry_out(connection, request)

    async def do(self, act: Act, by: Hand, contribution: str | None = None, **more: Any) -> Measure:
        done = await self.ask(act, by, contribution, **more)
        assert isinstance(done, Moderated), done
        assert done.measure is not None
        return done.measure

    async def refused(self, act: Act, by: Hand, contribution: str | None = None, **more: Any) -> Code:
        refusal = await self.ask(act, by, contribution, **more)
        assert isinstance(refusal, Refusal), refusal
        return refusal.code

    async def report(self, play: Play, contribution: str, reader: str, key: str = "") -> Any:
        async with self.app.acquire() as connection:
            return await report(
                connection,
                Reporting(
                    concertation=play.id,
                    contribution=contribution,
                    reader=reader,
                    reason=ModerationReason.INSULT,
                    text="À voir.",
                    key=key or f"{reader} {contribution}",
                ),
            )


@pytest.fixture
def desk(app: Pool) -> Desk:
    return Desk(app)


async def contributed(play: Play, app: Pool, by: str = "p0", **more: Any) -> Receipt:
    async with app.acquire() as connection:
        return await play.contribute(connection, by, **more)


async def row(play: Play, contribution: str) -> Any:
    found = await play.worker.fetchrow("SELECT * FROM contribution WHERE id = $1::uuid", contribution)
    assert found is not None
    return found


async def revised(play: Play, app: Pool, before: Receipt, body: str, key: str = "again") -> Receipt | Refusal:
    submission = replace(play.submission(before.member, body=body, key=key), revises=before.contribution)
    async with app.acquire() as connection:
        return await contributions.submit(connection, submission)


async def test_hiding_and_restoring_leave_text_leaf_and_count(play: Play, app: Pool, desk: Desk) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    before = await row(play, receipt.contribution)
    measure = await desk.do(HIDE, FIRST, receipt.contribution)
    hidden = await row(play, receipt.contribution)
    assert (hidden["hidden_at"], str(hidden["measure"])) == (measure.hidden_at, measure.id)
    assert {k: v for k, v in hidden.items() if k not in ("hidden_at", "measure")} == {
        k: v for k, v in before.items() if k not in ("hidden_at", "measure")
    }
    async with app.acquire() as connection:
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 1
    restored = await desk.do(RESTORE, FIRST, receipt.contribution)
    assert restored.state is MeasureState.RESTORED
    assert (await row(play, receipt.contribution))["hidden_at"] is None
    again = await desk.do(HIDE, SECOND, receipt.contribution)
    assert again.id != measure.id
    told = await play.worker.fetch(
        "SELECT payload FROM outbox WHERE kind = 'contribution_moderated' ORDER BY id"
    )
    assert [r["payload"]["act"] for r in told] == ["hide", "restore", "hide"]
    assert {r["payload"]["contribution"] for r in told} == {receipt.contribution}


async def test_the_same_key_does_it_once_and_another_content_is_refused(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt, other = await contributed(play, app), await contributed(play, app, "p1")
    first = await desk.do(HIDE, FIRST, receipt.contribution, key="k")
    assert (await desk.do(HIDE, FIRST, receipt.contribution, key="k")).id == first.id
    await desk.do(RESTORE, FIRST, receipt.contribution)
    assert (await desk.do(HIDE, FIRST, receipt.contribution, key="k")).state is MeasureState.RESTORED
    for act, about in ((replace(HIDE, text="Autre."), receipt), (RESTORE, receipt), (HIDE, other)):
        assert await desk.refused(act, FIRST, about.contribution, key="k") is Code.IDEMPOTENCY_KEY_REUSED
    assert (await desk.do(HIDE, SECOND, other.contribution, key="k")).id != first.id


async def test_what_is_not_there_is_not_moderated(play: Play, desk: Desk) -> None:
    await play.launch()
    nowhere = "00000000-0000-7000-8000-000000000000"
    for contribution in (nowhere, "x"):
        assert await desk.refused(HIDE, FIRST, contribution) is Code.UNKNOWN_CONTRIBUTION
    assert await desk.refused(UPHOLD, FIRST, measure=nowhere) is Code.UNKNOWN_MEASURE


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (replace(HIDE, text=" "), Code.TEXT_EMPTY),
        (replace(HIDE, text="a\0b"), Code.TEXT_INVALID),
        (replace(URGENT, urgency="x" * 2_001), Code.TEXT_TOO_LONG),
    ],
)
async def test_words_that_cannot_be_kept_are_refused(play: Play, desk: Desk, act: Act, code: Code) -> None:
    assert await desk.refused(act, FIRST, "x") is code


# Versions -----------------------------------------------------------------------------------------


async def test_a_revision_of_what_is_hidden_stays_hidden_until_somebody_looks(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    await desk.do(HIDE, FIRST, receipt.contribution)
    newer = await revised(play, app, receipt, "Sans le numéro.")
    assert isinstance(newer, Receipt)
    assert (await row(play, newer.contribution))["hidden_at"] is not None
    assert await desk.refused(HIDE, SECOND, newer.contribution) is Code.CONTRIBUTION_HIDDEN
    await desk.do(RESTORE, SECOND, newer.contribution)
    for contribution in (receipt.contribution, newer.contribution):
        assert (await row(play, contribution))["hidden_at"] is None


async def test_a_version_that_was_replaced_is_not_hidden_unread_and_hiding_the_new_one_hides_both(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    newer = await revised(play, app, receipt, "Autrement.")
    assert isinstance(newer, Receipt)
    assert await desk.refused(HIDE, FIRST, receipt.contribution) is Code.CONTRIBUTION_REPLACED
    await desk.do(HIDE, FIRST, newer.contribution)
    assert (await row(play, receipt.contribution))["hidden_at"] is not None


# Redaction ----------------------------------------------------------------------------------------


async def test_a_redaction_destroys_the_text_everywhere_and_leaves_salt_digest_root_and_receipt(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app, body="Appelez Zébulon au 0123456789.")
    newer = await revised(play, app, receipt, "Appelez Zébulon, ou sa mairie.")
    assert isinstance(newer, Receipt)
    await contributed(play, app, "p1")
    await play.close()
    saved = await _document(app, newer.code)
    leaves = await play.worker.fetch("SELECT digest, salt FROM contribution ORDER BY id")
    await desk.do(HIDE, FIRST, newer.contribution)
    measure = await desk.do(URGENT, SECOND, newer.contribution)
    assert (measure.state, measure.urgent) == (MeasureState.REDACTED, True)

    for contribution in (receipt.contribution, newer.contribution):
        kept = await row(play, contribution)
        assert (kept["body"], kept["answers"], kept["redacted_at"]) == ("", None, measure.redacted_at)
    assert await play.worker.fetch("SELECT digest, salt FROM contribution ORDER BY id") == leaves
    (seal,) = (await play.process()).runs["appel"].seals
    assert seal.figures.root == merkle_root(leaf["digest"] for leaf in leaves)
    assert await _words_left(play, "Zébulon", "zebulon", "0123456789") == []
    assert receipts.verify_receipt(saved).faults == ()
    redacted = await _document(app, newer.code)
    assert (redacted.content, redacted.salt, redacted.digest) == (None, None, saved.digest)
    verdict = receipts.verify_receipt(redacted)
    assert (verdict.faults, verdict.has_content) == ((), False)
    async for verified in verify(play.worker, play.id):
        assert verified.fault is None


async def _document(app: Pool, code: str) -> receipts.ReceiptDocument:
    from store.receipts import document

    async with app.acquire() as connection:
        found = await find(connection, code)
        assert found is not None
        return document(found, "essai", ())


async def _words_left(play: Play, *words: str) -> list[str]:
    """Look for words in every column of every row of every table."""
    tables = await play.worker.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND has_table_privilege(oid, 'SELECT')"
    )
    found = []
    for table in (record["relname"] for record in tables):
        for record in await play.worker.fetch(f'SELECT to_jsonb(t)::text AS said FROM "{table}" AS t'):
            found += [f"{table}: {word}" for word in words if word in record["said"]]
    return found


async def test_a_draft_goes_with_the_text(play: Play, app: Pool, desk: Desk, database: Database) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        "INSERT INTO draft VALUES ('p0', $1, 1, 'appel', NULL, '{}', 'Zébulon', NULL, instant())", play.id
    )
    await superuser.close()
    await desk.do(HIDE, FIRST, receipt.contribution)
    await desk.do(URGENT, SECOND, receipt.contribution)
    assert await _words_left(play, "Zébulon") == []


async def test_a_contribution_may_be_revised_after_a_redaction_and_shown_once_looked_at(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    await desk.do(HIDE, FIRST, receipt.contribution)
    await desk.do(URGENT, SECOND, receipt.contribution)
    newer = await revised(play, app, receipt, "Sans le numéro.")
    assert isinstance(newer, Receipt)
    kept = await row(play, newer.contribution)
    assert (kept["body"], kept["redacted_at"], kept["hidden_at"] is None) == ("Sans le numéro.", None, False)
    await desk.do(RESTORE, FIRST, newer.contribution)
    assert (await row(play, newer.contribution))["hidden_at"] is None
    assert (await row(play, receipt.contribution))["body"] == ""


async def test_what_is_hidden_stays_hidden_when_it_is_carried_over_and_is_redacted_in_every_round(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch(referring("keep"))
    receipt = await contributed(play, app, body="Zébulon")
    await contributed(play, app, "p1")
    measure = await desk.do(HIDE, FIRST, receipt.contribution)
    await refer_back(play)
    query = "SELECT id, hidden_at, measure, body FROM contribution WHERE round = 2 AND member = $1"
    copy = await play.worker.fetchrow(query, "p0")
    assert copy is not None
    assert (copy["hidden_at"], str(copy["measure"])) == (measure.hidden_at, measure.id)
    untouched = await play.worker.fetchrow(query, "p1")
    assert untouched is not None
    assert untouched["hidden_at"] is None
    await desk.do(URGENT, SECOND, str(copy["id"]))
    assert await _words_left(play, "Zébulon", "zebulon") == []


async def test_files_and_scans_go_on_with_what_is_carried_over_and_are_destroyed_in_every_round(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch(referring("keep"))
    receipt = await contributed(play, app)
    async with app.acquire() as connection:
        plan, scan = [await arrived(play, connection, "p0") for _ in range(2)]
        await files.refer(connection, [plan], kind="contribution", referrer=receipt.contribution)
        await files.refer(connection, [scan], kind="scan", referrer=receipt.contribution)
        process = await refer_back(play)
        await carry_rest(play.worker, process, 2, "appel")
        copy = str(await play.worker.fetchval("SELECT id FROM contribution WHERE round = 2"))
        assert [one.id for one in (await files.of_referrers(connection, "contribution", [copy]))[copy]] == [
            plan
        ]
        assert [one.id for one in (await files.of_referrers(connection, "scan", [copy]))[copy]] == [scan]
        await desk.do(HIDE, FIRST, receipt.contribution)
        assert set(await files.get_many(connection, [plan, scan])) == {plan, scan}
        await desk.do(URGENT, SECOND, receipt.contribution)
        assert await files.get_many(connection, [plan, scan]) == {}


async def test_what_its_author_withdrew_is_hidden_and_redacted_all_the_same(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app, body="Zébulon")
    async with app.acquire() as connection:
        await withdraw(connection, play.id, receipt.contribution, actor="p0", key="w")
        found = await whereabouts(connection, receipt.contribution)
        assert await whereabouts(connection, "00000000-0000-7000-8000-000000000000") is None
    assert found == Whereabouts(concertation=play.id, stage="appel", college="locales", territory="FR-971")
    await desk.do(HIDE, FIRST, receipt.contribution)
    await desk.do(URGENT, SECOND, receipt.contribution)
    assert await _words_left(play, "Zébulon", "zebulon") == []


async def test_the_files_of_a_redacted_contribution_are_let_go(
    play: Play, app: Pool, desk: Desk, database: Database
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(
        "INSERT INTO file_reference SELECT uuidv7(), 'contribution', id::text, instant() FROM contribution"
    )
    await superuser.close()
    await desk.do(HIDE, FIRST, receipt.contribution)
    assert await play.worker.fetchval("SELECT count(*) FROM file_reference") == 1
    await desk.do(URGENT, SECOND, receipt.contribution)
    assert await play.worker.fetchval("SELECT count(*) FROM file_reference") == 0


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contribution SET body = 'x'",
        "UPDATE contribution SET body = '', redacted_at = instant()",
        "UPDATE contribution SET salt = substr(digest, 1, 16)",
        "UPDATE contribution SET digest = sha256('x')",
        "DELETE FROM measure",
        "UPDATE measure SET reason = 'insult'",
        "UPDATE measure SET hidden_by = 'x'",
        "UPDATE moderation_act SET text = 'x'",
        "DELETE FROM moderation_act",
    ],
)
async def test_no_role_rewords_a_contribution_or_rewrites_its_moderation(
    play: Play, app: Pool, desk: Desk, database: Database, role: str, statement: str
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    await desk.do(HIDE, FIRST, receipt.contribution)
    await desk.do(RESTORE, FIRST, receipt.contribution)
    connection = await asyncpg.connect(getattr(database, role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_even_who_calls_the_function_by_hand_cannot_destroy_a_text_alone(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    act = {"kind": "redact", "text": "x", "at": (await play.clock.now()).isoformat(), "actor": "first"}
    forged = {**act, "command": "\\x" + "00" * 16, "digest": "\\x" + "00" * 32}

    async def call(measure: str | None) -> None:
        values = None
        if measure is not None:
            values = await play.worker.fetchval(
                "SELECT to_jsonb(m) FROM measure m WHERE id = $1::uuid", measure
            )
        await app.execute(
            "SELECT write_moderation($1::text::uuid, $2, $3)", receipt.contribution, values, forged
        )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await call(None)
    measure = await desk.do(HIDE, FIRST, receipt.contribution)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await call(measure.id)
    assert (await row(play, receipt.contribution))["body"] != ""


# Appeals ------------------------------------------------------------------------------------------


async def test_an_appeal_is_made_by_the_author_and_decided_by_another(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    measure = await desk.do(HIDE, FIRST, receipt.contribution)
    assert await desk.refused(APPEAL, SECOND, receipt.contribution) is Code.NOT_ALLOWED
    await desk.do(APPEAL, Hand("p0"), receipt.contribution)
    assert await desk.refused(GRANT, FIRST, measure=measure.id) is Code.SECOND_PERSON_NEEDED
    granted = await desk.do(GRANT, SECOND, measure=measure.id)
    assert (granted.state, granted.outcome) == (MeasureState.RESTORED, AppealOutcome.GRANTED)
    assert (await row(play, receipt.contribution))["hidden_at"] is None
    again = await desk.do(HIDE, SECOND, receipt.contribution)
    assert await desk.refused(UPHOLD, FIRST, measure=measure.id) is Code.APPEAL_DECIDED
    assert await desk.refused(UPHOLD, FIRST, measure=again.id) is Code.NO_APPEAL


# The log ------------------------------------------------------------------------------------------


async def test_the_log_tells_reasons_and_states_and_no_content(play: Play, app: Pool, desk: Desk) -> None:
    await play.launch()
    made = [await contributed(play, app, f"p{n}") for n in range(3)]
    for number, receipt in enumerate(made):
        reason = list(ModerationReason)[number % 2]
        await desk.do(replace(HIDE, reason=reason), FIRST, receipt.contribution)
    await desk.do(RESTORE, FIRST, made[0].contribution)
    await desk.do(APPEAL, Hand("p1"), made[1].contribution)
    await desk.do(URGENT, SECOND, made[2].contribution)
    async with app.acquire() as connection:
        first = await moderation_log.page(connection, play.id, first=2)
        rest = await moderation_log.page(connection, play.id, first=2, after=first.rows[-1].measure.id)
        assert [e.contribution for e in (*first.rows, *rest.rows)] == [r.contribution for r in made[::-1]]
        assert (first.more, rest.more, first.total) == (True, False, 3)
        assert [e.measure.state for e in (*first.rows, *rest.rows)] == ["redacted", "hidden", "restored"]
        (waiting,) = (await moderation_log.page(connection, play.id, first=9, awaiting=True)).rows
        assert waiting.contribution == made[1].contribution
        chosen = await moderation_log.page(
            connection, play.id, first=9, reason=ModerationReason.PERSONAL_DATA
        )
        assert [e.contribution for e in chosen.rows] == [made[1].contribution]
        figures = await moderation_log.figures(connection, play.id)
        assert [(f.reason, f.total, f.restored, f.redacted, f.appealed) for f in figures] == [
            (ModerationReason.UNLAWFUL, 2, 1, 1, 0),
            (ModerationReason.PERSONAL_DATA, 1, 0, 0, 1),
        ]
        of = await moderation_log.of_contributions(connection, [made[1].contribution])
        assert of[made[1].contribution].measure.id == waiting.measure.id
        done = await moderation_log.acts(connection, [waiting.measure.id])
        assert [(d.kind, d.actor) for d in done[waiting.measure.id]] == [("hide", "first"), ("appeal", "p1")]
    assert "Ce que dit" not in json.dumps([str(entry) for entry in (*first.rows, *rest.rows)])


# Reports ------------------------------------------------------------------------------------------


async def test_a_reader_reports_a_contribution_once_until_somebody_has_looked(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    made = [await contributed(play, app, f"p{n}") for n in range(2)]
    one, two = made[0].contribution, made[1].contribution
    at = await desk.report(play, two, "a")
    assert await desk.report(play, two, "a") == at
    assert (await desk.report(play, two, "a", key="other")).code is Code.ALREADY_REPORTED
    assert (await desk.report(play, one, "a", key=f"a {two}")).code is Code.IDEMPOTENCY_KEY_REUSED
    await desk.report(play, one, "a")
    await desk.report(play, two, "b")
    async with app.acquire() as connection:
        queue = await reports.queue(connection, play.id, reader="coordinator", first=1)
        rest = await reports.queue(
            connection, play.id, reader="coordinator", first=1, after=queue.rows[-1].place
        )
    assert [(r.contribution, r.count) for r in (*queue.rows, *rest.rows)] == [(two, 2), (one, 1)]
    assert (queue.total, queue.more, rest.more) == (2, True, False)

    assert (await desk.ask(DismissReports(text="Rien."), FIRST, two)) == Moderated(measure=None)
    assert await desk.refused(DismissReports(text="Rien."), FIRST, two) is Code.NO_REPORT
    await desk.report(play, two, "a", key="later")
    measure = await desk.do(HIDE, FIRST, two)
    assert measure.reports == 1
    assert (await desk.report(play, two, "c")).code is Code.CONTRIBUTION_HIDDEN
    rows = await play.worker.fetch("SELECT outcome, reader FROM report WHERE closed_at IS NOT NULL")
    assert {(r["outcome"], r["reader"]) for r in rows} == {("dismissed", None), ("hidden", None)}


async def test_the_address_of_a_reader_is_kept_nowhere(play: Play, app: Pool, desk: Desk) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    await desk.report(play, receipt.contribution, "192.0.2.77")
    assert await _words_left(play, "192.0.2.77") == []


async def test_a_reader_who_reports_too_much_is_asked_to_wait_whichever_process_is_asked(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch(participants=REPORTS + 4)
    made = [await contributed(play, app, f"p{n}") for n in range(REPORTS + 4)]
    answers = await asyncio.gather(*(desk.report(play, r.contribution, "a") for r in made))
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {r.code for r in refused} == {Code.TOO_MANY_REPORTS}
    assert len(refused) == 4
    assert not isinstance(await desk.report(play, made[0].contribution, "b"), Refusal)
    await play.clock.advance(timedelta(hours=1, seconds=1))
    left = [r for r, answer in zip(made, answers, strict=True) if isinstance(answer, Refusal)]
    assert not isinstance(await desk.report(play, left[0].contribution, "a", key="new"), Refusal)


# At the same time ---------------------------------------------------------------------------------


async def test_of_many_who_hide_at_once_one_does_and_the_others_learn_it(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    answers = await asyncio.gather(
        *(desk.ask(HIDE, Hand(f"m{n}"), receipt.contribution) for n in range(8)),
        *(desk.ask(HIDE, FIRST, receipt.contribution, key="same") for _ in range(4)),
    )
    done = {a.measure.id for a in answers if isinstance(a, Moderated) and a.measure}
    assert len(done) == 1
    assert {a.code for a in answers if isinstance(a, Refusal)} <= {Code.CONTRIBUTION_HIDDEN}


async def test_hiding_against_restoring_at_once_ends_as_the_last_of_them_says(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch()
    receipt = await contributed(play, app)
    for _ in range(6):
        await asyncio.gather(
            *(desk.ask(HIDE, Hand(f"h{n}"), receipt.contribution) for n in range(4)),
            *(desk.ask(RESTORE, Hand(f"r{n}"), receipt.contribution) for n in range(4)),
        )
        acts = await play.worker.fetch("SELECT kind FROM moderation_act ORDER BY id")
        assert [a["kind"] for a in acts] == [("hide", "restore")[n % 2] for n in range(len(acts))]
        is_hidden = (await row(play, receipt.contribution))["hidden_at"] is not None
        assert is_hidden == (acts[-1]["kind"] == "hide")
    open_ones = await play.worker.fetchval("SELECT count(*) FROM measure WHERE restored_at IS NULL")
    assert open_ones == int(is_hidden)


async def test_redacting_against_a_revision_leaves_nothing_of_the_old_text_and_hides_the_new(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch(participants=12)
    for number in range(12):
        receipt = await contributed(play, app, f"p{number}", body="Zébulon")
        await desk.do(HIDE, FIRST, receipt.contribution)
        redacted, newer = await asyncio.gather(
            desk.ask(URGENT, SECOND, receipt.contribution),
            revised(play, app, receipt, "Nouveau.", key=f"r{number}"),
        )
        assert isinstance(redacted, Moderated)
        assert isinstance(newer, Receipt)
        assert (await row(play, receipt.contribution))["body"] == ""
        kept = await row(play, newer.contribution)
        assert (kept["body"], kept["hidden_at"] is None) == ("Nouveau.", False)
    assert await _words_left(play, "Zébulon", "zebulon") == []


async def test_hiding_against_a_revision_never_leaves_the_hidden_text_or_what_follows_it_in_sight(
    play: Play, app: Pool, desk: Desk
) -> None:
    await play.launch(participants=12)
    for number in range(12):
        receipt = await contributed(play, app, f"p{number}")
        answer, newer = await asyncio.gather(
            desk.ask(HIDE, FIRST, receipt.contribution),
            revised(play, app, receipt, "Nouveau.", key=f"r{number}"),
        )
        assert isinstance(newer, Receipt)
        seen = [(await row(play, c))["hidden_at"] for c in (receipt.contribution, newer.contribution)]
        if isinstance(answer, Refusal):
            assert (answer.code, seen) == (Code.CONTRIBUTION_REPLACED, [None, None])
            assert answer.args == {"contribution": newer.contribution}
        else:
            assert None not in seen


async def test_an_appeal_decided_by_two_at_once_has_one_outcome(play: Play, app: Pool, desk: Desk) -> None:
    await play.launch(participants=6)
    for number in range(6):
        receipt = await contributed(play, app, f"p{number}")
        measure = await desk.do(HIDE, FIRST, receipt.contribution)
        await desk.do(APPEAL, Hand(f"p{number}"), receipt.contribution)
        answers = await asyncio.gather(
            desk.ask(UPHOLD, SECOND, measure=measure.id), desk.ask(GRANT, Hand("third"), measure=measure.id)
        )
        (done,) = [a.measure for a in answers if isinstance(a, Moderated)]
        (refusal,) = [a for a in answers if isinstance(a, Refusal)]
        assert refusal.code is Code.APPEAL_DECIDED
        assert done is not None
        async with app.acquire() as connection:
            kept = (await moderation_log.get_many(connection, [measure.id]))[measure.id].measure
        assert kept == done
