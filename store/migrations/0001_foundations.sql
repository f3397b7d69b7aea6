-- The clock, who may connect, and the small functions that tables are built with.
-- The three roles are made by server/provisioning.py, once for the whole server: here they must exist.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO concertation_app, concertation_worker;

CREATE FUNCTION instant() RETURNS timestamptz
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN clock_timestamp();
COMMENT ON FUNCTION instant() IS
    'The only clock. Not now(), which is the start of the transaction, before a wait for a lock.';
GRANT EXECUTE ON FUNCTION instant() TO concertation_app, concertation_worker;

CREATE FUNCTION iso(t timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
COMMENT ON FUNCTION iso(timestamptz) IS 'An instant as canonical contents write it: UTC, microseconds, Z.';
GRANT EXECUTE ON FUNCTION iso(timestamptz) TO concertation_app, concertation_worker;

CREATE FUNCTION random_bytes() RETURNS bytea
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN substr(uuid_send(gen_random_uuid()), 1, 6) || substr(uuid_send(gen_random_uuid()), 10, 7)
        || substr(uuid_send(gen_random_uuid()), 10, 3);
COMMENT ON FUNCTION random_bytes() IS '16 unguessable bytes: the parts of version 4 identifiers that are all random.';

CREATE FUNCTION readable_code() RETURNS text
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN regexp_replace(
        -- Nine bytes are twelve signs of six bits; two signs for each of ours leave five.
        translate(
            encode(substr(random_bytes(), 1, 9), 'base64'),
            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
            '0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789ABCDEFGHJKMNPQRSTVWXYZ'
        ),
        '(....)(....)(....)', '\1-\2-\3'
    );
COMMENT ON FUNCTION readable_code() IS
    '60 unguessable bits in three groups of four, without I, L, O, U: can be read out on the telephone.';

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed nor removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END;
$$;
COMMENT ON FUNCTION refuse_change() IS 'Keeps even the owner of a table from changing what is only ever added to.';

-- migrate:down
DROP FUNCTION refuse_change();
DROP FUNCTION readable_code();
DROP FUNCTION random_bytes();
DROP FUNCTION iso(timestamptz);
DROP FUNCTION instant();
