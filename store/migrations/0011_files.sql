-- Files: what was announced, what arrived, what refers to it. Contents are kept elsewhere, by digest (server/files).

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE file_content (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    size bigint NOT NULL CHECK (size > 0),
    kept_at timestamptz NOT NULL
);
COMMENT ON TABLE file_content IS
    'Contents that are, or are about to be, in the folder or bucket, by SHA-256. The row comes first and goes last.';
COMMENT ON COLUMN file_content.kept_at IS 'When it was last sent: who collects leaves alone what was sent lately.';

CREATE TABLE file (
    id uuid PRIMARY KEY,
    concertation uuid NOT NULL,
    stage text,
    owner text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    requested_at timestamptz NOT NULL,
    digest bytea CONSTRAINT file_content_is_kept REFERENCES file_content,
    sent_at timestamptz,
    CONSTRAINT file_is_sent_with_its_content CHECK ((digest IS NULL) = (sent_at IS NULL))
);
COMMENT ON TABLE file IS 'Files that were announced; those with a digest have arrived. Two files may have one content.';
COMMENT ON COLUMN file.name IS 'As its owner called it: shown at the download, never part of a path.';
COMMENT ON COLUMN file.size IS 'Bytes, as announced: another length is refused.';
CREATE INDEX file_by_content ON file (digest);
CREATE INDEX file_by_owner ON file (owner, requested_at);
CREATE INDEX file_by_age ON file (requested_at);

CREATE TABLE file_reference (
    file uuid NOT NULL CONSTRAINT file_reference_to_a_file REFERENCES file,
    kind text NOT NULL CHECK (kind IN ('document', 'contribution', 'draft')),
    referrer text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (file, kind, referrer)
);
COMMENT ON TABLE file_reference IS
    'What a file belongs to. A file without any is removed after a day (concertation collect-files).';
COMMENT ON COLUMN file_reference.referrer IS
    'document: the id of the document, a slash, the digest of the version; contribution: its id; else the place of a draft.';
CREATE INDEX file_reference_by_referrer ON file_reference (kind, referrer);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['file_content', 'file', 'file_reference'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT, DELETE ON %I TO concertation_worker', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO concertation_app', name);
        EXECUTE format('CREATE POLICY app_reads ON %I FOR SELECT TO concertation_app USING (true)', name);
        EXECUTE format('CREATE POLICY app_adds ON %I FOR INSERT TO concertation_app WITH CHECK (true)', name);
    END LOOP;
END;
$$;

-- A content arrives once; one that arrives again is only marked as such; drafts let go of what they named.
GRANT UPDATE (digest, sent_at) ON file TO concertation_app;
CREATE POLICY app_receives ON file FOR UPDATE TO concertation_app USING (digest IS NULL) WITH CHECK (true);
GRANT UPDATE (kept_at) ON file_content TO concertation_app;
CREATE POLICY app_keeps ON file_content FOR UPDATE TO concertation_app USING (true) WITH CHECK (true);
GRANT DELETE ON file_reference TO concertation_app;
CREATE POLICY app_lets_go ON file_reference FOR DELETE TO concertation_app USING (kind = 'draft');

-- migrate:down
DROP TABLE file_reference;
DROP TABLE file;
DROP TABLE file_content;
