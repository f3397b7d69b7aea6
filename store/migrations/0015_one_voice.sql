-- One voice: an organisation has one live contribution in a stage and college, whoever speaks for it; and what moderation
-- hides does not come back by being withdrawn and sent again (docs/adr/0019-one-voice.md).

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

DO $$
DECLARE
    v_twice record;
BEGIN
    SELECT c.concertation, c.round, c.stage, c.organisation INTO v_twice FROM contribution c
    WHERE c.organisation IS NOT NULL AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
    GROUP BY c.concertation, c.round, c.stage, c.organisation, c.college HAVING count(*) > 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two live contributions of one organisation: one of them has to be withdrawn first'
            USING DETAIL = v_twice::text;
    END IF;
END;
$$;
CREATE UNIQUE INDEX contribution_once_by_organisation
    ON contribution (concertation, round, stage, organisation, college) NULLS NOT DISTINCT
    WHERE organisation IS NOT NULL AND superseded_at IS NULL AND withdrawn_at IS NULL;
DROP INDEX contribution_by_organisation;
CREATE INDEX contribution_hidden_by_member ON contribution (member, concertation) WHERE hidden_at IS NOT NULL;
CREATE INDEX contribution_hidden_by_organisation ON contribution (organisation, concertation)
    WHERE hidden_at IS NOT NULL AND organisation IS NOT NULL;

CREATE FUNCTION speaks_for(p_concertation uuid, p_member text, p_organisation text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN p_organisation IS NOT NULL AND EXISTS (
        SELECT FROM member m
        WHERE m.concertation = p_concertation AND m.member = p_member AND m.organisation = p_organisation
            AND m.left_at IS NULL
    );
COMMENT ON FUNCTION speaks_for IS 'Whether a member represents an organisation now.';

CREATE FUNCTION says_again(p_old contribution, p_new contribution) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    -- Its leaf was made of its text: that of a text that was destroyed still tells the same text.
    p_old.body := p_new.body;
    p_old.answers := p_new.answers;
    RETURN contribution_leaf(p_old) = p_old.digest;
END;
$$;
COMMENT ON FUNCTION says_again IS 'Whether one contribution says to the letter what another one said.';

CREATE FUNCTION standing_measure(p_new contribution, OUT measure uuid, OUT hidden_at timestamptz)
    LANGUAGE plpgsql STABLE
    AS $$
#variable_conflict use_column
DECLARE
    v_hidden contribution;
BEGIN
    FOR v_hidden IN
        SELECT * FROM (
            SELECT * FROM contribution c
            WHERE c.member = p_new.member AND c.concertation = p_new.concertation AND c.hidden_at IS NOT NULL
            UNION ALL
            SELECT * FROM contribution c
            WHERE c.organisation = p_new.organisation AND c.concertation = p_new.concertation
                AND c.hidden_at IS NOT NULL
        ) AS h ORDER BY h.id DESC LIMIT 100
    LOOP
        IF ((v_hidden.round, v_hidden.stage) = (p_new.round, p_new.stage) AND v_hidden.withdrawn_at IS NOT NULL)
            OR says_again(v_hidden, p_new)
        THEN
            measure := v_hidden.measure;
            hidden_at := v_hidden.hidden_at;
            RETURN;
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION standing_measure IS
    'The measure that goes on: what was hidden, withdrawn and is sent again stays hidden, until somebody has looked at it.';

CREATE OR REPLACE FUNCTION submit_contribution(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_author text, p_college text,
    p_channel text, p_themes text[], p_body text, p_posted_at timestamptz, p_received_at timestamptz, p_key text,
    p_answers text DEFAULT NULL, p_questionnaire text DEFAULT NULL, p_place text DEFAULT NULL,
    p_reference text DEFAULT NULL, p_batch uuid DEFAULT NULL,
    p_supersede_reason text DEFAULT NULL, p_revises uuid DEFAULT NULL
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_member member;
    v_new contribution;
    v_old contribution;
    v_before contribution;
    v_now timestamptz;
    v_colleague boolean;
    v_in_hand timestamptz := coalesce(p_posted_at, p_received_at);
    v_command bytea := substr(
        sha256(convert_to(concat_ws(E'\x1f', p_concertation, p_actor, p_key), 'UTF8')), 1, 16);
BEGIN
    v_new := ROW(
        NULL, p_concertation, p_round, p_stage, p_author, p_college, NULL, NULL, p_channel, p_themes, p_body,
        p_posted_at, p_received_at, NULL, p_actor, v_command, NULL, NULL, NULL,
        1, p_revises, NULL, p_supersede_reason, NULL, p_answers::json, p_questionnaire, p_place, p_reference,
        p_batch, NULL);
    IF p_revises IS NOT NULL THEN
        SELECT * INTO v_before FROM contribution c
        WHERE c.id = p_revises AND (c.concertation, c.round, c.stage) = (p_concertation, p_round, p_stage);
        -- Its author; the clerk who typed it, who says so by not claiming to be the author; or who speaks for the same
        -- organisation, or did when they sent this very revision. To anybody else it is as if there were none.
        v_colleague := p_actor <> v_before.member AND NOT (p_actor = v_before.actor AND p_actor <> p_author);
        IF v_before.id IS NULL OR (v_colleague
            AND NOT speaks_for(p_concertation, p_actor, v_before.organisation)
            AND NOT EXISTS (SELECT FROM contribution c WHERE c.command = v_command AND c.supersedes = p_revises))
        THEN
            RETURN jsonb_build_object('refusal', 'UNKNOWN_CONTRIBUTION');
        END IF;
        p_author := CASE WHEN v_colleague THEN p_actor ELSE v_before.member END;
        v_new.member := p_author;
        v_new.college := v_before.college;
        v_new.organisation := v_before.organisation;
        v_new.territory := v_before.territory;
        v_new.version := v_before.version + 1;
        IF v_colleague OR (p_actor = v_before.member AND p_actor <> v_before.actor) THEN
            p_channel := 'online';
        ELSE
            -- Typing is corrected as what it was: the form, with what was known of it.
            p_channel := v_before.channel;
            v_new.posted_at := coalesce(p_posted_at, v_before.posted_at);
            v_new.received_at := coalesce(p_received_at, v_before.received_at);
            v_new.place := coalesce(p_place, v_before.place);
            v_new.reference := coalesce(p_reference, v_before.reference);
            v_new.batch := v_before.batch;
            v_in_hand := coalesce(v_new.posted_at, v_new.received_at, v_before.submitted_at);
        END IF;
        v_new.channel := p_channel;
    END IF;

    -- The same key again: the first answer, even after the closing.
    SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
    IF FOUND THEN
        RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
    END IF;

    -- Without a lock first: late comers must not keep the row from who wants to close it.
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('refusal', CASE
            WHEN NOT EXISTS (SELECT FROM concertation c WHERE c.id = p_concertation) THEN 'UNKNOWN_CONCERTATION'
            WHEN EXISTS (SELECT FROM stage s WHERE s.concertation = p_concertation AND s.key = p_stage)
                THEN 'ROUND_CHANGED'
            ELSE 'UNKNOWN_STAGE' END);
    END IF;
    IF v_stage.kind <> 'call_for_input' THEN
        RETURN jsonb_build_object('refusal', 'STAGE_WRONG_KIND', 'stage', to_jsonb(v_stage));
    END IF;
    v_now := instant();
    IF takes_contributions(v_stage, p_channel, v_in_hand, v_now) THEN
        -- FOR SHARE: a foreign key or FOR KEY SHARE does not hold off who closes, and a row gets lost.
        SELECT * INTO STRICT v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR SHARE;
        v_now := instant();
    END IF;
    IF NOT takes_contributions(v_stage, p_channel, v_in_hand, v_now) THEN
        RETURN jsonb_build_object(
            'refusal', CASE
                WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                WHEN v_stage.suspended THEN 'SUSPENDED'
                ELSE 'STAGE_NOT_OPEN' END,
            'stage', to_jsonb(v_stage), 'now', v_now);
    END IF;
    IF NOT p_channel = ANY (v_stage.channels) THEN
        RETURN jsonb_build_object('refusal', 'CHANNEL_NOT_OFFERED', 'stage', to_jsonb(v_stage));
    END IF;
    IF greatest(v_new.posted_at, v_new.received_at) > v_now THEN
        RETURN jsonb_build_object('refusal', 'INPUT_INVALID', 'now', v_now);
    END IF;
    IF NOT p_themes <@ v_stage.themes THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_THEME',
            'theme', (SELECT t FROM unnest(p_themes) AS t WHERE NOT t = ANY (v_stage.themes) LIMIT 1));
    END IF;
    IF p_batch IS NOT NULL AND NOT EXISTS (
        SELECT FROM batch b WHERE b.id = p_batch AND b.channel = p_channel
            AND (b.concertation, b.round, b.stage) = (p_concertation, p_round, p_stage)
    ) THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_BATCH');
    END IF;

    SELECT * INTO v_member FROM member m
    WHERE m.concertation = p_concertation AND m.member = p_author AND m.left_at IS NULL;
    IF (v_member.member IS NULL AND v_stage.admission <> 'open')
        OR (v_member.college IS NULL AND v_stage.admission = 'invited')
        OR (p_college IS NOT NULL AND p_college IS DISTINCT FROM v_member.college)
    THEN
        RETURN jsonb_build_object('refusal', 'NOT_ADMITTED', 'stage', to_jsonb(v_stage), 'college', p_college);
    END IF;

    IF p_revises IS NULL THEN
        v_new.college := v_member.college;
        v_new.organisation := v_member.organisation;
        v_new.territory := v_member.territory;
        IF p_supersede_reason IS NOT NULL THEN
            SELECT * INTO v_before FROM contribution c
            WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = p_author
                AND c.college IS NOT DISTINCT FROM v_member.college
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
            IF NOT FOUND AND v_new.organisation IS NOT NULL THEN
                SELECT * INTO v_before FROM contribution c
                WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                    AND c.organisation = v_new.organisation AND c.college IS NOT DISTINCT FROM v_member.college
                    AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
            END IF;
            v_new.supersedes := v_before.id;
            v_new.version := coalesce(v_before.version, 0) + 1;
            v_new.supersede_reason := CASE WHEN v_before.id IS NOT NULL THEN p_supersede_reason END;
        END IF;
    END IF;
    IF v_new.supersedes IS NOT NULL THEN
        -- Whoever comes second waits here, and then finds that it is no longer live.
        UPDATE contribution c SET superseded_at = v_now
        WHERE c.id = v_new.supersedes AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
        IF NOT FOUND THEN
            SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
            IF FOUND THEN
                RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
            END IF;
            SELECT * INTO STRICT v_before FROM contribution c WHERE c.id = v_new.supersedes;
            RETURN jsonb_build_object('refusal', CASE
                WHEN v_before.withdrawn_at IS NOT NULL THEN 'CONTRIBUTION_WITHDRAWN'
                ELSE 'CONTRIBUTION_REPLACED' END);
        END IF;
    END IF;

    v_new.id := uuidv7();
    v_new.submitted_at := v_now;
    v_new.salt := random_bytes();
    v_new.digest := contribution_leaf(v_new);
    IF v_new.supersedes IS NULL THEN
        SELECT s.measure, s.hidden_at INTO v_new.measure, v_new.hidden_at FROM standing_measure(v_new) AS s;
    END IF;
    -- Again where what was in the way is gone before it could be read: it was withdrawn at that moment.
    FOR v_try IN 1..5 LOOP
        v_new.receipt := readable_code();
        INSERT INTO contribution SELECT v_new.* ON CONFLICT DO NOTHING;
        IF FOUND THEN
            INSERT INTO outbox (concertation, kind, payload, at)
            VALUES (p_concertation, 'contribution_received', jsonb_build_object('contribution', v_new.id), v_now);
            DELETE FROM draft d
            WHERE d.member = p_actor AND d.member = p_author AND d.concertation = p_concertation
                AND d.round = p_round AND d.stage = p_stage;
            RETURN jsonb_build_object('receipt', contribution_receipt(v_new));
        END IF;

        SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
        IF FOUND THEN
            UPDATE contribution c SET superseded_at = NULL WHERE c.id = v_new.supersedes;
            RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
        END IF;
        SELECT * INTO v_old FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = p_author
            AND c.college IS NOT DISTINCT FROM v_new.college AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
            AND c.id IS DISTINCT FROM v_new.supersedes;
        IF NOT FOUND AND v_new.organisation IS NOT NULL THEN
            SELECT * INTO v_old FROM contribution c
            WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                AND c.organisation = v_new.organisation AND c.college IS NOT DISTINCT FROM v_new.college
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
        END IF;
        IF FOUND THEN
            UPDATE contribution c SET superseded_at = NULL WHERE c.id = v_new.supersedes;
            RETURN jsonb_build_object('refusal', 'ALREADY_CONTRIBUTED', 'receipt', contribution_receipt(v_old),
                'of_another', v_old.member <> p_author);
        END IF;
    END LOOP;
    RAISE EXCEPTION 'contributions come and go too fast' USING ERRCODE = 'serialization_failure';
END;
$$;

CREATE OR REPLACE FUNCTION withdraw_contribution(p_concertation uuid, p_contribution uuid, p_actor text, p_key text)
RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_old contribution;
    v_now timestamptz;
BEGIN
    IF EXISTS (SELECT FROM contribution c WHERE c.command = command_bytes(p_concertation, p_actor, p_key)) THEN
        RETURN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED');
    END IF;
    SELECT * INTO v_old FROM contribution c WHERE c.id = p_contribution AND c.concertation = p_concertation;
    IF NOT FOUND OR NOT (v_old.member = p_actor OR speaks_for(p_concertation, p_actor, v_old.organisation)) THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_CONTRIBUTION');
    END IF;
    IF v_old.withdrawn_at IS NULL THEN
        SELECT * INTO STRICT v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = v_old.round AND s.key = v_old.stage;
        v_now := instant();
        IF takes_contributions(v_stage, 'online', NULL, v_now) THEN
            SELECT * INTO STRICT v_stage FROM stage s
            WHERE s.concertation = p_concertation AND s.round = v_old.round AND s.key = v_old.stage FOR SHARE;
            v_now := instant();
        END IF;
        IF NOT takes_contributions(v_stage, 'online', NULL, v_now) THEN
            RETURN jsonb_build_object(
                'refusal', CASE
                    WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                    WHEN v_stage.suspended THEN 'SUSPENDED'
                    ELSE 'STAGE_NOT_OPEN' END,
                'stage', to_jsonb(v_stage), 'now', v_now);
        END IF;
        UPDATE contribution c SET withdrawn_at = v_now
        WHERE c.id = p_contribution AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
        IF FOUND THEN
            -- The versions before it go with it: nobody but the author reads on what was withdrawn.
            WITH RECURSIVE before AS (
                SELECT v_old.supersedes AS id
                UNION ALL
                SELECT c.supersedes FROM before b JOIN contribution c ON c.id = b.id WHERE b.id IS NOT NULL
            )
            UPDATE contribution c SET withdrawn_at = v_now FROM before b WHERE c.id = b.id;
            INSERT INTO outbox (concertation, kind, payload, at)
            VALUES (p_concertation, 'contribution_withdrawn', jsonb_build_object('contribution', p_contribution), v_now);
        END IF;
        SELECT * INTO STRICT v_old FROM contribution c WHERE c.id = p_contribution;
        IF v_old.withdrawn_at IS NULL THEN
            RETURN jsonb_build_object('refusal', 'CONTRIBUTION_REPLACED');
        END IF;
    END IF;
    RETURN jsonb_build_object('receipt', contribution_receipt(v_old), 'withdrawn_at', v_old.withdrawn_at);
END;
$$;

-- Who speaks for an organisation reads what was said in its name, before it is published too.
DROP POLICY app_reads ON contribution;
CREATE POLICY app_reads ON contribution FOR SELECT TO concertation_app USING (
    member = (SELECT current_setting('concertation.reader', true))
    OR (withdrawn_at IS NULL AND (
        concertation::text = (SELECT current_setting('concertation.sees_all', true))
        OR (superseded_at IS NULL AND EXISTS (
            SELECT FROM stage s
            WHERE s.concertation = contribution.concertation AND s.round = contribution.round
                AND s.key = contribution.stage AND s.contributions_visible
        ))
    ))
    OR (organisation IS NOT NULL AND EXISTS (
        SELECT FROM member m
        WHERE m.concertation = contribution.concertation
            AND m.member = (SELECT current_setting('concertation.reader', true))
            AND m.organisation = contribution.organisation AND m.left_at IS NULL
    ))
);

-- migrate:down
DROP POLICY app_reads ON contribution;
CREATE POLICY app_reads ON contribution FOR SELECT TO concertation_app USING (
    member = (SELECT current_setting('concertation.reader', true))
    OR (withdrawn_at IS NULL AND (
        concertation::text = (SELECT current_setting('concertation.sees_all', true))
        OR (superseded_at IS NULL AND EXISTS (
            SELECT FROM stage s
            WHERE s.concertation = contribution.concertation AND s.round = contribution.round
                AND s.key = contribution.stage AND s.contributions_visible
        ))
    ))
);
CREATE OR REPLACE FUNCTION withdraw_contribution(p_concertation uuid, p_contribution uuid, p_actor text, p_key text)
RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_old contribution;
    v_now timestamptz;
BEGIN
    IF EXISTS (SELECT FROM contribution c WHERE c.command = command_bytes(p_concertation, p_actor, p_key)) THEN
        RETURN jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED');
    END IF;
    SELECT * INTO v_old FROM contribution c WHERE c.id = p_contribution AND c.concertation = p_concertation;
    IF NOT FOUND OR v_old.member <> p_actor THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_CONTRIBUTION');
    END IF;
    IF v_old.withdrawn_at IS NULL THEN
        SELECT * INTO STRICT v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = v_old.round AND s.key = v_old.stage;
        v_now := instant();
        IF takes_contributions(v_stage, 'online', NULL, v_now) THEN
            SELECT * INTO STRICT v_stage FROM stage s
            WHERE s.concertation = p_concertation AND s.round = v_old.round AND s.key = v_old.stage FOR SHARE;
            v_now := instant();
        END IF;
        IF NOT takes_contributions(v_stage, 'online', NULL, v_now) THEN
            RETURN jsonb_build_object(
                'refusal', CASE
                    WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                    WHEN v_stage.suspended THEN 'SUSPENDED'
                    ELSE 'STAGE_NOT_OPEN' END,
                'stage', to_jsonb(v_stage), 'now', v_now);
        END IF;
        UPDATE contribution c SET withdrawn_at = v_now
        WHERE c.id = p_contribution AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
        IF FOUND THEN
            -- The versions before it go with it: nobody but the author reads on what was withdrawn.
            WITH RECURSIVE before AS (
                SELECT v_old.supersedes AS id
                UNION ALL
                SELECT c.supersedes FROM before b JOIN contribution c ON c.id = b.id WHERE b.id IS NOT NULL
            )
            UPDATE contribution c SET withdrawn_at = v_now FROM before b WHERE c.id = b.id;
            INSERT INTO outbox (concertation, kind, payload, at)
            VALUES (p_concertation, 'contribution_withdrawn', jsonb_build_object('contribution', p_contribution), v_now);
        END IF;
        SELECT * INTO STRICT v_old FROM contribution c WHERE c.id = p_contribution;
        IF v_old.withdrawn_at IS NULL THEN
            RETURN jsonb_build_object('refusal', 'CONTRIBUTION_REPLACED');
        END IF;
    END IF;
    RETURN jsonb_build_object('receipt', contribution_receipt(v_old), 'withdrawn_at', v_old.withdrawn_at);
END;
$$;

CREATE OR REPLACE FUNCTION submit_contribution(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_author text, p_college text,
    p_channel text, p_themes text[], p_body text, p_posted_at timestamptz, p_received_at timestamptz, p_key text,
    p_answers text DEFAULT NULL, p_questionnaire text DEFAULT NULL, p_place text DEFAULT NULL,
    p_reference text DEFAULT NULL, p_batch uuid DEFAULT NULL,
    p_supersede_reason text DEFAULT NULL, p_revises uuid DEFAULT NULL
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_member member;
    v_new contribution;
    v_old contribution;
    v_before contribution;
    v_now timestamptz;
    v_in_hand timestamptz := coalesce(p_posted_at, p_received_at);
    v_command bytea := substr(
        sha256(convert_to(concat_ws(E'\x1f', p_concertation, p_actor, p_key), 'UTF8')), 1, 16);
BEGIN
    v_new := ROW(
        NULL, p_concertation, p_round, p_stage, p_author, p_college, NULL, NULL, p_channel, p_themes, p_body,
        p_posted_at, p_received_at, NULL, p_actor, v_command, NULL, NULL, NULL,
        1, p_revises, NULL, p_supersede_reason, NULL, p_answers::json, p_questionnaire, p_place, p_reference,
        p_batch, NULL);
    IF p_revises IS NOT NULL THEN
        SELECT * INTO v_before FROM contribution c
        WHERE c.id = p_revises AND (c.concertation, c.round, c.stage) = (p_concertation, p_round, p_stage);
        -- Its author; or the clerk who typed it, who says so by not claiming to be the author. To anybody else it is
        -- as if there were none.
        IF NOT FOUND OR NOT (p_actor = v_before.member OR (p_actor = v_before.actor AND p_actor <> p_author)) THEN
            RETURN jsonb_build_object('refusal', 'UNKNOWN_CONTRIBUTION');
        END IF;
        p_author := v_before.member;
        v_new.member := p_author;
        v_new.college := v_before.college;
        v_new.organisation := v_before.organisation;
        v_new.territory := v_before.territory;
        v_new.version := v_before.version + 1;
        IF p_actor = v_before.member AND p_actor <> v_before.actor THEN
            p_channel := 'online';
        ELSE
            -- Typing is corrected as what it was: the form, with what was known of it.
            p_channel := v_before.channel;
            v_new.posted_at := coalesce(p_posted_at, v_before.posted_at);
            v_new.received_at := coalesce(p_received_at, v_before.received_at);
            v_new.place := coalesce(p_place, v_before.place);
            v_new.reference := coalesce(p_reference, v_before.reference);
            v_new.batch := v_before.batch;
            v_in_hand := coalesce(v_new.posted_at, v_new.received_at, v_before.submitted_at);
        END IF;
        v_new.channel := p_channel;
    END IF;

    -- The same key again: the first answer, even after the closing.
    SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
    IF FOUND THEN
        RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
    END IF;

    -- Without a lock first: late comers must not keep the row from who wants to close it.
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('refusal', CASE
            WHEN NOT EXISTS (SELECT FROM concertation c WHERE c.id = p_concertation) THEN 'UNKNOWN_CONCERTATION'
            WHEN EXISTS (SELECT FROM stage s WHERE s.concertation = p_concertation AND s.key = p_stage)
                THEN 'ROUND_CHANGED'
            ELSE 'UNKNOWN_STAGE' END);
    END IF;
    IF v_stage.kind <> 'call_for_input' THEN
        RETURN jsonb_build_object('refusal', 'STAGE_WRONG_KIND', 'stage', to_jsonb(v_stage));
    END IF;
    v_now := instant();
    IF takes_contributions(v_stage, p_channel, v_in_hand, v_now) THEN
        -- FOR SHARE: a foreign key or FOR KEY SHARE does not hold off who closes, and a row gets lost.
        SELECT * INTO STRICT v_stage FROM stage s
        WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR SHARE;
        v_now := instant();
    END IF;
    IF NOT takes_contributions(v_stage, p_channel, v_in_hand, v_now) THEN
        RETURN jsonb_build_object(
            'refusal', CASE
                WHEN v_stage.is_over THEN 'CONCERTATION_OVER'
                WHEN v_stage.suspended THEN 'SUSPENDED'
                ELSE 'STAGE_NOT_OPEN' END,
            'stage', to_jsonb(v_stage), 'now', v_now);
    END IF;
    IF NOT p_channel = ANY (v_stage.channels) THEN
        RETURN jsonb_build_object('refusal', 'CHANNEL_NOT_OFFERED', 'stage', to_jsonb(v_stage));
    END IF;
    IF greatest(v_new.posted_at, v_new.received_at) > v_now THEN
        RETURN jsonb_build_object('refusal', 'INPUT_INVALID', 'now', v_now);
    END IF;
    IF NOT p_themes <@ v_stage.themes THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_THEME',
            'theme', (SELECT t FROM unnest(p_themes) AS t WHERE NOT t = ANY (v_stage.themes) LIMIT 1));
    END IF;
    IF p_batch IS NOT NULL AND NOT EXISTS (
        SELECT FROM batch b WHERE b.id = p_batch AND b.channel = p_channel
            AND (b.concertation, b.round, b.stage) = (p_concertation, p_round, p_stage)
    ) THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_BATCH');
    END IF;

    SELECT * INTO v_member FROM member m
    WHERE m.concertation = p_concertation AND m.member = p_author AND m.left_at IS NULL;
    IF (v_member.member IS NULL AND v_stage.admission <> 'open')
        OR (v_member.college IS NULL AND v_stage.admission = 'invited')
        OR (p_college IS NOT NULL AND p_college IS DISTINCT FROM v_member.college)
    THEN
        RETURN jsonb_build_object('refusal', 'NOT_ADMITTED', 'stage', to_jsonb(v_stage), 'college', p_college);
    END IF;

    IF p_revises IS NULL THEN
        v_new.college := v_member.college;
        v_new.organisation := v_member.organisation;
        v_new.territory := v_member.territory;
        IF p_supersede_reason IS NOT NULL THEN
            SELECT * INTO v_before FROM contribution c
            WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = p_author
                AND c.college IS NOT DISTINCT FROM v_member.college
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
            v_new.supersedes := v_before.id;
            v_new.version := coalesce(v_before.version, 0) + 1;
            v_new.supersede_reason := CASE WHEN v_before.id IS NOT NULL THEN p_supersede_reason END;
        END IF;
    END IF;
    IF v_new.supersedes IS NOT NULL THEN
        -- Whoever comes second waits here, and then finds that it is no longer live.
        UPDATE contribution c SET superseded_at = v_now
        WHERE c.id = v_new.supersedes AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
        IF NOT FOUND THEN
            SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
            IF FOUND THEN
                RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
            END IF;
            SELECT * INTO STRICT v_before FROM contribution c WHERE c.id = v_new.supersedes;
            RETURN jsonb_build_object('refusal', CASE
                WHEN v_before.withdrawn_at IS NOT NULL THEN 'CONTRIBUTION_WITHDRAWN'
                ELSE 'CONTRIBUTION_REPLACED' END);
        END IF;
    END IF;

    v_new.id := uuidv7();
    v_new.submitted_at := v_now;
    v_new.salt := random_bytes();
    v_new.receipt := readable_code();
    v_new.digest := contribution_leaf(v_new);
    INSERT INTO contribution SELECT v_new.* ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO outbox (concertation, kind, payload, at)
        VALUES (p_concertation, 'contribution_received', jsonb_build_object('contribution', v_new.id), v_now);
        DELETE FROM draft d
        WHERE d.member = p_actor AND d.member = p_author AND d.concertation = p_concertation AND d.round = p_round
            AND d.stage = p_stage;
        RETURN jsonb_build_object('receipt', contribution_receipt(v_new));
    END IF;

    IF v_new.supersedes IS NOT NULL THEN
        UPDATE contribution c SET superseded_at = NULL WHERE c.id = v_new.supersedes;
    END IF;
    SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
    IF FOUND THEN
        RETURN contribution_again(v_old, v_new, p_supersede_reason IS NOT NULL);
    END IF;
    SELECT * INTO STRICT v_old FROM contribution c
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = p_author
        AND c.college IS NOT DISTINCT FROM v_new.college AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL;
    RETURN jsonb_build_object('refusal', 'ALREADY_CONTRIBUTED', 'receipt', contribution_receipt(v_old));
END;
$$;

DROP FUNCTION standing_measure, says_again, speaks_for;
DROP INDEX contribution_hidden_by_organisation, contribution_hidden_by_member;
CREATE INDEX contribution_by_organisation ON contribution (concertation, round, stage, organisation)
    WHERE organisation IS NOT NULL;
DROP INDEX contribution_once_by_organisation;
