-- +goose Up

CREATE TABLE time_watch (
    alone     boolean NOT NULL CONSTRAINT time_watch_pkey PRIMARY KEY CONSTRAINT time_watch_one_row CHECK (alone),
    looked_at timestamptz
);
COMMENT ON TABLE time_watch IS 'Until when all that the days bring has been done; one row.';
COMMENT ON COLUMN time_watch.alone IS 'Always true: there is one row.';
COMMENT ON COLUMN time_watch.looked_at IS 'When some process last found nothing left to do; null before the first time.';
INSERT INTO time_watch (alone) VALUES (true);

CREATE TABLE reminders (
    id           uuid NOT NULL CONSTRAINT reminders_pkey PRIMARY KEY,
    quarter_code text NOT NULL CONSTRAINT reminders_quarter REFERENCES quarters (code),
    borough_code text NOT NULL CONSTRAINT reminders_borough REFERENCES boroughs (code),
    occasion     text NOT NULL CONSTRAINT reminders_occasion_known CHECK (occasion IN ('fourteen_days', 'five_days', 'due_today', 'overdue')),
    due_on       date NOT NULL,
    reminded_on  date NOT NULL,
    mail         text NOT NULL CONSTRAINT reminders_mail_known CHECK (mail IN ('none', 'waiting', 'sent', 'not_needed', 'uncertain', 'failed')),
    version      bigint NOT NULL CONSTRAINT reminders_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT reminders_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT reminders_once UNIQUE (quarter_code, borough_code, due_on, occasion)
);
CREATE INDEX reminders_by_borough ON reminders (borough_code, id);
CREATE INDEX reminders_by_updated_at ON reminders (updated_at, id);
COMMENT ON TABLE reminders IS 'What boroughs were reminded of: each moment before or after a due day once.';
COMMENT ON COLUMN reminders.id IS 'UUIDv7.';
COMMENT ON COLUMN reminders.quarter_code IS 'Of which quarter''s return.';
COMMENT ON COLUMN reminders.borough_code IS 'Who was reminded.';
COMMENT ON COLUMN reminders.occasion IS 'How long before the due day, or that it is over.';
COMMENT ON COLUMN reminders.due_on IS 'The borough''s own due day, as it was then.';
COMMENT ON COLUMN reminders.reminded_on IS 'On which day.';
COMMENT ON COLUMN reminders.mail IS 'What became of it as e-mail.';
COMMENT ON COLUMN reminders.version IS 'Grows with every change.';
COMMENT ON COLUMN reminders.created_at IS 'When it was made.';
COMMENT ON COLUMN reminders.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN reminders.audience IS 'Who may see it: the borough and the programme.';

CREATE TABLE reminder_addresses (
    id           uuid NOT NULL CONSTRAINT reminder_addresses_pkey PRIMARY KEY,
    borough_code text NOT NULL CONSTRAINT reminder_addresses_borough REFERENCES boroughs (code),
    address      text NOT NULL,
    version      bigint NOT NULL CONSTRAINT reminder_addresses_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT reminder_addresses_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT reminder_addresses_once UNIQUE (borough_code, address)
);
CREATE INDEX reminder_addresses_by_updated_at ON reminder_addresses (updated_at, id);
COMMENT ON TABLE reminder_addresses IS 'Where boroughs want reminders of their returns to be sent.';
COMMENT ON COLUMN reminder_addresses.id IS 'UUIDv7.';
COMMENT ON COLUMN reminder_addresses.borough_code IS 'Whose it is.';
COMMENT ON COLUMN reminder_addresses.address IS 'An e-mail address; in neither feed nor audit nor log.';
COMMENT ON COLUMN reminder_addresses.version IS 'Grows with every change.';
COMMENT ON COLUMN reminder_addresses.created_at IS 'When it was entered.';
COMMENT ON COLUMN reminder_addresses.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN reminder_addresses.audience IS 'Who may see it: the borough and the programme.';

CREATE TABLE letters (
    id          uuid NOT NULL CONSTRAINT letters_pkey PRIMARY KEY,
    reminder_id uuid NOT NULL CONSTRAINT letters_reminder REFERENCES reminders ON DELETE CASCADE,
    address     text,
    on_its_way  boolean NOT NULL,
    tries       integer NOT NULL CONSTRAINT letters_tries_counted CHECK (tries >= 0),
    doubts      integer NOT NULL CONSTRAINT letters_doubts_counted CHECK (doubts >= 0),
    next_at     timestamptz,
    outcome     text CONSTRAINT letters_outcome_known CHECK (outcome IN ('sent', 'not_needed', 'uncertain', 'failed')),
    CONSTRAINT letters_ended CHECK ((outcome IS NULL) = (next_at IS NOT NULL) AND (outcome IS NULL) = (address IS NOT NULL))
);
CREATE INDEX letters_by_reminder ON letters (reminder_id);
CREATE INDEX letters_to_send ON letters (next_at) WHERE outcome IS NULL;
COMMENT ON TABLE letters IS 'Reminders as e-mail, one row for each address, which is taken out once it is sent or given up.';
COMMENT ON COLUMN letters.id IS 'UUIDv7; in the message too, so that a second copy can be known.';
COMMENT ON COLUMN letters.reminder_id IS 'Which reminder it carries.';
COMMENT ON COLUMN letters.address IS 'Where it goes; null once it is ended.';
COMMENT ON COLUMN letters.on_its_way IS 'Whether some process is sending it, or has died over it.';
COMMENT ON COLUMN letters.tries IS 'How often it was handed over.';
COMMENT ON COLUMN letters.doubts IS 'How often nobody could say whether it was taken.';
COMMENT ON COLUMN letters.next_at IS 'When it is tried next; null once it is ended.';
COMMENT ON COLUMN letters.outcome IS 'What became of it; null while it waits.';

GRANT SELECT, UPDATE ON time_watch TO peerchallenge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON reminders, reminder_addresses, letters TO peerchallenge_service;

-- +goose Down
DROP TABLE letters, reminder_addresses, reminders, time_watch;
