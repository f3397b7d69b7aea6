-- Who answers: organisations, lists brought in from elsewhere, invitations with their codes, reminders.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL REFERENCES concertation,
    name text NOT NULL,
    sort_name text NOT NULL,
    kind text NOT NULL,
    college text NOT NULL,
    reference text,
    siren text,
    siret text,
    place text,
    departement text,
    email text,
    registered_by text NOT NULL,
    registered_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT organisation_reference UNIQUE (concertation, reference),
    CONSTRAINT organisation_siret UNIQUE (concertation, siret)
);
COMMENT ON TABLE organisation IS 'Organisations of one concertation. Who represents them is in the ledger: see domain/acts.py.';
COMMENT ON COLUMN organisation.sort_name IS 'The name without accents, hyphens and case (domain/geography/searching.py).';
COMMENT ON COLUMN organisation.reference IS 'How another system calls it: what makes an import repeatable.';
COMMENT ON COLUMN organisation.email IS 'Where invitations go. The API may write it and not read it.';
CREATE UNIQUE INDEX organisation_siren ON organisation (concertation, siren) WHERE siret IS NULL;
CREATE UNIQUE INDEX organisation_in_order ON organisation (concertation, sort_name, id);

CREATE TABLE participant (
    concertation uuid NOT NULL REFERENCES concertation,
    reference text NOT NULL,
    member text NOT NULL,
    email text,
    at timestamptz NOT NULL,
    CONSTRAINT participant_reference PRIMARY KEY (concertation, reference),
    CONSTRAINT participant_member UNIQUE (concertation, member)
);
COMMENT ON TABLE participant IS 'What a list that was imported calls a member, and where to write to them. Not for the API.';

CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    concertation uuid NOT NULL REFERENCES concertation,
    round integer NOT NULL,
    stage text NOT NULL,
    organisation uuid REFERENCES organisation,
    member text,
    college text,
    departement text,
    invited_by text NOT NULL,
    invited_at timestamptz NOT NULL,
    opened_at timestamptz,
    accepted_at timestamptz,
    accepted_by text,
    declined_at timestamptz,
    decline_reason text,
    CHECK ((organisation IS NULL) <> (member IS NULL)),
    CHECK (accepted_at IS NULL OR declined_at IS NULL),
    CONSTRAINT invitation_organisation UNIQUE (concertation, round, stage, organisation),
    CONSTRAINT invitation_member UNIQUE (concertation, round, stage, member)
);
COMMENT ON TABLE invitation IS 'One organisation or one member, asked to answer one stage in one round.';
CREATE UNIQUE INDEX invitation_in_order ON invitation (concertation, round, stage, number);

CREATE TABLE invitation_code (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    invitation uuid NOT NULL REFERENCES invitation,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON TABLE invitation_code IS 'SHA-256 of codes (domain/organisations/codes.py): the codes themselves are kept nowhere.';
CREATE INDEX invitation_code_of ON invitation_code (invitation);

CREATE TABLE attempt (
    scope text NOT NULL,
    key bytea NOT NULL,
    began_at timestamptz NOT NULL,
    failures integer NOT NULL,
    PRIMARY KEY (scope, key)
);
COMMENT ON TABLE attempt IS 'Failed attempts in the running window, by a digest of who or what. Counted for all replicas of the API.';
CREATE INDEX attempt_began ON attempt (began_at);

CREATE TABLE reminder_day (
    concertation uuid NOT NULL REFERENCES concertation,
    round integer NOT NULL,
    stage text NOT NULL,
    days integer NOT NULL CHECK (days BETWEEN 0 AND 365),
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    done_on date,
    PRIMARY KEY (concertation, round, stage, days)
);
COMMENT ON COLUMN reminder_day.days IS 'So many days before the day of the closing, in Paris.';
COMMENT ON COLUMN reminder_day.done_on IS 'The day on which reminders were last written. A closing that moved makes it due again.';

CREATE TABLE reminder (
    invitation uuid NOT NULL REFERENCES invitation,
    day date NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (invitation, day)
);
COMMENT ON TABLE reminder IS 'Nobody is reminded twice on one day, whoever asks.';

CREATE INDEX member_by_organisation ON member (concertation, organisation) WHERE organisation IS NOT NULL;
CREATE INDEX contribution_by_organisation ON contribution (concertation, round, stage, organisation)
    WHERE organisation IS NOT NULL;

CREATE FUNCTION follow_up(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (invitation invitation, state text)
    LANGUAGE sql STABLE
    AS $$
    -- Organisations by sets, which are hashed once; members one by one, for a stage may have millions of authors.
    SELECT i, CASE
        WHEN i.organisation::text IN (
            SELECT c.organisation FROM contribution c
            WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
                AND c.organisation IS NOT NULL AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        ) THEN 'answered'
        WHEN i.member IS NOT NULL AND EXISTS (
            SELECT FROM contribution c
            WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage AND c.member = i.member
                AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        ) THEN 'answered'
        WHEN i.declined_at IS NOT NULL THEN 'declined'
        WHEN i.organisation::text IN (
            SELECT m.organisation FROM draft d JOIN member m ON m.concertation = d.concertation AND m.member = d.member
            WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage
                AND m.organisation IS NOT NULL AND m.left_at IS NULL
        ) THEN 'draft'
        WHEN i.member IS NOT NULL AND EXISTS (
            SELECT FROM draft d
            WHERE d.member = i.member AND d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage
        ) THEN 'draft'
        WHEN i.opened_at IS NOT NULL THEN 'opened'
        ELSE 'invited' END
    FROM invitation i
    WHERE i.concertation = p_concertation AND i.round = p_round AND i.stage = p_stage;
$$;
COMMENT ON FUNCTION follow_up IS
    'The invitations of a stage, each with where it stands: invited, opened, draft, answered or declined.';

CREATE FUNCTION invite(p_concertation uuid, p_round integer, p_stage text, p_by text, p_rows jsonb)
RETURNS TABLE (id uuid, fresh boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := instant();
BEGIN
    RETURN QUERY
    WITH given AS (
        SELECT r.id, r.organisation, r.member, r.college, r.departement, r.hash
        FROM jsonb_to_recordset(p_rows) AS r (
            id uuid, organisation uuid, member text, college text, departement text, hash bytea)
    ), made AS (
        INSERT INTO invitation (id, concertation, round, stage, organisation, member, college, departement,
            invited_by, invited_at)
        SELECT g.id, p_concertation, p_round, p_stage, g.organisation, g.member, g.college, g.departement, p_by, v_now
        FROM given g
        ON CONFLICT DO NOTHING
        RETURNING invitation.id
    ), coded AS (
        INSERT INTO invitation_code (hash, invitation, issued_at)
        SELECT g.hash, g.id, v_now FROM given g JOIN made m ON m.id = g.id
    ), told AS (
        INSERT INTO outbox (concertation, kind, payload, at)
        SELECT p_concertation, 'invitation', jsonb_build_object('invitation', m.id), v_now FROM made m
    )
    SELECT m.id, true FROM made m
    UNION ALL
    SELECT i.id, false FROM invitation i JOIN given g
        ON i.concertation = p_concertation AND i.round = p_round AND i.stage = p_stage
        AND (i.organisation = g.organisation OR i.member = g.member);
END;
$$;
COMMENT ON FUNCTION invite IS 'Invites whoever was not yet, with a code each; tells which they are, and which were invited before.';

CREATE FUNCTION reissue_code(p_concertation uuid, p_invitation uuid, p_hash bytea, p_voids boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_invitation invitation;
BEGIN
    SELECT * INTO v_invitation FROM invitation i
    WHERE i.concertation = p_concertation AND i.id = p_invitation FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'UNKNOWN_INVITATION';
    END IF;
    IF v_invitation.accepted_at IS NOT NULL OR v_invitation.declined_at IS NOT NULL THEN
        RETURN 'INVITATION_USED';
    END IF;
    UPDATE invitation_code c SET revoked_at = instant()
    WHERE p_voids AND c.invitation = p_invitation AND c.revoked_at IS NULL;
    INSERT INTO invitation_code (hash, invitation, issued_at) VALUES (p_hash, p_invitation, instant());
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION reissue_code IS 'Gives an invitation one more code: in the place of those before it, or, for a mail, beside them.';

CREATE FUNCTION count_failure(p_scope text, p_key bytea, p_window interval) RETURNS attempt
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_attempt attempt;
BEGIN
    INSERT INTO attempt AS a VALUES (p_scope, p_key, v_now, 1)
    ON CONFLICT (scope, key) DO UPDATE SET
        began_at = CASE WHEN a.began_at + p_window <= v_now THEN v_now ELSE a.began_at END,
        failures = CASE WHEN a.began_at + p_window <= v_now THEN 1 ELSE a.failures + 1 END
    RETURNING * INTO v_attempt;
    RETURN v_attempt;
END;
$$;
COMMENT ON FUNCTION count_failure IS 'Counts beforehand, so that a hundred attempts at once are a hundred; forgiven when it was none.';

CREATE FUNCTION find_invitation(
    p_concertation uuid, p_address bytea, p_hash bytea, OUT refusal jsonb, OUT invited invitation
)
    LANGUAGE plpgsql
    AS $$
DECLARE
    -- One address: 10 failures in 10 minutes. One concertation: 1,000 in an hour, of 2 to the power of 54 codes.
    v_of_address attempt := count_failure('invitation/address', p_address, '10 minutes');
    v_of_concertation attempt;
    v_code invitation_code;
    v_stage stage;
BEGIN
    IF v_of_address.failures > 10 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_address.began_at + interval '10 minutes');
        RETURN;
    END IF;
    v_of_concertation := count_failure('invitation/concertation', uuid_send(p_concertation), '1 hour');
    IF v_of_concertation.failures > 1000 THEN
        refusal := jsonb_build_object('refusal', 'TOO_MANY_ATTEMPTS', 'retry_at', v_of_concertation.began_at + interval '1 hour');
        RETURN;
    END IF;
    SELECT * INTO v_code FROM invitation_code c WHERE c.hash = p_hash;
    SELECT * INTO invited FROM invitation i WHERE i.id = v_code.invitation AND i.concertation = p_concertation FOR UPDATE;
    IF NOT FOUND THEN
        DELETE FROM attempt a WHERE a.began_at < instant() - interval '1 day';
        refusal := jsonb_build_object('refusal', 'UNKNOWN_INVITATION');
        RETURN;
    END IF;
    UPDATE attempt a SET failures = a.failures - 1
    WHERE (a.scope = 'invitation/address' AND a.key = p_address)
        OR (a.scope = 'invitation/concertation' AND a.key = uuid_send(p_concertation));
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = invited.round AND s.key = invited.stage;
    IF v_code.revoked_at IS NOT NULL OR v_stage.is_over
        OR NOT v_stage.state IN ('pending', 'awaiting_opening', 'open') OR instant() >= v_stage.closes_at
    THEN
        refusal := jsonb_build_object('refusal', 'INVITATION_EXPIRED');
    END IF;
END;
$$;

CREATE FUNCTION open_invitation(p_concertation uuid, p_address bytea, p_hash bytea) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_found record;
    v_row invitation;
BEGIN
    SELECT * INTO v_found FROM find_invitation(p_concertation, p_address, p_hash);
    IF v_found.refusal IS NOT NULL THEN
        RETURN v_found.refusal;
    END IF;
    v_row := v_found.invited;
    UPDATE invitation i SET opened_at = coalesce(i.opened_at, instant()) WHERE i.id = v_row.id RETURNING * INTO v_row;
    RETURN jsonb_build_object('invitation', to_jsonb(v_row));
END;
$$;
COMMENT ON FUNCTION open_invitation IS 'What a code is for; or a refusal. Keeps that it was opened.';

CREATE FUNCTION answer_invitation(
    p_concertation uuid, p_address bytea, p_hash bytea, p_member text, p_accepts boolean, p_reason text
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_found record;
    v_row invitation;
BEGIN
    SELECT * INTO v_found FROM find_invitation(p_concertation, p_address, p_hash);
    IF v_found.refusal IS NOT NULL THEN
        RETURN v_found.refusal;
    END IF;
    v_row := v_found.invited;
    IF v_row.accepted_at IS NOT NULL AND NOT (p_accepts AND v_row.accepted_by = p_member)
        OR v_row.declined_at IS NOT NULL AND (p_accepts OR v_row.decline_reason IS DISTINCT FROM p_reason)
    THEN
        RETURN jsonb_build_object('refusal', 'INVITATION_USED');
    END IF;
    IF p_accepts AND v_row.member <> p_member THEN
        RETURN jsonb_build_object('refusal', 'INVITATION_OF_ANOTHER');
    END IF;
    UPDATE invitation i SET
        opened_at = coalesce(i.opened_at, v_now),
        accepted_at = coalesce(i.accepted_at, CASE WHEN p_accepts THEN v_now END),
        accepted_by = coalesce(i.accepted_by, CASE WHEN p_accepts THEN p_member END),
        declined_at = coalesce(i.declined_at, CASE WHEN NOT p_accepts THEN v_now END),
        decline_reason = coalesce(i.decline_reason, p_reason)
    WHERE i.id = v_row.id RETURNING * INTO v_row;
    RETURN jsonb_build_object('invitation', to_jsonb(v_row));
END;
$$;
COMMENT ON FUNCTION answer_invitation IS 'Accepts or declines, once; said again by the same with the same, it is the same answer.';

CREATE FUNCTION follow_up_page(
    p_concertation uuid, p_round integer, p_stage text, p_states text[], p_college text, p_departement text,
    p_after bigint, p_most integer
) RETURNS TABLE (
    id uuid, number bigint, organisation uuid, member text, college text, departement text, state text,
    invited_at timestamptz, opened_at timestamptz, accepted_at timestamptz, declined_at timestamptz,
    decline_reason text, reminded_at timestamptz
)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT (f.invitation).id, (f.invitation).number, (f.invitation).organisation, (f.invitation).member,
        (f.invitation).college, (f.invitation).departement, f.state, (f.invitation).invited_at,
        (f.invitation).opened_at, (f.invitation).accepted_at, (f.invitation).declined_at,
        (f.invitation).decline_reason,
        (SELECT max(r.at) FROM reminder r WHERE r.invitation = (f.invitation).id)
    FROM follow_up(p_concertation, p_round, p_stage) f
    WHERE (p_after IS NULL OR (f.invitation).number > p_after)
        AND (p_college IS NULL OR (f.invitation).college = p_college)
        AND (p_departement IS NULL OR (f.invitation).departement = p_departement)
        AND (p_states IS NULL OR f.state = ANY (p_states))
    ORDER BY (f.invitation).number LIMIT p_most;
$$;

CREATE FUNCTION follow_up_counts(p_concertation uuid, p_round integer, p_stage text)
RETURNS TABLE (state text, college text, departement text, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT f.state, (f.invitation).college, (f.invitation).departement, count(*)
    FROM follow_up(p_concertation, p_round, p_stage) f
    GROUP BY 1, 2, 3;
$$;
COMMENT ON FUNCTION follow_up_counts IS 'How many invitations stand where, by college and département.';

CREATE FUNCTION write_reminders(p_stage stage) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := instant();
    v_today date := (v_now AT TIME ZONE 'Europe/Paris')::date;
    v_count bigint;
BEGIN
    WITH reminded AS (
        INSERT INTO reminder (invitation, day, at)
        SELECT (f.invitation).id, v_today, v_now FROM follow_up(p_stage.concertation, p_stage.round, p_stage.key) f
        WHERE f.state NOT IN ('answered', 'declined')
        ON CONFLICT DO NOTHING
        RETURNING invitation
    ), told AS (
        INSERT INTO outbox (concertation, kind, payload, at)
        SELECT p_stage.concertation, 'invitation_reminder', jsonb_build_object('invitation', r.invitation), v_now
        FROM reminded r
    )
    SELECT count(*) INTO v_count FROM reminded;
    UPDATE reminder_day d SET done_on = v_today
    WHERE d.concertation = p_stage.concertation AND d.round = p_stage.round AND d.stage = p_stage.key
        AND (p_stage.closes_at AT TIME ZONE 'Europe/Paris')::date - d.days <= v_today;
    RETURN v_count;
END;
$$;

CREATE FUNCTION remind(p_concertation uuid, p_round integer, p_stage text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
BEGIN
    SELECT * INTO v_stage FROM stage s
    WHERE s.concertation = p_concertation AND s.round = p_round AND s.key = p_stage;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('refusal', 'UNKNOWN_STAGE');
    END IF;
    IF v_stage.state <> 'open' OR v_stage.suspended OR v_stage.is_over OR instant() >= v_stage.closes_at THEN
        RETURN jsonb_build_object('refusal', 'STAGE_NOT_OPEN', 'stage', to_jsonb(v_stage), 'now', instant());
    END IF;
    RETURN jsonb_build_object('count', write_reminders(v_stage));
END;
$$;
COMMENT ON FUNCTION remind IS 'Writes a reminder to each who has neither answered nor declined, and to nobody else; once a day.';

CREATE FUNCTION remind_due() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_stage stage;
    v_count bigint := 0;
BEGIN
    FOR v_stage IN
        SELECT s.* FROM stage s
        WHERE s.state = 'open' AND NOT s.suspended AND NOT s.is_over AND instant() < s.closes_at
            AND EXISTS (
                SELECT FROM reminder_day d
                WHERE d.concertation = s.concertation AND d.round = s.round AND d.stage = s.key
                    AND (s.closes_at AT TIME ZONE 'Europe/Paris')::date - d.days
                        <= (instant() AT TIME ZONE 'Europe/Paris')::date
                    AND (d.done_on IS NULL OR d.done_on < (s.closes_at AT TIME ZONE 'Europe/Paris')::date - d.days))
    LOOP
        v_count := v_count + write_reminders(v_stage);
    END LOOP;
    RETURN v_count;
END;
$$;
COMMENT ON FUNCTION remind_due IS 'Writes the reminders of every stage one of whose days has come. A day missed is made up for.';

CREATE FUNCTION set_reminder_days(p_concertation uuid, p_round integer, p_stage text, p_by text, p_days integer[])
RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DELETE FROM reminder_day d
    WHERE d.concertation = p_concertation AND d.round = p_round AND d.stage = p_stage AND NOT d.days = ANY (p_days);
    INSERT INTO reminder_day (concertation, round, stage, days, set_by, set_at)
    SELECT DISTINCT p_concertation, p_round, p_stage, d, p_by, instant() FROM unnest(p_days) AS d
    ON CONFLICT DO NOTHING;
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'organisation', 'participant', 'invitation', 'invitation_code', 'attempt', 'reminder_day', 'reminder'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
        -- Its functions run with the owner's rights.
        EXECUTE format('CREATE POLICY owner_does ON %I TO concertation_owner USING (true) WITH CHECK (true)', name);
    END LOOP;
END;
$$;
GRANT SELECT (id, concertation, name, sort_name, kind, college, reference, siren, siret, place, departement,
    registered_by, registered_at, updated_at) ON organisation TO concertation_app;
GRANT INSERT, UPDATE (name, sort_name, kind, college, reference, siren, siret, place, departement, email, updated_at)
    ON organisation TO concertation_app, concertation_worker;
GRANT SELECT ON reminder_day TO concertation_app;
GRANT INSERT ON participant TO concertation_worker;
CREATE POLICY app_reads ON organisation FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_adds ON organisation FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_changes ON organisation FOR UPDATE TO concertation_app USING (true) WITH CHECK (true);
CREATE POLICY app_reads ON reminder_day FOR SELECT TO concertation_app USING (true);
GRANT EXECUTE ON FUNCTION invite, reissue_code, open_invitation, answer_invitation, follow_up_page, follow_up_counts,
    remind, set_reminder_days TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION remind_due TO concertation_worker;

-- migrate:down
DROP FUNCTION set_reminder_days;
DROP FUNCTION remind_due;
DROP FUNCTION remind;
DROP FUNCTION write_reminders;
DROP FUNCTION follow_up_counts;
DROP FUNCTION follow_up_page;
DROP FUNCTION answer_invitation;
DROP FUNCTION open_invitation;
DROP FUNCTION find_invitation;
DROP FUNCTION count_failure;
DROP FUNCTION reissue_code;
DROP FUNCTION invite;
DROP FUNCTION follow_up;
DROP INDEX contribution_by_organisation;
DROP INDEX member_by_organisation;
DROP TABLE reminder;
DROP TABLE reminder_day;
DROP TABLE attempt;
DROP TABLE invitation_code;
DROP TABLE invitation;
DROP TABLE participant;
DROP TABLE organisation;
