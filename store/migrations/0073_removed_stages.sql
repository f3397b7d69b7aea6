-- Invitations to a stage that a migration of the procedure took out are closed: nobody is sent one, and a code says why.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION stage_removed(p_concertation uuid, p_round integer, p_stage text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    -- What a later round takes up again is superseded, too; but then there is a row of that round.
    SELECT NOT EXISTS (
        SELECT FROM stage s
        WHERE s.concertation = p_concertation AND s.key = p_stage
            AND (s.round > p_round OR s.round = p_round AND s.state <> 'superseded'));
$$;
COMMENT ON FUNCTION stage_removed IS 'Whether the version of the procedure that is followed knows a stage no more.';

CREATE OR REPLACE FUNCTION find_invitation(
    p_concertation uuid, p_address bytea, p_hash bytea, OUT refusal jsonb, OUT invited invitation
)
    LANGUAGE plpgsql
    AS $$
DECLARE
    -- One address: 10 failures in 10 minutes. One concertation: 1,000 in an hour, of 2 to the power of 54 codes.
    v_of_address attempt := count_failure('invitation/address', p_address, '10 minutes');
    v_of_concertation attempt;
    v_code invitation_code;
    v_stage stage;
BEGIN
    IF v_of_address.failures > 10 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_address.began_at + interval '10 minutes');
        RETURN;
    END IF;
    v_of_concertation := count_failure('invitation/concertation', uuid_send(p_concertation), '1 hour');
    IF v_of_concertation.failures > 1000 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_concertation.began_at + interval '1 hour');
        RETURN;
    END IF;
    SELECT * INTO v_code FROM invitation_code c WHERE c.hash = p_hash;
    SELECT * INTO invited FROM invitation i WHERE i.id = v_code.invitation AND i.concertation = p_concertation FOR UPDATE;
    IF NOT FOUND THEN
        DELETE FROM attempt a WHERE a.began_at < instant() - interval '1 day';
        refusal := jsonb_build_object('refusal', 'UNKNOWN_INVITATION');
        RETURN;
    END IF;
    UPDATE attempt a SET failures = a.failures - 1
    WHERE (a.scope = 'invitation/address' AND a.key = p_address)
        OR (a.scope = 'invitation/concertation' AND a.key = uuid_send(p_concertation));
    IF stage_removed(p_concertation, invited.round, invited.stage) THEN
        -- The word that every version knows, and why.
        refusal := jsonb_build_object('refusal', 'INVITATION_EXPIRED', 'because', 'stage_removed');
        RETURN;
    END IF;
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = invited.round AND s.key = invited.stage;
    IF v_code.revoked_at IS NOT NULL OR v_stage.is_over
        OR NOT v_stage.state IN ('pending', 'awaiting_opening', 'open') OR instant() >= v_stage.closes_at
    THEN
        refusal := jsonb_build_object('refusal', 'INVITATION_EXPIRED');
    END IF;
END;
$$;

CREATE OR REPLACE FUNCTION reissue_code(p_concertation uuid, p_invitation uuid, p_hash bytea, p_voids boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_invitation invitation;
BEGIN
    SELECT * INTO v_invitation FROM invitation i
    WHERE i.concertation = p_concertation AND i.id = p_invitation FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'UNKNOWN_INVITATION';
    END IF;
    IF v_invitation.declined_at IS NOT NULL
        OR v_invitation.accepted_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM invited_token t WHERE t.invitation = p_invitation)
    THEN
        RETURN 'INVITATION_USED';
    END IF;
    IF stage_removed(p_concertation, v_invitation.round, v_invitation.stage) THEN
        RETURN 'INVITATION_EXPIRED';
    END IF;
    UPDATE invitation_code c SET revoked_at = instant()
    WHERE p_voids AND c.invitation = p_invitation AND c.revoked_at IS NULL;
    INSERT INTO invitation_code (hash, invitation, issued_at) VALUES (p_hash, p_invitation, instant());
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION print_letters(p_concertation uuid, p_id uuid, p_by text, p_most integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_letters integer;
BEGIN
    -- One batch at a time: no letter is in two.
    PERFORM pg_advisory_xact_lock(29, hashtext(p_concertation::text));
    IF EXISTS (SELECT FROM letter_batch b WHERE b.id = p_id) THEN
        RETURN CASE WHEN EXISTS (
            SELECT FROM letter_batch b WHERE b.id = p_id AND b.concertation = p_concertation
        ) THEN 'same' ELSE 'other' END;
    END IF;
    -- Whoever has answered meanwhile is not invited any more.
    UPDATE notice n SET state = 'skipped', last_fault = 'INVITATION_USED'
    FROM notice_text t JOIN invitation i ON i.id = (t.about ->> 'invitation')::uuid
    WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        AND (i.accepted_at IS NOT NULL OR i.declined_at IS NOT NULL);
    -- Nor is anybody to a stage that was taken out.
    UPDATE notice n SET state = 'skipped', last_fault = 'INVITATION_CLOSED'
    FROM notice_text t JOIN invitation i ON i.id = (t.about ->> 'invitation')::uuid
    WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        AND stage_removed(i.concertation, i.round, i.stage);
    INSERT INTO letter_batch (id, concertation, letters, made_by, made_at) VALUES (p_id, p_concertation, 0, p_by, v_now);
    WITH waiting AS (
        SELECT n.recipient, min(n.at) AS since FROM notice n JOIN notice_text t ON t.key = n.key
        WHERE t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        GROUP BY 1 ORDER BY 2, 1 LIMIT p_most
    ), addressed AS (
        SELECT w.recipient, concat_ws(E'\n', coalesce(e.display_name, o.name), coalesce(c.postal_address, a.lines)) AS lines
        FROM waiting w
        LEFT JOIN postal_address a ON a.concertation = p_concertation AND a.recipient = w.recipient
        LEFT JOIN contact c ON 'member/' || c.member = w.recipient
        LEFT JOIN person e ON 'member/' || e.member = w.recipient
        LEFT JOIN organisation o ON 'organisation/' || o.id = w.recipient
        WHERE coalesce(c.postal_address, a.lines) IS NOT NULL
    ), printed AS (
        UPDATE notice n SET state = 'printed', sent_at = v_now, batch = p_id, sent_to = a.lines
        FROM addressed a, notice_text t
        WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
            AND n.recipient = a.recipient
        RETURNING n.recipient
    )
    UPDATE letter_batch b SET letters = (SELECT count(DISTINCT p.recipient) FROM printed p) WHERE b.id = p_id
    RETURNING b.letters INTO v_letters;
    IF v_letters = 0 THEN
        DELETE FROM letter_batch b WHERE b.id = p_id;
        RETURN 'none';
    END IF;
    RETURN 'fresh';
END;
$$;

CREATE FUNCTION invitations_to(p_concertation uuid, p_stages text[])
RETURNS TABLE (stage text, made bigint, accepted bigint, declined bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT i.stage, count(*), count(i.accepted_at), count(i.declined_at) FROM invitation i
    WHERE i.concertation = p_concertation AND i.stage = ANY (p_stages)
    GROUP BY 1 ORDER BY 1;
$$;
COMMENT ON FUNCTION invitations_to IS 'How many invitations there are to each of these stages, and what became of them.';

GRANT EXECUTE ON FUNCTION stage_removed TO concertation_worker;
GRANT EXECUTE ON FUNCTION invitations_to TO concertation_app, concertation_worker;

-- migrate:down
CREATE OR REPLACE FUNCTION print_letters(p_concertation uuid, p_id uuid, p_by text, p_most integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_letters integer;
BEGIN
    -- One batch at a time: no letter is in two.
    PERFORM pg_advisory_xact_lock(29, hashtext(p_concertation::text));
    IF EXISTS (SELECT FROM letter_batch b WHERE b.id = p_id) THEN
        RETURN CASE WHEN EXISTS (
            SELECT FROM letter_batch b WHERE b.id = p_id AND b.concertation = p_concertation
        ) THEN 'same' ELSE 'other' END;
    END IF;
    -- Whoever has answered meanwhile is not invited any more.
    UPDATE notice n SET state = 'skipped', last_fault = 'INVITATION_USED'
    FROM notice_text t JOIN invitation i ON i.id = (t.about ->> 'invitation')::uuid
    WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        AND (i.accepted_at IS NOT NULL OR i.declined_at IS NOT NULL);
    INSERT INTO letter_batch (id, concertation, letters, made_by, made_at) VALUES (p_id, p_concertation, 0, p_by, v_now);
    WITH waiting AS (
        SELECT n.recipient, min(n.at) AS since FROM notice n JOIN notice_text t ON t.key = n.key
        WHERE t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        GROUP BY 1 ORDER BY 2, 1 LIMIT p_most
    ), addressed AS (
        SELECT w.recipient, concat_ws(E'\n', coalesce(e.display_name, o.name), coalesce(c.postal_address, a.lines)) AS lines
        FROM waiting w
        LEFT JOIN postal_address a ON a.concertation = p_concertation AND a.recipient = w.recipient
        LEFT JOIN contact c ON 'member/' || c.member = w.recipient
        LEFT JOIN person e ON 'member/' || e.member = w.recipient
        LEFT JOIN organisation o ON 'organisation/' || o.id = w.recipient
        WHERE coalesce(c.postal_address, a.lines) IS NOT NULL
    ), printed AS (
        UPDATE notice n SET state = 'printed', sent_at = v_now, batch = p_id, sent_to = a.lines
        FROM addressed a, notice_text t
        WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
            AND n.recipient = a.recipient
        RETURNING n.recipient
    )
    UPDATE letter_batch b SET letters = (SELECT count(DISTINCT p.recipient) FROM printed p) WHERE b.id = p_id
    RETURNING b.letters INTO v_letters;
    IF v_letters = 0 THEN
        DELETE FROM letter_batch b WHERE b.id = p_id;
        RETURN 'none';
    END IF;
    RETURN 'fresh';
END;
$$;

CREATE OR REPLACE FUNCTION reissue_code(p_concertation uuid, p_invitation uuid, p_hash bytea, p_voids boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_invitation invitation;
BEGIN
    SELECT * INTO v_invitation FROM invitation i
    WHERE i.concertation = p_concertation AND i.id = p_invitation FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'UNKNOWN_INVITATION';
    END IF;
    IF v_invitation.declined_at IS NOT NULL
        OR v_invitation.accepted_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM invited_token t WHERE t.invitation = p_invitation)
    THEN
        RETURN 'INVITATION_USED';
    END IF;
    UPDATE invitation_code c SET revoked_at = instant()
    WHERE p_voids AND c.invitation = p_invitation AND c.revoked_at IS NULL;
    INSERT INTO invitation_code (hash, invitation, issued_at) VALUES (p_hash, p_invitation, instant());
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION find_invitation(
    p_concertation uuid, p_address bytea, p_hash bytea, OUT refusal jsonb, OUT invited invitation
)
    LANGUAGE plpgsql
    AS $$
DECLARE
    -- One address: 10 failures in 10 minutes. One concertation: 1,000 in an hour, of 2 to the power of 54 codes.
    v_of_address attempt := count_failure('invitation/address', p_address, '10 minutes');
    v_of_concertation attempt;
    v_code invitation_code;
    v_stage stage;
BEGIN
    IF v_of_address.failures > 10 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_address.began_at + interval '10 minutes');
        RETURN;
    END IF;
    v_of_concertation := count_failure('invitation/concertation', uuid_send(p_concertation), '1 hour');
    IF v_of_concertation.failures > 1000 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_concertation.began_at + interval '1 hour');
        RETURN;
    END IF;
    SELECT * INTO v_code FROM invitation_code c WHERE c.hash = p_hash;
    SELECT * INTO invited FROM invitation i WHERE i.id = v_code.invitation AND i.concertation = p_concertation FOR UPDATE;
    IF NOT FOUND THEN
        DELETE FROM attempt a WHERE a.began_at < instant() - interval '1 day';
        refusal := jsonb_build_object('refusal', 'UNKNOWN_INVITATION');
        RETURN;
    END IF;
    UPDATE attempt a SET failures = a.failures - 1
    WHERE (a.scope = 'invitation/address' AND a.key = p_address)
        OR (a.scope = 'invitation/concertation' AND a.key = uuid_send(p_concertation));
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = invited.round AND s.key = invited.stage;
    IF v_code.revoked_at IS NOT NULL OR v_stage.is_over
        OR NOT v_stage.state IN ('pending', 'awaiting_opening', 'open') OR instant() >= v_stage.closes_at
    THEN
        refusal := jsonb_build_object('refusal', 'INVITATION_EXPIRED');
    END IF;
END;
$$;

DROP FUNCTION invitations_to, stage_removed;
