-- The same invitation sent several times at once is one, and each of those who send it is told of it.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE OR REPLACE FUNCTION invite(p_concertation uuid, p_round integer, p_stage text, p_by text, p_rows jsonb)
RETURNS TABLE (id uuid, fresh boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := instant();
    v_made uuid[];
BEGIN
    WITH given AS (
        SELECT r.id, r.organisation, r.member, r.college, r.departement, r.hash
        FROM jsonb_to_recordset(p_rows) AS r (
            id uuid, organisation uuid, member text, college text, departement text, hash bytea)
    ), made AS (
        INSERT INTO invitation (id, concertation, round, stage, organisation, member, college, departement,
            invited_by, invited_at)
        SELECT g.id, p_concertation, p_round, p_stage, g.organisation, g.member, g.college, g.departement, p_by, v_now
        FROM given g
        -- In one order everywhere: two who invite the same people wait for each other, and go on.
        ORDER BY g.organisation, g.member COLLATE "C"
        ON CONFLICT DO NOTHING
        RETURNING invitation.id
    ), coded AS (
        INSERT INTO invitation_code (hash, invitation, issued_at)
        SELECT g.hash, g.id, v_now FROM given g JOIN made m ON m.id = g.id
    ), told AS (
        INSERT INTO outbox (concertation, kind, payload, at)
        SELECT p_concertation, 'invitation', jsonb_build_object('invitation', m.id), v_now FROM made m
    )
    SELECT coalesce(array_agg(m.id), '{}') INTO v_made FROM made m;
    -- A statement of its own: it sees what others made while this one waited for them.
    RETURN QUERY
    SELECT i.id, i.id = ANY (v_made) FROM invitation i
    JOIN jsonb_to_recordset(p_rows) AS g (organisation uuid, member text)
        ON i.concertation = p_concertation AND i.round = p_round AND i.stage = p_stage
        AND (i.organisation = g.organisation OR i.member = g.member);
END;
$$;

-- migrate:down
CREATE OR REPLACE FUNCTION invite(p_concertation uuid, p_round integer, p_stage text, p_by text, p_rows jsonb)
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
