-- +goose Up

CREATE TABLE benchmarking_submissions (
    id            uuid NOT NULL CONSTRAINT benchmarking_submissions_pkey PRIMARY KEY,
    borough_code  text NOT NULL CONSTRAINT benchmarking_submissions_borough REFERENCES boroughs (code),
    quarter_code  text NOT NULL CONSTRAINT benchmarking_submissions_quarter REFERENCES quarters (code),
    state         text NOT NULL CONSTRAINT benchmarking_submissions_state_known CHECK (state IN ('draft', 'submitted', 'queried', 'accepted')),
    received_at   timestamptz,
    resubmitted   integer NOT NULL CONSTRAINT benchmarking_submissions_resubmitted_positive CHECK (resubmitted >= 0),
    CONSTRAINT benchmarking_submissions_one UNIQUE (quarter_code, borough_code)
);
COMMENT ON TABLE benchmarking_submissions IS 'Returns: one for each borough and quarter.';
COMMENT ON COLUMN benchmarking_submissions.id IS 'UUIDv7.';
COMMENT ON COLUMN benchmarking_submissions.borough_code IS 'Whose return it is.';
COMMENT ON COLUMN benchmarking_submissions.quarter_code IS 'For which quarter.';
COMMENT ON COLUMN benchmarking_submissions.state IS 'That of the newest version; draft where there is none.';
COMMENT ON COLUMN benchmarking_submissions.received_at IS 'When the first version came that was not withdrawn.';
COMMENT ON COLUMN benchmarking_submissions.resubmitted IS 'How many versions came after it and were not withdrawn.';

GRANT SELECT, INSERT, UPDATE, DELETE ON benchmarking_submissions TO peerchallenge_service;

-- +goose Down
DROP TABLE benchmarking_submissions;
