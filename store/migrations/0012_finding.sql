-- Finding contributions: by their words, college, channel, theme, place, date and state, in pages; and how many there
-- are, from counters that are kept and not counted at reading. How it stays fast: docs/adr/0015-finding.md.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE SCHEMA extensions;
CREATE EXTENSION unaccent SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;

CREATE TEXT SEARCH CONFIGURATION french_unaccented (COPY = french);
ALTER TEXT SEARCH CONFIGURATION french_unaccented
    ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, french_stem;
COMMENT ON TEXT SEARCH CONFIGURATION french_unaccented IS 'French stems, accents or none.';

ALTER TABLE contribution
    ADD COLUMN hidden_at timestamptz,
    ADD COLUMN redacted_at timestamptz,
    ADD COLUMN terms tsvector;
COMMENT ON COLUMN contribution.hidden_at IS
    'Moderated: its text is for its author and those who keep the concertation. The leaf and the count stay.';
COMMENT ON COLUMN contribution.redacted_at IS 'Its text was destroyed for good. The leaf, the salt and the count stay.';
COMMENT ON COLUMN contribution.terms IS
    'What it is found by: the stems of its text, and one term for its stage, college, channel, territory, each theme.';

CREATE FUNCTION departement_of(p_territory text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_territory ~ '^(FR-)?9[78]\d(\d\d)?$' THEN substr(replace(p_territory, 'FR-', ''), 1, 3)
        WHEN p_territory ~ '^(FR-)?(2[AB]|\d\d)(\d\d\d|[DM])?$' THEN substr(replace(p_territory, 'FR-', ''), 1, 2)
        ELSE (ARRAY['971', '972', '973', '974', '975', '976', '977', '978', '984', '986', '987', '988'])[
            array_position(ARRAY['GP', 'MQ', 'GF', 'RE', 'PM', 'YT', 'BL', 'MF', 'TF', 'WF', 'PF', 'NC'],
                replace(p_territory, 'FR-', ''))]
    END;
COMMENT ON FUNCTION departement_of IS
    'The département or overseas collectivity of a territory (domain/territories.py), where its code tells: not of '
    'regions, nor of the mainland as a whole.';

CREATE FUNCTION term(p_kind text, p_value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN chr(31) || p_kind || p_value;
COMMENT ON FUNCTION term IS 'A term that is no word: text has no control characters, and the parser takes them for blanks.';

CREATE FUNCTION contribution_terms(c contribution) RETURNS tsvector
    LANGUAGE sql STABLE
    RETURN to_tsvector('public.french_unaccented', c.body) || array_to_tsvector(array_remove(ARRAY[
        term('s', concat_ws('/', c.concertation, c.round, c.stage)), term('c', c.college), term('h', c.channel),
        term('l', c.territory), term('d', departement_of(c.territory))
    ] || ARRAY(SELECT term('t', t) FROM unnest(c.themes) AS t), NULL));

CREATE FUNCTION keep_terms() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    NEW.terms := contribution_terms(NEW);
    RETURN NEW;
END;
$$;
CREATE TRIGGER contribution_keeps_terms BEFORE INSERT OR UPDATE OF body ON contribution
    FOR EACH ROW EXECUTE FUNCTION keep_terms();

ALTER TABLE contribution NO FORCE ROW LEVEL SECURITY;
UPDATE contribution c SET terms = contribution_terms(c);
ALTER TABLE contribution FORCE ROW LEVEL SECURITY;
CREATE INDEX contribution_by_term ON contribution USING gin (terms) WITH (gin_pending_list_limit = 1024);
CREATE INDEX contribution_by_date ON contribution (concertation, round, stage, submitted_at, id)
    WHERE superseded_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX contribution_hidden ON contribution (concertation, round, stage, submitted_at, id)
    WHERE hidden_at IS NOT NULL;

-- Counters. Who contributes adds a row of what changed and waits for nobody; now and then somebody folds such rows.

CREATE TABLE contribution_counter (
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    theme text NOT NULL,
    college text NOT NULL,
    channel text NOT NULL,
    departement text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (concertation, round, stage, theme, college, channel, departement)
) WITH (fillfactor = 70);
COMMENT ON TABLE contribution_counter IS
    'How many live contributions, less what contribution_change still holds. Derived: see recount_contributions().';
COMMENT ON COLUMN contribution_counter.theme IS 'Empty: all, whatever their themes. The other columns empty: of none.';

CREATE TABLE contribution_change (
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    themes text[] NOT NULL,
    college text NOT NULL,
    channel text NOT NULL,
    departement text NOT NULL,
    change bigint NOT NULL
);
COMMENT ON TABLE contribution_change IS 'What the counters do not have yet.';
CREATE INDEX contribution_change_by_stage ON contribution_change (concertation, round, stage);

CREATE FUNCTION counted_themes(p_themes text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT t FROM unnest(p_themes || ''::text) AS t);
COMMENT ON FUNCTION counted_themes IS 'The themes, each once, and the empty one that stands for all.';

CREATE FUNCTION count_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage record;
BEGIN
    INSERT INTO contribution_change
    SELECT a.concertation, a.round, a.stage, counted_themes(a.themes), coalesce(a.college, ''), a.channel,
        coalesce(departement_of(a.territory), ''), count(*)
    FROM added a WHERE a.superseded_at IS NULL AND a.withdrawn_at IS NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7;
    -- One in some hundreds folds what others left: no process of its own, and nobody waits.
    IF random() < 0.002 THEN
        FOR v_stage IN SELECT DISTINCT a.concertation, a.round, a.stage FROM added a LOOP
            PERFORM fold_changes(v_stage.concertation, v_stage.round, v_stage.stage, 5000);
        END LOOP;
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION count_replaced() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    INSERT INTO contribution_change
    SELECT n.concertation, n.round, n.stage, counted_themes(n.themes), coalesce(n.college, ''), n.channel,
        coalesce(departement_of(n.territory), ''), sum(CASE WHEN n.live THEN 1 ELSE -1 END)
    FROM (SELECT a.*, a.superseded_at IS NULL AND a.withdrawn_at IS NULL AS live FROM after a) AS n
    JOIN before b USING (id)
    WHERE n.live <> (b.superseded_at IS NULL AND b.withdrawn_at IS NULL)
    GROUP BY 1, 2, 3, 4, 5, 6, 7;
    RETURN NULL;
END;
$$;
CREATE TRIGGER contribution_is_counted AFTER INSERT ON contribution
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added();
CREATE TRIGGER contribution_is_counted_again AFTER UPDATE ON contribution
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_replaced();

CREATE FUNCTION fold_changes(p_concertation uuid, p_round integer, p_stage text, p_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_folded bigint;
BEGIN
    -- One at a time for each stage; whoever comes second has nothing to wait for.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(concat_ws('/', 'fold', p_concertation, p_round, p_stage), 0)) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM contribution_change d WHERE d.ctid = ANY (ARRAY(
            SELECT w.ctid FROM contribution_change w
            WHERE w.concertation = p_concertation AND w.round = p_round AND w.stage = p_stage LIMIT p_most
        )) RETURNING d.*
    ), added AS (
        INSERT INTO contribution_counter AS k
        SELECT p_concertation, p_round, p_stage, theme, t.college, t.channel, t.departement, sum(t.change)
        FROM taken t, unnest(t.themes) AS theme
        GROUP BY theme, t.college, t.channel, t.departement
        ON CONFLICT (concertation, round, stage, theme, college, channel, departement)
            DO UPDATE SET count = k.count + excluded.count
    )
    SELECT count(*) INTO v_folded FROM taken;
    RETURN v_folded;
END;
$$;
COMMENT ON FUNCTION fold_changes IS 'Brings the counters of a stage up to date, by so many changes at most; gives how many.';

CREATE FUNCTION recount_contributions(p_concertation uuid, p_round integer, p_stage text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    -- Waits for those who are contributing; from here on they wait for the commit.
    PERFORM FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR NO KEY UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'fold', p_concertation, p_round, p_stage), 0));
    DELETE FROM contribution_change d WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage;
    DELETE FROM contribution_counter k WHERE k.concertation = p_concertation AND k.round = p_round AND k.stage = p_stage;
    INSERT INTO contribution_counter
    SELECT p_concertation, p_round, p_stage, theme, coalesce(c.college, ''), c.channel,
        coalesce(departement_of(c.territory), ''), count(*)
    FROM contribution c, unnest(counted_themes(c.themes)) AS theme
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
    GROUP BY 4, 5, 6, 7;
END;
$$;
COMMENT ON FUNCTION recount_contributions IS 'Counts a stage anew: after a restore, or to be sure.';

CREATE FUNCTION contribution_figures(p_concertation uuid, p_round integer, p_stage text)
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

CREATE FUNCTION contribution_shares(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT nullif(f.college, ''), f.channel, sum(f.count)::bigint
        FROM contribution_figures(p_concertation, p_round, p_stage) f WHERE f.theme = ''
        GROUP BY 1, 2 HAVING sum(f.count) > 0
    $$;
COMMENT ON FUNCTION contribution_shares IS 'Counts are public at once (D5: shares by channel published), texts are not.';

-- Pages. In the order of reception, by keyset; a page says only what no later commit can still come before.

CREATE FUNCTION settled_before() RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_at timestamptz := clock_timestamp();
BEGIN
    PERFORM pg_stat_clear_snapshot();
    SELECT least(v_at, min(CASE
            -- Not ours to see (the role lacks pg_read_all_stats): as long as a transaction may idle.
            WHEN a.backend_start IS NULL THEN v_at - interval '10 seconds'
            ELSE a.xact_start END)) INTO v_at
    FROM (
        SELECT DISTINCT l.pid FROM pg_locks l
        WHERE l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.relation IN ('stage'::regclass, 'contribution'::regclass)
            AND l.mode IN ('RowShareLock', 'RowExclusiveLock') AND l.pid <> pg_backend_pid()
    ) AS w, LATERAL pg_stat_get_activity(w.pid) AS a;
    RETURN v_at + (instant() - clock_timestamp());
END;
$$;
COMMENT ON FUNCTION settled_before() IS
    'The first instant of reception that a transaction which is still running may yet commit. Who contributes locks its '
    'stage before it asks the time, and no time is older than its transaction. Not an id: ids are made a moment after '
    'the time, so two may stand in another order. To be asked before the snapshot of what is then read.';

CREATE FUNCTION quoted_term(p_term text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('''' || replace(replace(p_term, '\', '\\'), '''', '''''') || '''')::tsquery;

CREATE FUNCTION is_commune(p_territory text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_territory ~ '^(\d\d|2[AB])\d\d\d$' OR departement_of(p_territory) IS NULL;
COMMENT ON FUNCTION is_commune IS 'Whether a territory is to be found by its own code, not as a whole département.';

CREATE FUNCTION contribution_query(
    p_concertation uuid, p_round integer, p_stage text, p_college text, p_channel text, p_theme text,
    p_territory text, p_search text
) RETURNS tsquery
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
    AS $$
DECLARE
    v_query tsquery := quoted_term(term('s', concat_ws('/', p_concertation, p_round, p_stage)));
    v_term text;
    v_words tsquery;
BEGIN
    FOREACH v_term IN ARRAY array_remove(ARRAY[
        term('c', p_college), term('h', p_channel), term('t', p_theme),
        CASE WHEN is_commune(p_territory) THEN term('l', p_territory) ELSE term('d', departement_of(p_territory)) END
    ], NULL) LOOP
        v_query := v_query && quoted_term(v_term);
    END LOOP;
    IF p_search IS NOT NULL THEN
        v_words := websearch_to_tsquery('french_unaccented', p_search);
        RETURN CASE WHEN numnode(v_words) > 0 THEN v_query && v_words END;
    END IF;
    RETURN v_query;
END;
$$;
COMMENT ON FUNCTION contribution_query IS 'The terms that contributions must have; null where the search has no word.';

CREATE FUNCTION sees_stage(p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN p_sees_all OR coalesce((
        SELECT s.contributions_visible FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage), false);

CREATE FUNCTION contribution_estimate(p_query tsquery, p_from timestamptz, p_to timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_rows double precision;
    v_found bigint;
    v_looked bigint;
BEGIN
    SELECT pg_relation_size(c.oid) / 8192
        * CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages ELSE 4 END
    INTO v_rows FROM pg_class c WHERE c.oid = 'contribution'::regclass;
    IF v_rows < 30000 THEN
        RETURN 0;
    END IF;
    EXECUTE format($q$
        SELECT count(*) FILTER (WHERE c.terms @@ $1 AND ($2 IS NULL OR c.submitted_at >= $2)
            AND ($3 IS NULL OR c.submitted_at < $3) AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL), count(*)
        FROM contribution c TABLESAMPLE SYSTEM (%s) REPEATABLE (7)
        $q$, 100 * 2000 / v_rows)
    INTO v_found, v_looked USING p_query, p_from, p_to;
    RETURN round(v_found * v_rows / greatest(v_looked, 1));
END;
$$;
COMMENT ON FUNCTION contribution_estimate IS
    'About how many have these terms, from a sample of some 2,000, always the same; 0 where the table is small.';

CREATE FUNCTION contribution_lookup(p_query tsquery)
RETURNS TABLE (id uuid, submitted_at timestamptz, member text, hidden_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    -- Materialised, so that no other index is thought of.
    WITH found AS MATERIALIZED (
        SELECT c.id, c.submitted_at, c.member, c.hidden_at,
            c.superseded_at IS NULL AND c.withdrawn_at IS NULL AS live
        FROM contribution c WHERE c.terms @@ p_query
    )
    SELECT f.id, f.submitted_at, f.member, f.hidden_at FROM found f WHERE f.live;
END;
$$;

DROP FUNCTION contribution_page;
CREATE FUNCTION contribution_page(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_theme text, p_territory text, p_from timestamptz, p_to timestamptz,
    p_state text, p_search text, p_descending boolean, p_after_at timestamptz, p_after uuid, p_most integer
) RETURNS TABLE (id uuid, submitted_at timestamptz, is_found boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    AS $$
#variable_conflict use_column
DECLARE
    c_rare CONSTANT bigint := 8000;
    c_looked CONSTANT integer := 25000;
    v_query tsquery := contribution_query(
        p_concertation, p_round, p_stage, p_college, p_channel, p_theme, p_territory, p_search);
    v_asked boolean := num_nonnulls(p_college, p_channel, p_theme, p_territory, p_search) > 0;
    v_settled timestamptz := settled_before();
    v_all text := ' FROM contribution c WHERE c.concertation = $1 AND c.round = $2 AND c.stage = $3';
    v_order text := CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END;
    v_row record;
    v_looked integer := 0;
    v_found integer := 0;
BEGIN
    IF v_query IS NULL THEN
        RETURN;
    END IF;
    v_all := v_all || CASE p_state
        WHEN 'superseded' THEN ' AND c.superseded_at IS NOT NULL'
        WHEN 'withdrawn' THEN ' AND c.withdrawn_at IS NOT NULL'
        ELSE ' AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL' END
        || CASE WHEN p_state = 'hidden' THEN ' AND c.hidden_at IS NOT NULL' ELSE '' END
        || CASE WHEN p_from IS NULL THEN '' ELSE ' AND c.submitted_at >= $4' END
        || CASE WHEN p_to IS NULL THEN '' ELSE ' AND c.submitted_at < $5' END
        || CASE WHEN p_after IS NULL THEN '' ELSE
            format(' AND (c.submitted_at, c.id) %s ($6, $7)', CASE WHEN p_descending THEN '<' ELSE '>' END) END;

    IF p_state IN ('superseded', 'withdrawn') OR NOT sees_stage(p_sees_all, p_concertation, p_round, p_stage) THEN
        -- One's own: few, and what is settled does not matter.
        RETURN QUERY EXECUTE 'WITH own AS MATERIALIZED (SELECT c.id, c.submitted_at' || v_all
            || ' AND c.member = $8 AND (NOT $9 OR c.terms @@ $10))'
            || format(' SELECT o.id, o.submitted_at, true FROM own o ORDER BY 2 %1$s, 1 %1$s LIMIT $11', v_order)
        USING p_concertation, p_round, p_stage, p_from, p_to, p_after_at, p_after, p_reader, v_asked, v_query, p_most;
        RETURN;
    END IF;

    FOR v_row IN EXECUTE 'SELECT c.id, c.submitted_at, NOT $9 OR (c.terms @@ $10 AND '
        || '($12 IS NULL OR c.hidden_at IS NULL OR $13 OR c.member = $8)) AS hit' || v_all
        || format(' AND c.submitted_at < $14 ORDER BY c.submitted_at %1$s, c.id %1$s LIMIT $11', v_order)
    USING p_concertation, p_round, p_stage, p_from, p_to, p_after_at, p_after, p_reader, v_asked, v_query,
        CASE WHEN v_asked THEN c_looked ELSE p_most END, p_search, p_sees_all, v_settled
    LOOP
        v_looked := v_looked + 1;
        IF v_row.hit THEN
            id := v_row.id;
            submitted_at := v_row.submitted_at;
            is_found := true;
            v_found := v_found + 1;
            RETURN NEXT;
            EXIT WHEN v_found = p_most;
        END IF;
        -- Not common hereabouts. Where it is rare everywhere, the index of terms has them all.
        IF v_looked = 4000 AND contribution_estimate(v_query, NULL, NULL) <= c_rare THEN
            RETURN QUERY EXECUTE 'SELECT l.id, l.submitted_at, true FROM contribution_lookup($1) AS l
                WHERE ($2 IS NULL OR l.submitted_at >= $2) AND ($3 IS NULL OR l.submitted_at < $3)'
                || format(' AND (l.submitted_at, l.id) %s ($4, $5)', CASE WHEN p_descending THEN '<' ELSE '>' END)
                || ' AND l.submitted_at < $6 AND ($7 IS NULL OR l.hidden_at IS NULL OR $8 OR l.member = $9)'
                || ' AND ($10 <> ''hidden'' OR l.hidden_at IS NOT NULL)'
                || format(' ORDER BY 2 %1$s, 1 %1$s LIMIT $11', v_order)
            USING v_query, p_from, p_to, v_row.submitted_at, v_row.id, v_settled, p_search, p_sees_all, p_reader,
                p_state, p_most - v_found;
            RETURN;
        END IF;
    END LOOP;
    IF v_looked = c_looked AND v_found < p_most THEN
        id := v_row.id;
        submitted_at := v_row.submitted_at;
        is_found := false;
        RETURN NEXT;
    END IF;
END;
$$;
COMMENT ON FUNCTION contribution_page IS
    'The next ones in the order of reception, at most so many. A last row that is not found: so far was looked, no '
    'further, because looking has its bounds; the next page goes on from there.';

DROP FUNCTION contribution_total;
CREATE FUNCTION contribution_total(
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
COMMENT ON FUNCTION contribution_total IS
    'How many rows all pages of contribution_page have together; not exact where more than some thousands were found.';

CREATE FUNCTION contribution_facets(
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
COMMENT ON FUNCTION contribution_facets IS
    'How many there are of each college, channel, département, theme, under the other filters than its own.';

CREATE FUNCTION contribution_similar(p_reader text, p_sees_all_of uuid, p_id uuid, p_most integer)
RETURNS TABLE (id uuid, likeness real)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, extensions, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_this contribution;
    v_query tsquery;
    v_all boolean;
BEGIN
    SELECT * INTO v_this FROM contribution c WHERE c.id = p_id;
    v_all := p_sees_all_of IS NOT DISTINCT FROM v_this.concertation;
    IF v_this.id IS NULL OR (NOT v_all AND (v_this.hidden_at IS NOT NULL OR v_this.superseded_at IS NOT NULL))
        OR v_this.withdrawn_at IS NOT NULL
        OR NOT sees_stage(v_all, v_this.concertation, v_this.round, v_this.stage)
    THEN
        RETURN;
    END IF;
    -- Its twelve longest stems, in three groups: who copied it and changed some words has all four of one.
    SELECT quoted_term(term('s', concat_ws('/', v_this.concertation, v_this.round, v_this.stage)))
        && string_agg('(' || g.words || ')', '|')::tsquery
    INTO v_query
    FROM (
        SELECT string_agg(quoted_term(l.lexeme)::text, '&') AS words FROM (
            SELECT t.lexeme, row_number() OVER (ORDER BY length(t.lexeme) DESC, t.lexeme) AS place
            FROM unnest(v_this.terms) AS t WHERE t.lexeme !~ '^\x1f'
        ) AS l WHERE l.place <= 12 GROUP BY l.place % 3 HAVING count(*) = 4
    ) AS g;
    IF v_query IS NULL OR contribution_estimate(v_query, NULL, NULL) > 8000 THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH near AS MATERIALIZED (
        SELECT l.id FROM contribution_lookup(v_query) AS l
        WHERE l.id <> p_id AND (v_all OR l.hidden_at IS NULL) ORDER BY l.id LIMIT 500
    ), compared AS (
        SELECT c.id, similarity(left(c.body, 4000), left(v_this.body, 4000)) AS likeness
        FROM near n JOIN contribution c USING (id)
    )
    SELECT c.id, c.likeness FROM compared c WHERE c.likeness >= 0.5 ORDER BY 2 DESC, 1 LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION contribution_similar IS
    'Hints of the machine: contributions of the same stage whose text is much the same, the likest first (trigrams).';

CREATE VIEW contribution_read WITH (security_invoker) AS
    SELECT c.id, c.concertation, c.round, c.stage, c.member, c.college, c.organisation, c.territory, c.channel,
        c.themes, CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.body ELSE '' END AS body,
        c.posted_at, c.received_at, c.submitted_at, c.digest,
        CASE WHEN c.member = v.reader THEN c.receipt END AS receipt,
        c.actor, c.version, c.supersedes, c.superseded_at, c.supersede_reason, c.withdrawn_at,
        CASE WHEN c.hidden_at IS NULL OR v.sees THEN c.answers END AS answers, c.questionnaire,
        c.place, c.reference, c.batch, c.carried_from, c.hidden_at, c.redacted_at
    FROM contribution c, LATERAL (
        SELECT r.reader, c.member = r.reader
            OR c.concertation::text = current_setting('concertation.sees_all', true) AS sees
        FROM (SELECT current_setting('concertation.reader', true) AS reader) AS r
    ) AS v;
COMMENT ON VIEW contribution_read IS
    'Contributions as the reader of set_reader() may see them: the rows by row-level security, the texts by moderation.';

DROP FUNCTION contribution_get;
CREATE FUNCTION contribution_get(p_reader text, p_sees_all_of uuid, p_ids uuid[]) RETURNS SETOF contribution_read
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY SELECT * FROM contribution_read c WHERE c.id = ANY (p_ids);
END;
$$;

-- Its body is read at each call: BEGIN ATOMIC keeps the columns of the day, and a row with more is no row of the type.
CREATE OR REPLACE FUNCTION contribution_by_receipt(p_receipt text) RETURNS SETOF contribution
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.* FROM contribution c WHERE c.receipt = p_receipt $$;

GRANT SELECT (hidden_at, redacted_at) ON contribution TO concertation_app;
GRANT SELECT ON contribution_read TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION contribution_page, contribution_total, contribution_get, contribution_facets,
    contribution_shares, contribution_similar, departement_of TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION fold_changes, recount_contributions, contribution_figures TO concertation_worker;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['contribution_counter', 'contribution_change'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
        EXECUTE format('CREATE POLICY owner_counts ON %I TO concertation_owner USING (true) WITH CHECK (true)', name);
    END LOOP;
END;
$$;
SELECT recount_contributions(s.concertation, s.round, s.key) FROM stage s WHERE s.kind = 'call_for_input';

-- migrate:down
DROP FUNCTION contribution_get, contribution_similar, contribution_facets, contribution_total, contribution_page,
    contribution_lookup, contribution_estimate, sees_stage, contribution_query, is_commune, quoted_term, settled_before,
    contribution_shares, contribution_figures, recount_contributions;
DROP VIEW contribution_read;
DROP TRIGGER contribution_is_counted ON contribution;
DROP TRIGGER contribution_is_counted_again ON contribution;
DROP TRIGGER contribution_keeps_terms ON contribution;
DROP FUNCTION count_added, count_replaced, fold_changes, counted_themes, keep_terms, contribution_terms, term,
    departement_of;
DROP TABLE contribution_change, contribution_counter;
DROP INDEX contribution_by_date;
ALTER TABLE contribution DROP COLUMN hidden_at, DROP COLUMN redacted_at, DROP COLUMN terms;
DROP TEXT SEARCH CONFIGURATION french_unaccented;
DROP EXTENSION pg_trgm;
DROP EXTENSION unaccent;
DROP SCHEMA extensions;

CREATE FUNCTION contribution_page(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text, p_after uuid, p_most integer
) RETURNS TABLE (
    id uuid, concertation uuid, round integer, stage text, member text, college text, organisation text,
    territory text, channel text, themes text[], body text, posted_at timestamptz, received_at timestamptz,
    submitted_at timestamptz, digest bytea, receipt text
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all, p_concertation);
    RETURN QUERY
    SELECT c.id, c.concertation, c.round, c.stage, c.member, c.college, c.organisation, c.territory, c.channel,
        c.themes, c.body, c.posted_at, c.received_at, c.submitted_at, c.digest,
        CASE WHEN c.member = p_reader THEN c.receipt END
    FROM contribution c
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        AND (p_college IS NULL OR c.college = p_college) AND (p_channel IS NULL OR c.channel = p_channel)
        AND (p_after IS NULL OR c.id > p_after)
    ORDER BY c.id LIMIT p_most;
END;
$$;

CREATE FUNCTION contribution_get(p_reader text, p_sees_all_of uuid, p_ids uuid[])
RETURNS TABLE (
    id uuid, concertation uuid, round integer, stage text, member text, college text, organisation text,
    territory text, channel text, themes text[], body text, posted_at timestamptz, received_at timestamptz,
    submitted_at timestamptz, digest bytea, receipt text
)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_reader(p_reader, p_sees_all_of IS NOT NULL, p_sees_all_of);
    RETURN QUERY
    SELECT c.id, c.concertation, c.round, c.stage, c.member, c.college, c.organisation, c.territory, c.channel,
        c.themes, c.body, c.posted_at, c.received_at, c.submitted_at, c.digest,
        CASE WHEN c.member = p_reader THEN c.receipt END
    FROM contribution c WHERE c.id = ANY (p_ids);
END;
$$;

CREATE FUNCTION contribution_total(
    p_reader text, p_sees_all boolean, p_concertation uuid, p_round integer, p_stage text,
    p_college text, p_channel text
) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    RETURN (
        SELECT count(*) FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
            AND (p_college IS NULL OR c.college = p_college) AND (p_channel IS NULL OR c.channel = p_channel)
            AND (
                p_sees_all
                OR (SELECT s.contributions_visible FROM stage s
                    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage)
                OR c.member = p_reader
            )
    );
GRANT EXECUTE ON FUNCTION contribution_page, contribution_get, contribution_total
    TO concertation_app, concertation_worker;
