-- Closing archives that were asked for: made by the worker, kept by digest where files are, fetched by ticket.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE closing_archive (
    concertation uuid PRIMARY KEY REFERENCES concertation,
    asked_at timestamptz,
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint CHECK (size > 0),
    made_at timestamptz,
    seq bigint,
    moderated bigint,
    CHECK (num_nonnulls(sha256, size, made_at, seq, moderated) IN (0, 5))
);
COMMENT ON TABLE closing_archive IS 'The latest closing archive of a concertation that was asked for. It can be made again at any time.';
COMMENT ON COLUMN closing_archive.asked_at IS 'Since when one is wanted that is not there; unset: none is.';
COMMENT ON COLUMN closing_archive.sha256 IS 'Of the whole file, which is kept under it.';
COMMENT ON COLUMN closing_archive.seq IS 'The number of its last event.';
COMMENT ON COLUMN closing_archive.moderated IS 'The last act of moderation before it: what moderation hides afterwards is still in it.';
CREATE INDEX closing_archive_wanted ON closing_archive (asked_at) WHERE asked_at IS NOT NULL;

CREATE FUNCTION last_moderation(p_concertation uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT coalesce(max(a.id), 0) FROM moderation_act a WHERE a.concertation = p_concertation;
$$;
COMMENT ON FUNCTION last_moderation IS 'The number of the last act of moderation in a concertation; 0 before the first.';

CREATE FUNCTION ask_closing_archive(p_concertation uuid)
RETURNS TABLE (sha256 text, size bigint, made_at timestamptz, seq bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    latest bigint := last_moderation(p_concertation);
BEGIN
    INSERT INTO closing_archive AS k (concertation, asked_at)
    SELECT c.id, instant() FROM concertation c WHERE c.id = p_concertation
    ON CONFLICT (concertation) DO UPDATE SET asked_at = coalesce(k.asked_at, excluded.asked_at)
    WHERE k.asked_at IS NULL AND (k.made_at IS NULL OR k.moderated <> latest OR k.seq <> (
        SELECT c.seq FROM concertation c WHERE c.id = p_concertation));
    RETURN QUERY SELECT k.sha256, k.size, k.made_at, k.seq FROM closing_archive k
        WHERE k.concertation = p_concertation AND k.moderated = latest;
END;
$$;
COMMENT ON FUNCTION ask_closing_archive IS
    'The closing archive that is kept, unless moderation hid something since; where it is not of the latest event, another is wanted.';

ALTER TABLE closing_archive ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE (asked_at, sha256, size, made_at, seq, moderated) ON closing_archive TO concertation_worker;
CREATE POLICY owner_reads ON closing_archive FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON closing_archive FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_asks ON closing_archive FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION ask_closing_archive TO concertation_app;
GRANT EXECUTE ON FUNCTION last_moderation TO concertation_worker;

-- migrate:down
DROP FUNCTION ask_closing_archive;
DROP FUNCTION last_moderation;
DROP TABLE closing_archive;
