-- What commands and events name by id and digest: procedures, texts, people, secret positions, contributions.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE procedure (
    id text NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    label jsonb NOT NULL,
    definition json NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT procedure_version PRIMARY KEY (id, version)
);
CREATE TRIGGER procedure_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON procedure
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE body (
    id uuid PRIMARY KEY,
    concertation uuid,
    kind text NOT NULL,
    content json NOT NULL,
    digest text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE body IS 'Texts of more than a line, as maps from language to text; digest is SHA-256 of canonical content.';

CREATE TABLE person (
    member text PRIMARY KEY,
    display_name text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE person IS 'The only place where a pseudonymous member id meets a name.';

CREATE TABLE secret_vote (
    concertation uuid NOT NULL,
    ballot text NOT NULL,
    member text NOT NULL,
    command text NOT NULL,
    position text NOT NULL CHECK (position IN ('favourable', 'unfavourable', 'abstain')),
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    commitment text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (concertation, ballot, commitment),
    CONSTRAINT secret_vote_command UNIQUE (concertation, ballot, member, command, position)
);
COMMENT ON TABLE secret_vote IS
    'Positions of secret ballots. Only those count whose commitment the ledger carries; most recent per seat.';

CREATE TABLE contribution (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    round integer NOT NULL,
    stage text NOT NULL,
    member text NOT NULL,
    college text,
    organisation text,
    territory text,
    channel text NOT NULL,
    themes text[] NOT NULL,
    body text NOT NULL,
    posted_at timestamptz,
    received_at timestamptz,
    submitted_at timestamptz NOT NULL,
    actor text NOT NULL,
    command bytea NOT NULL CONSTRAINT contribution_command UNIQUE,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    receipt text NOT NULL CONSTRAINT contribution_receipt UNIQUE,
    CONSTRAINT contribution_once UNIQUE NULLS NOT DISTINCT (concertation, round, stage, member, college)
);
COMMENT ON COLUMN contribution.id IS 'Version 7: the order of reception, which is the order of the leaves of the seal.';
COMMENT ON COLUMN contribution.actor IS 'Who sent it: the author, or the clerk who entered it.';
COMMENT ON COLUMN contribution.command IS
    'Sixteen bytes of SHA-256 over concertation, actor and idempotency key. One column, for a planner without statistics '
    'takes any index that begins with the concertation, and reads all of it for each contribution.';
COMMENT ON COLUMN contribution.digest IS 'The leaf: SHA-256 over salt and canonical content, see contribution_leaf().';
CREATE UNIQUE INDEX contribution_in_order ON contribution (concertation, round, stage, id);
CREATE INDEX contribution_counts ON contribution (concertation, round, stage, college, channel);
CREATE INDEX contribution_by_member ON contribution (member, concertation);

-- migrate:down
DROP TABLE contribution;
DROP TABLE secret_vote;
DROP TABLE person;
DROP TABLE body;
DROP TABLE procedure;
