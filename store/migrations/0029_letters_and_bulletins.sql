-- Letters for those without mail, bulletins, addresses that are confirmed before they are used, and what the coordination sees.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE bounce (
    email text PRIMARY KEY,
    at timestamptz NOT NULL
);
COMMENT ON TABLE bounce IS 'Addresses that a mail server refused for good, whoever gave them: nothing is sent there any more.';
INSERT INTO bounce (email, at) SELECT c.email, max(c.bounced_at) FROM contact c
WHERE c.bounced_at IS NOT NULL AND c.email IS NOT NULL GROUP BY c.email;

DROP FUNCTION contact_of;
DROP FUNCTION set_contact;
ALTER TABLE contact
    DROP COLUMN bounced_at,
    ADD COLUMN postal_address text,
    ADD COLUMN wanted_email text,
    ADD COLUMN wanted_at timestamptz,
    ADD COLUMN asked_at timestamptz;
COMMENT ON COLUMN contact.wants IS
    'By theme of notices (domain/noticing/table.py): at_once, daily, weekly or none. Those not named: at_once.';
COMMENT ON COLUMN contact.postal_address IS 'Lines, without the name.';
COMMENT ON COLUMN contact.wanted_email IS 'An address that was given and not yet confirmed: nothing but the question goes there.';
COMMENT ON COLUMN contact.asked_at IS 'When the question was written. Unset: it is still to be.';
CREATE INDEX contact_to_ask ON contact (wanted_at) WHERE wanted_email IS NOT NULL AND asked_at IS NULL;

CREATE TABLE postal_address (
    concertation uuid NOT NULL REFERENCES concertation,
    recipient text NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (concertation, recipient)
);
COMMENT ON TABLE postal_address IS 'Where letters go, as lists that were brought in say. What people said themselves goes before.';
COMMENT ON COLUMN postal_address.recipient IS '`member/<id>` or `organisation/<uuid>`.';

CREATE TABLE letter_batch (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL REFERENCES concertation,
    letters integer NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE letter_batch IS 'Letters that were printed together. Printed again, it is the same.';
CREATE INDEX letter_batch_of ON letter_batch (concertation, made_at);

ALTER TABLE notice_text ALTER COLUMN concertation DROP NOT NULL;
COMMENT ON COLUMN notice_text.concertation IS 'None: it is about the address of its recipient.';
ALTER TABLE notice
    DROP CONSTRAINT notice_channel_check,
    ADD CONSTRAINT notice_channel_check CHECK (channel IN ('mail', 'webhook', 'letter')),
    DROP CONSTRAINT notice_state_check,
    ADD CONSTRAINT notice_state_check
        CHECK (state IN ('waiting', 'bundled', 'sending', 'sent', 'printed', 'failed', 'skipped')),
    ADD COLUMN bulletin uuid REFERENCES notice,
    ADD COLUMN batch uuid REFERENCES letter_batch,
    ADD COLUMN sent_to text;
COMMENT ON COLUMN notice.bulletin IS 'The bulletin that tells it; unset while it waits to be bundled, until next_at.';
COMMENT ON COLUMN notice.sent_to IS 'Of a letter: name and address as they were printed.';
CREATE INDEX notice_to_bundle ON notice (next_at) WHERE state = 'bundled' AND bulletin IS NULL;
CREATE INDEX notice_in_batch ON notice (batch) WHERE batch IS NOT NULL;
CREATE INDEX notice_to_print ON notice (at) WHERE state = 'waiting' AND channel = 'letter';

CREATE FUNCTION set_contact(p_member text, p_email text, p_language text, p_wants jsonb, p_postal text)
RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_new boolean := p_email IS NOT NULL AND NOT EXISTS (
        SELECT FROM contact c WHERE c.member = p_member AND c.email = p_email);
    v_asked attempt;
BEGIN
    IF v_new THEN
        -- So that nobody has strangers written to: so many questions a day.
        v_asked := count_failure('contact/question', sha256(convert_to(p_member, 'UTF8')), '1 day');
        IF v_asked.failures > 5 THEN
            RETURN v_asked.began_at + interval '1 day';
        END IF;
    END IF;
    INSERT INTO contact AS c (member, language, wants, set_at, postal_address, wanted_email, wanted_at)
    VALUES (p_member, coalesce(p_language, 'fr'), coalesce(p_wants, '{}'), v_now, nullif(p_postal, ''),
        CASE WHEN v_new THEN p_email END, CASE WHEN v_new THEN v_now END)
    ON CONFLICT (member) DO UPDATE SET
        language = coalesce(p_language, c.language), wants = c.wants || excluded.wants, set_at = excluded.set_at,
        postal_address = CASE WHEN p_postal IS NULL THEN c.postal_address ELSE nullif(p_postal, '') END,
        wanted_email = CASE WHEN p_email IS NULL THEN c.wanted_email ELSE excluded.wanted_email END,
        wanted_at = CASE WHEN p_email IS NULL THEN c.wanted_at ELSE excluded.wanted_at END,
        asked_at = CASE WHEN p_email IS NULL THEN c.asked_at END;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION set_contact IS
    'Keeps what is given, and what was said before of the rest. A new address waits to be confirmed. '
    'Gives the instant from which one may ask again, where too many addresses were given.';

CREATE FUNCTION confirm_address(p_member text, p_digest text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_email text;
BEGIN
    UPDATE contact c SET email = c.wanted_email, wanted_email = NULL, wanted_at = NULL, asked_at = NULL, set_at = instant()
    WHERE c.member = p_member AND encode(sha256(convert_to(c.wanted_email, 'UTF8')), 'hex') = p_digest
        AND c.wanted_at > instant() - interval '7 days'
    RETURNING c.email INTO v_email;
    DELETE FROM bounce b WHERE b.email = v_email;
    RETURN EXISTS (
        SELECT FROM contact c
        WHERE c.member = p_member AND encode(sha256(convert_to(c.email, 'UTF8')), 'hex') = p_digest
    );
END;
$$;
COMMENT ON FUNCTION confirm_address IS
    'Uses an address from now on, within a week of its giving. Confirmed a second time, it is the same answer.';

CREATE FUNCTION contact_of(p_member text)
RETURNS TABLE (member text, email text, language text, wants jsonb, postal_address text, wanted_email text,
    set_at timestamptz, bounced_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.member, c.email, c.language, c.wants, c.postal_address,
        CASE WHEN c.wanted_at > instant() - interval '7 days' THEN c.wanted_email END, c.set_at, b.at
    FROM contact c LEFT JOIN bounce b ON b.email = c.email WHERE c.member = p_member;
$$;

CREATE FUNCTION leave_bulletins(p_member text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    UPDATE contact c SET set_at = instant(), wants = coalesce((
        SELECT jsonb_object_agg(w.key, CASE WHEN w.value IN ('daily', 'weekly') THEN 'none' ELSE w.value END)
        FROM jsonb_each_text(c.wants) AS w), '{}')
    WHERE c.member = p_member;
$$;
COMMENT ON FUNCTION leave_bulletins IS 'Switches off each theme that somebody gets in a bulletin.';

CREATE OR REPLACE FUNCTION notices_of(p_member text, p_concertation uuid, p_most integer)
RETURNS TABLE (id uuid, concertation uuid, kind text, theme text, subject jsonb, body jsonb, path text, state text,
    at timestamptz, sent_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.id, t.concertation, t.kind, t.theme, t.subject, t.body, t.path, n.state, n.at,
        CASE WHEN n.bulletin IS NULL THEN n.sent_at
            ELSE (SELECT b.sent_at FROM notice b WHERE b.id = n.bulletin) END
    FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE n.recipient = 'member/' || p_member AND (p_concertation IS NULL OR t.concertation = p_concertation)
        AND t.concertation IS NOT NULL AND t.kind <> 'bulletin'
    ORDER BY n.at DESC, n.id LIMIT p_most;
$$;

CREATE FUNCTION dispatched_notices(p_concertation uuid, p_state text, p_most integer)
RETURNS TABLE (id uuid, kind text, theme text, subject jsonb, recipient text, channel text, state text,
    attempts integer, at timestamptz, next_at timestamptz, sent_at timestamptz, fault text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.id, t.kind, t.theme, t.subject, n.recipient, n.channel, n.state, n.attempts, n.at,
        CASE WHEN n.state IN ('waiting', 'bundled') AND n.channel <> 'letter' THEN n.next_at END, n.sent_at,
        regexp_replace(n.last_fault, '[^[:space:]<>()"]+@[^[:space:]<>()"]+', '…', 'g')
    FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE t.concertation = p_concertation AND (p_state IS NULL OR n.state = p_state)
    ORDER BY n.at DESC, n.id LIMIT p_most;
$$;
COMMENT ON FUNCTION dispatched_notices IS 'How the notices of a concertation fared, the latest first: without an address.';

CREATE FUNCTION notice_counts(p_concertation uuid) RETURNS TABLE (channel text, state text, number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.channel, n.state, count(*) FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE t.concertation = p_concertation GROUP BY 1, 2 ORDER BY 1, 2;
$$;

CREATE FUNCTION retry_notice(p_concertation uuid, p_id uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_notice notice;
BEGIN
    SELECT n.* INTO v_notice FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE n.id = p_id AND t.concertation = p_concertation FOR UPDATE OF n;
    IF NOT FOUND THEN
        RETURN 'UNKNOWN_NOTICE';
    END IF;
    IF v_notice.state <> 'failed' THEN
        RETURN 'NOTICE_WRONG_STATE';
    END IF;
    DELETE FROM bounce b WHERE v_notice.channel = 'mail' AND b.email IN (
        SELECT c.email FROM contact c WHERE 'member/' || c.member = v_notice.recipient
        UNION ALL
        SELECT p.email FROM participant p
        WHERE p.concertation = p_concertation AND 'member/' || p.member = v_notice.recipient
        UNION ALL
        SELECT o.email FROM organisation o WHERE 'organisation/' || o.id = v_notice.recipient
    );
    UPDATE notice n SET state = 'waiting', attempts = 0, next_at = instant(), last_fault = NULL WHERE n.id = p_id;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION retry_notice IS 'Sends a notice that has failed again, and its address is tried again.';

CREATE FUNCTION print_letters(p_concertation uuid, p_id uuid, p_by text, p_most integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_letters integer;
BEGIN
    -- One batch at a time: no letter is in two.
    PERFORM pg_advisory_xact_lock(29, hashtext(p_concertation::text));
    IF EXISTS (SELECT FROM letter_batch b WHERE b.id = p_id) THEN
        RETURN CASE WHEN EXISTS (
            SELECT FROM letter_batch b WHERE b.id = p_id AND b.concertation = p_concertation
        ) THEN 'same' ELSE 'other' END;
    END IF;
    -- Whoever has answered meanwhile is not invited any more.
    UPDATE notice n SET state = 'skipped', last_fault = 'INVITATION_USED'
    FROM notice_text t JOIN invitation i ON i.id = (t.about ->> 'invitation')::uuid
    WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        AND (i.accepted_at IS NOT NULL OR i.declined_at IS NOT NULL);
    INSERT INTO letter_batch (id, concertation, letters, made_by, made_at) VALUES (p_id, p_concertation, 0, p_by, v_now);
    WITH waiting AS (
        SELECT n.recipient, min(n.at) AS since FROM notice n JOIN notice_text t ON t.key = n.key
        WHERE t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
        GROUP BY 1 ORDER BY 2, 1 LIMIT p_most
    ), addressed AS (
        SELECT w.recipient, concat_ws(E'\n', coalesce(e.display_name, o.name), coalesce(c.postal_address, a.lines)) AS lines
        FROM waiting w
        LEFT JOIN postal_address a ON a.concertation = p_concertation AND a.recipient = w.recipient
        LEFT JOIN contact c ON 'member/' || c.member = w.recipient
        LEFT JOIN person e ON 'member/' || e.member = w.recipient
        LEFT JOIN organisation o ON 'organisation/' || o.id = w.recipient
        WHERE coalesce(c.postal_address, a.lines) IS NOT NULL
    ), printed AS (
        UPDATE notice n SET state = 'printed', sent_at = v_now, batch = p_id, sent_to = a.lines
        FROM addressed a, notice_text t
        WHERE t.key = n.key AND t.concertation = p_concertation AND n.state = 'waiting' AND n.channel = 'letter'
            AND n.recipient = a.recipient
        RETURNING n.recipient
    )
    UPDATE letter_batch b SET letters = (SELECT count(DISTINCT p.recipient) FROM printed p) WHERE b.id = p_id
    RETURNING b.letters INTO v_letters;
    IF v_letters = 0 THEN
        DELETE FROM letter_batch b WHERE b.id = p_id;
        RETURN 'none';
    END IF;
    RETURN 'fresh';
END;
$$;
COMMENT ON FUNCTION print_letters IS
    'Puts the letters that wait into a batch, one for each recipient, with the addresses of now: fresh, same, other or none.';

CREATE FUNCTION letters_in(p_concertation uuid, p_batch uuid)
RETURNS TABLE (id uuid, recipient text, sent_to text, at timestamptz, body jsonb, path text, invitation uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.id, n.recipient, n.sent_to, n.at, t.body, t.path, (t.about ->> 'invitation')::uuid
    FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE n.batch = p_batch AND t.concertation = p_concertation
    ORDER BY n.sent_to, n.recipient, n.at, n.id;
$$;
COMMENT ON FUNCTION letters_in IS 'What the letters of a batch say, and to which address: for whoever prints them.';

CREATE FUNCTION letter_batches(p_concertation uuid)
RETURNS TABLE (id uuid, letters integer, made_by text, made_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT b.id, b.letters, b.made_by, b.made_at FROM letter_batch b
    WHERE b.concertation = p_concertation ORDER BY b.made_at DESC, b.id;
$$;

CREATE FUNCTION keep_letter_code(p_concertation uuid, p_invitation uuid, p_hash bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    INSERT INTO invitation_code (hash, invitation, issued_at)
    SELECT p_hash, i.id, instant() FROM invitation i
    WHERE i.id = p_invitation AND i.concertation = p_concertation AND i.accepted_at IS NULL AND i.declined_at IS NULL
    ON CONFLICT DO NOTHING;
$$;
COMMENT ON FUNCTION keep_letter_code IS 'Gives an invitation the code of its letter, which is the same each time the letter is printed.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bounce', 'postal_address', 'letter_batch'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
        EXECUTE format('CREATE POLICY owner_reads ON %I FOR SELECT TO concertation_owner USING (true)', name);
    END LOOP;
END;
$$;
GRANT INSERT, UPDATE ON bounce, postal_address TO concertation_worker;
GRANT UPDATE (asked_at) ON contact TO concertation_worker;
CREATE POLICY owner_reads ON person FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_forgets ON bounce FOR DELETE TO concertation_owner USING (true);
CREATE POLICY owner_adds ON letter_batch FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_changes ON letter_batch FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_takes_back ON letter_batch FOR DELETE TO concertation_owner USING (letters = 0);
CREATE POLICY owner_changes ON notice FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION set_contact, confirm_address, contact_of, leave_bulletins, dispatched_notices, notice_counts,
    retry_notice, print_letters, letters_in, letter_batches, keep_letter_code TO concertation_app;
GRANT EXECUTE ON FUNCTION print_letters, letters_in, letter_batches, keep_letter_code TO concertation_worker;

-- migrate:down
DROP FUNCTION keep_letter_code;
DROP FUNCTION letter_batches;
DROP FUNCTION letters_in;
DROP FUNCTION print_letters;
DROP FUNCTION retry_notice;
DROP FUNCTION notice_counts;
DROP FUNCTION dispatched_notices;
DROP FUNCTION leave_bulletins;
DROP FUNCTION contact_of;
DROP FUNCTION confirm_address;
DROP FUNCTION set_contact;
DROP POLICY owner_reads ON person;
DROP POLICY owner_changes ON notice;
-- The owner sees no row that it may not, and what is new here has to go.
ALTER TABLE notice NO FORCE ROW LEVEL SECURITY;
ALTER TABLE notice_text NO FORCE ROW LEVEL SECURITY;
UPDATE notice SET bulletin = NULL, batch = NULL;
DELETE FROM notice n USING notice_text t
WHERE t.key = n.key AND (n.channel = 'letter' OR n.state = 'bundled' OR t.kind = 'bulletin' OR t.concertation IS NULL);
DELETE FROM notice_text t WHERE t.kind = 'bulletin' OR t.concertation IS NULL;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
ALTER TABLE notice_text FORCE ROW LEVEL SECURITY;
ALTER TABLE notice
    DROP COLUMN bulletin, DROP COLUMN batch, DROP COLUMN sent_to,
    DROP CONSTRAINT notice_channel_check, ADD CONSTRAINT notice_channel_check CHECK (channel IN ('mail', 'webhook')),
    DROP CONSTRAINT notice_state_check,
    ADD CONSTRAINT notice_state_check CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'skipped'));
ALTER TABLE notice_text ALTER COLUMN concertation SET NOT NULL;
COMMENT ON COLUMN notice_text.concertation IS NULL;
DROP TABLE letter_batch;
DROP TABLE postal_address;
DROP INDEX contact_to_ask;
ALTER TABLE contact
    DROP COLUMN postal_address, DROP COLUMN wanted_email, DROP COLUMN wanted_at, DROP COLUMN asked_at,
    ADD COLUMN bounced_at timestamptz;
COMMENT ON COLUMN contact.wants IS 'By group of notices (domain/noticing/table.py): at_once or none. Those not named: at_once.';
COMMENT ON COLUMN contact.bounced_at IS 'When a server refused this address for good. A new address clears it.';
GRANT UPDATE (bounced_at) ON contact TO concertation_worker;
UPDATE contact c SET bounced_at = b.at FROM bounce b WHERE b.email = c.email;
DROP TABLE bounce;

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

CREATE OR REPLACE FUNCTION notices_of(p_member text, p_concertation uuid, p_most integer)
RETURNS TABLE (id uuid, concertation uuid, kind text, theme text, subject jsonb, body jsonb, path text, state text,
    at timestamptz, sent_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT n.id, t.concertation, t.kind, t.theme, t.subject, t.body, t.path, n.state, n.at, n.sent_at
    FROM notice n JOIN notice_text t ON t.key = n.key
    WHERE n.recipient = 'member/' || p_member AND (p_concertation IS NULL OR t.concertation = p_concertation)
    ORDER BY n.at DESC, n.id LIMIT p_most;
$$;
GRANT EXECUTE ON FUNCTION set_contact, contact_of TO concertation_app;
