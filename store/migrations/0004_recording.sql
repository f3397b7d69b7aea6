-- The two round trips of `record` (store/recording.py) between BEGIN and COMMIT. For the worker alone.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION open_concertation(
    p_concertation uuid, p_actor text, p_command text, p_seen bigint, p_genesis bytea
) RETURNS TABLE (
    seq bigint, head bytea, snapshot json, at timestamptz,
    digest bytea, first_seq bigint, last_seq bigint, missed text[], replied text[]
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    v_row record;
    v_log command_log;
BEGIN
    -- Only a draft brings a genesis. Whoever comes second waits here, then finds the first one's row and log.
    IF p_genesis IS NOT NULL THEN
        INSERT INTO concertation
            (id, slug, phase, title, round, seq, head, snapshot, is_over, created_at, updated_at)
        VALUES
            (p_concertation, p_concertation::text, 'void', '{}', 0, 0, p_genesis, 'null', false, instant(), instant())
        ON CONFLICT (id) DO NOTHING;
    END IF;
    -- NO KEY: foreign keys may still look at the row.
    SELECT c.seq, c.head INTO v_row FROM concertation c WHERE c.id = p_concertation FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT
            NULL::bigint, NULL::bytea, NULL::json, instant(), NULL::bytea, NULL::bigint, NULL::bigint, NULL::text[],
            NULL::text[];
        RETURN;
    END IF;
    -- Statements of their own from here: what was committed while this one waited for the lock is seen.
    SELECT * INTO v_log FROM command_log l
    WHERE l.concertation = p_concertation AND l.actor = p_actor AND l.command = p_command;
    RETURN QUERY SELECT
        c.seq, c.head, c.snapshot, instant(),
        v_log.digest, v_log.first_seq, v_log.last_seq,
        CASE WHEN c.seq > p_seen THEN (
            SELECT array_agg(l.content ORDER BY l.seq) FROM ledger l
            WHERE l.concertation = p_concertation AND l.seq > p_seen
        ) END,
        CASE WHEN v_log.last_seq >= v_log.first_seq THEN (
            SELECT array_agg(l.content ORDER BY l.seq) FROM ledger l
            WHERE l.concertation = p_concertation AND l.seq BETWEEN v_log.first_seq AND v_log.last_seq
        ) END
    FROM concertation c WHERE c.id = p_concertation;
END;
$$;
COMMENT ON FUNCTION open_concertation IS
    'Locks a concertation and answers what `record` must know.';

CREATE FUNCTION append(
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
COMMENT ON FUNCTION append IS 'Writes events and all that follows from them. Its caller holds the concertation.';

CREATE FUNCTION hold_stage(p_concertation uuid, p_round integer, p_stage text, p_most integer)
RETURNS TABLE (digests bytea[], counts jsonb)
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Waits for those who are contributing; from here on they wait for the commit.
    PERFORM FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR NO KEY UPDATE;
    RETURN QUERY
    WITH few AS MATERIALIZED (
        SELECT c.id, c.digest, c.college, c.channel FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        ORDER BY c.id LIMIT p_most + 1
    )
    SELECT
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN (SELECT array_agg(f.digest ORDER BY f.id) FROM few f) END,
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN coalesce((
            SELECT jsonb_agg(jsonb_build_array(g.college, g.channel, g.n))
            FROM (SELECT f.college, f.channel, count(*) AS n FROM few f GROUP BY 1, 2) AS g
        ), '[]') END;
END;
$$;
COMMENT ON FUNCTION hold_stage IS
    'Holds off contributions until the commit and answers the leaves, in order, with counts; nulls if there are more than p_most.';

GRANT EXECUTE ON FUNCTION open_concertation, append, hold_stage TO concertation_worker;

-- migrate:down
DROP FUNCTION hold_stage;
DROP FUNCTION append;
DROP FUNCTION open_concertation;
