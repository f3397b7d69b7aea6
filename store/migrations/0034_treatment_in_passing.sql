-- The treatment of very many contributions: what was said of all is counted as it is read, and kept in between for few.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION treatment_figures(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS TABLE (organised boolean, everything bigint, cited bigint, set_aside bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET jit = off
    AS $$
    -- From indexes alone, and without a list of all: what something was said of is counted, less the few that count no
    -- more, and then those that something was said of by way of others.
    WITH RECURSIVE calls AS MATERIALIZED (
        SELECT r.round, r.stage FROM unnest(p_rounds, p_stages) AS r (round, stage)
    ),
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
    before AS (
        SELECT a.id, bool_or(t.item <> '') AS cited FROM away a JOIN treatment t ON t.contribution = a.id
        WHERE t.concertation = p_concertation
            AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
        GROUP BY a.id
    ),
    following AS (
        SELECT b.id, b.cited FROM before b
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
        CROSS JOIN LATERAL (
            SELECT bool_or(t.item <> '') AS cited FROM treatment t
            WHERE t.contribution = g.kept AND t.concertation = p_concertation
                AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
        ) AS t
        LEFT JOIN told f ON f.id = g.kept
        WHERE g.concertation = p_concertation AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
            AND (t.cited IS NOT NULL OR f.cited IS NOT NULL)
            AND NOT EXISTS (SELECT FROM away a WHERE a.id IN (g.kept, p.contribution))
    ),
    others AS MATERIALIZED (
        SELECT e.id, bool_or(e.cited) AS cited FROM (
            SELECT f.id, f.cited FROM told f UNION ALL SELECT m.id, m.cited FROM merged m
        ) AS e GROUP BY e.id
    ),
    -- What is particular about few, in one list: whatever is said of many is joined with it once, on its way.
    marks AS MATERIALIZED (
        SELECT m.id, bool_or(m.away) AS away, bool_or(m.organised) AS organised, bool_or(m.cited) AS cited FROM (
            SELECT a.id, true AS away, false AS organised, NULL::boolean AS cited FROM away a
            UNION ALL
            SELECT o.id, false, true, NULL FROM organisations o
            UNION ALL
            SELECT e.id, false, false, e.cited FROM others e
        ) AS m GROUP BY m.id
    ),
    said AS MATERIALIZED (
        SELECT coalesce(m.organised, false) AS organised, t.cited OR coalesce(m.cited, false) AS cited, count(*) AS of
        FROM (
            SELECT t.contribution AS id, bool_or(t.item <> '') AS cited FROM treatment t
            WHERE t.concertation = p_concertation
                AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
            GROUP BY t.contribution
        ) AS t LEFT JOIN marks m ON m.id = t.id
        WHERE m.away IS NOT TRUE
        GROUP BY 1, 2
        UNION ALL
        SELECT o.id IS NOT NULL, e.cited, count(*)
        FROM others e LEFT JOIN organisations o ON o.id = e.id
        WHERE NOT EXISTS (
            SELECT FROM treatment t WHERE t.contribution = e.id AND t.concertation = p_concertation
                AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage)))
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

CREATE FUNCTION is_treated(
    p_contribution uuid,
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[]
) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    -- What was said of an earlier version, or in an earlier round, holds for what counts now.
    WITH RECURSIVE family AS (
        SELECT c.id, c.supersedes, c.carried_from, true AS itself FROM contribution c WHERE c.id = p_contribution
        UNION
        SELECT b.id, b.supersedes, b.carried_from, false FROM family f
        JOIN contribution b ON b.id IN (f.supersedes, f.carried_from)
    )
    SELECT EXISTS (
        SELECT FROM family f JOIN contribution c ON c.id = f.id
        WHERE (f.itself OR c.superseded_at IS NOT NULL OR c.withdrawn_at IS NOT NULL
                OR NOT EXISTS (SELECT FROM unnest(p_rounds, p_stages) AS r (round, stage)
                    WHERE (r.round, r.stage) = (c.round, c.stage)))
            AND EXISTS (SELECT FROM treatment t WHERE t.contribution = f.id AND t.concertation = p_concertation
                AND (t.item = ANY (p_items) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage)))
    )
    $$;
COMMENT ON FUNCTION is_treated IS
    'Whether a contribution, or what it was carried from or took the place of, is cited or set aside in a synthesis.';

CREATE OR REPLACE FUNCTION treatment_gaps(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[],
    p_after uuid, p_most integer
) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off
    AS $$
    -- In the order of the index until there are enough. First what is looked up in passing, then, of what is left and
    -- has a past or is merged, what asks more questions.
    SELECT n.id FROM unnest(p_rounds, p_stages) AS r (round, stage) CROSS JOIN LATERAL (
        SELECT c.id FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = r.round AND c.stage = r.stage
            AND c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
            AND (SELECT t.contribution FROM treatment t
                WHERE t.contribution = c.id AND t.concertation = p_concertation
                    AND (t.item IN (SELECT unnest(p_items)) OR (t.item = '' AND t.round = p_round AND t.stage = p_stage))
                LIMIT 1) IS NULL
            AND NOT (coalesce(c.supersedes, c.carried_from) IS NOT NULL
                AND is_treated(c.id, p_concertation, p_round, p_stage, p_items, p_rounds, p_stages))
            AND NOT EXISTS (
                SELECT FROM grouping_part p
                JOIN contribution_group g ON g.id = p.grouping AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
                JOIN contribution k ON k.id = g.kept AND k.superseded_at IS NULL AND k.withdrawn_at IS NULL
                JOIN unnest(p_rounds, p_stages) AS w (round, stage) ON (w.round, w.stage) = (k.round, k.stage)
                WHERE p.contribution = c.id AND p.merged AND p.brings AND g.concertation = p_concertation
                    AND is_treated(k.id, p_concertation, p_round, p_stage, p_items, p_rounds, p_stages))
        ORDER BY c.id LIMIT p_most
    ) AS n
    ORDER BY n.id LIMIT p_most
    $$;

DROP FUNCTION treatment_of;

-- migrate:down
CREATE FUNCTION treatment_of(
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
COMMENT ON FUNCTION treatment_of IS
    'The live contributions of some stages, with what became of them in a synthesis: cited, set aside (false), or nothing.';
CREATE OR REPLACE FUNCTION treatment_gaps(
    p_concertation uuid, p_round integer, p_stage text, p_items text[], p_rounds integer[], p_stages text[],
    p_after uuid, p_most integer
) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET jit = off
    AS $$
    SELECT t.contribution
    FROM treatment_of(p_concertation, p_round, p_stage, p_items, p_rounds, p_stages) AS t
    WHERE t.cited IS NULL AND (p_after IS NULL OR t.contribution > p_after)
    ORDER BY t.contribution LIMIT p_most
    $$;
DROP FUNCTION is_treated;
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
