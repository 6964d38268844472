-- +goose Up

-- Who was at the table, of groups and of events, and which roles took part.
ALTER TABLE peer_challenge_groups
    ADD COLUMN people jsonb NOT NULL DEFAULT '[]' CONSTRAINT peer_challenge_groups_people_list CHECK (jsonb_typeof(people) = 'array'),
    ADD COLUMN attendance jsonb NOT NULL DEFAULT '[]' CONSTRAINT peer_challenge_groups_attendance_list CHECK (jsonb_typeof(attendance) = 'array'),
    ADD COLUMN met_on date;
CREATE INDEX peer_challenge_groups_by_people ON peer_challenge_groups USING gin (people jsonb_path_ops);
COMMENT ON COLUMN peer_challenge_groups.people IS 'Who was named, an array of objects with participantId, role, borough, organisation, part and coming.';
COMMENT ON COLUMN peer_challenge_groups.attendance IS 'Who came and is not named, an array of objects with role and count, null where nobody counted.';
COMMENT ON COLUMN peer_challenge_groups.met_on IS 'When it met; null until attendance is recorded.';

ALTER TABLE events
    ADD COLUMN people jsonb NOT NULL DEFAULT '[]' CONSTRAINT events_people_list CHECK (jsonb_typeof(people) = 'array'),
    ADD COLUMN attendance jsonb NOT NULL DEFAULT '[]' CONSTRAINT events_attendance_list CHECK (jsonb_typeof(attendance) = 'array'),
    ADD COLUMN met_on date;
CREATE INDEX events_by_people ON events USING gin (people jsonb_path_ops);
COMMENT ON COLUMN events.people IS 'Who was named, an array of objects with participantId, role, borough, organisation, part and coming.';
COMMENT ON COLUMN events.attendance IS 'Who came and is not named, an array of objects with role and count, null where nobody counted.';
COMMENT ON COLUMN events.met_on IS 'For which day attendance was recorded by role; null until it is.';

ALTER TABLE milestones ADD COLUMN participants_by_role jsonb NOT NULL DEFAULT '[]' CONSTRAINT milestones_participants_by_role_list CHECK (jsonb_typeof(participants_by_role) = 'array');
COMMENT ON COLUMN milestones.participants_by_role IS 'Which roles took part, an array of objects with role and count, null where nobody counted.';
