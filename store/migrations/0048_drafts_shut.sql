-- The second lock, of concertations: snapshots come by name and drafts to their office holders; no calendar, no register.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

REVOKE SELECT ON concertation, member, stage, questionnaire FROM concertation_app;
REVOKE INSERT ON questionnaire FROM concertation_app;
DROP POLICY app_reads ON concertation;
DROP POLICY app_reads ON member;
DROP POLICY app_reads ON stage;
DROP POLICY app_reads ON questionnaire;
DROP POLICY app_adds ON questionnaire;
CREATE POLICY owner_reads ON questionnaire FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON questionnaire FOR INSERT TO concertation_owner WITH CHECK (true);

CREATE FUNCTION snapshots_of(p_reader text, p_whoever boolean, p_known bytea[], p_ids uuid[])
RETURNS TABLE (id uuid, head bytea, now timestamptz, snapshot text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.id, c.head, instant(), CASE WHEN c.head = ANY (p_known) THEN NULL ELSE c.snapshot::text END
    FROM concertation c
    WHERE c.id = ANY (p_ids)
        AND (p_whoever OR c.phase NOT IN ('void', 'draft') OR holds(c.mandates, p_reader, NULL))
    $$;
COMMENT ON FUNCTION snapshots_of IS
    'Snapshots by id, without those whose head is known. Drafts for their office holders; whoever asks, for who decides.';

CREATE FUNCTION snapshot_by_slug(p_reader text, p_whoever boolean, p_known bytea[], p_slug text)
RETURNS TABLE (id uuid, head bytea, now timestamptz, snapshot text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.id, c.head, instant(), CASE WHEN c.head = ANY (p_known) THEN NULL ELSE c.snapshot::text END
    FROM concertation c
    WHERE c.slug = p_slug
        AND (p_whoever OR c.phase NOT IN ('void', 'draft') OR holds(c.mandates, p_reader, NULL))
    $$;
COMMENT ON FUNCTION snapshot_by_slug IS 'As snapshots_of, by the slug.';

CREATE FUNCTION snapshot_at(p_id uuid, p_head bytea) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.snapshot::text FROM concertation c WHERE c.id = p_id AND c.head = p_head $$;
COMMENT ON FUNCTION snapshot_at IS 'A snapshot by its head, which only the ledger tells, where it is still the latest.';

CREATE TYPE listed AS (
    id uuid, slug text, phase text, outcome text, title jsonb, procedure text, procedure_version integer,
    procedure_digest text, parent uuid, territories text[], round integer, seq bigint, next_deadline timestamptz,
    is_over boolean, created_at timestamptz, updated_at timestamptz, launched_at timestamptz, ended_at timestamptz
);

CREATE FUNCTION concertation_rows(p_ids uuid[], p_slug text) RETURNS SETOF listed
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.id, c.slug, c.phase, c.outcome, c.title, c.procedure, c.procedure_version, c.procedure_digest, c.parent,
        c.territories, c.round, c.seq, c.next_deadline, c.is_over, c.created_at, c.updated_at, c.launched_at, c.ended_at
    FROM concertation c WHERE c.id = ANY (p_ids) OR c.slug = p_slug
    $$;
COMMENT ON FUNCTION concertation_rows IS 'What lists show of concertations that are named, by ids or by a slug.';

CREATE FUNCTION concertation_list(
    p_reader text, p_phases text[], p_member text, p_drafts boolean, p_after_at timestamptz, p_after uuid, p_most integer
) RETURNS SETOF listed
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.id, c.slug, c.phase, c.outcome, c.title, c.procedure, c.procedure_version, c.procedure_digest, c.parent,
        c.territories, c.round, c.seq, c.next_deadline, c.is_over, c.created_at, c.updated_at, c.launched_at, c.ended_at
    FROM concertation c
    WHERE (p_phases IS NULL OR c.phase = ANY (p_phases))
        AND (p_member IS NULL OR EXISTS (
            SELECT FROM member m WHERE m.concertation = c.id AND m.member = p_member AND m.left_at IS NULL))
        AND (p_drafts OR c.phase <> 'draft' OR EXISTS (
            SELECT FROM member m WHERE m.concertation = c.id AND m.member = p_reader AND m.left_at IS NULL))
        AND (p_after_at IS NULL OR (c.created_at, c.id) < (p_after_at, p_after))
    ORDER BY c.created_at DESC, c.id DESC LIMIT p_most
    $$;
COMMENT ON FUNCTION concertation_list IS 'The list, newest first: drafts for their members alone, or where all are asked for.';

CREATE FUNCTION concertation_total(p_reader text, p_phases text[], p_member text, p_drafts boolean) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT count(*) FROM concertation c WHERE
        (p_phases IS NULL OR c.phase = ANY (p_phases))
        AND (p_member IS NULL OR EXISTS (
            SELECT FROM member m WHERE m.concertation = c.id AND m.member = p_member AND m.left_at IS NULL))
        AND (p_drafts OR c.phase <> 'draft' OR EXISTS (
            SELECT FROM member m WHERE m.concertation = c.id AND m.member = p_reader AND m.left_at IS NULL))
    $$;
COMMENT ON FUNCTION concertation_total IS 'How many rows all pages of concertation_list have together.';

CREATE FUNCTION questionnaires_of(p_digests text[]) RETURNS TABLE (digest text, definition text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT q.digest, q.definition FROM questionnaire q WHERE q.digest = ANY (p_digests) $$;
COMMENT ON FUNCTION questionnaires_of IS 'Questionnaires by what ledgers name them: the digest of all that they ask.';

CREATE FUNCTION keep_questionnaire(
    p_digest text, p_id text, p_version integer, p_definition text, p_author text
) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    INSERT INTO questionnaire (digest, id, version, definition, author, at)
    VALUES (p_digest, p_id, p_version, p_definition, p_author, instant()) ON CONFLICT (digest) DO NOTHING
    $$;
COMMENT ON FUNCTION keep_questionnaire IS 'Keeps a questionnaire, once.';

GRANT EXECUTE ON FUNCTION snapshots_of, snapshot_by_slug, snapshot_at, concertation_rows, concertation_list,
    concertation_total, questionnaires_of, keep_questionnaire
    TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION keep_questionnaire, questionnaires_of, concertation_total, concertation_list, concertation_rows,
    snapshot_at, snapshot_by_slug, snapshots_of;
DROP TYPE listed;
DROP POLICY owner_reads ON questionnaire;
DROP POLICY owner_adds ON questionnaire;
GRANT SELECT ON concertation, member, stage, questionnaire TO concertation_app;
GRANT INSERT ON questionnaire TO concertation_app;
CREATE POLICY app_reads ON concertation FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON member FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON stage FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON questionnaire FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_adds ON questionnaire FOR INSERT TO concertation_app WITH CHECK (true);
