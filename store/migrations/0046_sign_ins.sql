-- Sign-ins on their way to a provider and back, each good for one return of one browser; links of the development, each good once.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE sign_in (
    state bytea PRIMARY KEY CHECK (octet_length(state) = 32),
    browser bytea NOT NULL CHECK (octet_length(browser) = 32),
    provider text NOT NULL,
    nonce bytea NOT NULL CHECK (octet_length(nonce) = 32),
    verifier text NOT NULL,
    next text NOT NULL CHECK (octet_length(next) <= 2000),
    until timestamptz NOT NULL
);
COMMENT ON TABLE sign_in IS 'Sign-ins that began. Whoever returns with the state in the same browser takes theirs, once.';
COMMENT ON COLUMN sign_in.state IS 'SHA-256 of the state, as nonce and browser are of what the browser and the provider keep.';
COMMENT ON COLUMN sign_in.verifier IS 'The verifier of the code (RFC 7636), for providers that know it.';
COMMENT ON COLUMN sign_in.next IS 'The path of this site to go on to.';
CREATE INDEX sign_in_until ON sign_in (until);

CREATE TABLE sign_in_link (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    until timestamptz NOT NULL
);
COMMENT ON TABLE sign_in_link IS 'Sign-in links of the development that were used, until they would have expired.';

CREATE FUNCTION begin_sign_in(
    p_state bytea, p_browser bytea, p_provider text, p_nonce bytea, p_verifier text, p_next text, p_within interval
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
BEGIN
    DELETE FROM sign_in s WHERE s.state IN (  -- an hour longer, so that whoever is late is told so
        SELECT o.state FROM sign_in o WHERE o.until <= v_now - interval '1 hour' ORDER BY o.until LIMIT 100
        FOR UPDATE SKIP LOCKED
    );
    INSERT INTO sign_in VALUES (p_state, p_browser, p_provider, p_nonce, p_verifier, p_next, v_now + p_within);
END;
$$;
COMMENT ON FUNCTION begin_sign_in IS 'Keeps a sign-in that begins; forgets some that nobody came back from.';

CREATE FUNCTION take_sign_in(p_state bytea, p_browser bytea, p_provider text)
RETURNS TABLE (said text, nonce bytea, verifier text, next text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v sign_in;
BEGIN
    DELETE FROM sign_in s
    WHERE (s.state, s.browser, s.provider) = (p_state, p_browser, p_provider) RETURNING * INTO v;
    IF FOUND THEN
        RETURN QUERY SELECT CASE WHEN v.until > v_now THEN 'taken' ELSE 'late' END, v.nonce, v.verifier, v.next;
    ELSIF EXISTS (SELECT FROM sign_in s WHERE s.state = p_state AND s.provider = p_provider) THEN
        RETURN QUERY SELECT 'foreign', NULL::bytea, NULL::text, NULL::text;
    END IF;
END;
$$;
COMMENT ON FUNCTION take_sign_in IS
    'Gives a sign-in to whoever returns from its provider in its browser, once: taken; late: its time is over; foreign: another browser; nothing: never was, or was taken.';

CREATE FUNCTION use_sign_in_link(p_digest bytea, p_until timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM sign_in_link l WHERE l.until <= instant() - interval '1 hour';
    INSERT INTO sign_in_link VALUES (p_digest, p_until) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION use_sign_in_link IS 'Uses a link; whether it was not used before.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sign_in', 'sign_in_link'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_reads ON %I FOR SELECT TO concertation_owner USING (true)', name);
        EXECUTE format('CREATE POLICY owner_adds ON %I FOR INSERT TO concertation_owner WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner_takes ON %I FOR DELETE TO concertation_owner USING (true)', name);
    END LOOP;
END;
$$;
-- SELECT … FOR UPDATE, which sweeping does, asks for the right to change a row.
CREATE POLICY owner_locks ON sign_in FOR UPDATE TO concertation_owner USING (true) WITH CHECK (false);
GRANT EXECUTE ON FUNCTION begin_sign_in, take_sign_in, use_sign_in_link TO concertation_app;

-- migrate:down
DROP FUNCTION use_sign_in_link;
DROP FUNCTION take_sign_in;
DROP FUNCTION begin_sign_in;
DROP TABLE sign_in_link;
DROP TABLE sign_in;
