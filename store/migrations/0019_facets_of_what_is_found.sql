-- Facets of what is searched for, of dates and of communes, which no counter knows: counted where there are not too many.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION contribution_said(p_query tsquery, p_most integer) RETURNS TABLE (
    college text, channel text, themes text[], territory text, member text, hidden_at timestamptz,
    submitted_at timestamptz
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    -- Materialised, so that no other index is thought of.
    WITH found AS MATERIALIZED (
        SELECT c.college, c.channel, c.themes, c.territory, c.member, c.hidden_at, c.submitted_at,
            c.superseded_at IS NULL AND c.withdrawn_at IS NULL AS live
        FROM contribution c WHERE c.terms @@ p_query LIMIT p_most
    )
    SELECT f.college, f.channel, f.themes, f.territory, f.member, f.hidden_at, f.submitted_at FROM found f
    WHERE f.live OR (SELECT count(*) FROM found) = p_most;
END;
$$;
COMMENT ON FUNCTION contribution_said IS
    'What is counted of the live contributions that have these terms; p_most rows, and no less, where there are too many.';

CREATE FUNCTION contribution_facets_found(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_territory text, p_from timestamptz, p_to timestamptz,
    p_search text, p_most integer
) RETURNS TABLE (facet text, key text, count bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_words tsquery := contribution_query(p_concertation, p_round, p_stage, NULL, NULL, NULL, NULL, p_search);
    v_departement text := CASE WHEN NOT is_commune(p_territory) THEN departement_of(p_territory) END;
BEGIN
    IF v_words IS NULL OR NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        RETURN;
    END IF;
    IF p_search IS NOT NULL AND contribution_estimate(v_words, NULL, NULL) > p_most THEN
        RETURN QUERY SELECT 'too_many', '', 1::bigint;
        RETURN;
    END IF;
    RETURN QUERY
    WITH looked_at AS MATERIALIZED (
        SELECT s.* FROM contribution_said(v_words, p_most + 1) AS s WHERE p_search IS NOT NULL
        UNION ALL
        SELECT d.* FROM (
            SELECT c.college, c.channel, c.themes, c.territory, c.member, c.hidden_at, c.submitted_at
            FROM contribution c
            WHERE p_search IS NULL AND c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                AND c.submitted_at >= coalesce(p_from, '-infinity') AND c.submitted_at < coalesce(p_to, 'infinity')
            LIMIT p_most + 1
        ) AS d
    ), found AS MATERIALIZED (
        SELECT l.college, l.channel, l.themes, departement_of(l.territory) AS departement,
            p_theme IS NULL OR p_theme = ANY (l.themes) AS themed,
            p_college IS NULL OR l.college IS NOT DISTINCT FROM p_college AS of_college,
            p_channel IS NULL OR l.channel = p_channel AS by_channel,
            p_territory IS NULL OR coalesce(CASE
                WHEN v_departement IS NOT NULL THEN departement_of(l.territory) = v_departement
                ELSE l.territory = p_territory END, false) AS there
        FROM looked_at l
        WHERE (p_from IS NULL OR l.submitted_at >= p_from) AND (p_to IS NULL OR l.submitted_at < p_to)
            AND (p_search IS NULL OR l.hidden_at IS NULL OR p_sees_all OR l.member = p_reader)
    ), facets AS (
        SELECT 'college' AS facet, f.college AS key FROM found f WHERE themed AND by_channel AND there
        UNION ALL SELECT 'channel', f.channel FROM found f WHERE themed AND of_college AND there
        UNION ALL SELECT 'departement', f.departement FROM found f WHERE themed AND of_college AND by_channel
        UNION ALL SELECT 'theme', t FROM found f, unnest(counted_themes(f.themes)) AS t
            WHERE of_college AND by_channel AND there
    ), enough AS (SELECT count(*) > p_most AS too_many FROM looked_at)
    SELECT f.facet, f.key, count(*) FROM facets f, enough e WHERE f.key <> '' AND NOT e.too_many GROUP BY 1, 2
    UNION ALL
    SELECT 'too_many', '', 1 FROM enough e WHERE e.too_many
    ORDER BY 1, 3 DESC, 2;
END;
$$;
COMMENT ON FUNCTION contribution_facets_found IS
    'As contribution_facets, of what words, dates and a commune let through; one row `too_many` where more than p_most '
    'have to be looked at.';
GRANT EXECUTE ON FUNCTION contribution_facets_found TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION contribution_facets_found, contribution_said;
