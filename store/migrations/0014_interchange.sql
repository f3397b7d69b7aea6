-- Import and export of contributions: forms typed elsewhere, files for everybody and for operators, restoring an archive.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION make_leaf() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    NEW.digest := contribution_leaf(NEW);
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION make_leaf IS 'Gives what comes without a leaf its own: many are taken by one statement so.';
CREATE TRIGGER contribution_gets_leaf BEFORE INSERT ON contribution
    FOR EACH ROW WHEN (NEW.digest IS NULL) EXECUTE FUNCTION make_leaf();

CREATE FUNCTION import_contributions(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_batch uuid, p_lines json
) RETURNS TABLE (line integer, receipt text, fresh boolean, refusal jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_stage stage;
    v_now timestamptz := instant();
    v_line record;
BEGIN
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
    -- Without a lock first: late comers must not keep the row from who wants to close it.
    IF v_stage.kind = 'call_for_input' AND EXISTS (
        SELECT FROM json_to_recordset(p_lines) AS l (channel text, posted_at timestamptz, received_at timestamptz)
        WHERE takes_contributions(v_stage, l.channel, coalesce(l.posted_at, l.received_at), v_now)
    ) THEN
        SELECT * INTO STRICT v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR SHARE;
        v_now := instant();
    END IF;

    FOR v_line IN
        WITH given AS MATERIALIZED (
            SELECT l.*, command_bytes(p_concertation, p_actor, l.key) AS command
            FROM json_to_recordset(p_lines) AS l (
                line integer, key text, author text, college text, channel text, themes text[], body text,
                posted_at timestamptz, received_at timestamptz, answers text, questionnaire text, place text,
                reference text)
        ), known AS MATERIALIZED (
            -- Authors and keys one by one, through their indexes (OFFSET 0 keeps the planner, which has no statistics of a
            -- new stage, from reading all of it): a set of millions is never read for a batch.
            SELECT g.*, old.id AS old_id, old.receipt AS old_receipt,
                old.id IS NOT NULL AND (old.round, old.stage, old.member, old.channel, old.themes, old.body)
                    = (p_round, p_stage, g.author, g.channel, g.themes, g.body)
                AND (g.college IS NULL OR g.college = old.college)
                AND (old.posted_at, old.received_at, old.answers::text, old.place, old.reference, old.batch)
                    IS NOT DISTINCT FROM (g.posted_at, g.received_at, g.answers, g.place, g.reference, p_batch) AS same,
                m.member, m.college AS own_college, m.organisation, m.territory, live.receipt AS live_receipt
            FROM given g
            LEFT JOIN LATERAL (
                SELECT * FROM contribution c WHERE c.command = g.command
            ) AS old ON true
            LEFT JOIN LATERAL (
                SELECT * FROM member m
                WHERE m.concertation = p_concertation AND m.member = g.author AND m.left_at IS NULL OFFSET 0
            ) AS m ON true
            LEFT JOIN LATERAL (
                SELECT contribution_receipt(own) AS receipt
                FROM (
                    SELECT c FROM contribution c WHERE c.member = g.author AND c.concertation = p_concertation OFFSET 0
                ) AS of (own)
                WHERE ((own).round, (own).stage) = (p_round, p_stage) AND (own).college IS NOT DISTINCT FROM m.college
                    AND (own).superseded_at IS NULL AND (own).withdrawn_at IS NULL
            ) AS live ON true
        ), judged AS MATERIALIZED (
            SELECT k.*, CASE
                WHEN k.same THEN NULL
                WHEN k.old_id IS NOT NULL THEN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED')
                WHEN v_stage.key IS NULL THEN jsonb_build_object('refusal', 'UNKNOWN_STAGE')
                WHEN v_stage.kind <> 'call_for_input'
                    THEN jsonb_build_object('refusal', 'STAGE_WRONG_KIND', 'stage', to_jsonb(v_stage))
                WHEN NOT takes_contributions(v_stage, k.channel, coalesce(k.posted_at, k.received_at), v_now)
                    THEN jsonb_build_object(
                        'refusal', CASE
                            WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                            WHEN v_stage.suspended THEN 'SUSPENDED'
                            ELSE 'STAGE_NOT_OPEN' END,
                        'stage', to_jsonb(v_stage), 'now', v_now)
                WHEN k.channel = 'online' OR NOT k.channel = ANY (v_stage.channels)
                    THEN jsonb_build_object('refusal', 'CHANNEL_NOT_OFFERED', 'stage', to_jsonb(v_stage))
                WHEN greatest(k.posted_at, k.received_at) > v_now
                    THEN jsonb_build_object('refusal', 'INPUT_INVALID', 'now', v_now)
                WHEN NOT k.themes <@ v_stage.themes THEN jsonb_build_object('refusal', 'UNKNOWN_THEME',
                    'theme', (SELECT t FROM unnest(k.themes) AS t WHERE NOT t = ANY (v_stage.themes) LIMIT 1))
                WHEN p_batch IS NOT NULL AND NOT EXISTS (
                    SELECT FROM batch b WHERE b.id = p_batch AND b.channel = k.channel
                        AND (b.concertation, b.round, b.stage) = (p_concertation, p_round, p_stage)
                ) THEN jsonb_build_object('refusal', 'UNKNOWN_BATCH')
                WHEN (k.member IS NULL AND v_stage.admission <> 'open')
                    OR (k.own_college IS NULL AND v_stage.admission = 'invited')
                    OR (k.college IS NOT NULL AND k.college IS DISTINCT FROM k.own_college)
                    THEN jsonb_build_object(
                        'refusal', 'NOT_ADMITTED', 'stage', to_jsonb(v_stage), 'college', k.college)
                WHEN k.live_receipt IS NOT NULL THEN jsonb_build_object(
                    'refusal', 'ALREADY_CONTRIBUTED', 'receipt', k.live_receipt, 'of_another', false)
            END AS refusal
            FROM known k
        ), made AS (
            INSERT INTO contribution (
                id, concertation, round, stage, member, college, organisation, territory, channel, themes, body,
                posted_at, received_at, submitted_at, actor, command, salt, receipt, answers, questionnaire, place,
                reference, batch)
            SELECT uuidv7(), p_concertation, p_round, p_stage, j.author, j.own_college, j.organisation, j.territory,
                j.channel, j.themes, j.body, j.posted_at, j.received_at, v_now, p_actor, j.command, random_bytes(),
                readable_code(), j.answers::json, j.questionnaire, j.place, j.reference, p_batch
            FROM (
                SELECT j.*, row_number() OVER (PARTITION BY j.author ORDER BY j.line) AS turn
                FROM judged j WHERE j.refusal IS NULL AND NOT j.same
            ) AS j WHERE j.turn = 1 ORDER BY j.line
            ON CONFLICT DO NOTHING
            RETURNING contribution.id, contribution.command, contribution.receipt
        ), told AS (
            INSERT INTO outbox (concertation, kind, payload, at)
            SELECT p_concertation, 'contribution_received', jsonb_build_object('contribution', m.id), v_now FROM made m
        )
        SELECT j.line, j.refusal, j.same, coalesce(m.receipt, j.old_receipt) AS receipt, m.id IS NOT NULL AS fresh,
            j.author, j.command, j.own_college, j.organisation, j.channel, j.themes,
            CASE WHEN m.id IS NULL THEN j.body END AS body
        FROM judged j LEFT JOIN made m ON m.command = j.command
        ORDER BY j.line
    LOOP
        line := v_line.line;
        receipt := v_line.receipt;
        fresh := v_line.fresh;
        refusal := v_line.refusal;
        IF refusal IS NULL AND NOT fresh AND NOT v_line.same THEN
            -- Somebody was faster, between the look and the word: a line before it, perhaps; or an organisation spoke.
            SELECT CASE
                WHEN c.command <> v_line.command THEN jsonb_build_object(
                    'refusal', 'ALREADY_CONTRIBUTED', 'receipt', contribution_receipt(c),
                    'of_another', c.member <> v_line.author)
                WHEN (c.round, c.stage, c.member, c.channel, c.themes, c.body)
                    <> (p_round, p_stage, v_line.author, v_line.channel, v_line.themes, v_line.body)
                    THEN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED') END, c.receipt
            INTO refusal, receipt
            FROM contribution c
            WHERE c.command = v_line.command OR (
                c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                AND (c.member = v_line.author OR c.organisation = v_line.organisation)
                AND c.college IS NOT DISTINCT FROM v_line.own_college
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL)
            ORDER BY c.command = v_line.command DESC LIMIT 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'contributions come and go too fast' USING ERRCODE = 'serialization_failure';
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION import_contributions IS
    'Takes forms of a clerk, as submit_contribution takes one: a receipt for each, or a refusal that changed nothing.';

CREATE FUNCTION contribution_export(
    p_concertation uuid, p_round integer, p_stage text, p_after uuid, p_most integer
) RETURNS TABLE (
    round integer, stage text, id text, version integer, submitted_on text, channel text, college text,
    organisation text, organisation_name text, departement text, themes text, body text, answers text,
    questionnaire text, hidden_at text, redacted_at text, leaf text
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    IF NOT sees_stage(false, p_concertation, p_round, p_stage) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.round, c.stage, c.id::text, c.version, to_char(c.submitted_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'),
        c.channel, c.college, c.organisation, o.name, departement_of(c.territory), array_to_json(c.themes)::text,
        CASE WHEN c.hidden_at IS NULL THEN c.body ELSE '' END,
        CASE WHEN c.hidden_at IS NULL THEN c.answers::text END,
        c.questionnaire, iso(c.hidden_at), iso(c.redacted_at), encode(c.digest, 'hex')
    FROM contribution c
    LEFT JOIN organisation o ON o.concertation = p_concertation AND o.id::text = c.organisation
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        AND c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
        AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
    ORDER BY c.id LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION contribution_export IS
    'What everybody may have of the live contributions of a stage, in order of reception: nothing that tells who spoke.';

CREATE FUNCTION contribution_export_complete(
    p_concertation uuid, p_round integer, p_stage text, p_after uuid, p_most integer
) RETURNS TABLE (
    round integer, stage text, id text, version integer, concertation text, member text, college text,
    organisation text, territory text, channel text, themes text, body text, answers text, questionnaire text,
    posted_at text, received_at text, submitted_at text, actor text, place text, reference text, batch text,
    supersedes text, superseded_at text, supersede_reason text, withdrawn_at text, carried_from text,
    hidden_at text, redacted_at text, measure text, receipt text, command text, salt text, leaf text
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.round, c.stage, c.id::text, c.version, c.concertation::text, c.member, c.college, c.organisation,
        c.territory, c.channel, array_to_json(c.themes)::text, c.body, c.answers::text, c.questionnaire,
        iso(c.posted_at), iso(c.received_at), iso(c.submitted_at), c.actor, c.place, c.reference, c.batch::text,
        c.supersedes::text, iso(c.superseded_at), c.supersede_reason, iso(c.withdrawn_at), c.carried_from::text,
        iso(c.hidden_at), iso(c.redacted_at), c.measure::text, c.receipt, encode(c.command, 'hex'),
        encode(c.salt, 'hex'), encode(c.digest, 'hex')
    FROM contribution c
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        AND c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY c.id LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION contribution_export_complete IS
    'Every version of the contributions of a stage with all that is kept of it: to verify them, and to restore them.';

CREATE FUNCTION contribution_export_sizes(p_concertation uuid, p_complete boolean)
RETURNS TABLE (round integer, stage text, visible boolean, size bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT s.round, s.key, s.contributions_visible, (
        SELECT count(*) FROM contribution c
        WHERE c.concertation = s.concertation AND c.round = s.round AND c.stage = s.key
            AND (p_complete OR (c.superseded_at IS NULL AND c.withdrawn_at IS NULL)))
    FROM stage s
    WHERE s.concertation = p_concertation AND s.kind = 'call_for_input' AND (p_complete OR s.contributions_visible)
    ORDER BY s.round, s.key COLLATE "C"
    $$;
COMMENT ON FUNCTION contribution_export_sizes IS
    'The stages that an export is made of, with their numbers of lines; in an order that no collation changes.';

-- Restoring: into a concertation that has no ledger yet. The ledger comes last, and closes the door.

CREATE FUNCTION check_restorable(p_concertation uuid) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF EXISTS (SELECT FROM stage s WHERE s.concertation = p_concertation) THEN
        RAISE EXCEPTION 'nothing is restored into a concertation that there is' USING ERRCODE = 'insufficient_privilege';
    END IF;
END;
$$;

CREATE FUNCTION restore_contributions(p_concertation uuid, p_rows json) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_line record;
    v_new contribution;
    v_rows contribution[] := '{}';
    v_changed uuid;
BEGIN
    PERFORM check_restorable(p_concertation);
    FOR v_line IN
        SELECT * FROM json_to_recordset(p_rows) AS r (
            id uuid, round integer, stage text, member text, college text, organisation text, territory text,
            channel text, themes text[], body text, posted_at timestamptz, received_at timestamptz,
            submitted_at timestamptz, actor text, command text, salt text, leaf text, receipt text, version integer,
            supersedes uuid, superseded_at timestamptz, supersede_reason text, withdrawn_at timestamptz, answers json,
            questionnaire text, place text, reference text, batch uuid, carried_from uuid, hidden_at timestamptz,
            redacted_at timestamptz, measure uuid)
        ORDER BY r.id
    LOOP
        v_new := ROW(
            v_line.id, p_concertation, v_line.round, v_line.stage, v_line.member, v_line.college, v_line.organisation,
            v_line.territory, v_line.channel, v_line.themes, v_line.body, v_line.posted_at, v_line.received_at,
            v_line.submitted_at, v_line.actor, decode(v_line.command, 'hex'), decode(v_line.salt, 'hex'),
            decode(v_line.leaf, 'hex'), v_line.receipt, v_line.version, v_line.supersedes, v_line.superseded_at,
            v_line.supersede_reason, v_line.withdrawn_at, v_line.answers, v_line.questionnaire, v_line.place,
            v_line.reference, v_line.batch, v_line.carried_from);
        IF v_line.redacted_at IS NULL AND contribution_leaf(v_new) IS DISTINCT FROM v_new.digest THEN
            RETURN v_new.id;
        END IF;
        v_new.hidden_at := v_line.hidden_at;
        v_new.redacted_at := v_line.redacted_at;
        v_new.measure := v_line.measure;
        v_rows := v_rows || v_new;
    END LOOP;
    INSERT INTO contribution
    SELECT r.* FROM unnest(v_rows) AS r WHERE NOT EXISTS (SELECT FROM contribution c WHERE c.id = r.id) ORDER BY r.id;
    -- What is new inherits what moderation did to what came before: here each is as it was.
    UPDATE contribution c SET hidden_at = r.hidden_at, measure = r.measure FROM unnest(v_rows) AS r
    WHERE c.id = r.id AND (c.hidden_at, c.measure) IS DISTINCT FROM (r.hidden_at, r.measure);
    SELECT r.id INTO v_changed FROM unnest(v_rows) AS r LEFT JOIN contribution c USING (id)
    WHERE (c.concertation, c.digest, c.salt, c.body, c.receipt, c.redacted_at, c.withdrawn_at, c.superseded_at)
        IS DISTINCT FROM
        (r.concertation, r.digest, r.salt, r.body, r.receipt, r.redacted_at, r.withdrawn_at, r.superseded_at)
    ORDER BY r.id LIMIT 1;
    RETURN v_changed;
END;
$$;
COMMENT ON FUNCTION restore_contributions IS
    'Restores contributions of an archive in the order of reception; gives the first that is not what its leaf says, or '
    'that there was already with another content. Again: it changes nothing.';

CREATE FUNCTION restore_rows(p_concertation uuid, p_table text, p_rows json) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_columns text;
BEGIN
    PERFORM check_restorable(p_concertation);
    IF NOT p_table = ANY (ARRAY[
        'batch', 'draft', 'secret_vote', 'invitation', 'invitation_code', 'reminder_day', 'reminder', 'measure',
        'moderation_act', 'report', 'resemblance', 'contribution_group', 'grouping_part', 'grouping_act', 'file_content',
        'file', 'file_reference'
    ]) THEN
        RAISE EXCEPTION 'rows of % are not restored here', p_table USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- All columns but those that number themselves.
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO v_columns
    FROM pg_attribute a
    WHERE a.attrelid = format('public.%I', p_table)::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attidentity = '';
    EXECUTE format(
        'INSERT INTO %1$I (%2$s) SELECT %2$s FROM json_populate_recordset(NULL::%1$I, $1) ON CONFLICT DO NOTHING',
        p_table, v_columns)
    USING p_rows;
END;
$$;
COMMENT ON FUNCTION restore_rows IS
    'Restores rows of an archive of what the worker''s role may not add to a concertation that there is.';

CREATE POLICY owner_restores ON file_content FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_restores ON file FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_restores ON file_reference FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_reads ON file FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_reads ON file_content FOR SELECT TO concertation_owner USING (true);
GRANT EXECUTE ON FUNCTION contribution_export, contribution_export_complete, contribution_export_sizes
    TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION import_contributions, restore_contributions, restore_rows TO concertation_worker;

-- migrate:down
DROP POLICY owner_reads ON file_content;
DROP POLICY owner_reads ON file;
DROP POLICY owner_restores ON file_reference;
DROP POLICY owner_restores ON file;
DROP POLICY owner_restores ON file_content;
DROP FUNCTION restore_rows, restore_contributions, check_restorable, contribution_export_sizes,
    contribution_export_complete, contribution_export, import_contributions;
DROP TRIGGER contribution_gets_leaf ON contribution;
DROP FUNCTION make_leaf;
