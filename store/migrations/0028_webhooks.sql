-- Webhooks: other systems are told of public events, with a signature.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL REFERENCES concertation,
    url text NOT NULL,
    secret bytea NOT NULL,
    kinds text[] NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    failing_since timestamptz,
    disabled_at timestamptz,
    removed_at timestamptz
);
COMMENT ON TABLE webhook IS 'Addresses of other systems that are told of the events of a concertation. The API writes them and reads no secret.';
COMMENT ON COLUMN webhook.kinds IS 'Kinds of events; none: all of them.';
COMMENT ON COLUMN webhook.disabled_at IS 'When it had failed for five days: nothing is sent any more.';
CREATE INDEX webhook_of ON webhook (concertation);

ALTER TABLE notice DROP CONSTRAINT notice_channel_check,
    ADD CONSTRAINT notice_channel_check CHECK (channel IN ('mail', 'webhook'));
COMMENT ON COLUMN notice.recipient IS
    '`member/<id>`, `organisation/<uuid>` or `webhook/<uuid>`; the address is looked up when it is sent.';

CREATE FUNCTION register_webhook(
    p_id uuid, p_concertation uuid, p_url text, p_secret bytea, p_kinds text[], p_by text
) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    INSERT INTO webhook (id, concertation, url, secret, kinds, made_by, made_at)
    VALUES (p_id, p_concertation, p_url, p_secret, p_kinds, p_by, instant())
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 'fresh';
    END IF;
    RETURN CASE WHEN EXISTS (
        SELECT FROM webhook w
        WHERE (w.id, w.concertation, w.url, w.kinds) = (p_id, p_concertation, p_url, p_kinds)
    ) THEN 'same' ELSE 'other' END;
END;
$$;
COMMENT ON FUNCTION register_webhook IS 'Keeps a webhook, once for each id; tells whether it is fresh, was there, or another has its id.';

CREATE FUNCTION remove_webhook(p_concertation uuid, p_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    UPDATE webhook w SET removed_at = coalesce(w.removed_at, instant())
    WHERE w.concertation = p_concertation AND w.id = p_id;
    RETURN FOUND;
END;
$$;

CREATE FUNCTION webhooks_of(p_concertation uuid)
RETURNS TABLE (id uuid, url text, kinds text[], made_at timestamptz, failing_since timestamptz, disabled_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT w.id, w.url, w.kinds, w.made_at, w.failing_since, w.disabled_at FROM webhook w
    WHERE w.concertation = p_concertation AND w.removed_at IS NULL ORDER BY w.made_at, w.id;
$$;
COMMENT ON FUNCTION webhooks_of IS 'The webhooks of a concertation, without their secrets.';

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE (failing_since, disabled_at) ON webhook TO concertation_worker;
CREATE POLICY owner_reads ON webhook FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON webhook FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_removes ON webhook FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION register_webhook, remove_webhook, webhooks_of TO concertation_app;

-- migrate:down
DROP FUNCTION webhooks_of;
DROP FUNCTION remove_webhook;
DROP FUNCTION register_webhook;
DELETE FROM notice WHERE channel = 'webhook';
ALTER TABLE notice DROP CONSTRAINT notice_channel_check, ADD CONSTRAINT notice_channel_check CHECK (channel IN ('mail'));
DROP TABLE webhook;
