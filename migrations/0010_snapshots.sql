-- +goose Up

CREATE TABLE quarter_policies (
    quarter_code      text NOT NULL CONSTRAINT quarter_policies_pkey PRIMARY KEY CONSTRAINT quarter_policies_quarter REFERENCES quarters (code) ON DELETE CASCADE,
    framework_version text NOT NULL CONSTRAINT quarter_policies_framework REFERENCES frameworks (number),
    years             jsonb NOT NULL CONSTRAINT quarter_policies_years_list CHECK (jsonb_typeof(years) = 'array'),
    fixed_at          timestamptz NOT NULL
);
COMMENT ON TABLE quarter_policies IS 'By what it is decided what may be shown of a quarter: fixed when its window opens.';
COMMENT ON COLUMN quarter_policies.quarter_code IS 'Which quarter.';
COMMENT ON COLUMN quarter_policies.framework_version IS 'The version of the framework whose policy it is.';
COMMENT ON COLUMN quarter_policies.years IS 'How many the newest published year had of each flow, by borough and count.';
COMMENT ON COLUMN quarter_policies.fixed_at IS 'When.';

CREATE TABLE quarter_snapshots (
    id                uuid NOT NULL CONSTRAINT quarter_snapshots_pkey PRIMARY KEY,
    quarter_code      text NOT NULL CONSTRAINT quarter_snapshots_quarter REFERENCES quarters (code),
    number            integer NOT NULL CONSTRAINT quarter_snapshots_number_positive CHECK (number >= 1),
    framework_version text NOT NULL CONSTRAINT quarter_snapshots_framework REFERENCES frameworks (number),
    state             text NOT NULL CONSTRAINT quarter_snapshots_state_known CHECK (state IN ('standing', 'withdrawn')),
    reason            text,
    shown             integer NOT NULL CONSTRAINT quarter_snapshots_shown_positive CHECK (shown >= 0),
    missing           jsonb NOT NULL CONSTRAINT quarter_snapshots_missing_list CHECK (jsonb_typeof(missing) = 'array'),
    illustrative      boolean NOT NULL,
    hash              text NOT NULL CONSTRAINT quarter_snapshots_hash_digits CHECK (hash ~ '^[0-9a-f]{64}$'),
    true_hash         text NOT NULL CONSTRAINT quarter_snapshots_true_hash_digits CHECK (true_hash ~ '^[0-9a-f]{64}$'),
    withdrawn_at      timestamptz,
    withdrawn_for     text,
    version           bigint NOT NULL CONSTRAINT quarter_snapshots_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT quarter_snapshots_audience_everyone CHECK (audience = '{programme,boroughs,reporting}'),
    CONSTRAINT quarter_snapshots_one UNIQUE (quarter_code, number),
    CONSTRAINT quarter_snapshots_withdrawn CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL) AND (state = 'withdrawn') = (withdrawn_for IS NOT NULL))
);
CREATE INDEX quarter_snapshots_by_updated_at ON quarter_snapshots (updated_at, id);
COMMENT ON TABLE quarter_snapshots IS 'Published states of quarters, by number.';
COMMENT ON COLUMN quarter_snapshots.id IS 'UUIDv7.';
COMMENT ON COLUMN quarter_snapshots.quarter_code IS 'Of which quarter.';
COMMENT ON COLUMN quarter_snapshots.number IS 'From 1 in each quarter; never given again.';
COMMENT ON COLUMN quarter_snapshots.framework_version IS 'By which it was made.';
COMMENT ON COLUMN quarter_snapshots.state IS 'Whether it can be read.';
COMMENT ON COLUMN quarter_snapshots.reason IS 'Why it was taken; null for the first.';
COMMENT ON COLUMN quarter_snapshots.shown IS 'How many boroughs have a return in it.';
COMMENT ON COLUMN quarter_snapshots.missing IS 'The codes of those that were expected and have none.';
COMMENT ON COLUMN quarter_snapshots.illustrative IS 'Whether its figures are made up.';
COMMENT ON COLUMN quarter_snapshots.hash IS 'SHA-256 of the document.';
COMMENT ON COLUMN quarter_snapshots.true_hash IS 'SHA-256 of the true figures and the salt.';
COMMENT ON COLUMN quarter_snapshots.withdrawn_at IS 'Since when it cannot be read.';
COMMENT ON COLUMN quarter_snapshots.withdrawn_for IS 'Why.';
COMMENT ON COLUMN quarter_snapshots.version IS 'Grows with every change.';
COMMENT ON COLUMN quarter_snapshots.created_at IS 'When it was taken.';
COMMENT ON COLUMN quarter_snapshots.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN quarter_snapshots.audience IS 'Who may see it: everybody.';

-- What a snapshot says, apart from what becomes of it, so that lists do not read it.
CREATE TABLE quarter_snapshot_documents (
    snapshot_id uuid NOT NULL CONSTRAINT quarter_snapshot_documents_pkey PRIMARY KEY CONSTRAINT quarter_snapshot_documents_snapshot REFERENCES quarter_snapshots (id),
    document    text NOT NULL,
    salt        bytea NOT NULL CONSTRAINT quarter_snapshot_documents_salt_length CHECK (octet_length(salt) = 32)
);
COMMENT ON TABLE quarter_snapshot_documents IS 'What snapshots say, to the byte. Rows are written once.';
COMMENT ON COLUMN quarter_snapshot_documents.snapshot_id IS 'The snapshot.';
COMMENT ON COLUMN quarter_snapshot_documents.document IS 'JSON, as it is answered; it holds no small number.';
COMMENT ON COLUMN quarter_snapshot_documents.salt IS '256 random bits, with which the true figures are hashed.';

-- The true figures of a snapshot are those of the versions that stood: they never change.
CREATE TABLE quarter_snapshot_sources (
    snapshot_id   uuid NOT NULL CONSTRAINT quarter_snapshot_sources_snapshot REFERENCES quarter_snapshots (id),
    submission_id uuid NOT NULL,
    number        integer NOT NULL,
    CONSTRAINT quarter_snapshot_sources_pkey PRIMARY KEY (snapshot_id, submission_id),
    CONSTRAINT quarter_snapshot_sources_version FOREIGN KEY (submission_id, number) REFERENCES benchmarking_versions (submission_id, number)
);
CREATE INDEX quarter_snapshot_sources_by_version ON quarter_snapshot_sources (submission_id, number);
COMMENT ON TABLE quarter_snapshot_sources IS 'The versions of returns that a snapshot was made of, those of earlier quarters too where twelve months are summed.';
COMMENT ON COLUMN quarter_snapshot_sources.snapshot_id IS 'The snapshot.';
COMMENT ON COLUMN quarter_snapshot_sources.submission_id IS 'The return.';
COMMENT ON COLUMN quarter_snapshot_sources.number IS 'Its version.';

ALTER TABLE quarters
    ADD COLUMN published_at timestamptz,
    ADD COLUMN snapshots integer NOT NULL DEFAULT 0 CONSTRAINT quarters_snapshots_positive CHECK (snapshots >= 0),
    ADD COLUMN snapshot_id uuid CONSTRAINT quarters_snapshot REFERENCES quarter_snapshots (id),
    ADD CONSTRAINT quarters_published CHECK ((published_at IS NOT NULL) = (snapshots > 0) AND NOT (practice AND snapshots > 0));
COMMENT ON COLUMN quarters.published_at IS 'Since when it is shown.';
COMMENT ON COLUMN quarters.snapshots IS 'How many numbers were given to snapshots.';
COMMENT ON COLUMN quarters.snapshot_id IS 'The snapshot that is shown: the newest that stands.';

-- What everybody has read stays, whatever the program does.
-- +goose StatementBegin
CREATE FUNCTION keep_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a snapshot never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_snapshot() IS 'Row trigger of all that snapshots consist of: it stays as it was.';
CREATE TRIGGER keep_snapshot BEFORE UPDATE ON quarter_snapshots FOR EACH ROW
    WHEN ((OLD.quarter_code, OLD.number, OLD.framework_version, OLD.reason, OLD.shown, OLD.missing, OLD.illustrative, OLD.hash, OLD.true_hash, OLD.created_at)
        IS DISTINCT FROM (NEW.quarter_code, NEW.number, NEW.framework_version, NEW.reason, NEW.shown, NEW.missing, NEW.illustrative, NEW.hash, NEW.true_hash, NEW.created_at)
        OR OLD.state = 'withdrawn')
    EXECUTE FUNCTION keep_snapshot();
CREATE TRIGGER keep_snapshot BEFORE UPDATE OR DELETE ON quarter_snapshot_documents FOR EACH ROW EXECUTE FUNCTION keep_snapshot();
CREATE TRIGGER keep_snapshot BEFORE UPDATE OR DELETE ON quarter_snapshot_sources FOR EACH ROW EXECUTE FUNCTION keep_snapshot();

GRANT SELECT, INSERT, DELETE ON quarter_policies TO peerchallenge_service;
GRANT SELECT, INSERT, UPDATE ON quarter_snapshots TO peerchallenge_service;
GRANT SELECT, INSERT ON quarter_snapshot_documents, quarter_snapshot_sources TO peerchallenge_service;

-- +goose Down
ALTER TABLE quarters DROP COLUMN snapshot_id, DROP COLUMN snapshots, DROP COLUMN published_at;
DROP TABLE quarter_snapshot_sources, quarter_snapshot_documents, quarter_snapshots, quarter_policies;
DROP FUNCTION keep_snapshot();
