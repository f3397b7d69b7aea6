-- The life of a contribution: versions, withdrawal, what clerks know of paper, drafts, batches, rounds.
-- Every version is a row and a leaf: nothing that was acknowledged leaves the sealed set. One of them is live at most.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE batch (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    channel text NOT NULL CHECK (channel <> 'online'),
    territory text,
    announced integer NOT NULL CHECK (announced > 0),
    reference text,
    actor text NOT NULL,
    opened_at timestamptz NOT NULL,
    command bytea NOT NULL CONSTRAINT batch_command UNIQUE
);
COMMENT ON TABLE batch IS 'Forms that arrived together: how many were announced, so that a missing one shows.';
CREATE INDEX batch_by_stage ON batch (concertation, round, stage, id);

CREATE TABLE draft (
    member text NOT NULL,
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    college text,
    themes text[] NOT NULL,
    body text NOT NULL,
    answers json,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (concertation, round, stage, member)
);
COMMENT ON TABLE draft IS 'What somebody has begun to write: for their eyes alone, never counted, gone once it is sent.';
COMMENT ON CONSTRAINT draft_pkey ON draft IS
    'The only index: of two that begin alike a planner without statistics takes any, and each submission looks here.';

ALTER TABLE contribution
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN supersedes uuid,
    ADD COLUMN superseded_at timestamptz,
    ADD COLUMN supersede_reason text,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN answers json,
    ADD COLUMN questionnaire text,
    ADD COLUMN place text,
    ADD COLUMN reference text,
    ADD COLUMN batch uuid,
    ADD COLUMN carried_from uuid;
COMMENT ON COLUMN contribution.version IS 'Counted from 1 along `supersedes`.';
COMMENT ON COLUMN contribution.supersedes IS 'The row that this one replaces: the version before.';
COMMENT ON COLUMN contribution.superseded_at IS 'Since when a later version counts in its place. Live: neither this nor withdrawn.';
COMMENT ON COLUMN contribution.supersede_reason IS 'Why a clerk let a form take the place of what had come by another way.';
COMMENT ON COLUMN contribution.withdrawn_at IS 'Withdrawn by its author, with all its versions; their leaves stay.';
COMMENT ON COLUMN contribution.answers IS 'Canonical JSON by question, as it was hashed; unset for plain text. `json`, which keeps it to the letter.';
COMMENT ON COLUMN contribution.questionnaire IS 'Digest of the questionnaire that was answered.';
COMMENT ON COLUMN contribution.place IS 'Where a form was handed in or a word was heard.';
COMMENT ON COLUMN contribution.reference IS 'What the clerk''s service calls the form.';
COMMENT ON COLUMN contribution.carried_from IS 'The contribution of the round before, which counts in this one as it stood.';

ALTER TABLE contribution DROP CONSTRAINT contribution_once;
CREATE UNIQUE INDEX contribution_once ON contribution (concertation, round, stage, member, college)
    NULLS NOT DISTINCT WHERE superseded_at IS NULL AND withdrawn_at IS NULL;
CREATE UNIQUE INDEX contribution_follows ON contribution (supersedes) WHERE supersedes IS NOT NULL;
CREATE UNIQUE INDEX contribution_carried ON contribution (carried_from) WHERE carried_from IS NOT NULL;
CREATE INDEX contribution_by_batch ON contribution (batch) WHERE batch IS NOT NULL;
DROP INDEX contribution_counts;
CREATE INDEX contribution_counts ON contribution (concertation, round, stage, college, channel)
    WHERE superseded_at IS NULL AND withdrawn_at IS NULL;

CREATE OR REPLACE FUNCTION contribution_leaf(c contribution) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(c.salt || convert_to(
        '{' || CASE WHEN c.answers IS NULL THEN '' ELSE '"answers":' || c.answers::text || ',' END
        || '"body":' || to_json(c.body)
        || CASE WHEN c.carried_from IS NULL THEN '' ELSE ',"carried_from":' || to_json(c.carried_from) END
        || ',"channel":' || to_json(c.channel)
        || ',"college":' || coalesce(to_json(c.college)::text, 'null')
        || ',"concertation":' || to_json(c.concertation)
        || ',"id":' || to_json(c.id)
        || ',"member":' || to_json(c.member)
        || ',"organisation":' || coalesce(to_json(c.organisation)::text, 'null')
        || CASE WHEN c.place IS NULL THEN '' ELSE ',"place":' || to_json(c.place) END
        || ',"posted_at":' || coalesce(to_json(iso(c.posted_at))::text, 'null')
        || CASE WHEN c.questionnaire IS NULL THEN '' ELSE ',"questionnaire":' || to_json(c.questionnaire) END
        || ',"received_at":' || coalesce(to_json(iso(c.received_at))::text, 'null')
        || CASE WHEN c.reference IS NULL THEN '' ELSE ',"reference":' || to_json(c.reference) END
        || ',"round":' || c.round
        || ',"stage":' || to_json(c.stage)
        || ',"submitted_at":' || to_json(iso(c.submitted_at))
        || CASE WHEN c.supersedes IS NULL THEN '' ELSE ',"supersedes":' || to_json(c.supersedes) END
        || ',"territory":' || coalesce(to_json(c.territory)::text, 'null')
        || ',"themes":' || array_to_json(c.themes)
        || CASE WHEN c.version = 1 THEN '' ELSE ',"version":' || c.version END
        || '}', 'UTF8'));

CREATE OR REPLACE FUNCTION contribution_receipt(c contribution) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN jsonb_build_object(
        'contribution', c.id, 'code', c.receipt, 'digest', encode(c.digest, 'hex'), 'submitted_at', c.submitted_at,
        'member', c.member, 'college', c.college, 'channel', c.channel, 'actor', c.actor, 'version', c.version,
        'round', c.round, 'stage', c.stage, 'organisation', c.organisation, 'territory', c.territory,
        'posted_at', c.posted_at, 'received_at', c.received_at, 'place', c.place, 'reference', c.reference,
        'batch', c.batch);

DROP FUNCTION contribution_again;
CREATE FUNCTION contribution_again(p_old contribution, p_new contribution, p_supersedes boolean) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN CASE
        WHEN (p_old.round, p_old.stage, p_old.member, p_old.channel, p_old.themes, p_old.body)
                = (p_new.round, p_new.stage, p_new.member, p_new.channel, p_new.themes, p_new.body)
            AND (p_new.college IS NULL OR p_new.college = p_old.college)
            AND (p_old.posted_at, p_old.received_at, p_old.answers::text, p_old.place, p_old.reference, p_old.batch)
                IS NOT DISTINCT FROM
                (p_new.posted_at, p_new.received_at, p_new.answers::text, p_new.place, p_new.reference, p_new.batch)
            AND CASE
                WHEN p_supersedes THEN p_old.supersedes IS NULL OR p_old.supersede_reason = p_new.supersede_reason
                ELSE p_old.supersedes IS NOT DISTINCT FROM p_new.supersedes
            END
        THEN jsonb_build_object('receipt', contribution_receipt(p_old))
        ELSE jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED')
    END;

CREATE FUNCTION command_bytes(p_concertation uuid, p_actor text, p_key text) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN substr(sha256(convert_to(concat_ws(E'\x1f', p_concertation, p_actor, p_key), 'UTF8')), 1, 16);
COMMENT ON FUNCTION command_bytes IS 'What a key is known by: see contribution.command.';

DROP FUNCTION submit_contribution;
CREATE FUNCTION submit_contribution(
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
COMMENT ON FUNCTION submit_contribution IS
    'One contribution, or one more version of it, in one round trip: a receipt, or a refusal that changed nothing.';

CREATE FUNCTION withdraw_contribution(p_concertation uuid, p_contribution uuid, p_actor text, p_key text)
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
COMMENT ON FUNCTION withdraw_contribution IS
    'Withdraws the live version of one''s contribution with those before it, or refuses. Asked again: the same answer.';

CREATE OR REPLACE FUNCTION contribution_counts(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT c.college, c.channel, count(*) FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
            AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        GROUP BY c.college, c.channel;
    END;

CREATE OR REPLACE FUNCTION hold_stage(p_concertation uuid, p_round integer, p_stage text, p_most integer)
RETURNS TABLE (digests bytea[], counts jsonb)
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Waits for those who are contributing; from here on they wait for the commit.
    PERFORM FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR NO KEY UPDATE;
    RETURN QUERY
    WITH few AS MATERIALIZED (
        SELECT c.id, c.digest, c.college, c.channel, c.superseded_at IS NULL AND c.withdrawn_at IS NULL AS live
        FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        ORDER BY c.id LIMIT p_most + 1
    )
    SELECT
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN (SELECT array_agg(f.digest ORDER BY f.id) FROM few f) END,
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN coalesce((
            SELECT jsonb_agg(jsonb_build_array(g.college, g.channel, g.n))
            FROM (SELECT f.college, f.channel, count(*) AS n FROM few f WHERE f.live GROUP BY 1, 2) AS g
        ), '[]') END;
END;
$$;
COMMENT ON FUNCTION hold_stage IS
    'Holds off contributions until the commit and answers all leaves, in order, with counts of live ones; nulls if there are more leaves than p_most.';

CREATE FUNCTION contribution_versions(p_reader text, p_sees_all_of uuid, p_ids uuid[])
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
        SELECT c.id AS asked, c.id, c.supersedes FROM contribution c WHERE c.id = ANY (p_ids)
        UNION ALL
        SELECT e.asked, c.id, c.supersedes FROM earlier e JOIN contribution c ON c.id = e.supersedes
    ), later AS (
        SELECT e.asked, e.id FROM earlier e WHERE e.asked = e.id
        UNION ALL
        SELECT l.asked, c.id FROM later l JOIN contribution c ON c.supersedes = l.id
    )
    SELECT k.asked, c.id, c.version, c.member, c.actor, c.channel, c.submitted_at, c.superseded_at, c.supersede_reason,
        c.withdrawn_at,
        -- What is hidden (0012_finding.sql) is for its author and those who see all.
        CASE WHEN c.hidden_at IS NULL OR c.member = p_reader OR c.concertation = p_sees_all_of THEN c.body ELSE '' END,
        CASE WHEN c.hidden_at IS NULL OR c.member = p_reader OR c.concertation = p_sees_all_of THEN c.answers END,
        c.questionnaire, c.place, c.reference, c.batch, c.carried_from, c.digest,
        CASE WHEN c.member = p_reader THEN c.receipt END
    FROM (SELECT e.asked, e.id FROM earlier e UNION SELECT l.asked, l.id FROM later l) AS k
        JOIN contribution c ON c.id = k.id
    ORDER BY k.asked, c.version;
END;
$$;
COMMENT ON FUNCTION contribution_versions IS
    'All versions that the reader may see of the contributions to which those named belong, the first one first.';

CREATE FUNCTION contribution_followed_by(p_receipt text) RETURNS TABLE (receipt text, version integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT n.receipt, n.version FROM contribution c JOIN contribution n ON n.supersedes = c.id
        WHERE c.receipt = p_receipt;
    END;
COMMENT ON FUNCTION contribution_followed_by IS
    'The receipt of the next version: it has the same author, whose proof the code of this one is.';

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

CREATE FUNCTION save_draft(
    p_member text, p_concertation uuid, p_round integer, p_stage text, p_college text, p_themes text[], p_body text,
    p_answers text
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_member member;
    v_now timestamptz := instant();
BEGIN
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
    IF v_stage.is_over OR v_now >= v_stage.closes_at THEN
        RETURN jsonb_build_object(
            'refusal', CASE WHEN v_stage.is_over THEN 'CONCERTATION_OVER' ELSE 'STAGE_NOT_OPEN' END,
            'stage', to_jsonb(v_stage), 'now', v_now);
    END IF;
    SELECT * INTO v_member FROM member m
    WHERE m.concertation = p_concertation AND m.member = p_member AND m.left_at IS NULL;
    IF (v_member.member IS NULL AND v_stage.admission <> 'open')
        OR (v_member.college IS NULL AND v_stage.admission = 'invited')
        OR (p_college IS NOT NULL AND p_college IS DISTINCT FROM v_member.college)
    THEN
        RETURN jsonb_build_object('refusal', 'NOT_ADMITTED', 'stage', to_jsonb(v_stage), 'college', p_college);
    END IF;
    INSERT INTO draft VALUES (
        p_member, p_concertation, p_round, p_stage, p_college, p_themes, p_body, p_answers::json, v_now)
    ON CONFLICT (concertation, round, stage, member) DO UPDATE SET
        college = excluded.college, themes = excluded.themes, body = excluded.body, answers = excluded.answers,
        saved_at = excluded.saved_at;
    RETURN jsonb_build_object('saved_at', v_now);
END;
$$;
COMMENT ON FUNCTION save_draft IS 'Keeps what somebody who may answer has begun to write, in the place of what was kept.';

CREATE FUNCTION draft_of(p_member text, p_concertation uuid, p_round integer, p_stage text) RETURNS SETOF draft
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT * FROM draft d
        WHERE d.member = p_member AND d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage
    $$;

CREATE FUNCTION drop_draft(p_member text, p_concertation uuid, p_round integer, p_stage text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM draft d
    WHERE d.member = p_member AND d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage;
    RETURN FOUND;
END;
$$;

CREATE FUNCTION draft_holders(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (member text, saved_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT d.member, d.saved_at FROM draft d
        WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage;
    END;
COMMENT ON FUNCTION draft_holders IS 'Who has begun to write, never what: for the follow-up of a stage.';

CREATE FUNCTION former_contribution(p_member text, p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (round integer, college text, themes text[], body text, answers json, submitted_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT c.round, c.college, c.themes, c.body, c.answers, c.submitted_at FROM contribution c
        WHERE c.member = p_member AND c.concertation = p_concertation AND c.stage = p_stage AND c.round < p_round
            AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        ORDER BY c.round DESC, c.id DESC LIMIT 1;
    END;
COMMENT ON FUNCTION former_contribution IS 'What its author said in the latest round before this one.';

CREATE FUNCTION carry_contributions(
    p_concertation uuid, p_from integer, p_round integer, p_stage text, p_after uuid, p_most integer
) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_old contribution;
    v_new contribution;
    v_last uuid;
    v_now timestamptz := instant();
BEGIN
    FOR v_old IN
        SELECT * FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_from AND c.stage = p_stage
            AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
            AND c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
        ORDER BY c.id LIMIT p_most
    LOOP
        v_last := v_old.id;
        v_new := v_old;
        v_new.id := uuidv7();
        v_new.round := p_round;
        v_new.submitted_at := v_now;
        v_new.command := substr(sha256(uuid_send(v_old.id) || convert_to('/' || p_round, 'UTF8')), 1, 16);
        v_new.salt := random_bytes();
        v_new.receipt := readable_code();
        v_new.version := 1;
        v_new.supersedes := NULL;
        v_new.supersede_reason := NULL;
        v_new.batch := NULL;
        v_new.carried_from := v_old.id;
        v_new.digest := contribution_leaf(v_new);
        -- Whoever has spoken in this round already is not spoken for.
        INSERT INTO contribution SELECT v_new.* ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_last;
END;
$$;
COMMENT ON FUNCTION carry_contributions IS
    'Lets the live contributions of a round count in a later one; done again, it does nothing. Gives the last one looked at, null after all.';

ALTER TABLE batch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON batch, draft TO concertation_worker;
CREATE POLICY owner_reads ON batch FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON batch FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_reads ON draft FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON draft FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_saves ON draft FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_drops ON draft FOR DELETE TO concertation_owner USING (true);
CREATE POLICY owner_replaces ON contribution FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);

-- Old versions are for their author and those who see all; what was withdrawn is for its author alone.
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
GRANT SELECT (
    version, supersedes, superseded_at, supersede_reason, withdrawn_at, answers, questionnaire, place, reference, batch,
    carried_from, actor
) ON contribution TO concertation_app;
GRANT EXECUTE ON FUNCTION submit_contribution, withdraw_contribution, contribution_versions, contribution_followed_by,
    open_batch, batch_list, save_draft, draft_of, drop_draft, draft_holders, former_contribution
    TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION carry_contributions TO concertation_worker;

-- migrate:down
DROP POLICY app_reads ON contribution;
CREATE POLICY app_reads ON contribution FOR SELECT TO concertation_app USING (
    member = (SELECT current_setting('concertation.reader', true))
    OR concertation::text = (SELECT current_setting('concertation.sees_all', true))
    OR EXISTS (
        SELECT FROM stage s
        WHERE s.concertation = contribution.concertation AND s.round = contribution.round
            AND s.key = contribution.stage AND s.contributions_visible
    )
);
DROP POLICY owner_replaces ON contribution;
REVOKE SELECT (actor) ON contribution FROM concertation_app;
DROP FUNCTION carry_contributions, former_contribution, draft_holders, drop_draft, draft_of, save_draft, batch_list,
    open_batch, contribution_followed_by, contribution_versions, withdraw_contribution, submit_contribution,
    contribution_again, command_bytes;
CREATE OR REPLACE FUNCTION contribution_leaf(c contribution) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(c.salt || convert_to(
        '{"body":' || to_json(c.body)
        || ',"channel":' || to_json(c.channel)
        || ',"college":' || coalesce(to_json(c.college)::text, 'null')
        || ',"concertation":' || to_json(c.concertation)
        || ',"id":' || to_json(c.id)
        || ',"member":' || to_json(c.member)
        || ',"organisation":' || coalesce(to_json(c.organisation)::text, 'null')
        || ',"posted_at":' || coalesce(to_json(iso(c.posted_at))::text, 'null')
        || ',"received_at":' || coalesce(to_json(iso(c.received_at))::text, 'null')
        || ',"round":' || c.round
        || ',"stage":' || to_json(c.stage)
        || ',"submitted_at":' || to_json(iso(c.submitted_at))
        || ',"territory":' || coalesce(to_json(c.territory)::text, 'null')
        || ',"themes":' || array_to_json(c.themes)
        || '}', 'UTF8'));

CREATE OR REPLACE FUNCTION contribution_receipt(c contribution) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN jsonb_build_object(
        'contribution', c.id, 'code', c.receipt, 'digest', encode(c.digest, 'hex'), 'submitted_at', c.submitted_at,
        'member', c.member, 'college', c.college, 'channel', c.channel, 'actor', c.actor);

CREATE FUNCTION contribution_again(
    p_old contribution, p_round integer, p_stage text, p_author text, p_college text, p_channel text,
    p_themes text[], p_body text, p_posted_at timestamptz, p_received_at timestamptz
) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN CASE
        WHEN (p_old.round, p_old.stage, p_old.member, p_old.channel, p_old.themes, p_old.body)
                = (p_round, p_stage, p_author, p_channel, p_themes, p_body)
            AND (p_college IS NULL OR p_college = p_old.college)
            AND p_old.posted_at IS NOT DISTINCT FROM p_posted_at
            AND p_old.received_at IS NOT DISTINCT FROM p_received_at
        THEN jsonb_build_object('receipt', contribution_receipt(p_old))
        ELSE jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED')
    END;

CREATE FUNCTION submit_contribution(
    p_concertation uuid, p_round integer, p_stage text, p_actor text, p_author text, p_college text,
    p_channel text, p_themes text[], p_body text, p_posted_at timestamptz, p_received_at timestamptz, p_key text
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_member member;
    v_new contribution;
    v_old contribution;
    v_now timestamptz;
    v_in_hand timestamptz := coalesce(p_posted_at, p_received_at);
    v_command bytea := substr(
        sha256(convert_to(concat_ws(E'\x1f', p_concertation, p_actor, p_key), 'UTF8')), 1, 16);
BEGIN
    -- The same key again: the first answer, even after the closing.
    SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
    IF FOUND THEN
        RETURN contribution_again(v_old, p_round, p_stage, p_author, p_college, p_channel, p_themes, p_body,
            p_posted_at, p_received_at);
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
    IF greatest(p_posted_at, p_received_at) > v_now THEN
        RETURN jsonb_build_object('refusal', 'INPUT_INVALID', 'now', v_now);
    END IF;
    IF NOT p_themes <@ v_stage.themes THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_THEME',
            'theme', (SELECT t FROM unnest(p_themes) AS t WHERE NOT t = ANY (v_stage.themes) LIMIT 1));
    END IF;

    SELECT * INTO v_member FROM member m
    WHERE m.concertation = p_concertation AND m.member = p_author AND m.left_at IS NULL;
    IF (v_member.member IS NULL AND v_stage.admission <> 'open')
        OR (v_member.college IS NULL AND v_stage.admission = 'invited')
        OR (p_college IS NOT NULL AND p_college IS DISTINCT FROM v_member.college)
    THEN
        RETURN jsonb_build_object('refusal', 'NOT_ADMITTED', 'stage', to_jsonb(v_stage), 'college', p_college);
    END IF;

    v_new := ROW(
        uuidv7(), p_concertation, p_round, p_stage, p_author, v_member.college, v_member.organisation,
        v_member.territory, p_channel, p_themes, p_body, p_posted_at, p_received_at, v_now, p_actor, v_command,
        random_bytes(), NULL, readable_code());
    v_new.digest := contribution_leaf(v_new);
    INSERT INTO contribution SELECT v_new.* ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO outbox (concertation, kind, payload, at)
        VALUES (p_concertation, 'contribution_received', jsonb_build_object('contribution', v_new.id), v_now);
        RETURN jsonb_build_object('receipt', contribution_receipt(v_new));
    END IF;

    SELECT * INTO v_old FROM contribution c WHERE c.command = v_command;
    IF FOUND THEN
        RETURN contribution_again(v_old, p_round, p_stage, p_author, p_college, p_channel, p_themes, p_body,
            p_posted_at, p_received_at);
    END IF;
    SELECT * INTO STRICT v_old FROM contribution c
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = p_author
        AND c.college IS NOT DISTINCT FROM v_member.college;
    RETURN jsonb_build_object('refusal', 'ALREADY_CONTRIBUTED', 'receipt', contribution_receipt(v_old));
END;
$$;
COMMENT ON FUNCTION submit_contribution IS
    'One contribution in one round trip: a receipt, or a refusal that changed nothing (store/contributions.py).';
GRANT EXECUTE ON FUNCTION submit_contribution TO concertation_app, concertation_worker;

CREATE OR REPLACE FUNCTION contribution_counts(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT c.college, c.channel, count(*) FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        GROUP BY c.college, c.channel;
    END;

CREATE OR REPLACE FUNCTION hold_stage(p_concertation uuid, p_round integer, p_stage text, p_most integer)
RETURNS TABLE (digests bytea[], counts jsonb)
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Waits for those who are contributing; from here on they wait for the commit.
    PERFORM FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage FOR NO KEY UPDATE;
    RETURN QUERY
    WITH few AS MATERIALIZED (
        SELECT c.id, c.digest, c.college, c.channel FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        ORDER BY c.id LIMIT p_most + 1
    )
    SELECT
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN (SELECT array_agg(f.digest ORDER BY f.id) FROM few f) END,
        CASE WHEN (SELECT count(*) FROM few) <= p_most THEN coalesce((
            SELECT jsonb_agg(jsonb_build_array(g.college, g.channel, g.n))
            FROM (SELECT f.college, f.channel, count(*) AS n FROM few f GROUP BY 1, 2) AS g
        ), '[]') END;
END;
$$;

DROP INDEX contribution_once;
DROP INDEX contribution_counts;
ALTER TABLE contribution
    DROP COLUMN version, DROP COLUMN supersedes, DROP COLUMN superseded_at, DROP COLUMN supersede_reason,
    DROP COLUMN withdrawn_at, DROP COLUMN answers, DROP COLUMN questionnaire, DROP COLUMN place,
    DROP COLUMN reference, DROP COLUMN batch, DROP COLUMN carried_from;
ALTER TABLE contribution
    ADD CONSTRAINT contribution_once UNIQUE NULLS NOT DISTINCT (concertation, round, stage, member, college);
CREATE INDEX contribution_counts ON contribution (concertation, round, stage, college, channel);
DROP TABLE draft;
DROP TABLE batch;
