-- Restorations: what a database that was restored from a backup has to know of it. See docs/adr/0048.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE restoration (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mark text NOT NULL UNIQUE CHECK (mark ~ '^[0-9a-f]{8}$'),
    restored_at timestamptz NOT NULL,
    backed_up_at timestamptz NOT NULL,
    lost_at timestamptz NOT NULL CHECK (lost_at >= backed_up_at),
    CHECK (lost_at <= restored_at)
);
COMMENT ON TABLE restoration IS 'Each time that this database was restored from a backup; none for most.';
COMMENT ON COLUMN restoration.mark IS 'Goes into the task queue and the ids of workflows: what Temporal remembers of before is nobody''s any more.';
COMMENT ON COLUMN restoration.lost_at IS 'Until when the installation that was lost worked: what was due by then was told.';

CREATE TABLE restoration_catch_up (
    concertation uuid NOT NULL REFERENCES concertation,
    restoration integer NOT NULL REFERENCES restoration,
    seq bigint NOT NULL,
    PRIMARY KEY (concertation, restoration)
);
COMMENT ON TABLE restoration_catch_up IS 'Concertations that had gone on between the backup and the loss, by themselves: they do it again.';
COMMENT ON COLUMN restoration_catch_up.seq IS 'The number of the last event of the backup.';

CREATE FUNCTION restoration_mark() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce((SELECT r.mark FROM restoration r ORDER BY r.number DESC LIMIT 1), ''); $$;
COMMENT ON FUNCTION restoration_mark IS 'The mark of the latest restoration; empty where there was none.';

CREATE FUNCTION begin_restored(p_backed_up_at timestamptz, p_lost_at timestamptz)
RETURNS TABLE (mark text, sessions bigint, tokens bigint, held bigint)
    LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := instant();
    v_lost_at timestamptz := greatest(p_backed_up_at, least(coalesce(p_lost_at, v_now), v_now));
    v_number integer;
    v_mark text := substr(replace(gen_random_uuid()::text, '-', ''), 1, 8);
    v_sessions bigint;
    v_tokens bigint;
    v_more bigint;
    v_held bigint;
BEGIN
    INSERT INTO restoration AS r (mark, restored_at, backed_up_at, lost_at)
    VALUES (v_mark, greatest(v_now, p_backed_up_at), p_backed_up_at, v_lost_at) RETURNING r.number INTO v_number;
    INSERT INTO restoration_catch_up (concertation, restoration, seq)
    SELECT c.id, v_number, c.seq FROM concertation c WHERE c.next_deadline <= v_lost_at;

    -- What was ended since the backup would open doors again.
    DELETE FROM browser_session;
    GET DIAGNOSTICS v_sessions = ROW_COUNT;
    DELETE FROM sign_in;
    DELETE FROM sign_in_link;
    UPDATE access_token SET revoked_at = v_now WHERE revoked_at IS NULL AND expires_at > v_now;
    GET DIAGNOSTICS v_tokens = ROW_COUNT;
    UPDATE invited_token SET ended_at = v_now WHERE ended_at IS NULL;
    GET DIAGNOSTICS v_more = ROW_COUNT;

    -- What was due before the loss has gone, most likely. Codes of invitations are made when a mail goes: those have to go again.
    UPDATE notice n SET state = 'failed', run = NULL, last_fault = 'restored: it may have gone already'
    FROM notice_text t
    WHERE t.key = n.key AND n.channel = 'mail' AND t.concertation IS NOT NULL AND NOT t.about ? 'invitation' AND (
        n.state IN ('waiting', 'sending') AND n.next_at <= v_lost_at
        OR n.state = 'bundled' AND n.bulletin IS NULL AND n.next_at <= v_lost_at);
    GET DIAGNOSTICS v_held = ROW_COUNT;
    UPDATE notice n SET state = 'waiting', run = NULL, next_at = v_now WHERE n.state = 'sending';
    UPDATE delivery SET mail_failures = 0, mail_paused_until = NULL, mail_fault = NULL;
    RETURN QUERY SELECT v_mark, v_sessions, v_tokens + v_more, v_held;
END;
$$;
COMMENT ON FUNCTION begin_restored IS
    'What is done once to a database that was restored, before anybody works on it, by the superuser: a new mark, no session and no token of before, no mail that went already.';

ALTER TABLE restoration ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE restoration_catch_up ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON restoration FOR SELECT TO concertation_owner USING (true);
GRANT SELECT ON restoration, restoration_catch_up TO concertation_worker;
GRANT EXECUTE ON FUNCTION restoration_mark TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION begin_restored;
DROP FUNCTION restoration_mark;
DROP TABLE restoration_catch_up;
DROP TABLE restoration;
