-- Plans for a concertation that statistics have not seen yet: PostgreSQL takes it for rare, and reads all of it each time.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Planned once for a concertation of average size, not anew for each one by its name.
ALTER FUNCTION import_contributions(uuid, integer, text, text, uuid, json) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION contribution_own(text, uuid) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION treatment_figures(uuid, integer, text, text[], integer[], text[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION treatment_gaps(uuid, integer, text, text[], integer[], text[], uuid, integer)
    SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION treatments_of(uuid, uuid[]) SET plan_cache_mode = force_generic_plan;

-- migrate:down
ALTER FUNCTION treatments_of(uuid, uuid[]) RESET plan_cache_mode;
ALTER FUNCTION treatment_gaps(uuid, integer, text, text[], integer[], text[], uuid, integer) RESET plan_cache_mode;
ALTER FUNCTION treatment_figures(uuid, integer, text, text[], integer[], text[]) RESET plan_cache_mode;
ALTER FUNCTION contribution_own(text, uuid) RESET plan_cache_mode;
ALTER FUNCTION import_contributions(uuid, integer, text, text, uuid, json) RESET plan_cache_mode;
