-- The same draft sent several times at once is opened once, and none of those who send it is in the way of another.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION open_concertation(
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
    -- Only a draft brings a genesis. Whoever comes second waits here, then finds the first one's row and log. The slug is
    -- another one for each until the draft has its own: two that want one slug wait for each other, and for ever.
    IF p_genesis IS NOT NULL THEN
        INSERT INTO concertation
            (id, slug, phase, title, round, seq, head, snapshot, is_over, created_at, updated_at)
        VALUES
            (p_concertation, gen_random_uuid()::text, 'void', '{}', 0, 0, p_genesis, 'null', false, instant(), instant())
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

-- migrate:down
CREATE OR REPLACE FUNCTION open_concertation(
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
