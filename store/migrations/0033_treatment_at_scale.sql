-- Counting and following the treatment of very many contributions: from indexes, without reading what they say.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE INDEX contribution_gone ON contribution (concertation, round, stage, id)
    WHERE superseded_at IS NOT NULL OR withdrawn_at IS NOT NULL;
COMMENT ON INDEX contribution_gone IS 'What does not count any more: few. Nobody who contributes looks here.';
CREATE INDEX contribution_organised ON contribution (concertation, round, stage, id)
    WHERE coalesce(organisation, '') <> '';
COMMENT ON INDEX contribution_organised IS
    'What organisations said. Said otherwise than NOT NULL, so that no search for one organisation takes it.';

CREATE OR REPLACE FUNCTION treatment_of(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (contribution uuid, organised boolean, cited boolean)
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE treated AS MATERIALIZED (
        SELECT t.contribution, bool_or(t.item <> '') AS cited FROM treatment t
        WHERE t.concertation = p_concertation
            AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
        GROUP BY t.contribution
    ),
    -- From indexes alone: no text is read. Rows without an id were said of what does not count any more, or elsewhere.
    live AS MATERIALIZED (
        SELECT c.id, t.contribution, t.cited
        FROM (
            SELECT c.id FROM unnest(p_rounds, p_stages) AS r (round, stage)
            JOIN contribution c ON c.concertation = p_concertation AND c.round = r.round AND c.stage = r.stage
            WHERE NOT EXISTS (
                SELECT FROM contribution d WHERE d.id = c.id AND d.concertation = p_concertation
                    AND d.round = r.round AND d.stage = r.stage
                    AND (d.superseded_at IS NOT NULL OR d.withdrawn_at IS NOT NULL))
        ) AS c FULL JOIN treated t ON t.contribution = c.id
    ),
    -- What was said of an earlier version, or in an earlier round, holds for what counts now. Rarely any, looked up
    -- one by one: OFFSET keeps the planner from reading all contributions for them.
    following AS (
        SELECT l.contribution AS id, l.cited FROM live l WHERE l.id IS NULL
        UNION
        SELECT n.id, f.cited FROM following f CROSS JOIN LATERAL (
            SELECT v.id FROM contribution v WHERE v.supersedes = f.id
            UNION ALL
            SELECT k.id FROM contribution k WHERE k.carried_from = f.id
            OFFSET 0
        ) AS n
    ),
    told AS MATERIALIZED (SELECT f.id, bool_or(f.cited) AS cited FROM following f GROUP BY f.id),
    -- Who is merged under another is treated with it.
    merged AS (
        SELECT p.contribution AS id, bool_or(coalesce(l.cited, false) OR coalesce(f.cited, false)) AS cited
        FROM contribution_group g
        JOIN grouping_part p ON p.grouping = g.id AND p.merged AND p.brings
        JOIN live l ON l.id = g.kept
        LEFT JOIN told f ON f.id = g.kept
        WHERE g.concertation = p_concertation AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
            AND (l.cited IS NOT NULL OR f.cited IS NOT NULL)
        GROUP BY p.contribution
    )
    SELECT l.id, o.id IS NOT NULL,
        CASE WHEN l.cited IS NOT NULL OR f.cited IS NOT NULL OR m.cited IS NOT NULL
            THEN coalesce(l.cited, false) OR coalesce(f.cited, false) OR coalesce(m.cited, false) END
    FROM live l
    LEFT JOIN told f ON f.id = l.id
    LEFT JOIN merged m ON m.id = l.id
    LEFT JOIN (
        SELECT o.id FROM contribution o
        WHERE o.concertation = p_concertation AND o.round = ANY (p_rounds) AND o.stage = ANY (p_stages)
            AND coalesce(o.organisation, '') <> ''
    ) AS o ON o.id = l.id
    WHERE l.id IS NOT NULL
    $$;

ALTER FUNCTION treatment_gaps(uuid, integer, text, text[], integer[], text[], uuid, integer)
    SET work_mem = '64MB' SET jit = off;

CREATE OR REPLACE FUNCTION treatment_figures(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (organised boolean, everything bigint, cited bigint, set_aside bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET jit = off
    AS $$
    -- From indexes alone, and without a list of all: what something was said of is counted, less the few that count no
    -- more, and then those that something was said of by way of others.
    WITH RECURSIVE treated AS MATERIALIZED (
        SELECT t.contribution AS id, bool_or(t.item <> '') AS cited FROM treatment t
        WHERE t.concertation = p_concertation
            AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
        GROUP BY t.contribution
    ),
    calls AS MATERIALIZED (SELECT r.round, r.stage FROM unnest(p_rounds, p_stages) AS r (round, stage)),
    places AS MATERIALIZED (
        SELECT p.round, p.stage, p.of, EXISTS (SELECT FROM calls r WHERE (r.round, r.stage) = (p.round, p.stage)) AS here
        FROM (
            SELECT c.round, c.stage, count(*) AS of FROM contribution c
            WHERE c.concertation = p_concertation GROUP BY c.round, c.stage
        ) AS p
    ),
    gone AS MATERIALIZED (
        SELECT d.id, p.here FROM contribution d JOIN places p ON (p.round, p.stage) = (d.round, d.stage)
        WHERE d.concertation = p_concertation AND (d.superseded_at IS NOT NULL OR d.withdrawn_at IS NOT NULL)
    ),
    away AS MATERIALIZED (
        SELECT g.id FROM gone g WHERE g.here
        UNION ALL
        SELECT c.id FROM places p JOIN contribution c
            ON c.concertation = p_concertation AND (c.round, c.stage) = (p.round, p.stage)
        WHERE NOT p.here
    ),
    organisations AS MATERIALIZED (
        SELECT c.id FROM calls r JOIN contribution c
            ON c.concertation = p_concertation AND (c.round, c.stage) = (r.round, r.stage)
        WHERE coalesce(c.organisation, '') <> ''
    ),
    -- What was said of an earlier version, or in an earlier round, holds for what counts now: looked up one by one.
    following AS (
        SELECT t.id, t.cited FROM treated t JOIN away a ON a.id = t.id
        UNION
        SELECT n.id, f.cited FROM following f CROSS JOIN LATERAL (
            SELECT v.id FROM contribution v WHERE v.supersedes = f.id
            UNION ALL
            SELECT k.id FROM contribution k WHERE k.carried_from = f.id
            OFFSET 0
        ) AS n
    ),
    told AS MATERIALIZED (
        SELECT f.id, bool_or(f.cited) AS cited FROM following f
        WHERE NOT EXISTS (SELECT FROM away a WHERE a.id = f.id) GROUP BY f.id
    ),
    -- Who is merged under another is treated with it.
    merged AS (
        SELECT p.contribution AS id, coalesce(t.cited, false) OR coalesce(f.cited, false) AS cited
        FROM contribution_group g
        JOIN grouping_part p ON p.grouping = g.id AND p.merged AND p.brings
        LEFT JOIN treated t ON t.id = g.kept
        LEFT JOIN told f ON f.id = g.kept
        WHERE g.concertation = p_concertation AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
            AND (t.id IS NOT NULL OR f.id IS NOT NULL)
            AND NOT EXISTS (SELECT FROM away a WHERE a.id IN (g.kept, p.contribution))
    ),
    others AS MATERIALIZED (
        SELECT e.id, bool_or(e.cited) AS cited FROM (
            SELECT f.id, f.cited FROM told f UNION ALL SELECT m.id, m.cited FROM merged m
        ) AS e GROUP BY e.id
    ),
    -- What is particular about few, in one list: whatever is said of many is joined with it once.
    marks AS MATERIALIZED (
        SELECT m.id, bool_or(m.away) AS away, bool_or(m.organised) AS organised, bool_or(m.cited) AS cited FROM (
            SELECT a.id, true AS away, false AS organised, NULL::boolean AS cited FROM away a
            UNION ALL
            SELECT o.id, false, true, NULL FROM organisations o
            UNION ALL
            SELECT e.id, false, false, e.cited FROM others e
        ) AS m GROUP BY m.id
    ),
    said AS (
        SELECT coalesce(m.organised, false) AS organised, t.cited OR coalesce(m.cited, false) AS cited, count(*) AS of
        FROM treated t LEFT JOIN marks m ON m.id = t.id
        WHERE m.away IS NOT TRUE
        GROUP BY 1, 2
        UNION ALL
        SELECT o.id IS NOT NULL, e.cited, count(*)
        FROM others e LEFT JOIN organisations o ON o.id = e.id
        WHERE NOT EXISTS (SELECT FROM treated t WHERE t.id = e.id)
        GROUP BY 1, 2
    ),
    live AS (
        SELECT
            (SELECT coalesce(sum(p.of), 0) FROM places p WHERE p.here) - (SELECT count(*) FROM gone g WHERE g.here) AS of,
            (SELECT count(*) FROM organisations o WHERE NOT EXISTS (SELECT FROM gone g WHERE g.id = o.id)) AS organised
    )
    SELECT k.organised, (CASE WHEN k.organised THEN l.organised ELSE l.of - l.organised END)::bigint,
        (SELECT coalesce(sum(s.of), 0) FROM said s WHERE s.organised = k.organised AND s.cited)::bigint,
        (SELECT coalesce(sum(s.of), 0) FROM said s WHERE s.organised = k.organised AND NOT s.cited)::bigint
    FROM live l, (VALUES (false), (true)) AS k (organised)
    $$;

CREATE OR REPLACE FUNCTION treatments_of(p_concertation uuid, p_contributions uuid[])
RETURNS TABLE (contribution uuid, round integer, stage text, item text, reason text, through uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    -- Each step looks up a few rows by index: OFFSET keeps the planner from reading all contributions for them.
    WITH RECURSIVE reached AS (
        SELECT k.id AS root, k.id, true AS own FROM unnest(p_contributions) AS k (id)
        UNION
        SELECT r.root, near.id, near.own FROM reached r CROSS JOIN LATERAL (
            SELECT b.id, r.own FROM contribution c, LATERAL (VALUES (c.supersedes), (c.carried_from)) AS b (id)
            WHERE c.id = r.id AND b.id IS NOT NULL
            UNION ALL
            SELECT v.id, r.own FROM contribution v WHERE v.supersedes = r.id
            UNION ALL
            SELECT c.id, r.own FROM contribution c WHERE c.carried_from = r.id
            UNION ALL
            SELECT g.kept, false FROM grouping_part p JOIN contribution_group g ON g.id = p.grouping
            WHERE r.own AND p.contribution = r.id AND p.merged AND p.brings
                AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
            OFFSET 0
        ) AS near
    )
    SELECT DISTINCT r.root, t.round, t.stage, t.item, t.reason, r.id
    FROM reached r CROSS JOIN LATERAL (
        SELECT t.round, t.stage, t.item, t.reason FROM treatment t
        WHERE t.contribution = r.id AND t.concertation = p_concertation OFFSET 0
    ) AS t
    $$;

-- migrate:down
CREATE OR REPLACE FUNCTION treatments_of(p_concertation uuid, p_contributions uuid[])
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

ALTER FUNCTION treatment_gaps(uuid, integer, text, text[], integer[], text[], uuid, integer) RESET ALL;
ALTER FUNCTION treatment_gaps(uuid, integer, text, text[], integer[], text[], uuid, integer)
    SET search_path = public, pg_temp;
CREATE OR REPLACE FUNCTION treatment_figures(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (organised boolean, everything bigint, cited bigint, set_aside bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT t.organised, count(*), count(*) FILTER (WHERE t.cited), count(*) FILTER (WHERE NOT t.cited)
    FROM treatment_of(p_concertation, p_round, p_stage, p_items, p_rounds, p_stages) AS t GROUP BY t.organised
    $$;
CREATE OR REPLACE FUNCTION treatment_of(
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
DROP INDEX contribution_organised;
DROP INDEX contribution_gone;
