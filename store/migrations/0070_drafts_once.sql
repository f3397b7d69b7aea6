-- A draft that is sent again under its key is answered as the first time, and never takes the place of a later one.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE draft_request (
    concertation uuid NOT NULL,
    member text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    at timestamptz NOT NULL,
    was_there boolean NOT NULL,
    PRIMARY KEY (concertation, member, key)
);
CREATE INDEX draft_request_at ON draft_request (at);
COMMENT ON TABLE draft_request IS 'What was asked around drafts in the last days, so that what comes twice is done once. Never what was written.';
COMMENT ON COLUMN draft_request.digest IS 'SHA-256 of what was asked.';
COMMENT ON COLUMN draft_request.at IS 'When it was done.';
COMMENT ON COLUMN draft_request.was_there IS 'Whether there was a draft to forget; true of a draft that was kept.';

CREATE FUNCTION draft_asked(p_member text, p_concertation uuid, p_key text, p_digest bytea) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_known draft_request;
BEGIN
    -- Of several that come at once the first goes on, and the others wait here for what becomes of it.
    INSERT INTO draft_request VALUES (p_concertation, p_member, p_key, p_digest, instant(), true) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO v_known FROM draft_request r
    WHERE r.concertation = p_concertation AND r.member = p_member AND r.key = p_key;
    IF v_known.digest <> p_digest THEN
        RETURN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED');
    END IF;
    RETURN jsonb_build_object('saved_at', v_known.at, 'was_there', v_known.was_there, 'again', true);
END;
$$;
COMMENT ON FUNCTION draft_asked IS 'What was answered to this key before; nothing where it is new, which is then written down.';

CREATE FUNCTION keep_draft(
    p_member text, p_concertation uuid, p_round integer, p_stage text, p_college text, p_themes text[], p_body text,
    p_answers text, p_key text, p_digest bytea
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_answer jsonb := draft_asked(p_member, p_concertation, p_key, p_digest);
BEGIN
    IF v_answer IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_answer := save_draft(p_member, p_concertation, p_round, p_stage, p_college, p_themes, p_body, p_answers);
    IF v_answer ? 'refusal' THEN
        DELETE FROM draft_request r WHERE r.concertation = p_concertation AND r.member = p_member AND r.key = p_key;
        RETURN v_answer;
    END IF;
    UPDATE draft_request r SET at = (v_answer->>'saved_at')::timestamptz
    WHERE r.concertation = p_concertation AND r.member = p_member AND r.key = p_key;
    RETURN v_answer || '{"again": false}';
END;
$$;
COMMENT ON FUNCTION keep_draft IS 'Keeps a draft as save_draft does, once for each key.';

CREATE FUNCTION discard_draft(
    p_member text, p_concertation uuid, p_round integer, p_stage text, p_key text, p_digest bytea
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_answer jsonb := draft_asked(p_member, p_concertation, p_key, p_digest);
    v_was_there boolean;
BEGIN
    IF v_answer IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_was_there := drop_draft(p_member, p_concertation, p_round, p_stage);
    UPDATE draft_request r SET was_there = v_was_there
    WHERE r.concertation = p_concertation AND r.member = p_member AND r.key = p_key;
    RETURN jsonb_build_object('was_there', v_was_there, 'again', false);
END;
$$;
COMMENT ON FUNCTION discard_draft IS 'Forgets a draft, once for each key; says whether there was one.';

CREATE FUNCTION sweep_draft_requests(p_days integer, p_most integer) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    WITH old AS (
        SELECT concertation, member, key FROM draft_request
        WHERE at < instant() - make_interval(days => p_days) ORDER BY at LIMIT p_most FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM draft_request r USING old o
        WHERE (r.concertation, r.member, r.key) = (o.concertation, o.member, o.key) RETURNING 1
    )
    SELECT count(*) FROM gone;
$$;
COMMENT ON FUNCTION sweep_draft_requests IS 'Removes so many of what was asked more than so many days ago; how many.';

ALTER TABLE draft_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_does ON draft_request TO concertation_owner USING (true) WITH CHECK (true);
GRANT SELECT ON draft_request TO concertation_worker;
REVOKE EXECUTE ON FUNCTION draft_asked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_draft, discard_draft TO concertation_app;
GRANT EXECUTE ON FUNCTION sweep_draft_requests TO concertation_worker;

-- migrate:down
DROP FUNCTION sweep_draft_requests, discard_draft, keep_draft, draft_asked;
DROP TABLE draft_request;
