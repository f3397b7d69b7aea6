-- Contributions that come at one moment are committed together: each is decided alone, and the disk is waited for once.
-- Why, and what it costs: docs/adr/0022-committed-together.md.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION submit_contributions(p_concertation uuid, p_head bytea, p_round integer, p_stage text, p_sent json)
RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_sent record;
    v_answers jsonb[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM concertation c WHERE c.id = p_concertation AND c.head = p_head) THEN
        RETURN NULL;
    END IF;
    FOR v_sent IN
        SELECT * FROM json_to_recordset(p_sent) AS s(
            author text, college text, themes text[], body text, key text, answers text, questionnaire text)
    LOOP
        v_answers := v_answers || submit_contribution(
            p_concertation, p_round, p_stage, v_sent.author, v_sent.author, v_sent.college, 'online', v_sent.themes,
            v_sent.body, NULL, NULL, v_sent.key, v_sent.answers, v_sent.questionnaire);
    END LOOP;
    RETURN array_to_json(v_answers);
END;
$$;
COMMENT ON FUNCTION submit_contributions IS
    'What submit_contribution answers to each of these, which their authors sent online to one stage; null, having '
    'changed nothing, if the ledger has gone on from the head at which their senders knew it.';

GRANT EXECUTE ON FUNCTION submit_contributions TO concertation_app;

-- migrate:down
DROP FUNCTION submit_contributions;
