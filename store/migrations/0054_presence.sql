-- What callers hold at this moment, sockets and operations at work, in each replica of the API. See docs/adr/0042.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE UNLOGGED TABLE replica (
    id uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE replica IS 'The processes of the API that lately said that they run.';

CREATE UNLOGGED TABLE presence (
    replica uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 140),
    number integer NOT NULL CHECK (number > 0),
    PRIMARY KEY (replica, key)
) WITH (fillfactor = 70);
COMMENT ON TABLE presence IS 'How many sockets and operations of whom each of them has. Counts where the replica was seen within ten seconds.';

CREATE FUNCTION settle_presence(p_replica uuid, p_keys text[], p_numbers integer[])
RETURNS TABLE (key text, number bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := instant();
BEGIN
    INSERT INTO replica (id, seen_at) VALUES (p_replica, v_now)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at;
    DELETE FROM replica WHERE id IN (
        SELECT r.id FROM replica r WHERE r.seen_at < v_now - interval '1 minute' FOR UPDATE SKIP LOCKED
    );
    DELETE FROM presence WHERE (replica, key) IN (
        SELECT p.replica, p.key FROM presence p
        WHERE NOT EXISTS (SELECT FROM replica r WHERE r.id = p.replica)
            OR p.replica = p_replica AND NOT EXISTS (SELECT FROM unnest(p_keys) AS k WHERE k = p.key)
        FOR UPDATE SKIP LOCKED
    );
    INSERT INTO presence AS p (replica, key, number)
    SELECT p_replica, g.key, g.number FROM unnest(p_keys, p_numbers) AS g (key, number)
    ON CONFLICT (replica, key) DO UPDATE SET number = excluded.number WHERE p.number <> excluded.number;
    RETURN QUERY
        SELECT p.key, sum(p.number) FROM presence p JOIN replica r ON r.id = p.replica
        WHERE p.replica <> p_replica AND r.seen_at >= v_now - interval '10 seconds'
        GROUP BY p.key;
END;
$$;
COMMENT ON FUNCTION settle_presence IS
    'Says all that a replica has, and gives what the others have. Forgets those that ended.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['replica', 'presence'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_does ON %I TO concertation_owner USING (true) WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
    END LOOP;
END;
$$;
GRANT EXECUTE ON FUNCTION settle_presence TO concertation_app;

-- migrate:down
DROP FUNCTION settle_presence;
DROP TABLE presence;
DROP TABLE replica;
