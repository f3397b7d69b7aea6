-- Signing in by the code of an invitation: a token for whoever holds the letter, good for that invitation alone.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE invited_token (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    invitation uuid NOT NULL REFERENCES invitation,
    code bytea NOT NULL REFERENCES invitation_code,
    member text NOT NULL,
    made_at timestamptz NOT NULL,
    ended_at timestamptz
);
COMMENT ON TABLE invited_token IS 'Tokens of those who signed in by the code of an invitation. Nobody can read a token from here.';
COMMENT ON COLUMN invited_token.digest IS 'SHA-256 of the token, which holds 256 random bits.';
COMMENT ON COLUMN invited_token.member IS 'Who contributes with it: the member who is invited, or one that stands for whoever has the letter of the organisation.';
COMMENT ON COLUMN invited_token.ended_at IS 'Since when another token of the invitation has taken its place.';
CREATE INDEX invited_token_of ON invited_token (invitation);

CREATE FUNCTION sign_in_with_code(p_concertation uuid, p_address bytea, p_hash bytea, p_member text, p_digest bytea)
RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_found record;
    v_row invitation;
    v_closes_at timestamptz;
BEGIN
    SELECT * INTO v_found FROM find_invitation(p_concertation, p_address, p_hash);
    IF v_found.refusal IS NOT NULL THEN
        RETURN v_found.refusal;
    END IF;
    v_row := v_found.invited;
    -- A code works once. For whoever signed in by it, it goes on to be the key.
    IF v_row.declined_at IS NOT NULL
        OR v_row.accepted_at IS NOT NULL AND NOT EXISTS (SELECT FROM invited_token t WHERE t.invitation = v_row.id)
    THEN
        RETURN jsonb_build_object('refusal', 'INVITATION_USED');
    END IF;
    IF v_row.member <> p_member THEN
        RETURN jsonb_build_object('refusal', 'INVITATION_OF_ANOTHER');
    END IF;
    UPDATE invitation i SET
        opened_at = coalesce(i.opened_at, v_now),
        accepted_at = coalesce(i.accepted_at, v_now),
        accepted_by = coalesce(i.accepted_by, p_member)
    WHERE i.id = v_row.id RETURNING * INTO v_row;
    UPDATE invited_token t SET ended_at = v_now WHERE t.invitation = v_row.id AND t.ended_at IS NULL;
    INSERT INTO invited_token (digest, invitation, code, member, made_at)
    VALUES (p_digest, v_row.id, p_hash, p_member, v_now);
    SELECT s.closes_at INTO v_closes_at FROM stage s
    WHERE s.concertation = p_concertation AND s.round = v_row.round AND s.key = v_row.stage;
    RETURN jsonb_build_object('invitation', to_jsonb(v_row), 'closes_at', v_closes_at);
END;
$$;
COMMENT ON FUNCTION sign_in_with_code IS
    'Accepts an invitation for whoever has its code and no account, and keeps their token in the place of the one before.';

CREATE FUNCTION use_invited_token(p_digest bytea)
RETURNS TABLE (member text, concertation uuid, round integer, stage text, seconds_left double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.member, i.concertation, i.round, i.stage,
        coalesce(extract(epoch FROM s.closes_at - instant()), 86400)::double precision
    FROM invited_token t
        JOIN invitation i ON i.id = t.invitation
        JOIN invitation_code c ON c.hash = t.code AND c.revoked_at IS NULL
        JOIN stage s ON s.concertation = i.concertation AND s.round = i.round AND s.key = i.stage
    WHERE t.digest = p_digest AND t.ended_at IS NULL
        AND NOT s.is_over AND s.state IN ('pending', 'awaiting_opening', 'open')
        AND (s.closes_at IS NULL OR s.closes_at > instant())
        -- Who was taken from the organisation since, or from the concertation, speaks for nobody.
        AND EXISTS (
            SELECT FROM member m
            WHERE m.concertation = i.concertation AND m.member = t.member AND m.left_at IS NULL
                AND (i.organisation IS NULL OR m.organisation = i.organisation::text));
$$;
COMMENT ON FUNCTION use_invited_token IS
    'For whom a token contributes, where and for how long; nothing where it was replaced, its code voided, its stage closed.';

-- A letter by which somebody signed in may be lost, too: its code is replaced like any other, and its token ends.
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

ALTER TABLE invited_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON invited_token FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON invited_token FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_ends ON invited_token FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT SELECT ON invited_token TO concertation_worker; -- for archives
GRANT EXECUTE ON FUNCTION sign_in_with_code, use_invited_token TO concertation_app;

-- migrate:down
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
    IF v_invitation.accepted_at IS NOT NULL OR v_invitation.declined_at IS NOT NULL THEN
        RETURN 'INVITATION_USED';
    END IF;
    UPDATE invitation_code c SET revoked_at = instant()
    WHERE p_voids AND c.invitation = p_invitation AND c.revoked_at IS NULL;
    INSERT INTO invitation_code (hash, invitation, issued_at) VALUES (p_hash, p_invitation, instant());
    RETURN NULL;
END;
$$;
DROP FUNCTION use_invited_token;
DROP FUNCTION sign_in_with_code;
DROP TABLE invited_token;
