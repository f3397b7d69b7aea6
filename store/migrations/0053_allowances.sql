-- How much of its rate each caller has used, for all replicas of the API together. See docs/adr/0042.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE UNLOGGED TABLE allowance (
    key text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 120),
    rate double precision NOT NULL CHECK (rate > 0),
    level double precision NOT NULL CHECK (level >= 0),
    at timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE allowance IS 'Leaky buckets: what was used at an instant; it drains at the rate. Lost in a crash, and no harm done.';
COMMENT ON COLUMN allowance.key IS 'Who: a member, an address, a network. Forgotten within minutes after it was last used.';
COMMENT ON COLUMN allowance.rate IS 'Points a second.';
COMMENT ON COLUMN allowance.level IS 'Points used at that instant and not drained yet.';

CREATE FUNCTION settle_allowances(p_keys text[], p_spent double precision[], p_rates double precision[])
RETURNS TABLE (key text, level double precision)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := instant();
BEGIN
    RETURN QUERY
    INSERT INTO allowance AS a (key, rate, level, at)
    -- In one order everywhere: two replicas that settle the same keys wait for each other, and go on.
    SELECT g.key, g.rate, g.spent, v_now
    FROM unnest(p_keys, p_spent, p_rates) AS g (key, spent, rate) ORDER BY g.key COLLATE "C"
    ON CONFLICT (key) DO UPDATE SET
        level = excluded.level
            + greatest(0, a.level - excluded.rate * greatest(0, extract(epoch FROM excluded.at - a.at)::double precision)),
        rate = excluded.rate,
        at = greatest(a.at, excluded.at)
    RETURNING a.key, a.level;
END;
$$;
COMMENT ON FUNCTION settle_allowances IS 'Adds what one replica let through since it last settled, and gives what all of them did.';

CREATE FUNCTION forget_allowances() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    WITH drained AS (
        SELECT key FROM allowance
        WHERE level <= rate * extract(epoch FROM instant() - at)::double precision
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM allowance a USING drained d WHERE a.key = d.key RETURNING 1
    )
    SELECT count(*) FROM gone;
$$;
COMMENT ON FUNCTION forget_allowances IS 'Forgets whoever has used nothing for as long as theirs took to drain; how many those are.';

ALTER TABLE allowance ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_does ON allowance TO concertation_owner USING (true) WITH CHECK (true);
GRANT SELECT ON allowance TO concertation_worker;
GRANT EXECUTE ON FUNCTION settle_allowances, forget_allowances TO concertation_app;

-- migrate:down
DROP FUNCTION forget_allowances;
DROP FUNCTION settle_allowances;
DROP TABLE allowance;
