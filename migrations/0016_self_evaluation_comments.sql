-- +goose Up

CREATE TABLE self_evaluation_comments (
    id                 uuid NOT NULL CONSTRAINT self_evaluation_comments_pkey PRIMARY KEY,
    self_evaluation_id uuid NOT NULL,
    number             integer NOT NULL,
    section_id         text NOT NULL,
    owner_code         text NOT NULL CONSTRAINT self_evaluation_comments_owner REFERENCES boroughs (code),
    cycle              text NOT NULL,
    borough_code       text NOT NULL CONSTRAINT self_evaluation_comments_borough REFERENCES boroughs (code),
    kind               text NOT NULL CONSTRAINT self_evaluation_comments_kind_known CHECK (kind IN ('question', 'line_of_enquiry')),
    text               text NOT NULL,
    state              text NOT NULL CONSTRAINT self_evaluation_comments_state_known CHECK (state IN ('open', 'answered', 'closed')),
    answer             text,
    answered_at        timestamptz,
    closed_at          timestamptz,
    illustrative       boolean NOT NULL,
    screening          jsonb NOT NULL DEFAULT '[]' CONSTRAINT self_evaluation_comments_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    redacted_at        timestamptz,
    version            bigint NOT NULL CONSTRAINT self_evaluation_comments_version_positive CHECK (version >= 1),
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    audience           text[] NOT NULL CONSTRAINT self_evaluation_comments_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT self_evaluation_comments_on FOREIGN KEY (self_evaluation_id, number) REFERENCES self_evaluation_versions (self_evaluation_id, number),
    CONSTRAINT self_evaluation_comments_of_another CHECK (borough_code <> owner_code),
    CONSTRAINT self_evaluation_comments_answered CHECK ((answer IS NULL) = (answered_at IS NULL) AND (state <> 'answered' OR answer IS NOT NULL)),
    CONSTRAINT self_evaluation_comments_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX self_evaluation_comments_by_self_evaluation ON self_evaluation_comments (self_evaluation_id, id);
CREATE INDEX self_evaluation_comments_by_owner ON self_evaluation_comments (owner_code, id);
CREATE INDEX self_evaluation_comments_by_borough ON self_evaluation_comments (borough_code, id);
CREATE INDEX self_evaluation_comments_by_updated_at ON self_evaluation_comments (updated_at, id);
CREATE INDEX self_evaluation_comments_by_audience ON self_evaluation_comments USING gin (audience);
COMMENT ON TABLE self_evaluation_comments IS 'What boroughs ask of others'' self-evaluations, and what those answer.';
COMMENT ON COLUMN self_evaluation_comments.id IS 'UUIDv7.';
COMMENT ON COLUMN self_evaluation_comments.self_evaluation_id IS 'The self-evaluation.';
COMMENT ON COLUMN self_evaluation_comments.number IS 'The version of it that was read.';
COMMENT ON COLUMN self_evaluation_comments.section_id IS 'The section that it is about, by the template''s id.';
COMMENT ON COLUMN self_evaluation_comments.owner_code IS 'Whose self-evaluation it is.';
COMMENT ON COLUMN self_evaluation_comments.cycle IS 'For which cycle that is.';
COMMENT ON COLUMN self_evaluation_comments.borough_code IS 'Who asks: a borough, and no person.';
COMMENT ON COLUMN self_evaluation_comments.kind IS 'Whether it is a question or a line of enquiry.';
COMMENT ON COLUMN self_evaluation_comments.text IS 'What is asked.';
COMMENT ON COLUMN self_evaluation_comments.state IS 'What became of it.';
COMMENT ON COLUMN self_evaluation_comments.answer IS 'What was answered last; null until something is.';
COMMENT ON COLUMN self_evaluation_comments.answered_at IS 'When.';
COMMENT ON COLUMN self_evaluation_comments.closed_at IS 'When it was closed; null unless it is.';
COMMENT ON COLUMN self_evaluation_comments.illustrative IS 'Whether the self-evaluation is made up.';
COMMENT ON COLUMN self_evaluation_comments.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN self_evaluation_comments.redacted_at IS 'When words were last taken out of it.';
COMMENT ON COLUMN self_evaluation_comments.version IS 'Grows with every change.';
COMMENT ON COLUMN self_evaluation_comments.created_at IS 'When it was asked.';
COMMENT ON COLUMN self_evaluation_comments.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN self_evaluation_comments.audience IS 'Who may see it: the borough whose self-evaluation it is, the programme''s team, and those with whom the version is shared.';

ALTER TABLE findings ADD COLUMN self_evaluation_comment_id uuid CONSTRAINT findings_self_evaluation_comment REFERENCES self_evaluation_comments (id)
    CONSTRAINT findings_one_of_a_comment UNIQUE;
COMMENT ON COLUMN findings.self_evaluation_comment_id IS 'The line of enquiry of which it came; null where it came of none.';
ALTER TABLE findings ADD COLUMN illustrative boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN findings.illustrative IS 'Whether it came of a self-evaluation that is made up.';

GRANT SELECT, INSERT, UPDATE, DELETE ON self_evaluation_comments TO peerchallenge_service;

-- +goose Down
ALTER TABLE findings DROP COLUMN illustrative;
ALTER TABLE findings DROP COLUMN self_evaluation_comment_id;
DROP TABLE self_evaluation_comments;
