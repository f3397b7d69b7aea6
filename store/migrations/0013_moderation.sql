-- Moderation: measures and what was done about them, reports by readers, the one way to destroy a text.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE measure (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    contribution uuid NOT NULL,
    reason text NOT NULL CHECK (
        reason IN ('unlawful', 'personal_data', 'insult', 'commercial', 'off_topic', 'duplicate')),
    hidden_at timestamptz NOT NULL,
    hidden_by text NOT NULL,
    hidden_for text,
    appeal_until timestamptz NOT NULL,
    reports integer NOT NULL,
    restored_at timestamptz,
    redacted_at timestamptz,
    redacted_by text,
    redacted_for text,
    urgent boolean NOT NULL,
    appealed_at timestamptz,
    decided_at timestamptz,
    decided_by text,
    decided_for text,
    outcome text CHECK (outcome IN ('upheld', 'granted')),
    CONSTRAINT measure_takes_two CHECK (
        NOT ARRAY[redacted_by, redacted_for] && ARRAY[hidden_by, coalesce(hidden_for, hidden_by)]),
    CONSTRAINT appeal_takes_another CHECK (
        outcome IS DISTINCT FROM 'upheld'
        OR NOT ARRAY[decided_by, decided_for] && ARRAY[hidden_by, coalesce(hidden_for, hidden_by)]),
    CONSTRAINT appeal_before_decision CHECK (
        (decided_at IS NULL) = (outcome IS NULL) AND (outcome IS NULL OR appealed_at IS NOT NULL))
);
COMMENT ON TABLE measure IS 'One hiding of a contribution, in all its versions, and what became of it: the public log.';
COMMENT ON COLUMN measure.id IS 'Version 7: the order of the log.';
COMMENT ON COLUMN measure.contribution IS 'The version that was looked at.';
COMMENT ON COLUMN measure.hidden_for IS 'Whose office was used, by delegation; so for the others.';
COMMENT ON COLUMN measure.appeal_until IS 'The end of the time to appeal, not included.';
COMMENT ON COLUMN measure.urgent IS 'The text was destroyed before the time to appeal was over.';
CREATE INDEX measure_log ON measure (concertation, id);
CREATE INDEX measure_awaiting ON measure (concertation, id) WHERE appealed_at IS NOT NULL AND decided_at IS NULL;

CREATE TABLE moderation_act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    concertation uuid NOT NULL,
    contribution uuid NOT NULL,
    measure uuid,
    kind text NOT NULL,
    reason text,
    text text NOT NULL,
    urgency text,
    outcome text,
    actor text NOT NULL,
    on_behalf_of text,
    at timestamptz NOT NULL,
    command bytea NOT NULL CONSTRAINT moderation_command UNIQUE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE moderation_act IS 'Every act of moderation with the words of who did it, never changed. Not public.';
COMMENT ON COLUMN moderation_act.digest IS 'SHA-256 of what was asked for: the same key with another content is refused.';
CREATE INDEX moderation_act_of_measure ON moderation_act (measure, id);
CREATE TRIGGER moderation_act_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON moderation_act
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE report (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    contribution uuid NOT NULL,
    reason text NOT NULL,
    text text NOT NULL,
    reader bytea,
    at timestamptz NOT NULL,
    closed_at timestamptz,
    outcome text CHECK (outcome IN ('hidden', 'dismissed')),
    command bytea NOT NULL CONSTRAINT report_command UNIQUE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE report IS 'What readers reported, with an account or without one.';
COMMENT ON COLUMN report.reader IS
    'Tells readers of one concertation apart: a salted digest of the member or of the address; gone once it is closed.';
CREATE UNIQUE INDEX report_once ON report (contribution, reader) WHERE closed_at IS NULL;
CREATE INDEX report_queue ON report (concertation, contribution, id) WHERE closed_at IS NULL;
CREATE INDEX report_by_reader ON report (reader, at);

CREATE TABLE report_salt (
    concertation uuid PRIMARY KEY,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16)
);
COMMENT ON TABLE report_salt IS 'What readers are digested with: no role but the owner''s functions reads it.';

ALTER TABLE contribution ADD COLUMN measure uuid;
COMMENT ON COLUMN contribution.measure IS 'The latest measure against it; later versions and copies inherit it.';
CREATE INDEX contribution_measured ON contribution (measure) WHERE measure IS NOT NULL;
GRANT SELECT (measure) ON contribution TO concertation_app;

-- What is said once is said: a text is destroyed, or it stays to the letter.
CREATE FUNCTION refuse_rewording() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.redacted_at IS NULL OR OLD.redacted_at IS NOT NULL OR NEW.hidden_at IS NULL
        OR NEW.body <> '' OR NEW.answers IS NOT NULL
        OR (OLD.id, OLD.salt, OLD.digest, OLD.member) IS DISTINCT FROM (NEW.id, NEW.salt, NEW.digest, NEW.member)
    THEN
        RAISE EXCEPTION 'contributions are never reworded' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION refuse_rewording IS 'Lets through a redaction of what is hidden, which keeps salt and digest.';
CREATE TRIGGER contribution_is_never_reworded BEFORE UPDATE ON contribution
    FOR EACH ROW WHEN (
        OLD.body IS DISTINCT FROM NEW.body OR OLD.answers::text IS DISTINCT FROM NEW.answers::text
        OR OLD.id <> NEW.id OR OLD.salt <> NEW.salt OR OLD.digest <> NEW.digest OR OLD.member <> NEW.member
    ) EXECUTE FUNCTION refuse_rewording();

CREATE FUNCTION inherit_measure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_before record;
BEGIN
    -- FOR SHARE: waits for who is moderating it, so that none escapes between.
    SELECT c.measure, c.hidden_at, c.redacted_at INTO v_before FROM contribution c
    WHERE c.id = coalesce(NEW.supersedes, NEW.carried_from) FOR SHARE;
    NEW.measure := v_before.measure;
    NEW.hidden_at := v_before.hidden_at;
    IF NEW.carried_from IS NOT NULL AND v_before.redacted_at IS NOT NULL THEN
        -- Read before it was destroyed, perhaps. The leaf stays: it says nothing without the text.
        NEW.body := '';
        NEW.answers := NULL;
        NEW.redacted_at := v_before.redacted_at;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION inherit_measure IS 'What follows a hidden contribution is hidden, until somebody has looked at it.';
CREATE TRIGGER contribution_inherits_measure BEFORE INSERT ON contribution
    FOR EACH ROW WHEN (NEW.supersedes IS NOT NULL OR NEW.carried_from IS NOT NULL)
    EXECUTE FUNCTION inherit_measure();

CREATE FUNCTION refuse_other_measure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.id, OLD.concertation, OLD.contribution, OLD.reason, OLD.hidden_at, OLD.hidden_by, OLD.hidden_for,
            OLD.appeal_until, OLD.reports)
        IS DISTINCT FROM (NEW.id, NEW.concertation, NEW.contribution, NEW.reason, NEW.hidden_at, NEW.hidden_by,
            NEW.hidden_for, NEW.appeal_until, NEW.reports)
        OR coalesce(OLD.restored_at <> NEW.restored_at, OLD.restored_at IS NOT NULL)
        OR coalesce(OLD.appealed_at <> NEW.appealed_at, OLD.appealed_at IS NOT NULL)
        OR coalesce(OLD.outcome <> NEW.outcome, OLD.outcome IS NOT NULL)
        OR (OLD.redacted_at IS NOT NULL AND NEW.redacted_at IS NULL)
    THEN
        RAISE EXCEPTION 'a measure is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER measure_is_never_rewritten BEFORE UPDATE ON measure
    FOR EACH ROW EXECUTE FUNCTION refuse_other_measure();
CREATE TRIGGER measure_is_never_removed BEFORE DELETE OR TRUNCATE ON measure
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION contribution_family(p_contribution uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE family AS (
        SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = p_contribution
        UNION
        SELECT near.id, near.supersedes, near.carried_from FROM family f, LATERAL (
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = f.supersedes
            UNION ALL
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = f.carried_from
            UNION ALL
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.supersedes = f.id
            UNION ALL
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.carried_from = f.id
        ) AS near
    )
    SELECT id FROM family
    $$;
COMMENT ON FUNCTION contribution_family IS 'A contribution with all its versions, and its copies in other rounds.';

CREATE FUNCTION contribution_past(p_contribution uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE past AS (
        SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = p_contribution
        UNION
        SELECT near.id, near.supersedes, near.carried_from FROM past p, LATERAL (
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = p.supersedes
            UNION ALL
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.id = p.carried_from
            UNION ALL
            SELECT c.id, c.supersedes, c.carried_from FROM contribution c WHERE c.carried_from = p.id
        ) AS near
    )
    SELECT id FROM past
    $$;
COMMENT ON FUNCTION contribution_past IS 'A version with those before it, and every copy of one of them.';

CREATE FUNCTION hold_contribution(p_contribution uuid, p_measure uuid, p_command bytea) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_row contribution;
    v_concertation uuid;
    v_measure measure;
BEGIN
    SELECT m.contribution INTO p_contribution FROM measure m WHERE m.id = p_measure AND p_contribution IS NULL
    UNION ALL SELECT p_contribution WHERE p_contribution IS NOT NULL;
    SELECT c.concertation INTO v_concertation FROM contribution c WHERE c.id = p_contribution;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- One act of moderation at a time in a concertation; then nobody revises it meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended('moderation ' || v_concertation, 0));
    SELECT * INTO v_row FROM contribution c WHERE c.id = p_contribution FOR NO KEY UPDATE;
    SELECT * INTO v_measure FROM measure m WHERE m.id = coalesce(p_measure, v_row.measure);
    RETURN jsonb_build_object(
        'now', instant(),
        'fresh', uuidv7(),
        'contribution', v_row.id,
        'concertation', v_row.concertation,
        'author', v_row.member,
        'replaced_by', (SELECT c.id FROM contribution c WHERE c.supersedes = v_row.id),
        'redacted', v_row.redacted_at IS NOT NULL,
        'measure', CASE WHEN v_measure.id IS NOT NULL THEN to_jsonb(v_measure) END,
        'reports', (
            SELECT count(*) FROM report r WHERE r.concertation = v_row.concertation AND r.closed_at IS NULL
                AND r.contribution IN (SELECT contribution_family(v_row.id))),
        'known', (
            SELECT jsonb_build_object('digest', encode(a.digest, 'hex'), 'measure', to_jsonb(m))
            FROM moderation_act a LEFT JOIN measure m ON m.id = a.measure WHERE a.command = p_command)
    );
END;
$$;
COMMENT ON FUNCTION hold_contribution IS
    'Holds a contribution until the commit and answers what domain/moderation.py has to know of it.';

CREATE FUNCTION write_moderation(p_contribution uuid, p_measure jsonb, p_act jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_row contribution;
    v_new measure;
    v_act moderation_act := jsonb_populate_record(NULL::moderation_act, p_act);
BEGIN
    SELECT * INTO STRICT v_row FROM contribution c WHERE c.id = p_contribution FOR NO KEY UPDATE;
    IF p_measure IS NOT NULL THEN
        v_new := jsonb_populate_record(NULL::measure, p_measure);
        INSERT INTO measure
        SELECT v_new.id, v_row.concertation, v_row.round, v_row.stage, v_row.id, v_new.reason, v_new.hidden_at,
            v_new.hidden_by, v_new.hidden_for, v_new.appeal_until, v_new.reports, v_new.restored_at,
            v_new.redacted_at, v_new.redacted_by, v_new.redacted_for, v_new.urgent, v_new.appealed_at,
            v_new.decided_at, v_new.decided_by, v_new.decided_for, v_new.outcome
        ON CONFLICT (id) DO UPDATE SET
            restored_at = excluded.restored_at, redacted_at = excluded.redacted_at,
            redacted_by = excluded.redacted_by, redacted_for = excluded.redacted_for, urgent = excluded.urgent,
            appealed_at = excluded.appealed_at, decided_at = excluded.decided_at,
            decided_by = excluded.decided_by, decided_for = excluded.decided_for, outcome = excluded.outcome;
    END IF;
    INSERT INTO moderation_act
        (concertation, contribution, measure, kind, reason, text, urgency, outcome, actor, on_behalf_of, at, command,
         digest)
    VALUES (
        v_row.concertation, v_row.id, v_new.id, v_act.kind, v_act.reason, v_act.text, v_act.urgency, v_act.outcome,
        v_act.actor, v_act.on_behalf_of, v_act.at, v_act.command, v_act.digest);

    IF v_act.kind = 'redact' THEN
        IF v_row.hidden_at IS NULL OR v_row.measure IS DISTINCT FROM v_new.id OR EXISTS (
            SELECT FROM measure m WHERE m.id = v_new.id
                AND (m.hidden_by IN (v_act.actor, v_act.on_behalf_of)
                    OR m.hidden_for IN (v_act.actor, v_act.on_behalf_of))
        ) THEN
            RAISE EXCEPTION 'a redaction takes two persons and a hidden contribution'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        UPDATE contribution c SET body = '', answers = NULL, redacted_at = v_act.at
        WHERE c.id IN (SELECT contribution_past(v_row.id)) AND c.redacted_at IS NULL;
        DELETE FROM file_reference f
        WHERE f.kind = 'contribution' AND f.referrer IN (SELECT p::text FROM contribution_past(v_row.id) AS p);
        DELETE FROM draft d
        WHERE d.member = v_row.member AND d.concertation = v_row.concertation AND d.stage = v_row.stage;
    ELSIF v_act.kind = 'hide' THEN
        UPDATE contribution c SET hidden_at = v_new.hidden_at, measure = v_new.id
        WHERE c.id IN (SELECT contribution_family(v_row.id));
    ELSIF v_new.restored_at IS NOT NULL THEN
        UPDATE contribution c SET hidden_at = NULL WHERE c.measure = v_new.id AND c.hidden_at IS NOT NULL;
    END IF;
    IF v_act.kind IN ('hide', 'dismiss_reports') THEN
        UPDATE report r SET closed_at = v_act.at, reader = NULL,
            outcome = CASE v_act.kind WHEN 'hide' THEN 'hidden' ELSE 'dismissed' END
        WHERE r.concertation = v_row.concertation AND r.closed_at IS NULL
            AND r.contribution IN (SELECT contribution_family(v_row.id));
    END IF;
    IF v_act.kind <> 'dismiss_reports' THEN
        INSERT INTO outbox (concertation, kind, payload, at)
        VALUES (v_row.concertation, 'contribution_moderated', jsonb_build_object(
            'contribution', v_row.id, 'measure', v_new.id, 'act', v_act.kind), v_act.at);
    END IF;
END;
$$;
COMMENT ON FUNCTION write_moderation IS
    'Writes an act of moderation and what follows from it: the measure as decided, the contribution, the outbox.';

CREATE FUNCTION report_contribution(
    p_concertation uuid, p_contribution uuid, p_reader text, p_reason text, p_text text, p_command bytea,
    p_digest bytea, p_most integer, p_within interval
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_row contribution;
    v_old report;
    v_reader bytea;
    v_now timestamptz;
    v_recent timestamptz[];
BEGIN
    INSERT INTO report_salt VALUES (p_concertation, random_bytes()) ON CONFLICT DO NOTHING;
    SELECT sha256(s.salt || convert_to(p_reader, 'UTF8')) INTO STRICT v_reader
    FROM report_salt s WHERE s.concertation = p_concertation;
    -- One report of a reader at a time, whichever process takes it: the limit holds for all of them together.
    PERFORM pg_advisory_xact_lock(hashtextextended('report ' || encode(v_reader, 'hex'), 0));
    SELECT * INTO v_old FROM report r WHERE r.command = p_command;
    IF FOUND THEN
        RETURN CASE WHEN v_old.digest = p_digest THEN jsonb_build_object('at', v_old.at)
            ELSE jsonb_build_object('refusal', 'IDEMPOTENCY_KEY_REUSED') END;
    END IF;
    SELECT * INTO v_row FROM contribution c
    WHERE c.id = p_contribution AND c.concertation = p_concertation FOR SHARE;
    IF NOT FOUND OR v_row.withdrawn_at IS NOT NULL THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_CONTRIBUTION');
    END IF;
    IF v_row.hidden_at IS NOT NULL THEN
        RETURN jsonb_build_object('refusal', 'CONTRIBUTION_HIDDEN');
    END IF;
    v_now := instant();
    IF EXISTS (
        SELECT FROM report r
        WHERE r.contribution = p_contribution AND r.reader = v_reader AND r.closed_at IS NULL
    ) THEN
        RETURN jsonb_build_object('refusal', 'ALREADY_REPORTED');
    END IF;
    SELECT array_agg(r.at ORDER BY r.at DESC) INTO v_recent
    FROM report r WHERE r.reader = v_reader AND r.at > v_now - p_within;
    IF cardinality(v_recent) >= p_most THEN
        RETURN jsonb_build_object('refusal', 'TOO_MANY_REPORTS', 'again', v_recent[p_most] + p_within);
    END IF;
    INSERT INTO report VALUES (
        uuidv7(), p_concertation, p_contribution, p_reason, p_text, v_reader, v_now, NULL, NULL, p_command, p_digest);
    RETURN jsonb_build_object('at', v_now);
END;
$$;
COMMENT ON FUNCTION report_contribution IS
    'Takes the report of a reader, at most p_most within a time and one open for each contribution (store/reports.py).';

CREATE FUNCTION measures_of(p_contributions uuid[]) RETURNS TABLE (id uuid, measure uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.id, c.measure FROM contribution c WHERE c.id = ANY (p_contributions) AND c.measure IS NOT NULL $$;
COMMENT ON FUNCTION measures_of IS 'The latest measure against each: public, whatever the eyes for what it is about.';

CREATE FUNCTION contribution_whereabouts(p_contribution uuid)
RETURNS TABLE (concertation uuid, stage text, college text, territory text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT c.concertation, c.stage, c.college, c.territory FROM contribution c WHERE c.id = p_contribution
    $$;
COMMENT ON FUNCTION contribution_whereabouts IS
    'Where a contribution belongs, to know who may moderate it: also one that was withdrawn, whose text nobody else reads.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['measure', 'moderation_act', 'report', 'report_salt'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_reads ON %I FOR SELECT TO concertation_owner USING (true)', name);
        EXECUTE format('CREATE POLICY owner_adds ON %I FOR INSERT TO concertation_owner WITH CHECK (true)', name);
    END LOOP;
END;
$$;
CREATE POLICY owner_carries_on ON measure FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
CREATE POLICY owner_reads ON file_reference FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_lets_go ON file_reference FOR DELETE TO concertation_owner USING (kind = 'contribution');
CREATE POLICY owner_closes ON report FOR UPDATE TO concertation_owner USING (true) WITH CHECK (true);
GRANT SELECT ON measure, moderation_act, report TO concertation_worker;
-- Who may read what of these is decided where the API decides all such questions; never who reported.
GRANT SELECT ON measure, moderation_act TO concertation_app;
GRANT SELECT (id, concertation, contribution, reason, text, at, closed_at, outcome) ON report TO concertation_app;
CREATE POLICY app_reads ON measure FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON moderation_act FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON report FOR SELECT TO concertation_app USING (true);
GRANT EXECUTE ON FUNCTION hold_contribution, write_moderation, report_contribution, measures_of,
    contribution_whereabouts
    TO concertation_app, concertation_worker;

-- migrate:down
DROP POLICY owner_lets_go ON file_reference;
DROP POLICY owner_reads ON file_reference;
DROP TRIGGER contribution_inherits_measure ON contribution;
DROP TRIGGER contribution_is_never_reworded ON contribution;
DROP FUNCTION contribution_whereabouts, measures_of, report_contribution, write_moderation, hold_contribution, contribution_past, contribution_family,
    inherit_measure, refuse_rewording;
ALTER TABLE contribution DROP COLUMN measure;
DROP TABLE report_salt;
DROP TABLE report;
DROP TABLE moderation_act;
DROP TABLE measure;
DROP FUNCTION refuse_other_measure;
