-- +goose Up

CREATE TABLE targets (
    id             uuid NOT NULL CONSTRAINT targets_pkey PRIMARY KEY,
    indicator_code text NOT NULL CONSTRAINT targets_indicator REFERENCES indicators (code),
    period_code    text NOT NULL CONSTRAINT targets_period REFERENCES periods (code),
    value          double precision NOT NULL,
    direction      text NOT NULL CONSTRAINT targets_direction_known CHECK (direction IN ('at_least', 'at_most')),
    reason         text CONSTRAINT targets_reason_text CHECK (char_length(reason) BETWEEN 1 AND 1000 AND reason ~ '\S'),
    version        bigint NOT NULL CONSTRAINT targets_version_positive CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT targets_one UNIQUE (indicator_code, period_code)
);
COMMENT ON TABLE targets IS 'What the programme has set for an indicator in a period.';
COMMENT ON COLUMN targets.id IS 'UUIDv7.';
COMMENT ON COLUMN targets.indicator_code IS 'The indicator whose values are meant.';
COMMENT ON COLUMN targets.period_code IS 'The period whose values are meant.';
COMMENT ON COLUMN targets.value IS 'The value to be reached, in the unit of the indicator.';
COMMENT ON COLUMN targets.direction IS 'Whether it is reached from there upwards (at_least) or downwards (at_most).';
COMMENT ON COLUMN targets.reason IS 'Why this one; null where that was not written down.';
COMMENT ON COLUMN targets.version IS 'Grows by one with every change.';
COMMENT ON COLUMN targets.created_at IS 'When it was created.';
COMMENT ON COLUMN targets.updated_at IS 'When it was last changed.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON targets FOR EACH STATEMENT EXECUTE FUNCTION note_change();
GRANT SELECT, INSERT, UPDATE, DELETE ON targets TO peerchallenge_service;

-- +goose Down
DROP TABLE targets;
