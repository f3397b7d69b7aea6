-- What is counted is read where it stands. Total, shares and facets each copied all figures of a stage, to look at a sixth
-- of them for most of what they say.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION fold_many(p_concertation uuid, p_round integer, p_stage text) RETURNS void
    LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$
BEGIN
    IF (SELECT count(*) FROM (
        SELECT FROM contribution_change d
        WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage LIMIT 4000) AS w) = 4000
    THEN
        PERFORM fold_changes(p_concertation, p_round, p_stage, 20000);
    END IF;
END;
$$;
COMMENT ON FUNCTION fold_many IS 'Whoever reads folds first, so that no reader adds up more than some thousand changes.';

CREATE VIEW contribution_figure AS
    SELECT k.concertation, k.round, k.stage, k.theme, k.college, k.channel, k.departement, k.count
    FROM contribution_counter k
    UNION ALL
    SELECT d.concertation, d.round, d.stage, theme, d.college, d.channel, d.departement, d.change
    FROM contribution_change d, unnest(d.themes) AS theme;
COMMENT ON VIEW contribution_figure IS 'What is counted, to be added up: the counters, and what they do not have yet.';

CREATE OR REPLACE FUNCTION contribution_figures(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (theme text, college text, channel text, departement text, count bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM fold_many(p_concertation, p_round, p_stage);
    RETURN QUERY
    SELECT f.theme, f.college, f.channel, f.departement, f.count FROM contribution_figure f
    WHERE f.concertation = p_concertation AND f.round = p_round AND f.stage = p_stage;
END;
$$;

CREATE OR REPLACE FUNCTION contribution_shares(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM fold_many(p_concertation, p_round, p_stage);
    RETURN QUERY
    SELECT nullif(f.college, ''), f.channel, sum(f.count)::bigint FROM contribution_figure f
    WHERE f.concertation = p_concertation AND f.round = p_round AND f.stage = p_stage AND f.theme = ''
    GROUP BY 1, 2 HAVING sum(f.count) > 0;
END;
$$;

CREATE FUNCTION contribution_count(
    p_concertation uuid, p_round integer, p_stage text, p_college text, p_channel text, p_theme text,
    p_departement text
) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
    AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(f.count), 0) FROM contribution_figure f
        WHERE f.concertation = p_concertation AND f.round = p_round AND f.stage = p_stage AND f.theme = p_theme
            AND (p_college IS NULL OR f.college = p_college) AND (p_channel IS NULL OR f.channel = p_channel)
            AND (p_departement IS NULL OR f.departement = p_departement)
    );
END;
$$;
COMMENT ON FUNCTION contribution_count IS
    'What the counters say of a theme, empty: of all; under filters that are null where everything is wanted.';

CREATE OR REPLACE FUNCTION contribution_total(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_territory text, p_from timestamptz, p_to timestamptz,
    p_state text, p_search text
) RETURNS TABLE (total bigint, is_exact boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    c_rare CONSTANT bigint := 8000;
    c_looked CONSTANT bigint := 25000;
    v_query tsquery := contribution_query(
        p_concertation, p_round, p_stage, p_college, p_channel, p_theme, p_territory, p_search);
    v_terms boolean := num_nonnulls(p_college, p_channel, p_theme, p_territory, p_search) > 0;
    v_dated boolean := num_nonnulls(p_from, p_to) > 0;
    v_looked bigint;
BEGIN
    is_exact := true;
    total := 0;
    IF v_query IS NULL THEN
        NULL;
    ELSIF p_state <> 'live' OR NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        SELECT count(*) INTO total FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
            AND CASE p_state
                WHEN 'superseded' THEN c.superseded_at IS NOT NULL
                WHEN 'withdrawn' THEN c.withdrawn_at IS NOT NULL
                WHEN 'hidden' THEN c.hidden_at IS NOT NULL AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                ELSE c.superseded_at IS NULL AND c.withdrawn_at IS NULL END
            AND (p_state <> 'hidden' OR c.hidden_at IS NOT NULL)
            AND (c.member = p_reader OR (p_state = 'hidden'
                AND (p_sees_all OR (p_search IS NULL AND sees_stage(false, p_concertation, p_round, p_stage)))))
            AND c.terms @@ v_query
            AND (p_from IS NULL OR c.submitted_at >= p_from) AND (p_to IS NULL OR c.submitted_at < p_to);
    ELSIF p_search IS NULL AND NOT v_dated AND (p_territory IS NULL OR NOT is_commune(p_territory)) THEN
        PERFORM fold_many(p_concertation, p_round, p_stage);
        total := contribution_count(p_concertation, p_round, p_stage, p_college, p_channel, coalesce(p_theme, ''),
            departement_of(p_territory));
    ELSIF v_terms AND contribution_estimate(v_query, NULL, NULL) <= c_rare THEN
        SELECT count(*) INTO total FROM contribution_lookup(v_query) AS l
        WHERE (p_from IS NULL OR l.submitted_at >= p_from) AND (p_to IS NULL OR l.submitted_at < p_to)
            AND (p_search IS NULL OR l.hidden_at IS NULL OR p_sees_all OR l.member = p_reader);
    ELSE
        IF v_dated THEN
            SELECT count(*), count(*) FILTER (WHERE NOT v_terms OR (w.terms @@ v_query
                AND (p_search IS NULL OR w.hidden_at IS NULL OR p_sees_all OR w.member = p_reader)))
            INTO v_looked, total
            FROM (SELECT CASE WHEN v_terms THEN c.terms END AS terms, c.hidden_at, c.member FROM contribution c
                WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                    AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                    AND c.submitted_at >= coalesce(p_from, '-infinity') AND c.submitted_at < coalesce(p_to, 'infinity')
                LIMIT c_looked + 1) AS w;
        END IF;
        IF NOT v_dated OR v_looked > c_looked THEN
            total := contribution_estimate(v_query, p_from, p_to);
            is_exact := false;
        END IF;
    END IF;
    RETURN NEXT;
END;
$$;

CREATE OR REPLACE FUNCTION contribution_facets(
    p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_departement text
) RETURNS TABLE (facet text, key text, count bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_generic_plan
    AS $$
#variable_conflict use_column
BEGIN
    IF NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        RETURN;
    END IF;
    PERFORM fold_many(p_concertation, p_round, p_stage);
    RETURN QUERY
    WITH themed AS MATERIALIZED (
        SELECT f.college, f.channel, f.departement, f.count,
            p_college IS NULL OR f.college = p_college AS of_college,
            p_channel IS NULL OR f.channel = p_channel AS by_channel,
            p_departement IS NULL OR f.departement = p_departement AS there
        FROM contribution_figure f
        WHERE f.concertation = p_concertation AND f.round = p_round AND f.stage = p_stage
            AND f.theme = coalesce(p_theme, '')
    ), facets AS (
        SELECT 'college' AS facet, f.college AS key, f.count FROM themed f WHERE by_channel AND there
        UNION ALL SELECT 'channel', f.channel, f.count FROM themed f WHERE of_college AND there
        UNION ALL SELECT 'departement', f.departement, f.count FROM themed f WHERE of_college AND by_channel
        UNION ALL SELECT 'theme', f.theme, f.count FROM contribution_figure f
            WHERE f.concertation = p_concertation AND f.round = p_round AND f.stage = p_stage AND f.theme <> ''
                AND (p_college IS NULL OR f.college = p_college) AND (p_channel IS NULL OR f.channel = p_channel)
                AND (p_departement IS NULL OR f.departement = p_departement)
    )
    SELECT f.facet, f.key, sum(f.count)::bigint FROM facets f WHERE f.key <> ''
    GROUP BY 1, 2 HAVING sum(f.count) > 0 ORDER BY 1, 3 DESC, 2;
END;
$$;

-- migrate:down
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION contribution_figures(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (theme text, college text, channel text, departement text, count bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    -- Not more than some are left to be added up; the others are folded on the way.
    IF (SELECT count(*) FROM (
        SELECT FROM contribution_change d
        WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage LIMIT 4000) AS w) = 4000
    THEN
        PERFORM fold_changes(p_concertation, p_round, p_stage, 20000);
    END IF;
    RETURN QUERY
    SELECT k.theme, k.college, k.channel, k.departement, k.count FROM contribution_counter k
    WHERE k.concertation = p_concertation AND k.round = p_round AND k.stage = p_stage
    UNION ALL
    SELECT theme, d.college, d.channel, d.departement, d.change FROM contribution_change d, unnest(d.themes) AS theme
    WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage;
END;
$$;

CREATE OR REPLACE FUNCTION contribution_shares(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT nullif(f.college, ''), f.channel, sum(f.count)::bigint
        FROM contribution_figures(p_concertation, p_round, p_stage) f WHERE f.theme = ''
        GROUP BY 1, 2 HAVING sum(f.count) > 0
    $$;

CREATE OR REPLACE FUNCTION contribution_total(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_territory text, p_from timestamptz, p_to timestamptz,
    p_state text, p_search text
) RETURNS TABLE (total bigint, is_exact boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    c_rare CONSTANT bigint := 8000;
    c_looked CONSTANT bigint := 25000;
    v_query tsquery := contribution_query(
        p_concertation, p_round, p_stage, p_college, p_channel, p_theme, p_territory, p_search);
    v_terms boolean := num_nonnulls(p_college, p_channel, p_theme, p_territory, p_search) > 0;
    v_dated boolean := num_nonnulls(p_from, p_to) > 0;
    v_looked bigint;
BEGIN
    is_exact := true;
    total := 0;
    IF v_query IS NULL THEN
        NULL;
    ELSIF p_state <> 'live' OR NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        SELECT count(*) INTO total FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
            AND CASE p_state
                WHEN 'superseded' THEN c.superseded_at IS NOT NULL
                WHEN 'withdrawn' THEN c.withdrawn_at IS NOT NULL
                WHEN 'hidden' THEN c.hidden_at IS NOT NULL AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                ELSE c.superseded_at IS NULL AND c.withdrawn_at IS NULL END
            AND (p_state <> 'hidden' OR c.hidden_at IS NOT NULL)
            AND (c.member = p_reader OR (p_state = 'hidden'
                AND (p_sees_all OR (p_search IS NULL AND sees_stage(false, p_concertation, p_round, p_stage)))))
            AND c.terms @@ v_query
            AND (p_from IS NULL OR c.submitted_at >= p_from) AND (p_to IS NULL OR c.submitted_at < p_to);
    ELSIF p_search IS NULL AND NOT v_dated AND (p_territory IS NULL OR NOT is_commune(p_territory)) THEN
        SELECT coalesce(sum(f.count), 0) INTO total FROM contribution_figures(p_concertation, p_round, p_stage) f
        WHERE f.theme = coalesce(p_theme, '') AND (p_college IS NULL OR f.college = p_college)
            AND (p_channel IS NULL OR f.channel = p_channel)
            AND (p_territory IS NULL OR f.departement = departement_of(p_territory));
    ELSIF v_terms AND contribution_estimate(v_query, NULL, NULL) <= c_rare THEN
        SELECT count(*) INTO total FROM contribution_lookup(v_query) AS l
        WHERE (p_from IS NULL OR l.submitted_at >= p_from) AND (p_to IS NULL OR l.submitted_at < p_to)
            AND (p_search IS NULL OR l.hidden_at IS NULL OR p_sees_all OR l.member = p_reader);
    ELSE
        IF v_dated THEN
            SELECT count(*), count(*) FILTER (WHERE NOT v_terms OR (w.terms @@ v_query
                AND (p_search IS NULL OR w.hidden_at IS NULL OR p_sees_all OR w.member = p_reader)))
            INTO v_looked, total
            FROM (SELECT CASE WHEN v_terms THEN c.terms END AS terms, c.hidden_at, c.member FROM contribution c
                WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                    AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                    AND c.submitted_at >= coalesce(p_from, '-infinity') AND c.submitted_at < coalesce(p_to, 'infinity')
                LIMIT c_looked + 1) AS w;
        END IF;
        IF NOT v_dated OR v_looked > c_looked THEN
            total := contribution_estimate(v_query, p_from, p_to);
            is_exact := false;
        END IF;
    END IF;
    RETURN NEXT;
END;
$$;

CREATE OR REPLACE FUNCTION contribution_facets(
    p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_departement text
) RETURNS TABLE (facet text, key text, count bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    IF NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH figures AS MATERIALIZED (
        SELECT f.theme, f.college, f.channel, f.departement, f.count,
            f.theme = coalesce(p_theme, '') AS themed,
            p_college IS NULL OR f.college = p_college AS of_college,
            p_channel IS NULL OR f.channel = p_channel AS by_channel,
            p_departement IS NULL OR f.departement = p_departement AS there
        FROM contribution_figures(p_concertation, p_round, p_stage) f
    ), facets AS (
        SELECT 'college' AS facet, f.college AS key, f.count FROM figures f WHERE themed AND by_channel AND there
        UNION ALL SELECT 'channel', f.channel, f.count FROM figures f WHERE themed AND of_college AND there
        UNION ALL SELECT 'departement', f.departement, f.count FROM figures f WHERE themed AND of_college AND by_channel
        UNION ALL SELECT 'theme', f.theme, f.count FROM figures f
            WHERE f.theme <> '' AND of_college AND by_channel AND there
    )
    SELECT f.facet, f.key, sum(f.count)::bigint FROM facets f WHERE f.key <> ''
    GROUP BY 1, 2 HAVING sum(f.count) > 0 ORDER BY 1, 3 DESC, 2;
END;
$$;
DROP FUNCTION contribution_count, fold_many;
DROP VIEW contribution_figure;
