-- The ledger, its snapshot and what is derived from it: the heart of "one transaction decides and remembers".

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE concertation (
    id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT concertation_slug UNIQUE,
    phase text NOT NULL,
    outcome text,
    title jsonb NOT NULL,
    procedure text,
    procedure_version integer,
    procedure_digest text,
    parent uuid,
    territories text[] NOT NULL DEFAULT '{}',
    round integer NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL CHECK (octet_length(head) = 32),
    snapshot json NOT NULL,
    next_deadline timestamptz,
    is_over boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    launched_at timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 70);
COMMENT ON TABLE concertation IS
    'One row per concertation: its snapshot (the fold of its ledger) and what lists show of it. The row is the lock.';
COMMENT ON COLUMN concertation.seq IS 'Number of the last row of the ledger.';
COMMENT ON COLUMN concertation.head IS 'Hash of the last row of the ledger.';
CREATE INDEX concertation_by_creation ON concertation (created_at DESC, id DESC);
CREATE INDEX concertation_running ON concertation (id) WHERE NOT is_over;

CREATE TABLE ledger (
    concertation uuid NOT NULL REFERENCES concertation,
    seq bigint NOT NULL CHECK (seq > 0),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    round integer,
    stage text,
    content text NOT NULL,
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (concertation, seq)
);
COMMENT ON TABLE ledger IS 'Everything that happened, hash-chained, never changed: see store/ledger.py.';
COMMENT ON COLUMN ledger.content IS 'The event as canonical JSON; the columns before it repeat parts of it.';
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE command_log (
    concertation uuid NOT NULL REFERENCES concertation,
    actor text NOT NULL,
    command text NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (concertation, actor, command)
);
COMMENT ON TABLE command_log IS
    'Accepted commands. The reply is the rows first_seq to last_seq of the ledger (none when last_seq < first_seq).';
CREATE TRIGGER command_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON command_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE stage (
    concertation uuid NOT NULL REFERENCES concertation,
    round integer NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    lane text,
    state text NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    entry_closes_at timestamptz NOT NULL,
    rectifying_until timestamptz,
    suspended boolean NOT NULL,
    is_over boolean NOT NULL,
    admission text NOT NULL,
    channels text[] NOT NULL,
    themes text[] NOT NULL,
    contributions_visible boolean NOT NULL,
    PRIMARY KEY (concertation, round, key)
) WITH (fillfactor = 70);
COMMENT ON TABLE stage IS
    'The guard rows: who contributes holds one FOR SHARE, so that a closing waits for them and they for it.';
COMMENT ON COLUMN stage.opens_at IS 'The opening; before it, the planned one. The same for the two closings.';
COMMENT ON COLUMN stage.is_over IS 'The whole concertation is over.';

CREATE TABLE member (
    concertation uuid NOT NULL REFERENCES concertation,
    member text NOT NULL,
    college text,
    organisation text,
    territory text,
    elected boolean NOT NULL,
    left_at timestamptz,
    PRIMARY KEY (concertation, member)
);
CREATE INDEX member_concertations ON member (member, concertation);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    concertation uuid NOT NULL,
    seq bigint,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    delivered_at timestamptz
);
COMMENT ON TABLE outbox IS 'What other systems have to be told: one row per event (its seq) and per contribution.';
CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;

-- migrate:down
DROP TABLE outbox;
DROP TABLE member;
DROP TABLE stage;
DROP TABLE command_log;
DROP TABLE ledger;
DROP TABLE concertation;
