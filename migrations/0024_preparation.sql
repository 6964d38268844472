-- +goose Up

CREATE TABLE preparation_tasks (
    id                uuid NOT NULL CONSTRAINT preparation_tasks_pkey PRIMARY KEY,
    peer_challenge_id uuid CONSTRAINT preparation_tasks_challenge REFERENCES peer_challenges (id),
    peer_review_id    uuid CONSTRAINT preparation_tasks_review REFERENCES peer_reviews (id),
    event_id          uuid CONSTRAINT preparation_tasks_event REFERENCES events (id),
    template          text NOT NULL,
    task              text NOT NULL,
    who               text NOT NULL CONSTRAINT preparation_tasks_who_known CHECK (who IN ('host', 'each_member', 'team', 'programme')),
    role              text,
    borough_code      text CONSTRAINT preparation_tasks_borough REFERENCES boroughs (code),
    days_before       integer NOT NULL,
    due_on            date,
    state             text NOT NULL CONSTRAINT preparation_tasks_state_known CHECK (state IN ('open', 'done', 'waived')),
    settled_on        date,
    over              boolean NOT NULL,
    version           bigint NOT NULL CONSTRAINT preparation_tasks_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT preparation_tasks_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT preparation_tasks_prepares_one CHECK (num_nonnulls(peer_challenge_id, peer_review_id, event_id) = 1)
);
CREATE INDEX preparation_tasks_by_challenge ON preparation_tasks (peer_challenge_id, id);
CREATE INDEX preparation_tasks_by_review ON preparation_tasks (peer_review_id, id);
CREATE INDEX preparation_tasks_by_event ON preparation_tasks (event_id, id);
CREATE INDEX preparation_tasks_by_borough ON preparation_tasks (borough_code, id);
CREATE INDEX preparation_tasks_by_updated_at ON preparation_tasks (updated_at, id);
CREATE INDEX preparation_tasks_by_audience ON preparation_tasks USING gin (audience);
COMMENT ON TABLE preparation_tasks IS 'What is to be done before the first day of a challenge, a review or an event.';
COMMENT ON COLUMN preparation_tasks.id IS 'UUIDv7.';
COMMENT ON COLUMN preparation_tasks.peer_challenge_id IS 'The challenge that it prepares.';
COMMENT ON COLUMN preparation_tasks.peer_review_id IS 'The review that it prepares.';
COMMENT ON COLUMN preparation_tasks.event_id IS 'The event that it prepares.';
COMMENT ON COLUMN preparation_tasks.template IS 'The template of the programme''s by which it is asked for.';
COMMENT ON COLUMN preparation_tasks.task IS 'What is to be done, in the template''s words of then.';
COMMENT ON COLUMN preparation_tasks.who IS 'By whom: host, each_member, team or programme.';
COMMENT ON COLUMN preparation_tasks.role IS 'Who of them, in words; null where that is theirs to say.';
COMMENT ON COLUMN preparation_tasks.borough_code IS 'Whose it is, null where it is the programme''s team''s.';
COMMENT ON COLUMN preparation_tasks.days_before IS 'How many days before the first day of what it prepares it is due.';
COMMENT ON COLUMN preparation_tasks.due_on IS 'That day; it follows the other, and is null while that is open.';
COMMENT ON COLUMN preparation_tasks.state IS 'open, done or waived.';
COMMENT ON COLUMN preparation_tasks.settled_on IS 'When it was done or waived.';
COMMENT ON COLUMN preparation_tasks.over IS 'Whether what it prepares has begun, was held or is cancelled.';
COMMENT ON COLUMN preparation_tasks.version IS 'Grows with every change.';
COMMENT ON COLUMN preparation_tasks.created_at IS 'When the template was taken.';
COMMENT ON COLUMN preparation_tasks.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN preparation_tasks.audience IS 'Who may see it: the programme''s team and the boroughs that take part.';

ALTER TABLE programmes ADD COLUMN preparation_templates jsonb NOT NULL DEFAULT '[]'
    CONSTRAINT programmes_preparation_templates_list CHECK (jsonb_typeof(preparation_templates) = 'array' AND jsonb_array_length(preparation_templates) <= 50);
COMMENT ON COLUMN programmes.preparation_templates IS 'What is asked for before challenges, reviews and events, an array of objects with name, for and lines.';

GRANT SELECT, INSERT, UPDATE, DELETE ON preparation_tasks TO peerchallenge_service;

-- +goose Down
ALTER TABLE programmes DROP COLUMN preparation_templates;
DROP TABLE preparation_tasks;
