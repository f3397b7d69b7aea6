-- What the API may write and read of contributions, people's secret positions included: functions, never tables.
-- They run with the owner's rights, so that the API's role needs none on the tables.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION contribution_leaf(c contribution) RETURNS bytea
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
COMMENT ON FUNCTION contribution_leaf IS
    'The leaf of a contribution: SHA-256 over its salt followed by its content as canonical JSON (store/leaves.py).';

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

CREATE FUNCTION takes_contributions(s stage, p_channel text, p_in_hand timestamptz, p_now timestamptz)
RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN NOT s.suspended AND NOT s.is_over AND p_now >= s.opens_at AND (
        (s.state = 'open' AND p_now < s.closes_at)
        -- What was posted or handed in before the closing counts (CRPA L112-1) and may still be entered.
        OR (p_channel <> 'online' AND coalesce(p_in_hand < s.closes_at, false) AND (
            (s.state IN ('open', 'closed') AND p_now < s.entry_closes_at)
            OR (s.state NOT IN ('pending', 'awaiting_opening', 'sealing', 'superseded')
                AND coalesce(p_now < s.rectifying_until, false)))));

CREATE FUNCTION contribution_receipt(c contribution) RETURNS jsonb
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

CREATE FUNCTION contribution_counts(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (college text, channel text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT c.college, c.channel, count(*) FROM contribution c
        WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        GROUP BY c.college, c.channel;
    END;
COMMENT ON FUNCTION contribution_counts IS 'Counts are public at once (D5: shares by channel published), texts are not.';

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
COMMENT ON FUNCTION contribution_total IS 'How many rows all pages of contribution_page have together.';

CREATE FUNCTION contribution_by_receipt(p_receipt text) RETURNS SETOF contribution
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT c.* FROM contribution c WHERE c.receipt = p_receipt;
    END;
COMMENT ON FUNCTION contribution_by_receipt IS 'Who knows the code may see the contribution: it is the author''s proof.';

CREATE FUNCTION set_reader(p_reader text, p_sees_all boolean, p_concertation uuid) RETURNS void
    LANGUAGE sql VOLATILE
    BEGIN ATOMIC
        SELECT set_config('concertation.reader', coalesce(p_reader, ''), true),
            set_config('concertation.sees_all', CASE WHEN p_sees_all THEN p_concertation::text ELSE '' END, true);
    END;
COMMENT ON FUNCTION set_reader IS 'Says, for this transaction, whose eyes row-level security lends.';

CREATE FUNCTION keep_secret_vote(
    p_concertation uuid, p_ballot text, p_member text, p_command text, p_position text
) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_salt bytea := random_bytes();
BEGIN
    INSERT INTO secret_vote VALUES (
        p_concertation, p_ballot, p_member, p_command, p_position, v_salt,
        encode(sha256(v_salt || convert_to(p_ballot || '/' || p_position, 'UTF8')), 'hex'), instant()
    ) ON CONFLICT ON CONSTRAINT secret_vote_command DO NOTHING;
    RETURN (
        SELECT v.commitment FROM secret_vote v
        WHERE v.concertation = p_concertation AND v.ballot = p_ballot AND v.member = p_member
            AND v.command = p_command AND v.position = p_position
    );
END;
$$;
COMMENT ON FUNCTION keep_secret_vote IS
    'Keeps a position and answers its commitment: SHA-256 over 16 bytes of salt followed by `ballot/position`.';

-- migrate:down
DROP FUNCTION keep_secret_vote;
DROP FUNCTION contribution_by_receipt;
DROP FUNCTION contribution_total;
DROP FUNCTION contribution_get;
DROP FUNCTION contribution_page;
DROP FUNCTION set_reader;
DROP FUNCTION contribution_counts;
DROP FUNCTION submit_contribution;
DROP FUNCTION contribution_again;
DROP FUNCTION contribution_receipt;
DROP FUNCTION takes_contributions;
DROP FUNCTION contribution_leaf;
