-- +goose Up

CREATE TABLE narratives (
    id             uuid NOT NULL CONSTRAINT narratives_pkey PRIMARY KEY,
    quarter_code   text NOT NULL CONSTRAINT narratives_quarter REFERENCES quarters (code),
    borough_code   text NOT NULL CONSTRAINT narratives_borough REFERENCES boroughs (code),
    indicator_code text NOT NULL,
    edge           text NOT NULL CONSTRAINT narratives_edge_known CHECK (edge IN ('top20', 'bottom20')),
    state          text NOT NULL CONSTRAINT narratives_state_known CHECK (state IN ('asked', 'shared', 'withdrawn')),
    text           text,
    due_on         date NOT NULL,
    shared_at      timestamptz,
    withdrawn_for  text CONSTRAINT narratives_cause_known CHECK (withdrawn_for IN ('figure_changed', 'edges_moved', 'snapshot_withdrawn')),
    illustrative   boolean NOT NULL,
    screening      jsonb NOT NULL DEFAULT '[]' CONSTRAINT narratives_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    redacted_at    timestamptz,
    version        bigint NOT NULL CONSTRAINT narratives_version_positive CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    audience       text[] NOT NULL CONSTRAINT narratives_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT narratives_one UNIQUE (quarter_code, borough_code, indicator_code),
    CONSTRAINT narratives_shared CHECK ((state <> 'shared' OR shared_at IS NOT NULL) AND (state <> 'asked' OR shared_at IS NULL) AND (shared_at IS NULL OR text IS NOT NULL)),
    CONSTRAINT narratives_withdrawn CHECK ((state = 'withdrawn') = (withdrawn_for IS NOT NULL)),
    -- Of what was not shared its borough knows, and the team that it is asked for.
    CONSTRAINT narratives_kept CHECK (shared_at IS NOT NULL OR cardinality(audience) <= 2)
);
CREATE INDEX narratives_by_updated_at ON narratives (updated_at, id);
CREATE INDEX narratives_by_borough ON narratives (borough_code, id);
CREATE INDEX narratives_by_audience ON narratives USING gin (audience);
COMMENT ON TABLE narratives IS 'What boroughs say of their exceptions.';
COMMENT ON COLUMN narratives.id IS 'UUIDv7.';
COMMENT ON COLUMN narratives.quarter_code IS 'In which quarter it stands out.';
COMMENT ON COLUMN narratives.borough_code IS 'Whose exception it is.';
COMMENT ON COLUMN narratives.indicator_code IS 'On which indicator.';
COMMENT ON COLUMN narratives.edge IS 'Beyond which edge of the region.';
COMMENT ON COLUMN narratives.state IS 'What became of it.';
COMMENT ON COLUMN narratives.text IS 'What is said; null until something is written.';
COMMENT ON COLUMN narratives.due_on IS 'By when.';
COMMENT ON COLUMN narratives.shared_at IS 'Since when others read it.';
COMMENT ON COLUMN narratives.withdrawn_for IS 'Why it is asked for no more.';
COMMENT ON COLUMN narratives.illustrative IS 'Whether the figures are made up.';
COMMENT ON COLUMN narratives.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN narratives.redacted_at IS 'When words were last taken out of it.';
COMMENT ON COLUMN narratives.version IS 'Grows with every change.';
COMMENT ON COLUMN narratives.created_at IS 'When it was asked for.';
COMMENT ON COLUMN narratives.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN narratives.audience IS 'Who may see it.';

GRANT SELECT, INSERT, UPDATE ON narratives TO peerchallenge_service;

-- +goose Down
DROP TABLE narratives;
