-- Which migrations are applied, for processes that are about to serve: the API may not read the table itself. See docs/adr/0050.

-- migrate:up
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION applied_migrations() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(m.version::text ORDER BY m.version), '{}') FROM schema_migrations m; $$;
COMMENT ON FUNCTION applied_migrations IS 'The numbers of the migrations that this database has.';
GRANT EXECUTE ON FUNCTION applied_migrations TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION applied_migrations;
