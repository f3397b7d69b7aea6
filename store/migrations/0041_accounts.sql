-- Accounts: which member a person is whom an identity provider names, and the roles on the platform that operators granted.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE account (
    issuer text NOT NULL CHECK (issuer <> '' AND octet_length(issuer) <= 1000),
    subject text NOT NULL CHECK (subject <> '' AND octet_length(subject) <= 1000),
    member text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE account IS 'Which member the person is whom an issuer names so. Nothing else tells people apart, a mail address least of all.';

CREATE TABLE platform_role (
    member text NOT NULL,
    role text NOT NULL CHECK (role IN ('coordinator', 'operator')),
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (member, role)
);
COMMENT ON TABLE platform_role IS 'Roles on the platform, outside any concertation, that an operator granted to members.';

CREATE FUNCTION platform_roles_of(p_member text) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT coalesce(array_agg(r.role ORDER BY r.role), '{}') FROM platform_role r WHERE r.member = p_member;
$$;
COMMENT ON FUNCTION platform_roles_of IS 'The roles on the platform that were granted to a member.';

CREATE FUNCTION account_of(p_issuer text, p_subject text) RETURNS TABLE (member text, platform_roles text[])
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    v_member text;
BEGIN
    SELECT a.member INTO v_member FROM account a WHERE (a.issuer, a.subject) = (p_issuer, p_subject);
    IF NOT FOUND THEN
        INSERT INTO account (issuer, subject, member, created_at)
        VALUES (p_issuer, p_subject, gen_random_uuid()::text, instant())
        ON CONFLICT DO NOTHING;
        -- What another made in this moment is seen by the next statement.
        SELECT a.member INTO v_member FROM account a WHERE (a.issuer, a.subject) = (p_issuer, p_subject);
    END IF;
    RETURN QUERY SELECT v_member, platform_roles_of(v_member);
END;
$$;
COMMENT ON FUNCTION account_of IS 'The member that somebody is, made at first sight, with the roles granted to them.';

CREATE FUNCTION grant_platform_role(p_member text, p_role text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    INSERT INTO platform_role VALUES (p_member, p_role, instant()) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION grant_platform_role IS 'Grants a role to a member; whether they did not have it.';

CREATE FUNCTION withdraw_platform_role(p_member text, p_role text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
BEGIN
    DELETE FROM platform_role r WHERE (r.member, r.role) = (p_member, p_role);
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION withdraw_platform_role IS 'Takes a role from a member; whether they had it.';

CREATE FUNCTION platform_roles_granted()
RETURNS TABLE (member text, role text, granted_at timestamptz, issuer text, subject text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT r.member, r.role, r.granted_at, a.issuer, a.subject
    FROM platform_role r LEFT JOIN account a ON a.member = r.member
    ORDER BY r.granted_at, r.member, r.role;
$$;
COMMENT ON FUNCTION platform_roles_granted IS 'Every role that was granted and not withdrawn, and to whom.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['account', 'platform_role'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        -- Its functions run with the owner's rights.
        EXECUTE format('CREATE POLICY owner_reads ON %I FOR SELECT TO concertation_owner USING (true)', name);
        EXECUTE format('CREATE POLICY owner_adds ON %I FOR INSERT TO concertation_owner WITH CHECK (true)', name);
    END LOOP;
END;
$$;
CREATE POLICY owner_withdraws ON platform_role FOR DELETE TO concertation_owner USING (true);
-- The API grants no role: whoever runs commands beside the database does.
GRANT EXECUTE ON FUNCTION account_of, platform_roles_of TO concertation_app, concertation_worker;
GRANT EXECUTE ON FUNCTION grant_platform_role, withdraw_platform_role, platform_roles_granted TO concertation_worker;

-- migrate:down
DROP FUNCTION platform_roles_granted;
DROP FUNCTION withdraw_platform_role;
DROP FUNCTION grant_platform_role;
DROP FUNCTION account_of;
DROP FUNCTION platform_roles_of;
DROP TABLE platform_role;
DROP TABLE account;
