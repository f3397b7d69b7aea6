-- What was said at a hearing is entered as contributions of the channel `hearing`, in a batch that names the hearing.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE batch ADD COLUMN hearing text,
    ADD CONSTRAINT batch_of_hearing CHECK (hearing IS NULL OR channel = 'hearing');
COMMENT ON COLUMN batch.hearing IS 'The hearing at which it was said, by its name in the ledger; the API has checked that there is one.';

-- With a default, so that what runs already goes on announcing batches.
DROP FUNCTION open_batch(uuid, integer, text, text, text, text, integer, text, text);
CREATE FUNCTION open_batch(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_channel text, p_territory text,
    p_announced integer, p_reference text, p_key text, p_hearing text DEFAULT NULL
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_old batch;
    v_new batch;
    v_now timestamptz := instant();
BEGIN
    v_new := ROW(
        uuidv7(), p_concertation, p_round, p_stage, p_channel, p_territory, p_announced, p_reference, p_actor, v_now,
        command_bytes(p_concertation, p_actor, p_key), p_hearing);
    SELECT * INTO v_old FROM batch b WHERE b.command = v_new.command;
    IF NOT FOUND THEN
        SELECT * INTO v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
        IF NOT FOUND THEN
            RETURN jsonb_build_object('refusal', CASE
                WHEN EXISTS (SELECT FROM stage s WHERE s.concertation = p_concertation AND s.key = p_stage)
                    THEN 'ROUND_CHANGED'
                ELSE 'UNKNOWN_STAGE' END);
        END IF;
        IF v_stage.kind <> 'call_for_input' THEN
            RETURN jsonb_build_object('refusal', 'STAGE_WRONG_KIND', 'stage', to_jsonb(v_stage));
        END IF;
        IF NOT p_channel = ANY (v_stage.channels) THEN
            RETURN jsonb_build_object('refusal', 'CHANNEL_NOT_OFFERED', 'stage', to_jsonb(v_stage));
        END IF;
        -- As late as a form that came with the opening could still be entered.
        IF NOT takes_contributions(v_stage, p_channel, v_stage.opens_at, v_now) THEN
            RETURN jsonb_build_object(
                'refusal', CASE
                    WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                    WHEN v_stage.suspended THEN 'SUSPENDED'
                    ELSE 'STAGE_NOT_OPEN' END,
                'stage', to_jsonb(v_stage), 'now', v_now);
        END IF;
        INSERT INTO batch SELECT v_new.* ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT v_old FROM batch b WHERE b.command = v_new.command;
    END IF;
    IF (v_old.round, v_old.stage, v_old.channel, v_old.announced, v_old.territory, v_old.reference, v_old.hearing)
        IS DISTINCT FROM
        (p_round, p_stage, p_channel, p_announced, p_territory, p_reference, p_hearing)
    THEN
        RETURN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED');
    END IF;
    RETURN jsonb_build_object('batch', v_old.id);
END;
$$;
COMMENT ON FUNCTION open_batch IS 'Announces forms that arrived together; the right of the clerk was checked.';

DROP FUNCTION batch_list;
CREATE FUNCTION batch_list(p_concertation uuid, p_round integer, p_stage text, p_ids uuid[])
RETURNS TABLE (
    id uuid, concertation uuid, round integer, stage text, channel text, territory text, announced integer,
    reference text, actor text, opened_at timestamptz, entered bigint, hearing text
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT b.id, b.concertation, b.round, b.stage, b.channel, b.territory, b.announced, b.reference, b.actor, b.opened_at,
        -- Forms, not versions: typing that was corrected is the same form.
        (SELECT count(*) FROM contribution c
            WHERE c.batch = b.id AND (c.supersedes IS NULL OR c.supersede_reason IS NOT NULL)),
        b.hearing
    FROM batch b
    WHERE b.concertation = p_concertation AND (p_round IS NULL OR b.round = p_round)
        AND (p_stage IS NULL OR b.stage = p_stage) AND (p_ids IS NULL OR b.id = ANY (p_ids))
    ORDER BY b.id;
END;
$$;
GRANT EXECUTE ON FUNCTION open_batch, batch_list TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION batch_list;
DROP FUNCTION open_batch(uuid, integer, text, text, text, text, integer, text, text, text);
ALTER TABLE batch DROP COLUMN hearing;
CREATE FUNCTION open_batch(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_channel text, p_territory text,
    p_announced integer, p_reference text, p_key text
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_old batch;
    v_new batch;
    v_now timestamptz := instant();
BEGIN
    v_new := ROW(
        uuidv7(), p_concertation, p_round, p_stage, p_channel, p_territory, p_announced, p_reference, p_actor, v_now,
        command_bytes(p_concertation, p_actor, p_key));
    SELECT * INTO v_old FROM batch b WHERE b.command = v_new.command;
    IF NOT FOUND THEN
        SELECT * INTO v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
        IF NOT FOUND THEN
            RETURN jsonb_build_object('refusal', CASE
                WHEN EXISTS (SELECT FROM stage s WHERE s.concertation = p_concertation AND s.key = p_stage)
                    THEN 'ROUND_CHANGED'
                ELSE 'UNKNOWN_STAGE' END);
        END IF;
        IF v_stage.kind <> 'call_for_input' THEN
            RETURN jsonb_build_object('refusal', 'STAGE_WRONG_KIND', 'stage', to_jsonb(v_stage));
        END IF;
        IF NOT p_channel = ANY (v_stage.channels) THEN
            RETURN jsonb_build_object('refusal', 'CHANNEL_NOT_OFFERED', 'stage', to_jsonb(v_stage));
        END IF;
        -- As late as a form that came with the opening could still be entered.
        IF NOT takes_contributions(v_stage, p_channel, v_stage.opens_at, v_now) THEN
            RETURN jsonb_build_object(
                'refusal', CASE
                    WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                    WHEN v_stage.suspended THEN 'SUSPENDED'
                    ELSE 'STAGE_NOT_OPEN' END,
                'stage', to_jsonb(v_stage), 'now', v_now);
        END IF;
        INSERT INTO batch SELECT v_new.* ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT v_old FROM batch b WHERE b.command = v_new.command;
    END IF;
    IF (v_old.round, v_old.stage, v_old.channel, v_old.announced, v_old.territory, v_old.reference)
        IS DISTINCT FROM
        (p_round, p_stage, p_channel, p_announced, p_territory, p_reference)
    THEN
        RETURN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED');
    END IF;
    RETURN jsonb_build_object('batch', v_old.id);
END;
$$;
COMMENT ON FUNCTION open_batch IS 'Announces forms that arrived together; the right of the clerk was checked.';

CREATE FUNCTION batch_list(p_concertation uuid, p_round integer, p_stage text, p_ids uuid[])
RETURNS TABLE (
    id uuid, concertation uuid, round integer, stage text, channel text, territory text, announced integer,
    reference text, actor text, opened_at timestamptz, entered bigint
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT b.id, b.concertation, b.round, b.stage, b.channel, b.territory, b.announced, b.reference, b.actor, b.opened_at,
        -- Forms, not versions: typing that was corrected is the same form.
        (SELECT count(*) FROM contribution c
            WHERE c.batch = b.id AND (c.supersedes IS NULL OR c.supersede_reason IS NOT NULL))
    FROM batch b
    WHERE b.concertation = p_concertation AND (p_round IS NULL OR b.round = p_round)
        AND (p_stage IS NULL OR b.stage = p_stage) AND (p_ids IS NULL OR b.id = ANY (p_ids))
    ORDER BY b.id;
END;
$$;
GRANT EXECUTE ON FUNCTION open_batch, batch_list TO concertation_app, concertation_worker;
