-- +goose Up

CREATE TABLE caveats (
    id             uuid NOT NULL CONSTRAINT caveats_pkey PRIMARY KEY,
    text           text NOT NULL CONSTRAINT caveats_text_text CHECK (char_length(text) BETWEEN 1 AND 1000 AND text ~ '\S'),
    rationale      text,
    definition     text,
    indicator_code text CONSTRAINT caveats_indicator REFERENCES indicators (code),
    authority_code text CONSTRAINT caveats_authority REFERENCES authorities (code),
    release_id     uuid CONSTRAINT caveats_release REFERENCES releases (id),
    valid_from     date,
    valid_to       date,
    version        bigint NOT NULL CONSTRAINT caveats_version_positive CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT caveats_of_something CHECK (num_nonnulls(indicator_code, authority_code, release_id) > 0),
    CONSTRAINT caveats_dates_in_order CHECK (valid_to >= valid_from)
);
COMMENT ON TABLE caveats IS 'What whoever reads figures must know of them.';
COMMENT ON COLUMN caveats.id IS 'UUIDv7.';
COMMENT ON COLUMN caveats.text IS 'What there is to know.';
COMMENT ON COLUMN caveats.rationale IS 'Why that matters for the figures; null where that was not written down.';
COMMENT ON COLUMN caveats.definition IS 'Where the source defines what is counted; null where nobody said.';
COMMENT ON COLUMN caveats.indicator_code IS 'The indicator that it is about, null where about all.';
COMMENT ON COLUMN caveats.authority_code IS 'The authority that it is about, null where about all.';
COMMENT ON COLUMN caveats.release_id IS 'The release of whose figures it is about, null where about all.';
COMMENT ON COLUMN caveats.valid_from IS 'First day that it is about, null where about all until the last.';
COMMENT ON COLUMN caveats.valid_to IS 'Last day that it is about, null while it goes on.';
COMMENT ON COLUMN caveats.version IS 'Grows by one with every change.';
COMMENT ON COLUMN caveats.created_at IS 'When it was created.';
COMMENT ON COLUMN caveats.updated_at IS 'When it was last changed.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON caveats FOR EACH STATEMENT EXECUTE FUNCTION note_change();
GRANT SELECT, INSERT, UPDATE, DELETE ON caveats TO peerchallenge_service;

-- +goose Down
DROP TABLE caveats;
