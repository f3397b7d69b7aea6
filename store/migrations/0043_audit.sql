-- Who came in and who was turned away: for an operator at night, and for whoever has to say afterwards what happened.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    minute timestamptz NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    what text NOT NULL,
    member text,
    address text,
    about text,
    reference text,
    count bigint NOT NULL CHECK (count > 0),
    CONSTRAINT audit_once UNIQUE NULLS NOT DISTINCT (minute, what, member, address, about)
);
COMMENT ON TABLE audit IS 'Sign-ins and refusals (domain/auditing.py). The API adds to it and reads none of it; it is swept after some months.';
COMMENT ON COLUMN audit.minute IS 'What is the same within a minute is one row, counted: a flood does not fill the disk.';
COMMENT ON COLUMN audit.member IS 'A pseudonymous id; unset for whoever did not say who they are.';
COMMENT ON COLUMN audit.address IS 'Whence: an IPv4 address, of IPv6 the network of 64 bits.';
COMMENT ON COLUMN audit.about IS 'The act, the bound, the token, the role: never what somebody wrote.';
COMMENT ON COLUMN audit.reference IS 'Of the first of its requests, as in the log.';

CREATE FUNCTION write_audit(p_rows jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    INSERT INTO audit AS a (minute, first_at, last_at, what, member, address, about, reference, count)
    SELECT date_trunc('minute', r.now - make_interval(secs => r.last_ago)), r.now - make_interval(secs => r.first_ago),
        r.now - make_interval(secs => r.last_ago), r.what, r.member, r.address, r.about, r.reference, r.count
    FROM (
        SELECT n.now, g.* FROM (SELECT instant() AS now) n, jsonb_to_recordset(p_rows) AS g (
            first_ago double precision, last_ago double precision, what text, member text, address text, about text,
            reference text, count bigint)
    ) r
    ORDER BY r.what, r.member, r.address, r.about  -- two replicas lock in the same order
    ON CONFLICT ON CONSTRAINT audit_once DO UPDATE SET
        count = a.count + excluded.count,
        first_at = least(a.first_at, excluded.first_at), last_at = greatest(a.last_at, excluded.last_at);
$$;
COMMENT ON FUNCTION write_audit IS 'Adds what happened, counted into what is there of the same minute. Ages are in seconds.';

CREATE FUNCTION audit_since(p_since timestamptz, p_what text[], p_member text, p_address text, p_most integer)
RETURNS TABLE (
    first_at timestamptz, last_at timestamptz, what text, member text, address text, about text, reference text,
    count bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT l.first_at, l.last_at, l.what, l.member, l.address, l.about, l.reference, l.count FROM (
        SELECT a.* FROM audit a
        WHERE a.minute >= date_trunc('minute', p_since) AND a.last_at >= p_since
            AND (p_what IS NULL OR a.what = ANY (p_what))
            AND (p_member IS NULL OR a.member = p_member)
            AND (p_address IS NULL OR a.address = p_address)
        ORDER BY a.minute DESC, a.id DESC LIMIT p_most
    ) l ORDER BY l.minute, l.id;
$$;
COMMENT ON FUNCTION audit_since IS 'The latest so many rows since an instant, the latest last.';

CREATE FUNCTION sweep_audit(p_days integer, p_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_swept bigint;
BEGIN
    DELETE FROM audit a WHERE a.id IN (
        SELECT o.id FROM audit o WHERE o.minute < instant() - make_interval(days => p_days)
        ORDER BY o.minute LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    RETURN v_swept;
END;
$$;
COMMENT ON FUNCTION sweep_audit IS 'Removes the oldest so many rows of those older than so many days; how many it were.';

ALTER TABLE audit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON audit FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON audit FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_counts ON audit FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_sweeps ON audit FOR DELETE TO concertation_owner USING (true);
GRANT EXECUTE ON FUNCTION write_audit TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION audit_since, sweep_audit TO concertation_worker;

-- migrate:down
DROP FUNCTION sweep_audit;
DROP FUNCTION audit_since;
DROP FUNCTION write_audit;
DROP TABLE audit;
