-- Notices: what is told to whom, by which way, and whether it went. The outbox is where they come from.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE delivery (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    after_outbox bigint NOT NULL,
    mail_failures integer NOT NULL DEFAULT 0,
    mail_paused_until timestamptz,
    mail_fault text
);
COMMENT ON TABLE delivery IS 'One row: where notices begin, and whether the mail server is given a rest.';
COMMENT ON COLUMN delivery.after_outbox IS
    'Rows of the outbox up to this one are of the time before notices: nobody is told of them.';
-- From the sequence: row-level security would show the owner no row of the outbox.
INSERT INTO delivery (after_outbox) SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_id_seq;
CREATE SEQUENCE delivery_run AS integer;

CREATE TABLE contact (
    member text PRIMARY KEY,
    email text,
    language text NOT NULL DEFAULT 'fr',
    wants jsonb NOT NULL DEFAULT '{}',
    set_at timestamptz NOT NULL,
    bounced_at timestamptz
);
COMMENT ON TABLE contact IS 'How a person wants to be told: what they said themselves goes before what a list said of them.';
COMMENT ON COLUMN contact.wants IS 'By group of notices (domain/noticing/table.py): at_once or none. Those not named: at_once.';
COMMENT ON COLUMN contact.bounced_at IS 'When a server refused this address for good. A new address clears it.';

CREATE TABLE notice_text (
    key text PRIMARY KEY,
    concertation uuid NOT NULL REFERENCES concertation,
    kind text NOT NULL,
    about jsonb NOT NULL DEFAULT '{}',
    theme text NOT NULL,
    fixed boolean NOT NULL,
    subject jsonb NOT NULL,
    body jsonb NOT NULL,
    path text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE notice_text IS 'What notices say, in each language: once, however many are told.';
COMMENT ON COLUMN notice_text.key IS '`event/<concertation>/<seq>` or `outbox/<id>`: the same for the same occasion.';
COMMENT ON COLUMN notice_text.theme IS 'The group of notices that a reader may switch off; `fixed` ones they may not.';
CREATE INDEX notice_text_of ON notice_text (concertation, at);

CREATE TABLE notice (
    id uuid PRIMARY KEY,
    key text NOT NULL REFERENCES notice_text,
    recipient text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail')),
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'skipped')),
    at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    run integer,
    claimed_at timestamptz,
    sent_at timestamptz,
    last_fault text,
    CONSTRAINT notice_once UNIQUE (key, recipient, channel)
);
COMMENT ON TABLE notice IS 'One occasion told to one recipient by one way: once.';
COMMENT ON COLUMN notice.recipient IS '`member/<id>` or `organisation/<uuid>`; the address is looked up when it is sent.';
COMMENT ON COLUMN notice.run IS 'The sending process that has it in hand, which holds the advisory lock (24, run).';
CREATE INDEX notice_due ON notice (channel, next_at) WHERE state = 'waiting';
CREATE INDEX notice_in_hand ON notice (run) WHERE state = 'sending';
CREATE INDEX notice_of ON notice (recipient, at DESC, id);

CREATE FUNCTION set_contact(p_member text, p_email text, p_language text, p_wants jsonb) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    INSERT INTO contact AS c (member, email, language, wants, set_at)
    VALUES (p_member, p_email, coalesce(p_language, 'fr'), coalesce(p_wants, '{}'), instant())
    ON CONFLICT (member) DO UPDATE SET
        email = coalesce(excluded.email, c.email), language = coalesce(p_language, c.language),
        wants = c.wants || excluded.wants, set_at = excluded.set_at,
        bounced_at = CASE WHEN excluded.email IS NULL OR excluded.email = c.email THEN c.bounced_at END;
$$;
COMMENT ON FUNCTION set_contact IS 'Keeps what is given, and what was said before of the rest.';

CREATE FUNCTION contact_of(p_member text) RETURNS SETOF contact
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT * FROM contact c WHERE c.member = p_member; $$;

CREATE FUNCTION notices_of(p_member text, p_concertation uuid, p_most integer)
RETURNS TABLE (id uuid, concertation uuid, kind text, theme text, subject jsonb, body jsonb, path text, state text,
    at timestamptz, sent_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.id, t.concertation, t.kind, t.theme, t.subject, t.body, t.path, n.state, n.at, n.sent_at
    FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE n.recipient = 'member/' || p_member AND (p_concertation IS NULL OR t.concertation = p_concertation)
    ORDER BY n.at DESC, n.id LIMIT p_most;
$$;
COMMENT ON FUNCTION notices_of IS 'What somebody was told, the latest first.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['delivery', 'contact', 'notice_text', 'notice'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
    END LOOP;
END;
$$;
GRANT INSERT ON notice_text, notice TO concertation_worker;
GRANT UPDATE ON delivery, notice TO concertation_worker;
GRANT UPDATE (bounced_at) ON contact TO concertation_worker;
GRANT USAGE ON SEQUENCE delivery_run TO concertation_worker;
CREATE POLICY owner_reads ON contact FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON contact FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_changes ON contact FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_reads ON notice FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_reads ON notice_text FOR SELECT TO concertation_owner USING (true);
GRANT EXECUTE ON FUNCTION set_contact, contact_of, notices_of TO concertation_app;
-- A mail to somebody invited has a code of its own, made when it goes.
GRANT EXECUTE ON FUNCTION reissue_code TO concertation_worker;

-- migrate:down
REVOKE EXECUTE ON FUNCTION reissue_code FROM concertation_worker;
DROP FUNCTION notices_of;
DROP FUNCTION contact_of;
DROP FUNCTION set_contact;
DROP TABLE notice;
DROP TABLE notice_text;
DROP TABLE contact;
DROP SEQUENCE delivery_run;
DROP TABLE delivery;
