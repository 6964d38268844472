-- +goose Up

CREATE TABLE self_evaluation_templates (
    id             uuid NOT NULL CONSTRAINT self_evaluation_templates_pkey PRIMARY KEY,
    name           text NOT NULL CONSTRAINT self_evaluation_templates_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    is_default     boolean NOT NULL,
    draft          jsonb,
    latest_version text,
    version        bigint NOT NULL CONSTRAINT self_evaluation_templates_version_positive CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    audience       text[] NOT NULL CONSTRAINT self_evaluation_templates_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT self_evaluation_templates_default_published CHECK (NOT is_default OR latest_version IS NOT NULL)
);
CREATE INDEX self_evaluation_templates_by_updated_at ON self_evaluation_templates (updated_at, id);
COMMENT ON TABLE self_evaluation_templates IS 'What self-evaluations are asked.';
COMMENT ON COLUMN self_evaluation_templates.id IS 'UUIDv7.';
COMMENT ON COLUMN self_evaluation_templates.name IS 'What people call it.';
COMMENT ON COLUMN self_evaluation_templates.is_default IS 'Whether self-evaluations begin on it that name none; of one template at most.';
COMMENT ON COLUMN self_evaluation_templates.draft IS 'The outline of the next version; null where none is drafted.';
COMMENT ON COLUMN self_evaluation_templates.latest_version IS 'The number of the newest published version; null until there is one.';
COMMENT ON COLUMN self_evaluation_templates.version IS 'Grows with every change.';
COMMENT ON COLUMN self_evaluation_templates.created_at IS 'When it was created.';
COMMENT ON COLUMN self_evaluation_templates.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN self_evaluation_templates.audience IS 'Who may see it: the team alone until a version is published.';

CREATE TABLE self_evaluation_template_versions (
    template_id  uuid NOT NULL CONSTRAINT self_evaluation_template_versions_template REFERENCES self_evaluation_templates (id),
    number       text NOT NULL CONSTRAINT self_evaluation_template_versions_number_semantic CHECK (number ~ '^\d+\.\d+\.\d+$'),
    outline      jsonb NOT NULL CONSTRAINT self_evaluation_template_versions_outline_object CHECK (jsonb_typeof(outline) = 'object'),
    published_at timestamptz NOT NULL,
    CONSTRAINT self_evaluation_template_versions_pkey PRIMARY KEY (template_id, number)
);
COMMENT ON TABLE self_evaluation_template_versions IS 'Templates as they were published, for ever.';
COMMENT ON COLUMN self_evaluation_template_versions.template_id IS 'The template.';
COMMENT ON COLUMN self_evaluation_template_versions.number IS 'A semantic version.';
COMMENT ON COLUMN self_evaluation_template_versions.outline IS 'Sections and questions, with their permanent ids.';
COMMENT ON COLUMN self_evaluation_template_versions.published_at IS 'When.';

CREATE TABLE self_evaluations (
    id           uuid NOT NULL CONSTRAINT self_evaluations_pkey PRIMARY KEY,
    borough_code text NOT NULL CONSTRAINT self_evaluations_borough REFERENCES boroughs (code),
    cycle        text NOT NULL CONSTRAINT self_evaluations_cycle_format CHECK (cycle ~ '^20[0-9]{2}-[0-9]{2}$'),
    state        text NOT NULL CONSTRAINT self_evaluations_state_known CHECK (state IN ('draft', 'signed_off', 'shared')),
    draft        jsonb,
    signed       integer CONSTRAINT self_evaluations_signed_positive CHECK (signed >= 1),
    signed_at    timestamptz,
    receipt_id   uuid CONSTRAINT self_evaluations_receipt REFERENCES receipts (id),
    sharings     jsonb NOT NULL CONSTRAINT self_evaluations_sharings_list CHECK (jsonb_typeof(sharings) = 'array'),
    illustrative boolean NOT NULL,
    screening    jsonb NOT NULL DEFAULT '[]' CONSTRAINT self_evaluations_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    redacted_at  timestamptz,
    version      bigint NOT NULL CONSTRAINT self_evaluations_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT self_evaluations_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT self_evaluations_one UNIQUE (cycle, borough_code),
    CONSTRAINT self_evaluations_something CHECK (draft IS NOT NULL OR signed IS NOT NULL),
    CONSTRAINT self_evaluations_signed_whole CHECK ((signed IS NULL) = (signed_at IS NULL)),
    CONSTRAINT self_evaluations_state_of_draft CHECK ((state = 'draft') = (draft IS NOT NULL))
);
CREATE INDEX self_evaluations_by_borough ON self_evaluations (borough_code, id);
CREATE INDEX self_evaluations_by_updated_at ON self_evaluations (updated_at, id);
CREATE INDEX self_evaluations_by_audience ON self_evaluations USING gin (audience);
COMMENT ON TABLE self_evaluations IS 'What boroughs say of themselves: one for each borough and cycle, with its draft.';
COMMENT ON COLUMN self_evaluations.id IS 'UUIDv7.';
COMMENT ON COLUMN self_evaluations.borough_code IS 'Whose it is.';
COMMENT ON COLUMN self_evaluations.cycle IS 'For which cycle.';
COMMENT ON COLUMN self_evaluations.state IS 'Where it stands, as its borough sees it.';
COMMENT ON COLUMN self_evaluations.draft IS 'What the borough is writing; null where all is signed. Nobody else may see it, nor that it is there.';
COMMENT ON COLUMN self_evaluations.signed IS 'The number of the newest version; null until one is signed.';
COMMENT ON COLUMN self_evaluations.signed_at IS 'When that was signed.';
COMMENT ON COLUMN self_evaluations.receipt_id IS 'Its receipt; null where nobody has signed it here: it was made up.';
COMMENT ON COLUMN self_evaluations.sharings IS 'With which challenges'' groups which version was, is or will be shared, and who reads by that.';
COMMENT ON COLUMN self_evaluations.illustrative IS 'Whether it is made up.';
COMMENT ON COLUMN self_evaluations.screening IS 'What was acknowledged of what screening found in the draft, each with a salted digest of its text.';
COMMENT ON COLUMN self_evaluations.redacted_at IS 'When words were last taken out of it.';
COMMENT ON COLUMN self_evaluations.version IS 'Grows with every change. Others than the borough are never told it.';
COMMENT ON COLUMN self_evaluations.created_at IS 'When it was begun.';
COMMENT ON COLUMN self_evaluations.updated_at IS 'When it was last changed. Others than the borough are never told it.';
COMMENT ON COLUMN self_evaluations.audience IS 'Who may see it: the borough alone until something is signed, then the programme''s team too, and those with whom it is shared.';

CREATE TABLE self_evaluation_versions (
    self_evaluation_id uuid NOT NULL CONSTRAINT self_evaluation_versions_self_evaluation REFERENCES self_evaluations (id),
    number             integer NOT NULL CONSTRAINT self_evaluation_versions_number_positive CHECK (number >= 1),
    document           jsonb NOT NULL CONSTRAINT self_evaluation_versions_document_object CHECK (jsonb_typeof(document) = 'object'),
    screening          jsonb NOT NULL CONSTRAINT self_evaluation_versions_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    signed_at          timestamptz NOT NULL,
    signed_by          text NOT NULL,
    receipt_id         uuid CONSTRAINT self_evaluation_versions_receipt REFERENCES receipts (id),
    redacted_at        timestamptz,
    CONSTRAINT self_evaluation_versions_pkey PRIMARY KEY (self_evaluation_id, number)
);
COMMENT ON TABLE self_evaluation_versions IS 'What was signed, by number. What a version says never changes, but for words that are taken out.';
COMMENT ON COLUMN self_evaluation_versions.self_evaluation_id IS 'The self-evaluation.';
COMMENT ON COLUMN self_evaluation_versions.number IS 'From 1, in the order in which they were signed.';
COMMENT ON COLUMN self_evaluation_versions.document IS 'All that it says.';
COMMENT ON COLUMN self_evaluation_versions.screening IS 'What was acknowledged of what screening found in it.';
COMMENT ON COLUMN self_evaluation_versions.signed_at IS 'When.';
COMMENT ON COLUMN self_evaluation_versions.signed_by IS 'In which role.';
COMMENT ON COLUMN self_evaluation_versions.receipt_id IS 'Its receipt; null where nobody has signed it here: it was made up.';
COMMENT ON COLUMN self_evaluation_versions.redacted_at IS 'When words were last taken out of it.';

-- Redaction replaces words in a version by a mark, and says when; nothing else of a version
-- ever changes.
-- +goose StatementBegin
CREATE FUNCTION keep_self_evaluation_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.signed_at, OLD.signed_by, OLD.receipt_id) IS DISTINCT FROM (NEW.number, NEW.signed_at, NEW.signed_by, NEW.receipt_id)
        OR NOT redacted(OLD.document::text, NEW.document::text) THEN
        RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_self_evaluation_version() IS 'Row trigger of self_evaluation_versions: what was signed stays as it was, but for words that are taken out.';
CREATE TRIGGER keep_self_evaluation_version BEFORE UPDATE ON self_evaluation_versions FOR EACH ROW EXECUTE FUNCTION keep_self_evaluation_version();

CREATE TABLE self_evaluation_reads (
    self_evaluation_id uuid NOT NULL CONSTRAINT self_evaluation_reads_self_evaluation REFERENCES self_evaluations (id),
    number             integer NOT NULL CONSTRAINT self_evaluation_reads_number_positive CHECK (number >= 1),
    read_on            date NOT NULL,
    form               text NOT NULL CONSTRAINT self_evaluation_reads_form_known CHECK (form IN ('json', 'page', 'comparison')),
    reader             bytea NOT NULL CONSTRAINT self_evaluation_reads_reader_length CHECK (octet_length(reader) = 32),
    role               text NOT NULL,
    borough_code       text,
    read_at            timestamptz NOT NULL,
    CONSTRAINT self_evaluation_reads_pkey PRIMARY KEY (self_evaluation_id, number, read_on, form, reader)
);
COMMENT ON TABLE self_evaluation_reads IS 'Who of others has read a version: once for each reader, day and form.';
COMMENT ON COLUMN self_evaluation_reads.self_evaluation_id IS 'What was read.';
COMMENT ON COLUMN self_evaluation_reads.number IS 'Which version of it.';
COMMENT ON COLUMN self_evaluation_reads.read_on IS 'On which day, in the programme''s zone.';
COMMENT ON COLUMN self_evaluation_reads.form IS 'As what.';
COMMENT ON COLUMN self_evaluation_reads.reader IS 'A digest that tells readers of one self-evaluation apart and names nobody.';
COMMENT ON COLUMN self_evaluation_reads.role IS 'The reader''s role.';
COMMENT ON COLUMN self_evaluation_reads.borough_code IS 'The reader''s borough; null of who belongs to none.';
COMMENT ON COLUMN self_evaluation_reads.read_at IS 'When first on that day.';

GRANT SELECT, INSERT, UPDATE, DELETE ON self_evaluation_templates, self_evaluations TO peerchallenge_service;
GRANT SELECT, INSERT ON self_evaluation_template_versions TO peerchallenge_service;
GRANT SELECT, INSERT, UPDATE ON self_evaluation_versions TO peerchallenge_service;
GRANT SELECT, INSERT, DELETE ON self_evaluation_reads TO peerchallenge_service;

-- +goose Down
DROP TABLE self_evaluation_reads, self_evaluation_versions, self_evaluations, self_evaluation_template_versions, self_evaluation_templates;
DROP FUNCTION keep_self_evaluation_version();
