-- +goose Up

CREATE TABLE peer_review_notes (
    id              uuid NOT NULL CONSTRAINT peer_review_notes_pkey PRIMARY KEY,
    peer_review_id  uuid NOT NULL CONSTRAINT peer_review_notes_review REFERENCES peer_reviews (id),
    borough_code    text CONSTRAINT peer_review_notes_borough REFERENCES boroughs (code),
    interview_group text NOT NULL,
    line            integer CONSTRAINT peer_review_notes_line_counted CHECK (line >= 0),
    text            text NOT NULL,
    finding_ids     text[] NOT NULL,
    screening       jsonb NOT NULL DEFAULT '[]' CONSTRAINT peer_review_notes_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    redacted_at     timestamptz,
    version         bigint NOT NULL CONSTRAINT peer_review_notes_version_positive CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    audience        text[] NOT NULL CONSTRAINT peer_review_notes_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX peer_review_notes_by_review ON peer_review_notes (peer_review_id, id);
CREATE INDEX peer_review_notes_by_borough ON peer_review_notes (borough_code, id);
CREATE INDEX peer_review_notes_by_findings ON peer_review_notes USING gin (finding_ids);
CREATE INDEX peer_review_notes_by_updated_at ON peer_review_notes (updated_at, id);
CREATE INDEX peer_review_notes_by_audience ON peer_review_notes USING gin (audience);
COMMENT ON TABLE peer_review_notes IS 'What visiting teams wrote down of interviews; never for the host.';
COMMENT ON COLUMN peer_review_notes.id IS 'UUIDv7.';
COMMENT ON COLUMN peer_review_notes.peer_review_id IS 'The review.';
COMMENT ON COLUMN peer_review_notes.borough_code IS 'Whose people wrote it, null where the programme''s team did.';
COMMENT ON COLUMN peer_review_notes.interview_group IS 'Who was met, by group and never by name.';
COMMENT ON COLUMN peer_review_notes.line IS 'The place of its line of enquiry among the review''s, from 0; null where it is to none.';
COMMENT ON COLUMN peer_review_notes.text IS 'What was heard.';
COMMENT ON COLUMN peer_review_notes.finding_ids IS 'The findings that cite it. It is kept here and not with them, whose readers may be others.';
COMMENT ON COLUMN peer_review_notes.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN peer_review_notes.redacted_at IS 'When words were last taken out of it.';
COMMENT ON COLUMN peer_review_notes.version IS 'Grows with every change.';
COMMENT ON COLUMN peer_review_notes.created_at IS 'When it was written.';
COMMENT ON COLUMN peer_review_notes.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN peer_review_notes.audience IS 'Who may see it: the programme''s team and the boroughs of the visiting team, and never the host.';

ALTER TABLE programmes ADD COLUMN interview_groups jsonb NOT NULL DEFAULT '[]'
    CONSTRAINT programmes_interview_groups_list CHECK (jsonb_typeof(interview_groups) = 'array' AND jsonb_array_length(interview_groups) <= 50);
COMMENT ON COLUMN programmes.interview_groups IS 'Whom visiting teams meet and what they ask, an array of objects with name and questions.';

GRANT SELECT, INSERT, UPDATE, DELETE ON peer_review_notes TO peerchallenge_service;

-- +goose Down
ALTER TABLE programmes DROP COLUMN interview_groups;
DROP TABLE peer_review_notes;
