-- Files go with archives and with forms typed elsewhere; destroyed ones are gone at once; groupings go on in the next round.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE file ADD COLUMN destroyed_at timestamptz;
COMMENT ON COLUMN file.destroyed_at IS
    'Since when nobody fetches it: the text that it belonged to was destroyed. The next collection removes it.';
CREATE INDEX file_destroyed ON file (id) WHERE destroyed_at IS NOT NULL;
CREATE POLICY owner_destroys ON file FOR UPDATE TO concertation_owner
    USING (true) WITH CHECK (destroyed_at IS NOT NULL);

CREATE OR REPLACE FUNCTION let_go_of_scan() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    -- What belongs to a text that stands, or to a document, stays. Drafts are thrown away with the text.
    UPDATE file f SET destroyed_at = NEW.redacted_at
    WHERE f.destroyed_at IS NULL
        AND f.id IN (
            SELECT r.file FROM file_reference r WHERE r.kind IN ('scan', 'contribution') AND r.referrer = NEW.id::text)
        AND NOT EXISTS (
            SELECT FROM file_reference r WHERE r.file = f.id AND CASE
                WHEN r.kind IN ('scan', 'contribution') THEN NOT EXISTS (
                    SELECT FROM contribution c WHERE c.id = r.referrer::uuid AND c.redacted_at IS NOT NULL)
                ELSE r.kind = 'document' END);
    DELETE FROM file_reference f WHERE f.kind = 'scan' AND f.referrer = NEW.id::text;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION let_go_of_scan IS
    'With the text its scan and its files are destroyed: from now on nobody fetches them, and they are collected.';

-- Who imports forms keeps their scans.
GRANT INSERT ON file, file_content, file_reference TO concertation_worker;
GRANT UPDATE (kept_at) ON file_content TO concertation_worker;

ALTER TABLE contribution_group ADD COLUMN carried_from uuid CONSTRAINT grouping_is_carried_once UNIQUE;
COMMENT ON COLUMN contribution_group.carried_from IS
    'The grouping of the round before, which goes on in this one: asked and merged by whom and when that one was.';

CREATE OR REPLACE FUNCTION refuse_other_grouping() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.id, OLD.concertation, OLD.round, OLD.stage, OLD.kept, OLD.asked_at, OLD.asked_by, OLD.asked_for,
            OLD.carried_from)
        IS DISTINCT FROM (NEW.id, NEW.concertation, NEW.round, NEW.stage, NEW.kept, NEW.asked_at, NEW.asked_by,
            NEW.asked_for, NEW.carried_from)
        OR coalesce(OLD.merged_at <> NEW.merged_at, OLD.merged_at IS NOT NULL)
        OR coalesce(OLD.undone_at <> NEW.undone_at, OLD.undone_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a grouping is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;

CREATE FUNCTION carry_groupings(p_concertation uuid, p_from integer, p_to integer, p_stage text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_old record;
    v_new uuid;
BEGIN
    INSERT INTO resemblance
    SELECT least(a.id, b.id), greatest(a.id, b.id), r.concertation, r.same, r.judged_at, r.judged_by, r.judged_for
    FROM resemblance r JOIN contribution a ON a.carried_from = r.one JOIN contribution b ON b.carried_from = r.other
    WHERE r.concertation = p_concertation AND (a.round, a.stage, b.round, b.stage) = (p_to, p_stage, p_to, p_stage)
        AND a.superseded_at IS NULL AND a.withdrawn_at IS NULL AND b.superseded_at IS NULL AND b.withdrawn_at IS NULL
    ON CONFLICT DO NOTHING;

    FOR v_old IN
        SELECT g.*, k.id AS kept_now, n.id AS carried, n.undone_at AS carried_undone_at
        FROM contribution_group g
        JOIN contribution k ON k.carried_from = g.kept AND k.round = p_to AND k.superseded_at IS NULL
            AND k.withdrawn_at IS NULL
        LEFT JOIN contribution_group n ON n.carried_from = g.id
        WHERE g.concertation = p_concertation AND g.round = p_from AND g.stage = p_stage
            AND g.merged_at IS NOT NULL AND g.undone_at IS NULL
            -- Somebody groups in this round already: theirs stands.
            AND NOT EXISTS (SELECT FROM grouping_part p WHERE p.contribution = k.id AND p.brings)
            AND EXISTS (
                SELECT FROM grouping_part p JOIN contribution c ON c.carried_from = p.contribution
                WHERE p.grouping = g.id AND p.merged AND p.contribution <> g.kept
                    AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
                    AND NOT EXISTS (SELECT FROM grouping_part o WHERE o.contribution = c.id AND o.brings)
                    AND NOT EXISTS (
                        SELECT FROM contribution_group o WHERE o.concertation = p_concertation AND o.kept = c.id
                            AND o.undone_at IS NULL))
        ORDER BY g.id
    LOOP
        CONTINUE WHEN v_old.carried_undone_at IS NOT NULL;
        v_new := v_old.carried;
        IF v_new IS NULL THEN
            v_new := uuidv7();
            INSERT INTO contribution_group (id, concertation, round, stage, kept, asked_at, asked_by, asked_for,
                merged_at, merged_by, merged_for, carried_from)
            VALUES (v_new, p_concertation, p_to, p_stage, v_old.kept_now, v_old.asked_at, v_old.asked_by,
                v_old.asked_for, v_old.merged_at, v_old.merged_by, v_old.merged_for, v_old.id);
            INSERT INTO grouping_act (concertation, grouping, kind, said, actor, at, command, digest)
            VALUES (p_concertation, v_new, 'carry', jsonb_build_object('from', v_old.id, 'round', p_from), 'system',
                instant(), substr(sha256(convert_to('carry ' || v_old.id, 'UTF8')), 1, 16),
                sha256(convert_to('carry ' || v_old.id, 'UTF8')));
        END IF;
        INSERT INTO grouping_part
        SELECT v_new, c.id, p.author, p.consents, p.answered_at, p.answered_by, true, c.id <> v_old.kept_now
        FROM grouping_part p JOIN contribution c ON c.carried_from = p.contribution
        WHERE p.grouping = v_old.id AND p.merged AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
            AND (c.id = v_old.kept_now OR NOT EXISTS (
                SELECT FROM contribution_group o WHERE o.concertation = p_concertation AND o.kept = c.id
                    AND o.undone_at IS NULL))
        ON CONFLICT DO NOTHING;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION carry_groupings IS
    'Lets groupings that were made, and what people judged alike or not, go on in a later round among the contributions '
    'that were carried over to it and stand there; done again, it adds those that have come since.';
GRANT EXECUTE ON FUNCTION carry_groupings TO concertation_worker;

-- migrate:down
DROP FUNCTION carry_groupings;
CREATE OR REPLACE FUNCTION refuse_other_grouping() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.id, OLD.concertation, OLD.round, OLD.stage, OLD.kept, OLD.asked_at, OLD.asked_by, OLD.asked_for)
        IS DISTINCT FROM (NEW.id, NEW.concertation, NEW.round, NEW.stage, NEW.kept, NEW.asked_at, NEW.asked_by,
            NEW.asked_for)
        OR coalesce(OLD.merged_at <> NEW.merged_at, OLD.merged_at IS NOT NULL)
        OR coalesce(OLD.undone_at <> NEW.undone_at, OLD.undone_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a grouping is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
ALTER TABLE contribution_group DROP COLUMN carried_from;
REVOKE UPDATE (kept_at) ON file_content FROM concertation_worker;
REVOKE INSERT ON file, file_content, file_reference FROM concertation_worker;
CREATE OR REPLACE FUNCTION let_go_of_scan() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM file_reference f WHERE f.kind = 'scan' AND f.referrer = NEW.id::text;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION let_go_of_scan IS 'With the text its scan is destroyed: nothing refers to it, and it is collected.';
DROP POLICY owner_destroys ON file;
DROP INDEX file_destroyed;
ALTER TABLE file DROP COLUMN destroyed_at;
