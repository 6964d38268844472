-- +goose Up

CREATE TABLE benchmarking_submissions (
    id            uuid NOT NULL CONSTRAINT benchmarking_submissions_pkey PRIMARY KEY,
    borough_code  text NOT NULL CONSTRAINT benchmarking_submissions_borough REFERENCES boroughs (code),
    quarter_code  text NOT NULL CONSTRAINT benchmarking_submissions_quarter REFERENCES quarters (code),
    state         text NOT NULL CONSTRAINT benchmarking_submissions_state_known CHECK (state IN ('draft', 'submitted', 'queried', 'accepted')),
    draft         jsonb,
    explanations  jsonb NOT NULL CONSTRAINT benchmarking_submissions_explanations_list CHECK (jsonb_typeof(explanations) = 'array'),
    thread        jsonb NOT NULL CONSTRAINT benchmarking_submissions_thread_list CHECK (jsonb_typeof(thread) = 'array'),
    numbers       integer NOT NULL CONSTRAINT benchmarking_submissions_numbers_positive CHECK (numbers >= 0),
    under_review  integer,
    standing      integer,
    received_at   timestamptz,
    days_late     integer NOT NULL CONSTRAINT benchmarking_submissions_days_late_positive CHECK (days_late >= 0),
    resubmitted   integer NOT NULL CONSTRAINT benchmarking_submissions_resubmitted_positive CHECK (resubmitted >= 0),
    illustrative  boolean NOT NULL,
    version       bigint NOT NULL CONSTRAINT benchmarking_submissions_version_positive CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    audience      text[] NOT NULL CONSTRAINT benchmarking_submissions_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT benchmarking_submissions_one UNIQUE (quarter_code, borough_code),
    CONSTRAINT benchmarking_submissions_review_of_state CHECK ((state IN ('submitted', 'queried')) = (under_review IS NOT NULL))
);
CREATE INDEX benchmarking_submissions_by_borough ON benchmarking_submissions (borough_code, id);
CREATE INDEX benchmarking_submissions_by_updated_at ON benchmarking_submissions (updated_at, id);
COMMENT ON TABLE benchmarking_submissions IS 'Returns: one for each borough and quarter, with its draft.';
COMMENT ON COLUMN benchmarking_submissions.id IS 'UUIDv7.';
COMMENT ON COLUMN benchmarking_submissions.borough_code IS 'Whose return it is.';
COMMENT ON COLUMN benchmarking_submissions.quarter_code IS 'For which quarter.';
COMMENT ON COLUMN benchmarking_submissions.state IS 'That of the newest version; draft where there is none.';
COMMENT ON COLUMN benchmarking_submissions.draft IS 'What the borough is working on; null where everything was submitted. Nobody else may see it.';
COMMENT ON COLUMN benchmarking_submissions.explanations IS 'What was said to warnings, each with the rule and the counts that it read, as they were.';
COMMENT ON COLUMN benchmarking_submissions.thread IS 'What the team asked, and the answers.';
COMMENT ON COLUMN benchmarking_submissions.numbers IS 'How many numbers were given to versions.';
COMMENT ON COLUMN benchmarking_submissions.under_review IS 'The version that is submitted or queried.';
COMMENT ON COLUMN benchmarking_submissions.standing IS 'The version that is in force.';
COMMENT ON COLUMN benchmarking_submissions.received_at IS 'When the first version came that was not withdrawn.';
COMMENT ON COLUMN benchmarking_submissions.days_late IS 'How many days after the due day that was, by the window of that moment.';
COMMENT ON COLUMN benchmarking_submissions.resubmitted IS 'How many versions came after it and were not withdrawn.';
COMMENT ON COLUMN benchmarking_submissions.illustrative IS 'Whether it is made up.';
COMMENT ON COLUMN benchmarking_submissions.version IS 'Grows with every change.';
COMMENT ON COLUMN benchmarking_submissions.created_at IS 'When it was created.';
COMMENT ON COLUMN benchmarking_submissions.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN benchmarking_submissions.audience IS 'Who may see it: the borough alone until something is submitted, then the programme too.';

CREATE TABLE benchmarking_versions (
    submission_id uuid NOT NULL CONSTRAINT benchmarking_versions_submission REFERENCES benchmarking_submissions (id),
    number        integer NOT NULL CONSTRAINT benchmarking_versions_number_positive CHECK (number >= 1),
    state         text NOT NULL CONSTRAINT benchmarking_versions_state_known CHECK (state IN ('submitted', 'queried', 'accepted', 'superseded', 'withdrawn')),
    framework     text NOT NULL,
    "values"      jsonb NOT NULL CONSTRAINT benchmarking_versions_values_list CHECK (jsonb_typeof("values") = 'array'),
    explanations  jsonb NOT NULL CONSTRAINT benchmarking_versions_explanations_list CHECK (jsonb_typeof(explanations) = 'array'),
    submitted_at  timestamptz NOT NULL,
    submitted_by  text NOT NULL,
    days_late     integer NOT NULL CONSTRAINT benchmarking_versions_days_late_positive CHECK (days_late >= 0),
    closed_at     timestamptz,
    superseded_at timestamptz,
    CONSTRAINT benchmarking_versions_pkey PRIMARY KEY (submission_id, number)
);
COMMENT ON TABLE benchmarking_versions IS 'What was submitted, by number. What a version says never changes.';
COMMENT ON COLUMN benchmarking_versions.submission_id IS 'The return.';
COMMENT ON COLUMN benchmarking_versions.number IS 'From 1, in the order in which they were submitted.';
COMMENT ON COLUMN benchmarking_versions.state IS 'What became of it.';
COMMENT ON COLUMN benchmarking_versions.framework IS 'The version of the framework by which it was judged.';
COMMENT ON COLUMN benchmarking_versions."values" IS 'One for each count of the framework, in its order.';
COMMENT ON COLUMN benchmarking_versions.explanations IS 'Those of the warnings that it had.';
COMMENT ON COLUMN benchmarking_versions.submitted_at IS 'When it came.';
COMMENT ON COLUMN benchmarking_versions.submitted_by IS 'The role in which somebody of the borough submitted it.';
COMMENT ON COLUMN benchmarking_versions.days_late IS 'How many days after the due day it came, by the window of that moment.';
COMMENT ON COLUMN benchmarking_versions.closed_at IS 'When it was accepted or withdrawn.';
COMMENT ON COLUMN benchmarking_versions.superseded_at IS 'When a later one took its place.';

-- +goose StatementBegin
CREATE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_version() IS 'Row trigger of benchmarking_versions: what was submitted stays as it was.';
CREATE TRIGGER keep_version BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.number, OLD.framework, OLD."values", OLD.explanations, OLD.submitted_at, OLD.submitted_by)
        IS DISTINCT FROM (NEW.number, NEW.framework, NEW."values", NEW.explanations, NEW.submitted_at, NEW.submitted_by))
    EXECUTE FUNCTION keep_version();

GRANT SELECT, INSERT, UPDATE, DELETE ON benchmarking_submissions TO peerchallenge_service;
GRANT SELECT, INSERT, UPDATE ON benchmarking_versions TO peerchallenge_service;

-- +goose Down
DROP TABLE benchmarking_versions, benchmarking_submissions;
DROP FUNCTION keep_version();
