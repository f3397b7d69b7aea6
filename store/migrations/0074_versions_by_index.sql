-- The versions of what is on a page are looked up one by one: the planner took each chain for thousands of rows, and
-- read every contribution of the table three times for a page of twenty, until there were some hundred thousand of them.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION contribution_versions(p_reader text, p_sees_all_of uuid, p_ids uuid[])
RETURNS TABLE (
    asked uuid, id uuid, version integer, member text, actor text, channel text, submitted_at timestamptz,
    superseded_at timestamptz, supersede_reason text, withdrawn_at timestamptz, body text, answers json,
    questionnaire text, place text, reference text, batch uuid, carried_from uuid, digest bytea, receipt text
)
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY
    -- OFFSET 0 keeps each look-up one by itself: none becomes a join with the whole table.
    WITH RECURSIVE earlier AS (
        SELECT a.asked, a.asked AS id, found.supersedes
        FROM unnest(p_ids) AS a (asked)
            CROSS JOIN LATERAL (SELECT c.supersedes FROM contribution_read c WHERE c.id = a.asked OFFSET 0) AS found
        UNION ALL
        SELECT e.asked, found.id, found.supersedes
        FROM earlier e CROSS JOIN LATERAL (
            SELECT c.id, c.supersedes FROM contribution_read c WHERE c.id = e.supersedes OFFSET 0
        ) AS found
    ), later AS (
        SELECT e.asked, e.id FROM earlier e WHERE e.asked = e.id
        UNION ALL
        SELECT l.asked, found.id
        FROM later l CROSS JOIN LATERAL (
            SELECT c.id FROM contribution_read c WHERE c.supersedes = l.id OFFSET 0
        ) AS found
    )
    SELECT k.asked, found.*
    FROM (SELECT e.asked, e.id FROM earlier e UNION SELECT l.asked, l.id FROM later l) AS k
        CROSS JOIN LATERAL (
            SELECT c.id, c.version, c.member, c.actor, c.channel, c.submitted_at, c.superseded_at, c.supersede_reason,
                c.withdrawn_at, c.body, c.answers, c.questionnaire, c.place, c.reference, c.batch, c.carried_from,
                c.digest, c.receipt
            FROM contribution_read c WHERE c.id = k.id OFFSET 0
        ) AS found
    ORDER BY k.asked, found.version;
END;
$$;

-- migrate:down
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION contribution_versions(p_reader text, p_sees_all_of uuid, p_ids uuid[])
RETURNS TABLE (
    asked uuid, id uuid, version integer, member text, actor text, channel text, submitted_at timestamptz,
    superseded_at timestamptz, supersede_reason text, withdrawn_at timestamptz, body text, answers json,
    questionnaire text, place text, reference text, batch uuid, carried_from uuid, digest bytea, receipt text
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY
    WITH RECURSIVE earlier AS (
        SELECT c.id AS asked, c.id, c.supersedes FROM contribution_read c WHERE c.id = ANY (p_ids)
        UNION ALL
        SELECT e.asked, c.id, c.supersedes FROM earlier e JOIN contribution_read c ON c.id = e.supersedes
    ), later AS (
        SELECT e.asked, e.id FROM earlier e WHERE e.asked = e.id
        UNION ALL
        SELECT l.asked, c.id FROM later l JOIN contribution_read c ON c.supersedes = l.id
    )
    SELECT k.asked, c.id, c.version, c.member, c.actor, c.channel, c.submitted_at, c.superseded_at, c.supersede_reason,
        c.withdrawn_at,
        c.body, c.answers,
        c.questionnaire, c.place, c.reference, c.batch, c.carried_from, c.digest,
        c.receipt
    FROM (SELECT e.asked, e.id FROM earlier e UNION SELECT l.asked, l.id FROM later l) AS k
        JOIN contribution_read c ON c.id = k.id
    ORDER BY k.asked, c.version;
END;
$$;
