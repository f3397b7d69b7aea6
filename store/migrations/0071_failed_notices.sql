-- Notices that failed for good, in a list of their own: asked for every few seconds, and nobody should look through all notices for them.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE failed_notice (
    notice uuid PRIMARY KEY,
    channel text NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX failed_notice_at ON failed_notice (failed_at);
COMMENT ON TABLE failed_notice IS
    'The notices that were given up and that nobody has sent again. Those that a restoration held back are not among them.';

ALTER TABLE failed_notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_does ON failed_notice TO concertation_owner USING (true) WITH CHECK (true);
GRANT SELECT ON failed_notice TO concertation_worker;

CREATE FUNCTION list_failed_notice() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    IF NEW.state = 'failed' THEN
        INSERT INTO failed_notice VALUES (NEW.id, NEW.channel, instant()) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM failed_notice f WHERE f.notice = NEW.id;
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION list_failed_notice FROM PUBLIC;

-- Read before the trigger shuts writers out for a moment; what was sent again meanwhile is taken off the list after.
INSERT INTO failed_notice SELECT n.id, n.channel, coalesce(n.claimed_at, n.at) FROM notice n
WHERE n.state = 'failed' AND coalesce(n.last_fault, '') NOT LIKE 'restored:%';
CREATE TRIGGER notice_is_listed_as_failed AFTER UPDATE OF state ON notice FOR EACH ROW
    WHEN ((NEW.state = 'failed') <> (OLD.state = 'failed') AND coalesce(NEW.last_fault, '') NOT LIKE 'restored:%')
    EXECUTE FUNCTION list_failed_notice();
DELETE FROM failed_notice f
WHERE EXISTS (SELECT FROM notice n WHERE n.id = f.notice AND n.state <> 'failed');

-- migrate:down
DROP TRIGGER notice_is_listed_as_failed ON notice;
DROP FUNCTION list_failed_notice;
DROP TABLE failed_notice;
