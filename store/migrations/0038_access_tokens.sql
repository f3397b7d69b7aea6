-- Personal access tokens: what programs come with on behalf of a member. Kept by digest, with how far they reach and until when.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE access_token (
    id uuid PRIMARY KEY,
    member text NOT NULL,
    name text NOT NULL,
    reaches text[] NOT NULL CHECK (reaches @> '{read}' AND reaches <@ '{read,contribute,conduct}'),
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at AND expires_at <= made_at + interval '1 year'),
    last_used_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON TABLE access_token IS 'Personal access tokens. The API reaches them through functions, and nobody can read a token from here.';
COMMENT ON COLUMN access_token.digest IS 'SHA-256 of the token, which holds 256 random bits.';
COMMENT ON COLUMN access_token.last_used_at IS 'To the minute.';
CREATE INDEX access_token_of ON access_token (member);

CREATE FUNCTION create_access_token(
    p_id uuid, p_member text, p_name text, p_reaches text[], p_digest bytea, p_expires_at timestamptz, p_most integer
) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('access tokens ' || p_member, 0));
    v_now := instant();
    IF EXISTS (SELECT FROM access_token t WHERE t.id = p_id) THEN
        RETURN CASE WHEN EXISTS (
            SELECT FROM access_token t
            WHERE (t.id, t.member, t.name, t.reaches, t.expires_at) = (p_id, p_member, p_name, p_reaches, p_expires_at)
        ) THEN 'same' ELSE 'other' END;
    END IF;
    IF p_expires_at <= v_now OR p_expires_at > v_now + interval '1 year' THEN
        RETURN 'life';
    END IF;
    IF p_most <= (
        SELECT count(*) FROM access_token t
        WHERE t.member = p_member AND t.revoked_at IS NULL AND t.expires_at > v_now
    ) THEN
        RETURN 'many';
    END IF;
    INSERT INTO access_token (id, member, name, reaches, digest, made_at, expires_at)
    VALUES (p_id, p_member, p_name, p_reaches, p_digest, v_now, p_expires_at);
    RETURN 'fresh';
END;
$$;
COMMENT ON FUNCTION create_access_token IS
    'Keeps a token, once for each id: fresh; same: it was there; other: another has its id; life: it would end too late, or has; many: enough work already.';

CREATE FUNCTION revoke_access_token(p_member text, p_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    UPDATE access_token t SET revoked_at = coalesce(t.revoked_at, instant())
    WHERE t.member = p_member AND t.id = p_id;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION revoke_access_token IS 'Ends a token of a member for ever; whether there is one.';

CREATE FUNCTION access_tokens_of(p_member text)
RETURNS TABLE (
    id uuid, name text, reaches text[], made_at timestamptz, expires_at timestamptz, last_used_at timestamptz
)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.id, t.name, t.reaches, t.made_at, t.expires_at, t.last_used_at FROM access_token t
    WHERE t.member = p_member AND t.revoked_at IS NULL AND t.expires_at > instant() ORDER BY t.made_at, t.id;
$$;
COMMENT ON FUNCTION access_tokens_of IS 'The tokens of a member that work, without their digests.';

CREATE FUNCTION use_access_token(p_digest bytea)
RETURNS TABLE (member text, reaches text[], seconds_left double precision)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
BEGIN
    UPDATE access_token t SET last_used_at = v_now
    WHERE t.digest = p_digest AND t.revoked_at IS NULL AND t.expires_at > v_now
        AND (t.last_used_at IS NULL OR t.last_used_at < v_now - interval '1 minute');
    RETURN QUERY
        SELECT t.member, t.reaches, extract(epoch FROM t.expires_at - v_now)::double precision FROM access_token t
        WHERE t.digest = p_digest AND t.revoked_at IS NULL AND t.expires_at > v_now;
END;
$$;
COMMENT ON FUNCTION use_access_token IS 'On whose behalf a token speaks, how far and for how long; nothing where it does not work. Writes its use, once a minute.';

ALTER TABLE access_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON access_token FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON access_token FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_ends ON access_token FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION create_access_token, revoke_access_token, access_tokens_of, use_access_token
    TO concertation_app;

-- migrate:down
DROP FUNCTION use_access_token;
DROP FUNCTION access_tokens_of;
DROP FUNCTION revoke_access_token;
DROP FUNCTION create_access_token;
DROP TABLE access_token;
