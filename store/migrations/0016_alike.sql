-- What is most about the words that are looked for comes first.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION contribution_relevance(p_terms tsvector, p_words tsquery) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN least(1000000 * ts_rank_cd(p_terms, p_words, 1), 2000000000)::integer;
COMMENT ON FUNCTION contribution_relevance IS
    'How much a text is about words, in millionths: how often and how near to one another, less where the text is long '
    '(cover density). An integer, so that a cursor names it exactly; of the text alone, so that it never changes.';

CREATE FUNCTION contribution_lookup_ranked(
    p_query tsquery, p_words tsquery, p_reader text, p_sees_all boolean, p_from timestamptz, p_to timestamptz,
    p_hidden boolean, p_upper_at timestamptz, p_upper uuid, p_most integer
) RETURNS TABLE (id uuid, submitted_at timestamptz, relevance integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    -- Materialised, so that no other index is thought of.
    WITH found AS MATERIALIZED (
        SELECT c.id, c.submitted_at, c.hidden_at, c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                AND (c.hidden_at IS NULL OR p_sees_all OR c.member = p_reader) AS seen,
            contribution_relevance(c.terms, p_words) AS relevance
        FROM contribution c WHERE c.terms @@ p_query LIMIT p_most
    )
    SELECT f.id, f.submitted_at, f.relevance FROM found f
    WHERE f.seen AND (NOT p_hidden OR f.hidden_at IS NOT NULL)
        AND (p_from IS NULL OR f.submitted_at >= p_from) AND (p_to IS NULL OR f.submitted_at < p_to)
        AND (f.submitted_at, f.id) < (p_upper_at, p_upper)
    UNION ALL
    -- There are more: said by a row of nothing.
    SELECT NULL, NULL, NULL FROM (SELECT count(*) AS n FROM found) AS w WHERE w.n = p_most;
END;
$$;

CREATE FUNCTION contribution_ranking(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_territory text, p_from timestamptz, p_to timestamptz,
    p_state text, p_search text, p_relevance integer, p_after_at timestamptz, p_after uuid,
    p_upper_at timestamptz, p_upper uuid, p_lower_at timestamptz, p_lower uuid, p_most integer
) RETURNS TABLE (
    id uuid, submitted_at timestamptz, relevance integer,
    upper_at timestamptz, upper uuid, lower_at timestamptz, lower uuid, goes_on boolean
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    AS $$
#variable_conflict use_column
DECLARE
    c_rare CONSTANT integer := 8000;
    c_looked CONSTANT integer := 25000;
    c_ranked CONSTANT integer := 4000;
    v_words tsquery := websearch_to_tsquery('french_unaccented', p_search);
    v_query tsquery := contribution_query(
        p_concertation, p_round, p_stage, p_college, p_channel, p_theme, p_territory, p_search);
    v_settled timestamptz := settled_before();
    v_all text := ' FROM contribution c WHERE c.concertation = $1 AND c.round = $2 AND c.stage = $3';
    v_between text;
    v_arrays text := 'SELECT coalesce(array_agg(h.id), ''{}''), coalesce(array_agg(h.submitted_at), ''{}''), '
        || 'coalesce(array_agg(h.relevance), ''{}'') FROM ';
    v_ids uuid[];
    v_times timestamptz[];
    v_relevances integer[];
BEGIN
    IF v_query IS NULL THEN
        RETURN;
    END IF;
    upper_at := coalesce(p_upper_at, v_settled);
    upper := coalesce(p_upper, '00000000-0000-0000-0000-000000000000');
    lower_at := p_lower_at;
    lower := p_lower;
    goes_on := false;
    v_all := v_all || CASE p_state
        WHEN 'superseded' THEN ' AND c.superseded_at IS NOT NULL'
        WHEN 'withdrawn' THEN ' AND c.withdrawn_at IS NOT NULL'
        ELSE ' AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL' END
        || CASE WHEN p_state = 'hidden' THEN ' AND c.hidden_at IS NOT NULL' ELSE '' END
        || CASE WHEN p_from IS NULL THEN '' ELSE ' AND c.submitted_at >= $4' END
        || CASE WHEN p_to IS NULL THEN '' ELSE ' AND c.submitted_at < $5' END;
    v_between := v_all || ' AND (c.submitted_at, c.id) < ($6, $7)'
        || CASE WHEN p_lower IS NULL THEN '' ELSE ' AND (c.submitted_at, c.id) >= ($8, $9)' END;

    IF p_state IN ('superseded', 'withdrawn') OR NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        -- One's own: few.
        EXECUTE v_arrays || '(SELECT c.id, c.submitted_at, contribution_relevance(c.terms, $12) AS relevance'
            || v_between || ' AND c.member = $10 AND c.terms @@ $11) AS h'
        INTO v_ids, v_times, v_relevances
        USING p_concertation, p_round, p_stage, p_from, p_to, upper_at, upper, lower_at, lower, p_reader, v_query,
            v_words;
    ELSE
        -- All of them, where they are few enough to be ranked at once; once that was so, it stays so.
        IF p_lower IS NULL AND (p_after IS NOT NULL OR contribution_estimate(v_query, NULL, NULL) <= c_rare) THEN
            EXECUTE v_arrays || 'contribution_lookup_ranked($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS h'
            INTO v_ids, v_times, v_relevances
            USING v_query, v_words, p_reader, p_sees_all, p_from, p_to, p_state = 'hidden', upper_at, upper,
                CASE WHEN p_after IS NULL THEN c_rare ELSE c_looked END;
        END IF;
        IF v_ids IS NULL OR (p_after IS NULL AND array_position(v_ids, NULL) IS NOT NULL) THEN
            -- The latest of them, as far as looking goes at once; the next ranking begins before these.
            EXECUTE v_arrays || '(SELECT w.id, w.submitted_at, contribution_relevance(w.terms, $12) AS relevance '
                || 'FROM (SELECT c.id, c.submitted_at, c.terms, c.hidden_at, c.member' || v_between
                || ' ORDER BY c.submitted_at DESC, c.id DESC LIMIT $14) AS w '
                || 'WHERE w.terms @@ $11 AND (w.hidden_at IS NULL OR $13 OR w.member = $10) LIMIT $15) AS h'
            INTO v_ids, v_times, v_relevances
            USING p_concertation, p_round, p_stage, p_from, p_to, upper_at, upper, lower_at, lower, p_reader, v_query,
                v_words, p_sees_all, c_looked, c_ranked;
            IF p_lower IS NULL THEN
                IF cardinality(v_ids) = c_ranked THEN
                    SELECT f.at, f.id INTO lower_at, lower FROM unnest(v_times, v_ids) AS f (at, id)
                    ORDER BY f.at, f.id LIMIT 1;
                ELSE
                    EXECUTE 'SELECT c.submitted_at, c.id' || v_between
                        || ' ORDER BY c.submitted_at DESC, c.id DESC OFFSET $10 LIMIT 1'
                    INTO lower_at, lower
                    USING p_concertation, p_round, p_stage, p_from, p_to, upper_at, upper, NULL::timestamptz,
                        NULL::uuid, c_looked - 1;
                END IF;
            END IF;
            EXECUTE 'SELECT EXISTS (SELECT' || v_all || ' AND (c.submitted_at, c.id) < ($6, $7))'
            INTO goes_on USING p_concertation, p_round, p_stage, p_from, p_to, lower_at, lower;
        END IF;
    END IF;
    RETURN QUERY
    SELECT f.id, f.at, f.relevance, upper_at, upper, lower_at, lower, goes_on
    FROM unnest(v_ids, v_times, v_relevances) AS f (id, at, relevance)
    WHERE f.id IS NOT NULL AND (p_after IS NULL OR (f.relevance, f.at, f.id) < (p_relevance, p_after_at, p_after))
    ORDER BY f.relevance DESC, f.at DESC, f.id DESC LIMIT p_most;
    id := NULL;
    submitted_at := NULL;
    relevance := NULL;
    RETURN NEXT;
END;
$$;
COMMENT ON FUNCTION contribution_ranking IS
    'The next ones by relevance, then the latest first, of those between two places in the order of reception, and '
    'these places in each row and in a last row of nothing. Asked without places: of all that is settled, or of the '
    'latest some thousands where more were found; goes_on then, from the lower place downwards.';

GRANT EXECUTE ON FUNCTION contribution_ranking TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION contribution_ranking, contribution_lookup_ranked, contribution_relevance;
