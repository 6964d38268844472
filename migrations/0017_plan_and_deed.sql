-- +goose Up

-- What everybody was told of already has been announced.
ALTER TABLE peer_reviews ADD COLUMN announced_on date, ADD COLUMN progress_review_waived text;
UPDATE peer_reviews r SET announced_on = coalesce(r.reported_on, (r.created_at AT TIME ZONE 'UTC')::date)
WHERE EXISTS (SELECT FROM milestones m WHERE m.peer_review_id = r.id AND m.derived);
COMMENT ON COLUMN peer_reviews.announced_on IS 'When the host let everybody know that it is visited; null before.';
COMMENT ON COLUMN peer_reviews.progress_review_waived IS 'Why there is no progress review; null where there is one or is to be one.';

ALTER TABLE peer_challenges ADD COLUMN open_at_close jsonb;
COMMENT ON COLUMN peer_challenges.open_at_close IS 'What was open when it was closed, an object with findings, actions and asks; null where nothing was.';

ALTER TABLE events ADD COLUMN attendance_note text;
COMMENT ON COLUMN events.attendance_note IS 'Why more came than were invited, or than there was room for.';

-- What a milestone reports has one. Of several the derived one stays linked, or else the oldest.
UPDATE milestones m SET peer_challenge_id = NULL WHERE NOT derived AND EXISTS
    (SELECT FROM milestones o WHERE o.peer_challenge_id = m.peer_challenge_id AND o.id <> m.id AND (o.derived OR o.id < m.id));
UPDATE milestones m SET peer_review_id = NULL, peer_review_audience = '{}' WHERE NOT derived AND EXISTS
    (SELECT FROM milestones o WHERE o.peer_review_id = m.peer_review_id AND o.id <> m.id AND (o.derived OR o.id < m.id));
UPDATE milestones m SET event_id = NULL WHERE NOT derived AND EXISTS
    (SELECT FROM milestones o WHERE o.event_id = m.event_id AND o.id <> m.id AND (o.derived OR o.id < m.id));
DROP INDEX milestones_one_of_peer_challenge, milestones_one_of_peer_review, milestones_one_of_event,
    milestones_by_peer_challenge, milestones_by_peer_review, milestones_by_event;
ALTER TABLE milestones
    ADD CONSTRAINT milestones_one_of_peer_challenge UNIQUE (peer_challenge_id),
    ADD CONSTRAINT milestones_one_of_peer_review UNIQUE (peer_review_id),
    ADD CONSTRAINT milestones_one_of_event UNIQUE (event_id);
