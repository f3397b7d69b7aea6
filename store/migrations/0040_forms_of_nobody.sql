-- Forms of people who are on no list tell nobody: they leave nothing in the outbox, which the worker would look through.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION import_contributions(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_batch uuid, p_lines json
) RETURNS TABLE (line integer, receipt text, fresh boolean, refusal jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
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
                reference text, words text)
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
                reference, batch, terms)
            SELECT uuidv7(), p_concertation, p_round, p_stage, j.author, j.own_college, j.organisation, j.territory,
                j.channel, j.themes, j.body, j.posted_at, j.received_at, v_now, p_actor, j.command, random_bytes(),
                readable_code(), j.answers::json, j.questionnaire, j.place, j.reference, p_batch,
                j.words::tsvector || facet_terms(
                    p_concertation, p_round, p_stage, j.own_college, j.channel, j.territory, j.themes)
            FROM (
                SELECT j.*, row_number() OVER (PARTITION BY j.author ORDER BY j.line) AS turn
                FROM judged j WHERE j.refusal IS NULL AND NOT j.same
            ) AS j WHERE j.turn = 1 ORDER BY j.line
            ON CONFLICT DO NOTHING
            RETURNING contribution.id, contribution.command, contribution.receipt
        ), told AS (
            INSERT INTO outbox (concertation, kind, payload, at)
            -- Who is on no list has no address: nobody could be told.
            SELECT p_concertation, 'contribution_received', jsonb_build_object('contribution', m.id), v_now
            FROM made m JOIN judged j ON j.command = m.command WHERE j.member IS NOT NULL
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

-- migrate:down
CREATE OR REPLACE FUNCTION import_contributions(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_batch uuid, p_lines json
) RETURNS TABLE (line integer, receipt text, fresh boolean, refusal jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
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
                reference text, words text)
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
                reference, batch, terms)
            SELECT uuidv7(), p_concertation, p_round, p_stage, j.author, j.own_college, j.organisation, j.territory,
                j.channel, j.themes, j.body, j.posted_at, j.received_at, v_now, p_actor, j.command, random_bytes(),
                readable_code(), j.answers::json, j.questionnaire, j.place, j.reference, p_batch,
                j.words::tsvector || facet_terms(
                    p_concertation, p_round, p_stage, j.own_college, j.channel, j.territory, j.themes)
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
