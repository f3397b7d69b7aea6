-- Proofs of inclusion for receipts, in a time that hardly grows with the set: the roots of the whole branches of a seal.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE seal_branch (
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    last uuid NOT NULL,
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (concertation, round, stage, number)
);
COMMENT ON TABLE seal_branch IS
    'Roots of 1,024 leaves each, of sets sealed by the child process. Derived: a proof is the same without them, later.';
COMMENT ON COLUMN seal_branch.last IS 'The contribution whose leaf is the last of the branch.';
CREATE TRIGGER seal_branch_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_branch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE seal_branch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON seal_branch TO concertation_worker;
GRANT SELECT ON seal_branch TO concertation_app;
CREATE POLICY app_reads ON seal_branch FOR SELECT TO concertation_app USING (true);

CREATE FUNCTION contribution_leaves(
    p_concertation uuid, p_round integer, p_stage text, p_after uuid, p_most integer
) RETURNS TABLE (id uuid, digest bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.id, c.digest FROM contribution c
    WHERE c.concertation = p_concertation AND c.round = p_round AND c.stage = p_stage
        AND c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY c.id LIMIT p_most;
END;
$$;
COMMENT ON FUNCTION contribution_leaves IS
    'Leaves in the order of reception. They are salted digests: they tell nothing of what nobody may see.';

GRANT EXECUTE ON FUNCTION contribution_leaves TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION contribution_leaves;
DROP TABLE seal_branch;
