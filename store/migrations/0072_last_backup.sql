-- When the last whole backup was taken, for whoever watches the installation. See docs/adr/0048.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE backup_taken (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    at timestamptz NOT NULL
);
COMMENT ON TABLE backup_taken IS 'One row, written by `concertation backup` once its file is whole; none before the first.';
COMMENT ON COLUMN backup_taken.at IS 'The instant that it is of, not that at which it was finished.';

CREATE FUNCTION last_backup() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    -- What was backed up before a restoration is the installation that was lost.
    SELECT b.at FROM backup_taken b WHERE NOT EXISTS (SELECT FROM restoration r WHERE r.restored_at >= b.at);
$$;
COMMENT ON FUNCTION last_backup IS 'The instant that the last whole backup of this database is of; null where there was none since it was restored.';

ALTER TABLE backup_taken ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON backup_taken FOR SELECT TO concertation_owner USING (true);
GRANT SELECT ON backup_taken TO concertation_worker;
GRANT EXECUTE ON FUNCTION last_backup TO concertation_worker;

-- migrate:down
DROP FUNCTION last_backup;
DROP TABLE backup_taken;
