-- What is over of sign-ins is removed though nobody signs in: sessions with what their provider said, and returns that never came.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION sweep_sign_ins(p_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_swept bigint;
    v_more bigint;
BEGIN
    DELETE FROM browser_session s WHERE s.id IN (
        SELECT o.id FROM browser_session o WHERE o.until <= v_now ORDER BY o.until LIMIT p_most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    DELETE FROM sign_in s WHERE s.state IN (
        SELECT o.state FROM sign_in o WHERE o.until <= v_now - interval '1 hour' ORDER BY o.until LIMIT p_most
        FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS v_more = ROW_COUNT;
    v_swept := v_swept + v_more;
    DELETE FROM sign_in_link l WHERE l.until <= v_now - interval '1 hour';
    GET DIAGNOSTICS v_more = ROW_COUNT;
    RETURN v_swept + v_more;
END;
$$;
COMMENT ON FUNCTION sweep_sign_ins IS 'Removes so many sessions whose time is over, sign-ins that nobody came back from, and used links that expired; how many.';
GRANT EXECUTE ON FUNCTION sweep_sign_ins TO concertation_worker;

-- migrate:down
DROP FUNCTION sweep_sign_ins;
