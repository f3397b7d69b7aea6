-- Browser sessions: what a signed-in browser comes with. Kept by digest, replaced at intervals, ended by time, by hand, by theft.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE browser_session (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    former bytea UNIQUE CHECK (octet_length(former) = 32),
    former_until timestamptz,
    member text NOT NULL,
    provider text NOT NULL,
    siret text CHECK (siret ~ '^[0-9]{14}$'),
    id_token text CHECK (octet_length(id_token) <= 20000),
    platform_roles text[] NOT NULL CHECK (platform_roles <@ '{coordinator,operator}'),
    begun_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at >= until AND ends_at > begun_at)
);
COMMENT ON TABLE browser_session IS 'Sessions of browsers that work. The API reaches them through functions, and nobody can read a cookie from here. One that ended is gone.';
COMMENT ON COLUMN browser_session.digest IS 'SHA-256 of the secret in the cookie, which holds 256 random bits.';
COMMENT ON COLUMN browser_session.former IS 'That of the secret before. It works until the new one was seen, and some seconds more.';
COMMENT ON COLUMN browser_session.former_until IS 'Unset: the new secret was not seen yet, its answer may be lost.';
COMMENT ON COLUMN browser_session.siret IS 'The organisation that the identity provider named; shown to the person, and no right.';
COMMENT ON COLUMN browser_session.id_token IS 'What the provider wants to see again at sign-out. Kept for nothing else, and no longer.';
COMMENT ON COLUMN browser_session.platform_roles IS 'What a sign-in link of the development gave; of nobody else.';
COMMENT ON COLUMN browser_session.last_used_at IS 'To the minute.';
COMMENT ON COLUMN browser_session.until IS 'When it ends unless it is used before.';
CREATE INDEX browser_session_of ON browser_session (member, begun_at);
CREATE INDEX browser_session_until ON browser_session (until);

CREATE FUNCTION begin_session(
    p_digest bytea, p_member text, p_provider text, p_siret text, p_id_token text, p_platform_roles text[],
    p_idle interval, p_life interval, p_instead_of bytea, p_most integer
) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_id uuid := gen_random_uuid();
BEGIN
    DELETE FROM browser_session s WHERE s.id IN (
        SELECT o.id FROM browser_session o WHERE o.until <= v_now ORDER BY o.until LIMIT 100 FOR UPDATE SKIP LOCKED
    );
    DELETE FROM browser_session s WHERE p_instead_of IN (s.digest, s.former);
    DELETE FROM browser_session s WHERE s.id IN (
        SELECT o.id FROM browser_session o WHERE o.member = p_member ORDER BY o.begun_at DESC, o.id OFFSET p_most - 1
    );
    INSERT INTO browser_session (
        id, digest, member, provider, siret, id_token, platform_roles, begun_at, renewed_at, last_used_at, until, ends_at
    ) VALUES (
        v_id, p_digest, p_member, p_provider, p_siret, p_id_token, p_platform_roles, v_now, v_now, v_now,
        v_now + least(p_idle, p_life), v_now + p_life
    );
    RETURN v_id;
END;
$$;
COMMENT ON FUNCTION begin_session IS
    'Begins a session, and ends the one that the browser had, the oldest of a member with too many, and some whose time is over.';

CREATE FUNCTION use_session(p_digest bytea, p_idle interval, p_renew interval, p_grace interval)
RETURNS TABLE (
    id uuid, member text, provider text, siret text, platform_roles text[], begun_at timestamptz,
    seconds_left double precision, due boolean
)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v browser_session;
    v_due boolean;
BEGIN
    SELECT * INTO v FROM browser_session s WHERE s.digest = p_digest;
    IF FOUND THEN
        v_due := v.renewed_at <= v_now - p_renew;
        IF v.former IS NOT NULL AND v.former_until IS NULL THEN
            UPDATE browser_session s SET former_until = v_now + p_grace WHERE s.id = v.id AND s.former_until IS NULL;
        END IF;
    ELSE
        SELECT * INTO v FROM browser_session s WHERE s.former = p_digest;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF v.former_until <= v_now THEN  -- two have it, and one of them is not its owner
            DELETE FROM browser_session s WHERE s.id = v.id;
            RETURN;
        END IF;
        v_due := v.former_until IS NULL AND v.renewed_at <= v_now - p_grace;
    END IF;
    IF v.until <= v_now THEN
        DELETE FROM browser_session s WHERE s.id = v.id AND s.until <= v_now;
        RETURN;
    END IF;
    IF v.last_used_at < v_now - interval '1 minute' THEN
        UPDATE browser_session s SET last_used_at = v_now, until = least(v_now + p_idle, s.ends_at) WHERE s.id = v.id
        RETURNING s.until INTO v.until;
    END IF;
    RETURN QUERY SELECT v.id, v.member, v.provider, v.siret, platform_roles_of(v.member) || v.platform_roles, v.begun_at,
        extract(epoch FROM v.until - v_now)::double precision, v_due
    WHERE v.until IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION use_session IS
    'Whose session a secret opens, and whether it is time for another secret; nothing where it opens none. A secret that was replaced and comes again later ends its session: it was stolen.';

CREATE FUNCTION renew_session(p_digest bytea, p_new bytea, p_renew interval, p_grace interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
BEGIN
    UPDATE browser_session s SET former = p_digest, former_until = NULL, digest = p_new, renewed_at = v_now
    WHERE (s.digest = p_digest AND s.renewed_at <= v_now - p_renew AND s.until > v_now)
        OR (s.former = p_digest AND s.former_until IS NULL AND s.renewed_at <= v_now - p_grace AND s.until > v_now);
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION renew_session IS
    'Gives a session another secret where it is time, or where the last one seems to be lost on its way; of many at once, to one.';

CREATE FUNCTION session_lives(p_id uuid) RETURNS TABLE (seconds_left double precision, platform_roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT extract(epoch FROM s.until - instant())::double precision, platform_roles_of(s.member) || s.platform_roles
    FROM browser_session s WHERE s.id = p_id AND s.until > instant();
$$;
COMMENT ON FUNCTION session_lives IS 'How long a session lives on, unless it is used; nothing where it ended. To ask is no use.';

CREATE FUNCTION sessions_of(p_member text)
RETURNS TABLE (
    id uuid, provider text, begun_at timestamptz, last_used_at timestamptz, until timestamptz
)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT s.id, s.provider, s.begun_at, s.last_used_at, s.until FROM browser_session s
    WHERE s.member = p_member AND s.until > instant() ORDER BY s.begun_at, s.id;
$$;
COMMENT ON FUNCTION sessions_of IS 'The sessions of a member, without what opens them.';

CREATE FUNCTION end_session(p_member text, p_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM browser_session s WHERE s.member = p_member AND s.id = p_id;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION end_session IS 'Ends a session of a member; whether there was one.';

CREATE FUNCTION end_other_sessions(p_member text, p_kept uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_ended integer;
BEGIN
    DELETE FROM browser_session s WHERE s.member = p_member AND s.id IS DISTINCT FROM p_kept;
    GET DIAGNOSTICS v_ended = ROW_COUNT;
    RETURN v_ended;
END;
$$;
COMMENT ON FUNCTION end_other_sessions IS 'Ends all sessions of a member but one, or all; how many.';

CREATE FUNCTION sign_out(p_digest bytea) RETURNS TABLE (member text, provider text, id_token text)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DELETE FROM browser_session s WHERE p_digest IN (s.digest, s.former)
    RETURNING s.member, s.provider, s.id_token;
$$;
COMMENT ON FUNCTION sign_out IS 'Ends the session that a secret opens, and gives what its provider wants to see; nothing where it opens none.';

ALTER TABLE browser_session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON browser_session FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON browser_session FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_renews ON browser_session FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_ends ON browser_session FOR DELETE TO concertation_owner USING (true);
GRANT EXECUTE ON FUNCTION begin_session, use_session, renew_session, session_lives, sessions_of, end_session,
    end_other_sessions, sign_out TO concertation_app;

-- migrate:down
DROP FUNCTION sign_out;
DROP FUNCTION end_other_sessions;
DROP FUNCTION end_session;
DROP FUNCTION sessions_of;
DROP FUNCTION session_lives;
DROP FUNCTION renew_session;
DROP FUNCTION use_session;
DROP FUNCTION begin_session;
DROP TABLE browser_session;
