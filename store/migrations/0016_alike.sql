-- What is most about the words that are looked for comes first; what says the same is grouped, if its authors agree.

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

-- Grouping: see domain/grouping.py.

CREATE TABLE resemblance (
    one uuid NOT NULL,
    other uuid NOT NULL,
    concertation uuid NOT NULL,
    same boolean NOT NULL,
    judged_at timestamptz NOT NULL,
    judged_by text NOT NULL,
    judged_for text,
    PRIMARY KEY (one, other),
    CHECK (one < other)
);
COMMENT ON TABLE resemblance IS
    'Whether two contributions say the same: the latest word of a person. What was denied is not suggested again.';
COMMENT ON COLUMN resemblance.judged_for IS 'Whose office was used, by delegation; so for the others.';

CREATE TABLE contribution_group (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    kept uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by text NOT NULL,
    asked_for text,
    merged_at timestamptz,
    merged_by text,
    merged_for text,
    undone_at timestamptz,
    undone_by text,
    undone_for text,
    undone_why text,
    CONSTRAINT grouping_is_undone_with_a_reason CHECK ((undone_at IS NULL) = (undone_why IS NULL))
);
COMMENT ON TABLE contribution_group IS
    'Contributions that a person found to say the same, under one of them. Leaves, receipts and counts stay.';
COMMENT ON COLUMN contribution_group.id IS 'Version 7: the order of the log.';
COMMENT ON COLUMN contribution_group.undone_why IS 'Public, as the grouping is.';
CREATE INDEX grouping_log ON contribution_group (concertation, id);

CREATE TABLE grouping_part (
    grouping uuid NOT NULL CONSTRAINT grouping_part_of_one REFERENCES contribution_group,
    contribution uuid NOT NULL,
    author text NOT NULL,
    consents boolean,
    answered_at timestamptz,
    answered_by text,
    merged boolean NOT NULL,
    brings boolean NOT NULL,
    PRIMARY KEY (grouping, contribution),
    CONSTRAINT merged_with_consent CHECK (NOT merged OR consents IS TRUE)
);
COMMENT ON TABLE grouping_part IS 'The contributions of a grouping, the kept one too, and what their authors answered.';
COMMENT ON COLUMN grouping_part.answered_by IS 'The author, or the clerk who was told.';
COMMENT ON COLUMN grouping_part.merged IS 'Whether it is in the merge. Stays when the grouping is undone: it was.';
COMMENT ON COLUMN grouping_part.brings IS 'Whether the grouping brings it, now or after the merge, under the kept one.';
CREATE UNIQUE INDEX grouping_part_once ON grouping_part (contribution) WHERE brings;
CREATE INDEX grouping_part_by_contribution ON grouping_part (contribution);
CREATE INDEX grouping_part_unanswered ON grouping_part (author) WHERE consents IS NULL;

CREATE TABLE grouping_act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    concertation uuid NOT NULL,
    grouping uuid,
    kind text NOT NULL,
    said jsonb NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    at timestamptz NOT NULL,
    command bytea NOT NULL CONSTRAINT grouping_command UNIQUE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE grouping_act IS 'Every act about groupings and resemblances, never changed. Not public.';
COMMENT ON COLUMN grouping_act.digest IS 'SHA-256 of what was asked for: the same key with another content is refused.';
CREATE TRIGGER grouping_act_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grouping_act
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grouping_is_never_removed BEFORE DELETE OR TRUNCATE ON contribution_group
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grouping_part_is_never_removed BEFORE DELETE OR TRUNCATE ON grouping_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_other_grouping() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.id, OLD.concertation, OLD.round, OLD.stage, OLD.kept, OLD.asked_at, OLD.asked_by, OLD.asked_for)
        IS DISTINCT FROM (NEW.id, NEW.concertation, NEW.round, NEW.stage, NEW.kept, NEW.asked_at, NEW.asked_by,
            NEW.asked_for)
        OR coalesce(OLD.merged_at <> NEW.merged_at, OLD.merged_at IS NOT NULL)
        OR coalesce(OLD.undone_at <> NEW.undone_at, OLD.undone_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a grouping is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER grouping_is_never_rewritten BEFORE UPDATE ON contribution_group
    FOR EACH ROW EXECUTE FUNCTION refuse_other_grouping();

CREATE FUNCTION grouping_parts(p_grouping uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(jsonb_object_agg(p.contribution, to_jsonb(p)), '{}') FROM grouping_part p
        WHERE p.grouping = p_grouping);

CREATE FUNCTION hold_grouping(p_concertation uuid, p_grouping uuid, p_contributions uuid[], p_command bytea)
RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_grouping contribution_group;
    v_known grouping_act;
    v_ids uuid[];
BEGIN
    -- One act about groupings at a time in a concertation; then nobody revises the contributions meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended('grouping ' || p_concertation, 0));
    SELECT * INTO v_known FROM grouping_act a WHERE a.command = p_command;
    SELECT * INTO v_grouping FROM contribution_group g
    WHERE g.id = coalesce(p_grouping, v_known.grouping) AND g.concertation = p_concertation;
    SELECT array_agg(k.key) INTO v_ids FROM (
        SELECT unnest(p_contributions) AS key
        UNION SELECT p.contribution FROM grouping_part p WHERE p.grouping = v_grouping.id) AS k;
    PERFORM FROM contribution c WHERE c.id = ANY (v_ids) ORDER BY c.id FOR SHARE;
    RETURN jsonb_build_object(
        'now', instant(),
        'fresh', uuidv7(),
        'known', encode(v_known.digest, 'hex'),
        'grouping', CASE WHEN v_grouping.id IS NOT NULL THEN
            to_jsonb(v_grouping) || jsonb_build_object('parts', grouping_parts(v_grouping.id)) END,
        'standings', (
            SELECT coalesce(jsonb_object_agg(c.id, jsonb_build_object(
                'author', c.member, 'stage', c.stage, 'round', c.round,
                'replaced_by', CASE WHEN c.superseded_at IS NOT NULL THEN
                    coalesce((SELECT n.id FROM contribution n WHERE n.supersedes = c.id), c.id) END,
                'withdrawn', c.withdrawn_at IS NOT NULL, 'hidden', c.hidden_at IS NOT NULL,
                'part_of', (SELECT p.grouping FROM grouping_part p WHERE p.contribution = c.id AND p.brings),
                'keeps', EXISTS (SELECT FROM grouping_part p JOIN contribution_group g ON g.id = p.grouping
                    WHERE p.contribution = c.id AND g.kept = c.id AND g.undone_at IS NULL))), '{}')
            FROM contribution c WHERE c.id = ANY (v_ids) AND c.concertation = p_concertation),
        'stages', (
            SELECT coalesce(jsonb_agg(jsonb_build_array(s.key, s.round, s.contributions_visible, s.is_over)), '[]')
            FROM stage s WHERE s.concertation = p_concertation AND (s.key, s.round) IN (
                SELECT c.stage, c.round FROM contribution c WHERE c.id = ANY (v_ids)))
    );
END;
$$;
COMMENT ON FUNCTION hold_grouping IS
    'Holds contributions until the commit and answers what domain/grouping.py has to know of them.';

CREATE FUNCTION write_grouping(p_concertation uuid, p_grouping jsonb, p_parts jsonb, p_judged jsonb, p_act jsonb)
RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_new contribution_group := jsonb_populate_record(NULL::contribution_group, p_grouping);
    v_act grouping_act := jsonb_populate_record(NULL::grouping_act, p_act);
BEGIN
    INSERT INTO grouping_act (concertation, grouping, kind, said, actor, on_behalf_of, at, command, digest)
    VALUES (p_concertation, v_new.id, v_act.kind, v_act.said, v_act.actor, v_act.on_behalf_of, v_act.at, v_act.command,
        v_act.digest);
    INSERT INTO resemblance
    SELECT least(j.one, j.other), greatest(j.one, j.other), p_concertation, j.same, v_act.at, v_act.actor,
        v_act.on_behalf_of
    FROM jsonb_to_recordset(p_judged) AS j (one uuid, other uuid, same boolean)
    ON CONFLICT (one, other) DO UPDATE SET same = excluded.same, judged_at = excluded.judged_at,
        judged_by = excluded.judged_by, judged_for = excluded.judged_for;
    IF v_new.id IS NULL THEN
        RETURN;
    END IF;
    SELECT p_concertation, c.round, c.stage INTO STRICT v_new.concertation, v_new.round, v_new.stage
    FROM contribution c WHERE c.id = v_new.kept AND c.concertation = p_concertation;
    INSERT INTO contribution_group SELECT v_new.*
    ON CONFLICT (id) DO UPDATE SET
        merged_at = excluded.merged_at, merged_by = excluded.merged_by, merged_for = excluded.merged_for,
        undone_at = excluded.undone_at, undone_by = excluded.undone_by, undone_for = excluded.undone_for,
        undone_why = excluded.undone_why;
    INSERT INTO grouping_part
    SELECT v_new.id, p.contribution, p.author, p.consents, p.answered_at, p.answered_by, p.merged,
        p.contribution <> v_new.kept AND v_new.undone_at IS NULL AND (v_new.merged_at IS NULL OR p.merged)
    FROM jsonb_to_recordset(p_parts) AS p (contribution uuid, author text, consents boolean,
        answered_at timestamptz, answered_by text, merged boolean)
    ON CONFLICT (grouping, contribution) DO UPDATE SET
        consents = excluded.consents, answered_at = excluded.answered_at, answered_by = excluded.answered_by,
        merged = excluded.merged, brings = excluded.brings;
    IF v_act.kind <> 'answer' THEN
        INSERT INTO outbox (concertation, kind, payload, at)
        VALUES (p_concertation, 'contributions_grouped',
            jsonb_build_object('grouping', v_new.id, 'act', v_act.kind), v_act.at);
    END IF;
END;
$$;
COMMENT ON FUNCTION write_grouping IS
    'Writes an act and what follows from it: the grouping as decided, its parts, what was judged, the outbox.';

CREATE FUNCTION voices_of(p_grouping uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT p.contribution FROM grouping_part p JOIN contribution c ON c.id = p.contribution
    WHERE p.grouping = p_grouping AND p.merged AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
    ORDER BY p.contribution
    $$;
COMMENT ON FUNCTION voices_of IS
    'The contributions of a merge that count as they stood: who revised or withdrew theirs speaks for themself again.';

CREATE OR REPLACE FUNCTION contribution_similar(p_reader text, p_sees_all_of uuid, p_id uuid, p_most integer)
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
        WHERE l.id <> p_id AND (v_all OR l.hidden_at IS NULL)
            -- Somebody looked, and said that they do not say the same.
            AND NOT EXISTS (
                SELECT FROM resemblance r
                WHERE r.one = least(l.id, p_id) AND r.other = greatest(l.id, p_id) AND NOT r.same)
        ORDER BY l.id LIMIT 500
    ), compared AS (
        SELECT c.id, similarity(left(c.body, 4000), left(v_this.body, 4000)) AS likeness
        FROM near n JOIN contribution c USING (id)
    )
    SELECT c.id, c.likeness FROM compared c WHERE c.likeness >= 0.5 ORDER BY 2 DESC, 1 LIMIT p_most;
END;
$$;

-- The scan of a form belongs to the contribution that was typed from it.

ALTER TABLE file_reference DROP CONSTRAINT file_reference_kind_check;
ALTER TABLE file_reference ADD CONSTRAINT file_reference_kind_check
    CHECK (kind IN ('document', 'contribution', 'draft', 'scan'));
COMMENT ON COLUMN file_reference.referrer IS
    'document: the id of the document, a slash, the digest of the version; contribution, scan: the id of the '
    'contribution; else the place of a draft.';
CREATE UNIQUE INDEX file_reference_one_scan ON file_reference (referrer) WHERE kind = 'scan';
CREATE POLICY owner_lets_go_of_scans ON file_reference FOR DELETE TO concertation_owner USING (kind = 'scan');

CREATE FUNCTION let_go_of_scan() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM file_reference f WHERE f.kind = 'scan' AND f.referrer = NEW.id::text;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION let_go_of_scan IS 'With the text its scan is destroyed: nothing refers to it, and it is collected.';
CREATE TRIGGER contribution_lets_go_of_scan AFTER UPDATE OF redacted_at ON contribution
    FOR EACH ROW WHEN (OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL)
    EXECUTE FUNCTION let_go_of_scan();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['resemblance', 'contribution_group', 'grouping_part', 'grouping_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_reads ON %I FOR SELECT TO concertation_owner USING (true)', name);
        EXECUTE format('CREATE POLICY owner_adds ON %I FOR INSERT TO concertation_owner WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
        -- Who may read what of these is decided where the API decides all such questions.
        IF name <> 'grouping_act' THEN
            EXECUTE format(
                'CREATE POLICY owner_carries_on ON %I FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true)',
                name);
            EXECUTE format('GRANT SELECT ON %I TO concertation_app', name);
            EXECUTE format('CREATE POLICY app_reads ON %I FOR SELECT TO concertation_app USING (true)', name);
        END IF;
    END LOOP;
END;
$$;
GRANT EXECUTE ON FUNCTION hold_grouping, write_grouping, grouping_parts, voices_of
    TO concertation_app, concertation_worker;

-- migrate:down
DROP TRIGGER contribution_lets_go_of_scan ON contribution;
DROP FUNCTION let_go_of_scan;
DROP POLICY owner_lets_go_of_scans ON file_reference;
DROP INDEX file_reference_one_scan;
ALTER TABLE file_reference DROP CONSTRAINT file_reference_kind_check;
ALTER TABLE file_reference ADD CONSTRAINT file_reference_kind_check
    CHECK (kind IN ('document', 'contribution', 'draft'));
CREATE OR REPLACE FUNCTION contribution_similar(p_reader text, p_sees_all_of uuid, p_id uuid, p_most integer)
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
DROP FUNCTION voices_of, write_grouping, hold_grouping, grouping_parts;
DROP TABLE grouping_act, grouping_part, contribution_group, resemblance;
DROP FUNCTION refuse_other_grouping;
DROP FUNCTION contribution_ranking, contribution_lookup_ranked, contribution_relevance;
