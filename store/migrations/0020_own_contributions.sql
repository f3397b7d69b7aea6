-- What somebody has contributed, found again by who they are: whoever lost a receipt pages through nothing.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION contribution_own(p_reader text, p_concertation uuid) RETURNS SETOF contribution_read
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM set_reader(p_reader, false, NULL);
    RETURN QUERY
    SELECT c.* FROM contribution_read c
    WHERE c.member = p_reader AND c.concertation = p_concertation AND c.superseded_at IS NULL
    ORDER BY c.submitted_at, c.id;
END;
$$;
COMMENT ON FUNCTION contribution_own IS
    'The latest versions of what the reader has contributed to a concertation, withdrawn or not, in order of reception.';

GRANT EXECUTE ON FUNCTION contribution_own TO concertation_app;

-- migrate:down
DROP FUNCTION contribution_own;
