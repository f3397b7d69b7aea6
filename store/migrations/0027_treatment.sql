-- What became of each contribution in a synthesis: the item that it is a source of, or why it was set aside.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE treatment (
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    contribution uuid NOT NULL,
    item text NOT NULL,
    reason text,
    seq bigint NOT NULL,
    PRIMARY KEY (concertation, round, stage, contribution, item),
    CONSTRAINT set_aside_with_a_reason CHECK ((item = '') = (reason IS NOT NULL))
);
COMMENT ON TABLE treatment IS
    'Derived from the ledger, which the process keeps only numbers of: `doctor --mend` makes it again.';
COMMENT ON COLUMN treatment.round IS 'Of the synthesis, as `stage`.';
COMMENT ON COLUMN treatment.item IS 'Name of the recommendation or ascertainment that comes from it; empty: it is set aside.';
COMMENT ON COLUMN treatment.seq IS 'The event that said so.';
CREATE INDEX treatment_by_item ON treatment (concertation, item, contribution);
CREATE INDEX treatment_by_contribution ON treatment (contribution);

CREATE FUNCTION source_standings(
    p_concertation uuid, p_round integer, p_stage text, p_item text, p_contributions uuid[]
) RETURNS TABLE (contribution uuid, standing text, known boolean, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT k.id,
        CASE WHEN c.id IS NULL THEN 'unknown' WHEN c.concertation <> p_concertation THEN 'elsewhere'
            WHEN c.withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE 'here' END,
        t.contribution IS NOT NULL, t.reason
    FROM unnest(p_contributions) AS k (id)
    LEFT JOIN contribution c ON c.id = k.id
    LEFT JOIN treatment t ON t.contribution = k.id
        AND (t.concertation, t.round, t.stage, t.item) = (p_concertation, p_round, p_stage, p_item);
    $$;
COMMENT ON FUNCTION source_standings IS
    'Whether contributions are of a concertation, and are sources of an item already; with no item: are set aside, and why.';

CREATE FUNCTION treatment_of(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (contribution uuid, organised boolean, cited boolean)
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE treated AS MATERIALIZED (
        SELECT t.contribution, bool_or(t.item <> '') AS cited FROM treatment t
        WHERE t.concertation = p_concertation
            AND (t.item = ANY (p_items) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
        GROUP BY t.contribution
    ),
    live AS MATERIALIZED (
        SELECT c.id, c.organisation IS NOT NULL AS organised, c.supersedes, c.carried_from, t.cited
        FROM unnest(p_rounds, p_stages) AS r (round, stage)
        JOIN contribution c ON c.concertation = p_concertation AND c.round = r.round AND c.stage = r.stage
            AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        LEFT JOIN treated t ON t.contribution = c.id
    ),
    -- What was said of an earlier version, or in an earlier round, holds for what counts now.
    before AS (
        SELECT l.id AS live, b.id FROM live l, LATERAL (VALUES (l.supersedes), (l.carried_from)) AS b (id)
        WHERE l.cited IS NULL AND b.id IS NOT NULL
        UNION
        SELECT w.live, b.id FROM before w JOIN contribution c ON c.id = w.id,
            LATERAL (VALUES (c.supersedes), (c.carried_from)) AS b (id)
        WHERE b.id IS NOT NULL
    ),
    said AS (
        SELECT l.id, l.organised, coalesce(l.cited, b.cited) AS cited
        FROM live l LEFT JOIN (
            SELECT w.live, bool_or(t.cited) AS cited FROM before w JOIN treated t ON t.contribution = w.id GROUP BY w.live
        ) AS b ON b.live = l.id
    ),
    -- Who is merged under another is treated with it.
    merged AS (
        SELECT p.contribution, bool_or(s.cited) AS cited
        FROM contribution_group g
        JOIN grouping_part p ON p.grouping = g.id AND p.merged AND p.brings
        JOIN said s ON s.id = g.kept AND s.cited IS NOT NULL
        WHERE g.concertation = p_concertation AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
        GROUP BY p.contribution
    )
    SELECT s.id, s.organised,
        CASE WHEN s.cited IS NULL THEN m.cited WHEN m.cited IS NULL THEN s.cited ELSE s.cited OR m.cited END
    FROM said s LEFT JOIN merged m ON m.contribution = s.id
    $$;
COMMENT ON FUNCTION treatment_of IS
    'The live contributions of some stages, with what became of them in a synthesis: cited, set aside (false), or nothing.';

CREATE FUNCTION treatment_figures(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (organised boolean, everything bigint, cited bigint, set_aside bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.organised, count(*), count(*) FILTER (WHERE t.cited), count(*) FILTER (WHERE NOT t.cited)
    FROM treatment_of(p_concertation, p_round, p_stage, p_items, p_rounds, p_stages) AS t GROUP BY t.organised
    $$;
COMMENT ON FUNCTION treatment_figures IS 'How many contributions there are, of organisations and others, and what became of them.';

CREATE FUNCTION treatment_gaps(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[],
    p_after uuid, p_most integer
) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.contribution
    FROM treatment_of(p_concertation, p_round, p_stage, p_items, p_rounds, p_stages) AS t
    WHERE t.cited IS NULL AND (p_after IS NULL OR t.contribution > p_after)
    ORDER BY t.contribution LIMIT p_most
    $$;
COMMENT ON FUNCTION treatment_gaps IS 'The contributions that are neither cited nor set aside, as they were received.';

CREATE FUNCTION treatments_of(p_concertation uuid, p_contributions uuid[])
RETURNS TABLE (contribution uuid, round integer, stage text, item text, reason text, through uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT DISTINCT k.id, t.round, t.stage, t.item, t.reason, r.id
    FROM unnest(p_contributions) AS k (id)
    CROSS JOIN LATERAL (
        SELECT f.id FROM contribution_family(k.id) AS f (id)
        UNION
        SELECT near.id FROM contribution_family(k.id) AS f (id)
        JOIN grouping_part p ON p.contribution = f.id AND p.merged AND p.brings
        JOIN contribution_group g ON g.id = p.grouping AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
        CROSS JOIN LATERAL contribution_family(g.kept) AS near (id)
    ) AS r
    JOIN treatment t ON t.contribution = r.id AND t.concertation = p_concertation
    $$;
COMMENT ON FUNCTION treatments_of IS
    'What became of contributions, by whichever of their versions or copies, or by that which they are merged under.';

ALTER TABLE treatment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON treatment TO concertation_worker;
-- The same is in the ledger, which the API reads: who may see what of it is decided there.
GRANT SELECT ON treatment TO concertation_app;
CREATE POLICY app_reads ON treatment FOR SELECT TO concertation_app USING (true);
CREATE POLICY owner_reads ON treatment FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON treatment FOR INSERT TO concertation_owner WITH CHECK (true);
GRANT EXECUTE ON FUNCTION source_standings, treatment_figures, treatment_gaps, treatments_of
    TO concertation_app, concertation_worker;

-- Ledgers that there are already: the owner reads them for once.
ALTER TABLE ledger NO FORCE ROW LEVEL SECURITY;
INSERT INTO treatment (concertation, round, stage, contribution, item, seq)
SELECT l.concertation, l.round, l.stage, c.id, l.item, l.seq
FROM (
    SELECT DISTINCT ON (l.concertation, l.round, l.stage, l.content::json -> 'fact' ->> 'recommendation')
        l.concertation, l.round, l.stage, l.seq, l.content::json -> 'fact' ->> 'recommendation' AS item,
        l.content::json -> 'fact' -> 'sources' AS sources
    FROM ledger l
    WHERE l.kind = 'recommendation_made' AND json_array_length(l.content::json -> 'fact' -> 'sources') > 0
    ORDER BY l.concertation, l.round, l.stage, l.content::json -> 'fact' ->> 'recommendation', l.seq DESC
) AS l, json_array_elements_text(l.sources) AS s
JOIN contribution c ON c.id::text = s
WHERE c.concertation = l.concertation
ON CONFLICT DO NOTHING;
ALTER TABLE ledger FORCE ROW LEVEL SECURITY;

-- migrate:down
DROP FUNCTION treatments_of;
DROP FUNCTION treatment_gaps;
DROP FUNCTION treatment_figures;
DROP FUNCTION treatment_of;
DROP FUNCTION source_standings;
DROP TABLE treatment;
