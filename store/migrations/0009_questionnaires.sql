-- Questionnaires: kept under the digest of their content, which is that of the document of the information file.

-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE questionnaire (
    digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    id text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    definition text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE questionnaire IS
    'Questionnaires, each under the SHA-256 of its definition. Never changed: whoever holds a digest holds the questions.';
COMMENT ON COLUMN questionnaire.definition IS 'Canonical JSON, byte for byte what the digest was taken of.';
CREATE TRIGGER questionnaire_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON questionnaire
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE questionnaire ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON questionnaire TO concertation_app, concertation_worker;
CREATE POLICY app_reads ON questionnaire FOR SELECT TO concertation_app USING (true);
CREATE POLICY app_adds ON questionnaire FOR INSERT TO concertation_app WITH CHECK (true);

-- migrate:down
DROP TABLE questionnaire;
