-- Who may do what. Row-level security is forced on every table: what is not granted here is refused, even to the owner,
-- whose functions need rights of their own. The worker's role bypasses row-level security but not these grants.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'concertation', 'ledger', 'command_log', 'stage', 'member', 'outbox', 'procedure', 'body', 'person',
        'secret_vote', 'contribution'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO concertation_worker', name);
    END LOOP;
END;
$$;

-- The worker: appends to the ledger and the log, keeps up what is derived from them, removes nothing.
GRANT INSERT ON ledger, command_log TO concertation_worker;
GRANT INSERT, UPDATE ON concertation, stage, member TO concertation_worker;
GRANT INSERT, UPDATE (delivered_at) ON outbox TO concertation_worker;
GRANT INSERT ON procedure, body, person TO concertation_worker;

-- The API reads what the snapshot and the lists tell; who may see what of it is decided in one place there.
GRANT SELECT ON concertation, ledger, command_log, stage, member, procedure, body, person TO concertation_app;
CREATE POLICY app_reads ON concertation FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON ledger FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON command_log FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON stage FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON member FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON procedure FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON body FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_reads ON person FOR SELECT TO concertation_app USING (true);

-- It adds what commands name by id and digest.
GRANT INSERT ON procedure, body TO concertation_app;
GRANT INSERT, UPDATE (display_name, at) ON person TO concertation_app;
CREATE POLICY app_adds ON procedure FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_adds ON body FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_adds ON person FOR INSERT TO concertation_app WITH CHECK (true);
CREATE POLICY app_renames ON person FOR UPDATE TO concertation_app USING (true) WITH CHECK (true);

-- Contributions: one's own, those of a concertation of which one may see all, and what is out. Never the salt.
GRANT SELECT (
    id, concertation, round, stage, member, college, organisation, territory, channel, themes, body, posted_at,
    received_at, submitted_at, digest, receipt
) ON contribution TO concertation_app;
CREATE POLICY app_reads ON contribution FOR SELECT TO concertation_app USING (
    member = (SELECT current_setting('concertation.reader', true))
    OR concertation::text = (SELECT current_setting('concertation.sees_all', true))
    OR EXISTS (
        SELECT FROM stage s
        WHERE s.concertation = contribution.concertation AND s.round = contribution.round
            AND s.key = contribution.stage AND s.contributions_visible
    )
);

-- The functions that run with the owner's rights.
CREATE POLICY owner_reads ON concertation FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_reads ON stage FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_locks ON stage FOR UPDATE TO concertation_owner USING (true) WITH CHECK (false);
CREATE POLICY owner_reads ON member FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_reads ON contribution FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON contribution FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_adds ON outbox FOR INSERT TO concertation_owner WITH CHECK (true);
CREATE POLICY owner_reads ON secret_vote FOR SELECT TO concertation_owner USING (true);
CREATE POLICY owner_adds ON secret_vote FOR INSERT TO concertation_owner WITH CHECK (true);
GRANT EXECUTE ON FUNCTION submit_contribution, contribution_counts, contribution_page, contribution_get,
    contribution_total, contribution_by_receipt, set_reader, keep_secret_vote
    TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION contribution_leaf TO concertation_worker;

-- migrate:down
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM concertation_app, concertation_worker', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', name);
    END LOOP;
    FOR name IN
        SELECT format('%I ON %I', p.policyname, p.tablename) FROM pg_policies p WHERE p.schemaname = 'public'
    LOOP
        EXECUTE 'DROP POLICY ' || name;
    END LOOP;
END;
$$;
