-- The second lock, of files, groupings and sources: by what is named. Who has a draft, who was asked, what comes from what
-- before it is out, stands in no table that the API's role may go through.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Files: by their ids and by what they belong to. Ids and digests stay readable, for the one update that there is.
REVOKE SELECT, INSERT ON file FROM concertation_app;
REVOKE SELECT, DELETE ON file_reference FROM concertation_app;
GRANT SELECT (id, concertation, digest, destroyed_at) ON file TO concertation_app;
DROP POLICY app_adds ON file;
DROP POLICY app_reads ON file_reference;
DROP POLICY app_lets_go ON file_reference;
CREATE POLICY owner_lets_go_of_drafts ON file_reference FOR DELETE TO concertation_owner USING (kind = 'draft');

CREATE FUNCTION announce_file(
    p_id uuid, p_concertation uuid, p_stage text, p_owner text, p_name text, p_media_type text, p_size bigint,
    p_most integer
) RETURNS SETOF file
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    IF p_most > (
        SELECT count(*) FROM (
            SELECT FROM file f WHERE f.owner = p_owner AND f.id <> p_id
                AND NOT EXISTS (SELECT FROM file_reference r WHERE r.file = f.id) LIMIT p_most
        ) AS waiting
    ) THEN
        INSERT INTO file (id, concertation, stage, owner, name, media_type, size, requested_at)
        VALUES (p_id, p_concertation, p_stage, p_owner, p_name, p_media_type, p_size, instant())
        ON CONFLICT (id) DO NOTHING;
    END IF;
    -- A statement of its own: it sees what another one announced meanwhile.
    RETURN QUERY SELECT f.* FROM file f WHERE f.id = p_id;
END;
$$;
COMMENT ON FUNCTION announce_file IS
    'Announces a file, once for each id, and gives what is announced there; nothing where too many of the owner''s wait.';

CREATE FUNCTION files_of(p_ids uuid[]) RETURNS SETOF file
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT f.* FROM file f WHERE f.id = ANY (p_ids) AND f.destroyed_at IS NULL $$;
COMMENT ON FUNCTION files_of IS 'Files by id. Destroyed ones are none.';

CREATE FUNCTION files_referred(p_kind text, p_referrers text[]) RETURNS TABLE (referrer text, file file)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT r.referrer, f FROM file_reference r JOIN file f ON f.id = r.file
    WHERE r.kind = p_kind AND r.referrer = ANY (p_referrers)
    $$;
COMMENT ON FUNCTION files_referred IS 'Files that belong to what is named.';

CREATE FUNCTION references_of(p_files uuid[]) RETURNS SETOF file_reference
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT r.* FROM file_reference r WHERE r.file = ANY (p_files) $$;
COMMENT ON FUNCTION references_of IS 'What files belong to.';

CREATE FUNCTION let_go_of_draft(p_referrer text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ DELETE FROM file_reference r WHERE r.kind = 'draft' AND r.referrer = p_referrer $$;
COMMENT ON FUNCTION let_go_of_draft IS 'Lets the files of a draft belong to it no longer.';

-- Groupings: what was merged is a public log; what was only asked for is for who conducts it, and for who was asked.
CREATE VIEW grouping_entry AS
    SELECT g.*, grouping_parts(g.id) AS parts, ARRAY(SELECT voices_of(g.id)) AS voices FROM contribution_group g;
REVOKE ALL ON grouping_entry FROM PUBLIC;
REVOKE SELECT ON contribution_group, grouping_part, resemblance, treatment FROM concertation_app;
REVOKE EXECUTE ON FUNCTION grouping_parts, voices_of FROM concertation_app;
DROP POLICY app_reads ON contribution_group;
DROP POLICY app_reads ON grouping_part;
DROP POLICY app_reads ON resemblance;
DROP POLICY app_reads ON treatment;

CREATE FUNCTION grouping_log(
    p_reader text, p_keepers text[], p_concertation uuid, p_asked boolean, p_after uuid, p_most integer
) RETURNS SETOF grouping_entry
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT e.* FROM grouping_entry e
    WHERE e.concertation = p_concertation AND (p_after IS NULL OR e.id < p_after)
        AND (e.merged_at IS NOT NULL OR (p_asked AND (
            SELECT holds(c.mandates, p_reader, p_keepers) FROM concertation c WHERE c.id = p_concertation)))
    ORDER BY e.id DESC LIMIT p_most
    $$;
COMMENT ON FUNCTION grouping_log IS 'The log of groupings, the latest first; asked: what was never merged too, for its keepers.';

CREATE FUNCTION grouping_total(p_reader text, p_keepers text[], p_concertation uuid, p_asked boolean) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT count(*) FROM contribution_group g
    WHERE g.concertation = p_concertation
        AND (g.merged_at IS NOT NULL OR (p_asked AND (
            SELECT holds(c.mandates, p_reader, p_keepers) FROM concertation c WHERE c.id = p_concertation)))
    $$;
COMMENT ON FUNCTION grouping_total IS 'How many rows all pages of grouping_log have together.';

CREATE FUNCTION groupings_of(p_ids uuid[]) RETURNS SETOF grouping_entry
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT e.* FROM grouping_entry e WHERE e.id = ANY (p_ids) $$;
COMMENT ON FUNCTION groupings_of IS 'Groupings by id.';

CREATE FUNCTION groupings_with(p_contributions uuid[]) RETURNS TABLE (contribution uuid, entry grouping_entry)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT p.contribution, e FROM grouping_part p JOIN grouping_entry e ON e.id = p.grouping
    WHERE p.contribution = ANY (p_contributions) ORDER BY e.id
    $$;
COMMENT ON FUNCTION groupings_with IS 'Groupings that contributions are or were in.';

CREATE FUNCTION groupings_awaiting(p_concertation uuid, p_member text, p_most integer) RETURNS SETOF grouping_entry
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT e.* FROM grouping_entry e
    WHERE e.concertation = p_concertation AND e.merged_at IS NULL AND e.undone_at IS NULL AND EXISTS (
        SELECT FROM grouping_part p WHERE p.grouping = e.id AND p.author = p_member AND p.consents IS NULL)
    ORDER BY e.id LIMIT p_most
    $$;
COMMENT ON FUNCTION groupings_awaiting IS 'Groupings that wait for the answer of somebody.';

CREATE FUNCTION resemblances_of(p_one uuid, p_others uuid[]) RETURNS TABLE (id uuid, judged_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT CASE WHEN r.one = p_one THEN r.other ELSE r.one END, r.judged_at
    FROM unnest(p_others) AS o JOIN resemblance r ON r.one = least(o, p_one) AND r.other = greatest(o, p_one)
    WHERE r.same
    $$;
COMMENT ON FUNCTION resemblances_of IS 'Which of others a person has confirmed to say the same as one, and since when.';

CREATE FUNCTION sources_of(p_concertation uuid, p_items text[], p_after uuid, p_most integer)
RETURNS TABLE (item text, contribution uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT i.item, t.contribution FROM unnest(p_items) AS i (item), LATERAL (
        SELECT t.contribution FROM treatment t
        WHERE (t.concertation, t.item) = (p_concertation, i.item) AND (p_after IS NULL OR t.contribution > p_after)
        ORDER BY t.contribution LIMIT p_most) AS t
    $$;
COMMENT ON FUNCTION sources_of IS 'The contributions that items of a synthesis come from, by the item.';

GRANT EXECUTE ON FUNCTION announce_file, files_of, files_referred, references_of, let_go_of_draft, grouping_log,
    grouping_total, groupings_of, groupings_with, groupings_awaiting, resemblances_of, sources_of
    TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION sources_of, resemblances_of, groupings_awaiting, groupings_with, groupings_of, grouping_total, grouping_log,
    let_go_of_draft, references_of, files_referred, files_of, announce_file;
DROP VIEW grouping_entry;
DROP POLICY owner_lets_go_of_drafts ON file_reference;
GRANT EXECUTE ON FUNCTION grouping_parts, voices_of TO concertation_app;
REVOKE SELECT (id, concertation, digest, destroyed_at) ON file FROM concertation_app;
GRANT SELECT, INSERT ON file TO concertation_app;
GRANT SELECT, DELETE ON file_reference TO concertation_app;
GRANT SELECT ON contribution_group, grouping_part, resemblance, treatment TO concertation_app;
CREATE POLICY app_adds ON file FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_reads ON file_reference FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_lets_go ON file_reference FOR DELETE TO concertation_app USING (kind = 'draft');
CREATE POLICY app_reads ON contribution_group FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON grouping_part FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON resemblance FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON treatment FOR SELECT TO concertation_app USING (true);
