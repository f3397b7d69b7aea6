-- What finding contributions needs.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE contribution ADD COLUMN hidden_at timestamptz, ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN contribution.hidden_at IS
    'Moderated: its text is for its author and those who keep the concertation. The leaf and the count stay.';
COMMENT ON COLUMN contribution.redacted_at IS 'Its text was destroyed for good. The leaf, the salt and the count stay.';
GRANT SELECT (hidden_at, redacted_at) ON contribution TO concertation_app;

-- Its body is read at each call: BEGIN ATOMIC keeps the columns of the day, and a row with more is no row of the type.
CREATE OR REPLACE FUNCTION contribution_by_receipt(p_receipt text) RETURNS SETOF contribution
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.* FROM contribution c WHERE c.receipt = p_receipt $$;

-- migrate:down
ALTER TABLE contribution DROP COLUMN hidden_at, DROP COLUMN redacted_at;
