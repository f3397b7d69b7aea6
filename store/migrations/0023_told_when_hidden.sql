-- Who sends again what moderation hides is told at once that it stays hidden.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- A function of its own, and called for revisions alone: a query within contribution_receipt would keep it from being
-- inlined, and each contribution would pay for it.
CREATE FUNCTION hidden_since(p_contribution uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN (SELECT c.hidden_at FROM contribution c WHERE c.id = p_contribution);
END;
$$;
COMMENT ON FUNCTION hidden_since IS
    'Since when a contribution is hidden. That of a revision is known once it is written: inherit_measure.';

CREATE OR REPLACE FUNCTION contribution_receipt(c contribution) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN jsonb_build_object(
        'contribution', c.id, 'code', c.receipt, 'digest', encode(c.digest, 'hex'), 'submitted_at', c.submitted_at,
        'member', c.member, 'college', c.college, 'channel', c.channel, 'actor', c.actor, 'version', c.version,
        'round', c.round, 'stage', c.stage, 'organisation', c.organisation, 'territory', c.territory,
        'posted_at', c.posted_at, 'received_at', c.received_at, 'place', c.place, 'reference', c.reference,
        'batch', c.batch,
        'hidden_at', CASE WHEN c.supersedes IS NULL THEN c.hidden_at ELSE hidden_since(c.id) END);

-- migrate:down
CREATE OR REPLACE FUNCTION contribution_receipt(c contribution) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN jsonb_build_object(
        'contribution', c.id, 'code', c.receipt, 'digest', encode(c.digest, 'hex'), 'submitted_at', c.submitted_at,
        'member', c.member, 'college', c.college, 'channel', c.channel, 'actor', c.actor, 'version', c.version,
        'round', c.round, 'stage', c.stage, 'organisation', c.organisation, 'territory', c.territory,
        'posted_at', c.posted_at, 'received_at', c.received_at, 'place', c.place, 'reference', c.reference,
        'batch', c.batch);
DROP FUNCTION hidden_since;
