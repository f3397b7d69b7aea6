-- The second lock: names, texts, ledgers, commands and reports come to the API by what is named, for whom it says it asks.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Who holds an office and until when, beside the snapshot: small enough to be asked for each name.
ALTER TABLE concertation ADD COLUMN mandates jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN concertation.mandates IS
    'Terms and delegations: member, role, giver (of a delegation), since, until. Follows from the process (store/projection.py).';

CREATE FUNCTION mandates_in(p_snapshot json) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    WITH term AS (
        SELECT o.key AS office, o.value ->> 'role' AS role, t.place, (t.value ->> 'seat')::integer AS seat,
            t.value ->> 'member' AS member, (t.value ->> 'since')::timestamptz AS since,
            (t.value ->> 'until')::timestamptz AS until
        FROM json_each(p_snapshot -> 'offices') AS o, json_array_elements(o.value -> 'terms') WITH ORDINALITY AS t (value, place)
    ), mandate AS (
        SELECT t.member, t.role, NULL AS giver, t.since, t.until FROM term t
        UNION ALL
        SELECT d.value ->> 'to', t.role, d.value ->> 'giver', greatest(t.since, (d.value ->> 'since')::timestamptz),
            least(t.until, (d.value ->> 'until')::timestamptz, (d.value ->> 'revoked_at')::timestamptz)
        FROM json_each(p_snapshot -> 'delegations') AS d JOIN term t
            ON t.office = d.value ->> 'office' AND t.seat = (d.value ->> 'seat')::integer AND t.member = d.value ->> 'giver'
    )
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'member', m.member, 'role', m.role, 'giver', m.giver, 'since', iso(m.since), 'until', iso(m.until))
        ORDER BY m.member COLLATE "C", m.role COLLATE "C", m.since, coalesce(m.giver, '') COLLATE "C"), '[]')
    FROM mandate m WHERE m.until IS NULL OR m.since < m.until
    $$;
COMMENT ON FUNCTION mandates_in IS 'What concertation.mandates is to hold, out of a snapshot: for rows from before there was the column.';
ALTER TABLE concertation NO FORCE ROW LEVEL SECURITY;
UPDATE concertation SET mandates = mandates_in(snapshot) WHERE snapshot::text <> 'null';
ALTER TABLE concertation FORCE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION append(
    p_concertation uuid, p_at timestamptz, p_ledger jsonb, p_row jsonb, p_snapshot json,
    p_stages jsonb, p_members jsonb, p_log jsonb
) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO ledger
    SELECT p_concertation, r.seq, r.at, r.kind, r.actor, r.on_behalf_of, r.round, r.stage, r.content, r.previous, r.hash
    FROM jsonb_populate_recordset(NULL::ledger, p_ledger) AS r;

    INSERT INTO outbox (concertation, seq, kind, payload, at)
    SELECT p_concertation, r.seq, r.kind, '{}', r.at
    FROM jsonb_populate_recordset(NULL::ledger, p_ledger) AS r;

    -- A version of the program from before there were mandates writes none: they then come out of the snapshot.
    UPDATE concertation AS c SET
        slug = r.slug, phase = r.phase, outcome = r.outcome, title = r.title, procedure = r.procedure,
        procedure_version = r.procedure_version, procedure_digest = r.procedure_digest, parent = r.parent,
        territories = r.territories, round = r.round, seq = r.seq, head = r.head, snapshot = p_snapshot,
        next_deadline = r.next_deadline, is_over = r.is_over, updated_at = p_at,
        launched_at = r.launched_at, ended_at = r.ended_at, mandates = coalesce(r.mandates, mandates_in(p_snapshot))
    FROM jsonb_populate_record(NULL::concertation, p_row) AS r
    WHERE c.id = p_concertation;

    INSERT INTO stage
    SELECT p_concertation, r.round, r.key, r.kind, r.lane, r.state, r.opens_at, r.closes_at, r.entry_closes_at,
        r.rectifying_until, r.suspended, r.is_over, r.admission, r.channels, r.themes, r.contributions_visible
    FROM jsonb_populate_recordset(NULL::stage, p_stages) AS r
    ON CONFLICT (concertation, round, key) DO UPDATE SET
        kind = excluded.kind, lane = excluded.lane, state = excluded.state, opens_at = excluded.opens_at,
        closes_at = excluded.closes_at, entry_closes_at = excluded.entry_closes_at,
        rectifying_until = excluded.rectifying_until, suspended = excluded.suspended, is_over = excluded.is_over,
        admission = excluded.admission, channels = excluded.channels, themes = excluded.themes,
        contributions_visible = excluded.contributions_visible;

    INSERT INTO member
    SELECT p_concertation, r.member, r.college, r.organisation, r.territory, r.elected, r.left_at
    FROM jsonb_populate_recordset(NULL::member, p_members) AS r
    ON CONFLICT (concertation, member) DO UPDATE SET
        college = excluded.college, organisation = excluded.organisation, territory = excluded.territory,
        elected = excluded.elected, left_at = excluded.left_at;

    IF p_log IS NOT NULL THEN
        INSERT INTO command_log
        SELECT p_concertation, r.actor, r.command, r.digest, r.first_seq, r.last_seq, p_at
        FROM jsonb_populate_record(NULL::command_log, p_log) AS r;
    END IF;

    -- Wakes whoever follows this ledger. Nothing is lost without it: followers also ask now and then.
    PERFORM pg_notify('ledger', p_concertation::text);
END;
$$;

CREATE FUNCTION holds(p_mandates jsonb, p_member text, p_roles text[]) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM jsonb_to_recordset(p_mandates) AS m (member text, role text, since timestamptz, until timestamptz)
        WHERE m.member = p_member AND (p_roles IS NULL OR m.role = ANY (p_roles))
            AND m.since <= instant() AND (m.until IS NULL OR instant() < m.until));
COMMENT ON FUNCTION holds IS 'Whether somebody now holds an office of one of these roles (none given: of any), or acts for who does.';

CREATE FUNCTION open_to(p_reader text, p_concertations uuid[]) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM concertation c
    WHERE c.id = ANY (p_concertations) AND (c.phase NOT IN ('void', 'draft') OR holds(c.mandates, p_reader, NULL))
    $$;
COMMENT ON FUNCTION open_to IS 'Those concertations that a reader may look into: a draft is its office holders''.';

CREATE FUNCTION look(p_reader text, p_concertations uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM set_config('concertation.reader', coalesce(p_reader, ''), true),
        set_config('concertation.sees_all', '', true),
        set_config('concertation.named', p_concertations::text, true);
END;
$$;
COMMENT ON FUNCTION look IS
    'Says, for this transaction, whose eyes row-level security lends, and into which concertations alone they look.';

CREATE FUNCTION named() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('concertation.named', true), '')::uuid[];
COMMENT ON FUNCTION named IS 'The concertations that look() named; none outside the transaction that it was called in.';

-- Ledgers: that of a concertation which is named.
DROP POLICY app_reads ON ledger;
CREATE POLICY app_reads ON ledger FOR SELECT TO concertation_app USING (concertation = ANY ((SELECT named())::uuid[]));

CREATE FUNCTION ledger_rows(p_reader text, p_concertation uuid, p_after bigint, p_kinds text[], p_most integer)
RETURNS TABLE (concertation uuid, seq bigint, kind text, content text, previous bytea, hash bytea)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM look(p_reader, open_to(p_reader, ARRAY[p_concertation]));
    RETURN QUERY
    SELECT l.concertation, l.seq, l.kind, l.content, l.previous, l.hash FROM ledger l
    WHERE l.concertation = p_concertation AND l.seq > p_after AND (p_kinds IS NULL OR l.kind = ANY (p_kinds))
    ORDER BY l.seq LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION ledger_rows IS 'Rows after a number, the oldest first, of a ledger that the reader may look into.';

CREATE FUNCTION ledger_total(p_reader text, p_concertation uuid, p_kinds text[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM look(p_reader, open_to(p_reader, ARRAY[p_concertation]));
    RETURN (
        SELECT count(*) FROM ledger l
        WHERE l.concertation = p_concertation AND (p_kinds IS NULL OR l.kind = ANY (p_kinds)));
END;
$$;
COMMENT ON FUNCTION ledger_total IS 'How many rows of these kinds a ledger has that the reader may look into.';

CREATE FUNCTION ledger_of_stage(p_reader text, p_concertation uuid, p_round integer, p_stage text, p_kinds text[])
RETURNS TABLE (content text)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM look(p_reader, open_to(p_reader, ARRAY[p_concertation]));
    RETURN QUERY
    SELECT l.content FROM ledger l
    WHERE l.concertation = p_concertation AND l.round = p_round AND l.stage = p_stage AND l.kind = ANY (p_kinds)
    ORDER BY l.seq;
END;
$$;
COMMENT ON FUNCTION ledger_of_stage IS 'What happened of these kinds at a stage, the oldest first.';

CREATE FUNCTION ledger_to_fold(p_concertation uuid, p_after bigint, p_most integer)
RETURNS TABLE (seq bigint, content text)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM look(NULL, ARRAY[p_concertation]);
    RETURN QUERY
    SELECT l.seq, l.content FROM ledger l WHERE l.concertation = p_concertation AND l.seq > p_after
    ORDER BY l.seq LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION ledger_to_fold IS 'A ledger to be folded, where the snapshot cannot be read: nobody is shown its rows.';

-- The log of commands: one's own, and what came of them.
DROP POLICY app_reads ON command_log;
CREATE POLICY app_reads ON command_log FOR SELECT TO concertation_app
    USING (actor = (SELECT current_setting('concertation.reader', true)));

CREATE FUNCTION command_reply(p_concertation uuid, p_actor text, p_command text)
RETURNS TABLE (digest bytea, first_seq bigint, contents text[])
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM look(p_actor, ARRAY[p_concertation]);
    RETURN QUERY
    SELECT c.digest, c.first_seq, (
        SELECT array_agg(l.content ORDER BY l.seq) FROM ledger l
        WHERE l.concertation = p_concertation AND l.seq BETWEEN c.first_seq AND c.last_seq)
    FROM command_log c WHERE c.concertation = p_concertation AND c.actor = p_actor AND c.command = p_command;
END;
$$;
COMMENT ON FUNCTION command_reply IS 'What was answered to a command of somebody; nothing where it was not accepted.';

-- Texts: one's own, and those of concertations that are named.
DROP POLICY app_reads ON body;
DROP POLICY app_adds ON body;
CREATE POLICY app_reads ON body FOR SELECT TO concertation_app USING (
    author = (SELECT current_setting('concertation.reader', true)) OR concertation = ANY ((SELECT named())::uuid[]));
CREATE POLICY app_adds ON body FOR INSERT TO concertation_app
    WITH CHECK (author = (SELECT current_setting('concertation.reader', true)));

CREATE FUNCTION texts_of(p_reader text, p_concertations uuid[], p_ids uuid[]) RETURNS TABLE (id uuid, content json)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM look(p_reader, open_to(p_reader, p_concertations));
    RETURN QUERY
    SELECT b.id, b.content FROM body b WHERE b.id = ANY (p_ids) AND b.concertation = ANY (named());
END;
$$;
COMMENT ON FUNCTION texts_of IS 'Texts by id, of concertations that the reader may look into.';

CREATE FUNCTION keep_text(
    p_id uuid, p_concertation uuid, p_kind text, p_content json, p_digest text, p_author text
) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM look(p_author, ARRAY[p_concertation]);
    INSERT INTO body (id, concertation, kind, content, digest, author, at)
    VALUES (p_id, p_concertation, p_kind, p_content, p_digest, p_author, instant()) ON CONFLICT (id) DO NOTHING;
    -- A statement of its own: it sees what another one kept meanwhile.
    RETURN EXISTS (SELECT FROM body b WHERE b.id = p_id AND b.digest = p_digest);
END;
$$;
COMMENT ON FUNCTION keep_text IS 'Keeps a text under an id; whether it is what is kept there.';

-- Contributions: through the view alone, which hides what moderation hides, and gives receipts to their authors.
CREATE OR REPLACE VIEW contribution_read WITH (security_barrier) AS
    SELECT c.id, c.concertation, c.round, c.stage, c.member, c.college, c.organisation, c.territory, c.channel,
        c.themes, CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.body ELSE '' END AS body,
        c.posted_at, c.received_at, c.submitted_at, c.digest,
        CASE WHEN c.member = v.reader THEN c.receipt END AS receipt,
        c.actor, c.version, c.supersedes, c.superseded_at, c.supersede_reason, c.withdrawn_at,
        CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.answers END AS answers, c.questionnaire,
        c.place, c.reference, c.batch, c.carried_from, c.hidden_at, c.redacted_at
    FROM contribution c, LATERAL (
        SELECT r.reader, c.member = r.reader
            OR c.concertation::text = current_setting('concertation.sees_all', true) AS sees
        FROM (SELECT current_setting('concertation.reader', true) AS reader) AS r
    ) AS v
    WHERE (SELECT session_user = 'concertation_worker')
        OR c.member = (SELECT current_setting('concertation.reader', true))
        OR (c.withdrawn_at IS NULL AND (
            c.concertation::text = (SELECT current_setting('concertation.sees_all', true))
            OR (c.superseded_at IS NULL AND EXISTS (
                SELECT FROM stage s
                WHERE s.concertation = c.concertation AND s.round = c.round AND s.key = c.stage AND s.contributions_visible
            ))
        ))
        OR (c.organisation IS NOT NULL AND EXISTS (
            SELECT FROM member m
            WHERE m.concertation = c.concertation AND m.member = (SELECT current_setting('concertation.reader', true))
                AND m.organisation = c.organisation AND m.left_at IS NULL
        ));
COMMENT ON VIEW contribution_read IS
    'Contributions as the reader of set_reader() may see them: which rows, which of their texts, and receipts to authors.';

CREATE OR REPLACE FUNCTION contribution_versions(p_reader text, p_sees_all_of uuid, p_ids uuid[])
RETURNS TABLE (
    asked uuid, id uuid, version integer, member text, actor text, channel text, submitted_at timestamptz,
    superseded_at timestamptz, supersede_reason text, withdrawn_at timestamptz, body text, answers json,
    questionnaire text, place text, reference text, batch uuid, carried_from uuid, digest bytea, receipt text
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY
    WITH RECURSIVE earlier AS (
        SELECT c.id AS asked, c.id, c.supersedes FROM contribution_read c WHERE c.id = ANY (p_ids)
        UNION ALL
        SELECT e.asked, c.id, c.supersedes FROM earlier e JOIN contribution_read c ON c.id = e.supersedes
    ), later AS (
        SELECT e.asked, e.id FROM earlier e WHERE e.asked = e.id
        UNION ALL
        SELECT l.asked, c.id FROM later l JOIN contribution_read c ON c.supersedes = l.id
    )
    SELECT k.asked, c.id, c.version, c.member, c.actor, c.channel, c.submitted_at, c.superseded_at, c.supersede_reason,
        c.withdrawn_at,
        c.body, c.answers,
        c.questionnaire, c.place, c.reference, c.batch, c.carried_from, c.digest,
        c.receipt
    FROM (SELECT e.asked, e.id FROM earlier e UNION SELECT l.asked, l.id FROM later l) AS k
        JOIN contribution_read c ON c.id = k.id
    ORDER BY k.asked, c.version;
END;
$$;
REVOKE SELECT (
    id, concertation, round, stage, member, college, organisation, territory, channel, themes, body, posted_at,
    received_at, submitted_at, digest, receipt, actor, version, supersedes, superseded_at, supersede_reason,
    withdrawn_at, answers, questionnaire, place, reference, batch, carried_from, hidden_at, redacted_at, measure
) ON contribution FROM concertation_app;
DROP POLICY app_reads ON contribution;

-- Names: one's own, of public offices, and of those who take part to those who keep a concertation.
REVOKE SELECT, INSERT, UPDATE (display_name, at) ON person FROM concertation_app;
DROP POLICY app_reads ON person;
DROP POLICY app_adds ON person;
DROP POLICY app_renames ON person;
CREATE POLICY owner_adds ON person FOR INSERT TO concertation_owner WITH CHECK (true);

CREATE FUNCTION names_for(
    p_reader text, p_keepers text[], p_unnamed text[], p_concertations uuid[], p_members text[]
) RETURNS TABLE (concertation uuid, member text, display_name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    WITH looked AS MATERIALIZED (
        SELECT c.id, holds(c.mandates, p_reader, p_keepers) AS keeps, ARRAY(
            SELECT m.member FROM jsonb_to_recordset(c.mandates) AS m (member text, role text, giver text)
            WHERE c.phase NOT IN ('void', 'draft') AND m.giver IS NULL AND m.role <> ALL (p_unnamed)
        ) AS public
        FROM concertation c WHERE c.id = ANY (p_concertations)
    )
    SELECT g.concertation, p.member, p.display_name
    FROM unnest(p_concertations, p_members) AS g (concertation, member)
    JOIN person p ON p.member = g.member
    LEFT JOIN looked l ON l.id = g.concertation
    WHERE p.member = p_reader OR p.member = ANY (l.public) OR (l.keeps AND (
        EXISTS (SELECT FROM member m WHERE m.concertation = l.id AND m.member = p.member)
        OR EXISTS (SELECT FROM contribution c WHERE c.member = p.member AND c.concertation = l.id)))
    $$;
COMMENT ON FUNCTION names_for IS
    'Names of members, each in a concertation: one''s own, those of public office, and all that take part for its keepers.';

CREATE FUNCTION keep_name(p_member text, p_name text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ INSERT INTO person (member, display_name, at) VALUES (p_member, p_name, instant()) ON CONFLICT DO NOTHING $$;
COMMENT ON FUNCTION keep_name IS 'Keeps the name of somebody who is not known by one: who enrols people does not rename them.';

-- What readers reported: for who moderates.
REVOKE SELECT (id, concertation, contribution, reason, text, at, closed_at, outcome) ON report FROM concertation_app;
DROP POLICY app_reads ON report;

CREATE FUNCTION reports_of(
    p_reader text, p_keepers text[], p_concertation uuid, p_after uuid, p_most integer, p_shown integer
) RETURNS TABLE (place uuid, contribution uuid, count bigint, reports jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT q.place, q.contribution, q.count, (
        SELECT jsonb_agg(jsonb_build_object('reason', r.reason, 'text', r.text, 'at', r.at) ORDER BY r.id)
        FROM (
            SELECT * FROM (SELECT id, reason, text, at FROM report
                WHERE concertation = p_concertation AND contribution = q.contribution AND closed_at IS NULL) AS open
            ORDER BY id LIMIT p_shown
        ) AS r
    )
    FROM (
        SELECT (array_agg(id ORDER BY id))[1] AS place, contribution, count(*) AS count FROM report
        WHERE concertation = p_concertation AND closed_at IS NULL
            AND (SELECT holds(c.mandates, p_reader, p_keepers) FROM concertation c WHERE c.id = p_concertation)
        GROUP BY contribution
    ) AS q
    WHERE p_after IS NULL OR q.place > p_after
    ORDER BY q.place LIMIT p_most
    $$;
COMMENT ON FUNCTION reports_of IS 'Contributions with their open reports, the one reported first first, for who moderates.';

CREATE FUNCTION reports_total(p_reader text, p_keepers text[], p_concertation uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT count(DISTINCT r.contribution) FROM report r
    WHERE r.concertation = p_concertation AND r.closed_at IS NULL
        AND (SELECT holds(c.mandates, p_reader, p_keepers) FROM concertation c WHERE c.id = p_concertation)
    $$;
COMMENT ON FUNCTION reports_total IS 'How many contributions all pages of reports_of have together.';

-- The words of those who moderate: by the measure that they are about.
REVOKE SELECT ON moderation_act FROM concertation_app;
DROP POLICY app_reads ON moderation_act;

CREATE FUNCTION moderation_acts_of(p_measures uuid[]) RETURNS SETOF moderation_act
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT a.* FROM moderation_act a WHERE a.measure = ANY (p_measures) ORDER BY a.measure, a.id $$;
COMMENT ON FUNCTION moderation_acts_of IS 'What was done about measures, each with the words of who did it, the first act first.';

GRANT EXECUTE ON FUNCTION open_to, look, named, ledger_rows, ledger_total, ledger_of_stage, ledger_to_fold, command_reply,
    texts_of, keep_text, names_for, keep_name, reports_of, reports_total, moderation_acts_of
    TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION mandates_in TO concertation_worker;

-- migrate:down
GRANT SELECT (
    id, concertation, round, stage, member, college, organisation, territory, channel, themes, body, posted_at,
    received_at, submitted_at, digest, receipt, actor, version, supersedes, superseded_at, supersede_reason,
    withdrawn_at, answers, questionnaire, place, reference, batch, carried_from, hidden_at, redacted_at, measure
) ON contribution TO concertation_app;
CREATE POLICY app_reads ON contribution FOR SELECT TO concertation_app USING (
    member = (SELECT current_setting('concertation.reader', true))
    OR (withdrawn_at IS NULL AND (
        concertation::text = (SELECT current_setting('concertation.sees_all', true))
        OR (superseded_at IS NULL AND EXISTS (
            SELECT FROM stage s
            WHERE s.concertation = contribution.concertation AND s.round = contribution.round
                AND s.key = contribution.stage AND s.contributions_visible
        ))
    ))
    OR (organisation IS NOT NULL AND EXISTS (
        SELECT FROM member m
        WHERE m.concertation = contribution.concertation
            AND m.member = (SELECT current_setting('concertation.reader', true))
            AND m.organisation = contribution.organisation AND m.left_at IS NULL
    ))
);
CREATE OR REPLACE FUNCTION contribution_versions(p_reader text, p_sees_all_of uuid, p_ids uuid[])
RETURNS TABLE (
    asked uuid, id uuid, version integer, member text, actor text, channel text, submitted_at timestamptz,
    superseded_at timestamptz, supersede_reason text, withdrawn_at timestamptz, body text, answers json,
    questionnaire text, place text, reference text, batch uuid, carried_from uuid, digest bytea, receipt text
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY
    WITH RECURSIVE earlier AS (
        SELECT c.id AS asked, c.id, c.supersedes FROM contribution c WHERE c.id = ANY (p_ids)
        UNION ALL
        SELECT e.asked, c.id, c.supersedes FROM earlier e JOIN contribution c ON c.id = e.supersedes
    ), later AS (
        SELECT e.asked, e.id FROM earlier e WHERE e.asked = e.id
        UNION ALL
        SELECT l.asked, c.id FROM later l JOIN contribution c ON c.supersedes = l.id
    )
    SELECT k.asked, c.id, c.version, c.member, c.actor, c.channel, c.submitted_at, c.superseded_at, c.supersede_reason,
        c.withdrawn_at,
        -- What is hidden (0012_finding.sql) is for its author and those who see all.
        CASE WHEN c.hidden_at IS NULL OR c.member = p_reader OR c.concertation = p_sees_all_of THEN c.body ELSE '' END,
        CASE WHEN c.hidden_at IS NULL OR c.member = p_reader OR c.concertation = p_sees_all_of THEN c.answers END,
        c.questionnaire, c.place, c.reference, c.batch, c.carried_from, c.digest,
        CASE WHEN c.member = p_reader THEN c.receipt END
    FROM (SELECT e.asked, e.id FROM earlier e UNION SELECT l.asked, l.id FROM later l) AS k
        JOIN contribution c ON c.id = k.id
    ORDER BY k.asked, c.version;
END;
$$;
CREATE OR REPLACE VIEW contribution_read WITH (security_invoker) AS
    SELECT c.id, c.concertation, c.round, c.stage, c.member, c.college, c.organisation, c.territory, c.channel,
        c.themes, CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.body ELSE '' END AS body,
        c.posted_at, c.received_at, c.submitted_at, c.digest,
        CASE WHEN c.member = v.reader THEN c.receipt END AS receipt,
        c.actor, c.version, c.supersedes, c.superseded_at, c.supersede_reason, c.withdrawn_at,
        CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.answers END AS answers, c.questionnaire,
        c.place, c.reference, c.batch, c.carried_from, c.hidden_at, c.redacted_at
    FROM contribution c, LATERAL (
        SELECT r.reader, c.member = r.reader
            OR c.concertation::text = current_setting('concertation.sees_all', true) AS sees
        FROM (SELECT current_setting('concertation.reader', true) AS reader) AS r
    ) AS v;
ALTER VIEW contribution_read RESET (security_barrier);
GRANT SELECT ON moderation_act TO concertation_app;
CREATE POLICY app_reads ON moderation_act FOR SELECT TO concertation_app USING (true);
GRANT SELECT (id, concertation, contribution, reason, text, at, closed_at, outcome) ON report TO concertation_app;
CREATE POLICY app_reads ON report FOR SELECT TO concertation_app USING (true);
DROP POLICY owner_adds ON person;
GRANT SELECT, INSERT, UPDATE (display_name, at) ON person TO concertation_app;
CREATE POLICY app_reads ON person FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_adds ON person FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_renames ON person FOR UPDATE TO concertation_app USING (true) WITH CHECK (true);
DROP POLICY app_reads ON body;
DROP POLICY app_adds ON body;
CREATE POLICY app_reads ON body FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_adds ON body FOR INSERT TO concertation_app WITH CHECK (true);
DROP POLICY app_reads ON command_log;
CREATE POLICY app_reads ON command_log FOR SELECT TO concertation_app USING (true);
DROP POLICY app_reads ON ledger;
CREATE POLICY app_reads ON ledger FOR SELECT TO concertation_app USING (true);
DROP FUNCTION moderation_acts_of, reports_total, reports_of, keep_name, names_for, keep_text, texts_of, command_reply,
    ledger_to_fold, ledger_of_stage, ledger_total, ledger_rows, named, look, open_to, holds;
CREATE OR REPLACE FUNCTION append(
    p_concertation uuid, p_at timestamptz, p_ledger jsonb, p_row jsonb, p_snapshot json,
    p_stages jsonb, p_members jsonb, p_log jsonb
) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO ledger
    SELECT p_concertation, r.seq, r.at, r.kind, r.actor, r.on_behalf_of, r.round, r.stage, r.content, r.previous, r.hash
    FROM jsonb_populate_recordset(NULL::ledger, p_ledger) AS r;

    INSERT INTO outbox (concertation, seq, kind, payload, at)
    SELECT p_concertation, r.seq, r.kind, '{}', r.at
    FROM jsonb_populate_recordset(NULL::ledger, p_ledger) AS r;

    UPDATE concertation AS c SET
        slug = r.slug, phase = r.phase, outcome = r.outcome, title = r.title, procedure = r.procedure,
        procedure_version = r.procedure_version, procedure_digest = r.procedure_digest, parent = r.parent,
        territories = r.territories, round = r.round, seq = r.seq, head = r.head, snapshot = p_snapshot,
        next_deadline = r.next_deadline, is_over = r.is_over, updated_at = p_at,
        launched_at = r.launched_at, ended_at = r.ended_at
    FROM jsonb_populate_record(NULL::concertation, p_row) AS r
    WHERE c.id = p_concertation;

    INSERT INTO stage
    SELECT p_concertation, r.round, r.key, r.kind, r.lane, r.state, r.opens_at, r.closes_at, r.entry_closes_at,
        r.rectifying_until, r.suspended, r.is_over, r.admission, r.channels, r.themes, r.contributions_visible
    FROM jsonb_populate_recordset(NULL::stage, p_stages) AS r
    ON CONFLICT (concertation, round, key) DO UPDATE SET
        kind = excluded.kind, lane = excluded.lane, state = excluded.state, opens_at = excluded.opens_at,
        closes_at = excluded.closes_at, entry_closes_at = excluded.entry_closes_at,
        rectifying_until = excluded.rectifying_until, suspended = excluded.suspended, is_over = excluded.is_over,
        admission = excluded.admission, channels = excluded.channels, themes = excluded.themes,
        contributions_visible = excluded.contributions_visible;

    INSERT INTO member
    SELECT p_concertation, r.member, r.college, r.organisation, r.territory, r.elected, r.left_at
    FROM jsonb_populate_recordset(NULL::member, p_members) AS r
    ON CONFLICT (concertation, member) DO UPDATE SET
        college = excluded.college, organisation = excluded.organisation, territory = excluded.territory,
        elected = excluded.elected, left_at = excluded.left_at;

    IF p_log IS NOT NULL THEN
        INSERT INTO command_log
        SELECT p_concertation, r.actor, r.command, r.digest, r.first_seq, r.last_seq, p_at
        FROM jsonb_populate_record(NULL::command_log, p_log) AS r;
    END IF;

    -- Wakes whoever follows this ledger. Nothing is lost without it: followers also ask now and then.
    PERFORM pg_notify('ledger', p_concertation::text);
END;
$$;
DROP FUNCTION mandates_in;
ALTER TABLE concertation DROP COLUMN mandates;
