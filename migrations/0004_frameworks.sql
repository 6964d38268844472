-- +goose Up

CREATE TABLE frameworks (
    id           uuid NOT NULL CONSTRAINT frameworks_pkey PRIMARY KEY,
    number       text NOT NULL CONSTRAINT frameworks_number_unique UNIQUE CONSTRAINT frameworks_number_format CHECK (number ~ '^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$'),
    name         text NOT NULL,
    state        text NOT NULL CONSTRAINT frameworks_state_known CHECK (state IN ('draft', 'published')),
    published_at timestamptz,
    document     jsonb NOT NULL CONSTRAINT frameworks_document_object CHECK (jsonb_typeof(document) = 'object'),
    version      bigint NOT NULL CONSTRAINT frameworks_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT frameworks_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT frameworks_published_at_of_published CHECK ((state = 'published') = (published_at IS NOT NULL))
);
CREATE INDEX frameworks_by_updated_at ON frameworks (updated_at, id);
CREATE INDEX frameworks_by_state ON frameworks (state, id);
COMMENT ON TABLE frameworks IS 'Versions of what the region asks of its boroughs each quarter.';
COMMENT ON COLUMN frameworks.id IS 'UUIDv7.';
COMMENT ON COLUMN frameworks.number IS 'The version''s number, 1.0.0, by which everybody knows it.';
COMMENT ON COLUMN frameworks.name IS 'Name for people.';
COMMENT ON COLUMN frameworks.state IS 'Whether it is a draft or published.';
COMMENT ON COLUMN frameworks.published_at IS 'Since when it never changes, null for a draft.';
COMMENT ON COLUMN frameworks.document IS 'What it asks: an object with counts, indicators, relations, families, population, rules and limits.';
COMMENT ON COLUMN frameworks.version IS 'Grows by one with every change.';
COMMENT ON COLUMN frameworks.created_at IS 'When it was created.';
COMMENT ON COLUMN frameworks.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN frameworks.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

-- Quarters are held to what was published: that stays, whatever the program does.
-- +goose StatementBegin
CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'framework % is published', OLD.number;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_published() IS 'Trigger of frameworks: what is published neither changes nor goes.';
CREATE TRIGGER keep_published BEFORE UPDATE OF id, number, name, state, published_at, document ON frameworks FOR EACH ROW
    WHEN (OLD.state = 'published' AND (OLD.id, OLD.number, OLD.name, OLD.state, OLD.published_at, OLD.document) IS DISTINCT FROM (NEW.id, NEW.number, NEW.name, NEW.state, NEW.published_at, NEW.document))
    EXECUTE FUNCTION keep_published();
CREATE TRIGGER keep_published_row BEFORE DELETE ON frameworks FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_published();

GRANT SELECT, INSERT, UPDATE, DELETE ON frameworks TO peerchallenge_service;

-- +goose Down
DROP TABLE frameworks;
DROP FUNCTION keep_published();
