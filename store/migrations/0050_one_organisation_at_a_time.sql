-- The second lock, of the register: an organisation is said anew by its id in its concertation, and no other way.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

REVOKE UPDATE (name, sort_name, kind, college, reference, siren, siret, place, departement, email, updated_at)
    ON organisation FROM concertation_app;
DROP POLICY app_changes ON organisation;

CREATE FUNCTION amend_organisation(
    p_id uuid, p_concertation uuid, p_name text, p_sort_name text, p_kind text, p_college text, p_reference text,
    p_siren text, p_siret text, p_place text, p_departement text, p_email text
) RETURNS SETOF organisation
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    UPDATE organisation o SET name = p_name, sort_name = p_sort_name, kind = p_kind, college = p_college,
        reference = p_reference, siren = p_siren, siret = p_siret, place = p_place, departement = p_departement,
        email = coalesce(p_email, o.email), updated_at = instant()
    WHERE o.id = p_id AND o.concertation = p_concertation RETURNING o.*
    $$;
COMMENT ON FUNCTION amend_organisation IS
    'Says anew what an organisation is; an address that is not said stays. Gives it, where there is one.';
GRANT EXECUTE ON FUNCTION amend_organisation TO concertation_app, concertation_worker;

-- migrate:down
DROP FUNCTION amend_organisation;
GRANT UPDATE (name, sort_name, kind, college, reference, siren, siret, place, departement, email, updated_at)
    ON organisation TO concertation_app;
CREATE POLICY app_changes ON organisation FOR UPDATE TO concertation_app USING (true) WITH CHECK (true);
