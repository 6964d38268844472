-- +goose Up

CREATE TABLE quarters (
    id                uuid NOT NULL CONSTRAINT quarters_pkey PRIMARY KEY,
    code              text NOT NULL CONSTRAINT quarters_code_unique UNIQUE
                      CONSTRAINT quarters_code_format CHECK (code ~ '^20[0-9]{2}-[0-9]{2}-Q[1-4]$' OR code = 'practice'),
    framework_version text CONSTRAINT quarters_framework REFERENCES frameworks (number),
    opens_on          date,
    due_on            date,
    late_until        date,
    publish_on        date,
    practice          boolean NOT NULL,
    imported          boolean NOT NULL,
    illustrative      boolean NOT NULL,
    generation        bigint NOT NULL CONSTRAINT quarters_generation_positive CHECK (generation >= 0),
    version           bigint NOT NULL CONSTRAINT quarters_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT quarters_audience_everyone CHECK (audience = '{programme,boroughs,reporting}'),
    CONSTRAINT quarters_practice_code CHECK (practice = (code = 'practice') AND NOT (practice AND imported)),
    CONSTRAINT quarters_window_whole CHECK (num_nonnulls(opens_on, due_on, late_until) = CASE WHEN practice OR imported THEN 0 ELSE 3 END),
    CONSTRAINT quarters_window_in_order CHECK (opens_on <= due_on AND due_on <= late_until AND late_until < publish_on)
);
CREATE INDEX quarters_by_updated_at ON quarters (updated_at, id);
COMMENT ON TABLE quarters IS 'Quarters whose returns are collected, or were before.';
COMMENT ON COLUMN quarters.id IS 'UUIDv7.';
COMMENT ON COLUMN quarters.code IS 'As 2026-27-Q1, or practice for the one that counts nowhere.';
COMMENT ON COLUMN quarters.framework_version IS 'The version that says what is asked; null for the newest when the window opens.';
COMMENT ON COLUMN quarters.opens_on IS 'First day on which returns are taken; days are the programme''s.';
COMMENT ON COLUMN quarters.due_on IS 'Last day on which a return is on time.';
COMMENT ON COLUMN quarters.late_until IS 'Last day on which a return is taken at all.';
COMMENT ON COLUMN quarters.publish_on IS 'The day announced for its publication; null while none is.';
COMMENT ON COLUMN quarters.practice IS 'Whether it is the practice quarter.';
COMMENT ON COLUMN quarters.imported IS 'Whether its returns were collected before this service was.';
COMMENT ON COLUMN quarters.illustrative IS 'Whether its figures are made up.';
COMMENT ON COLUMN quarters.generation IS 'Grows with each acceptance of a return.';
COMMENT ON COLUMN quarters.version IS 'Grows with every change.';
COMMENT ON COLUMN quarters.created_at IS 'When it was created.';
COMMENT ON COLUMN quarters.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN quarters.audience IS 'Who may see it: everybody.';

INSERT INTO quarters (id, code, practice, imported, illustrative, generation, version, created_at, updated_at, audience)
VALUES ('019abe6a-3c00-7000-8000-000000000001', 'practice', true, false, true, 0, 1, '2026-11-26T00:00:00Z', '2026-11-26T00:00:00Z', '{programme,boroughs,reporting}');

CREATE TABLE extensions (
    id            uuid NOT NULL CONSTRAINT extensions_pkey PRIMARY KEY,
    quarter_code  text NOT NULL CONSTRAINT extensions_quarter REFERENCES quarters (code),
    borough_code  text NOT NULL CONSTRAINT extensions_borough REFERENCES boroughs (code),
    due_on        date NOT NULL,
    reason        text NOT NULL,
    granted_on    date NOT NULL,
    taken_back_at timestamptz,
    version       bigint NOT NULL CONSTRAINT extensions_version_positive CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    audience      text[] NOT NULL CONSTRAINT extensions_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX extensions_by_quarter ON extensions (quarter_code, borough_code, id);
CREATE INDEX extensions_by_borough ON extensions (borough_code, id);
CREATE INDEX extensions_by_updated_at ON extensions (updated_at, id);
COMMENT ON TABLE extensions IS 'Later due days that single boroughs were given.';
COMMENT ON COLUMN extensions.id IS 'UUIDv7.';
COMMENT ON COLUMN extensions.quarter_code IS 'In which quarter.';
COMMENT ON COLUMN extensions.borough_code IS 'To whom.';
COMMENT ON COLUMN extensions.due_on IS 'The borough''s due day.';
COMMENT ON COLUMN extensions.reason IS 'Why.';
COMMENT ON COLUMN extensions.granted_on IS 'From which day on it holds.';
COMMENT ON COLUMN extensions.taken_back_at IS 'From when it does not hold any more; null while it stands.';
COMMENT ON COLUMN extensions.version IS 'Grows with every change.';
COMMENT ON COLUMN extensions.created_at IS 'When it was granted.';
COMMENT ON COLUMN extensions.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN extensions.audience IS 'Who may see it: the borough and the programme.';

CREATE TABLE correction_windows (
    id            uuid NOT NULL CONSTRAINT correction_windows_pkey PRIMARY KEY,
    quarter_code  text NOT NULL CONSTRAINT correction_windows_quarter REFERENCES quarters (code),
    borough_code  text NOT NULL CONSTRAINT correction_windows_borough REFERENCES boroughs (code),
    opens_on      date NOT NULL,
    closes_on     date NOT NULL,
    reason        text NOT NULL,
    granted_on    date NOT NULL,
    taken_back_at timestamptz,
    version       bigint NOT NULL CONSTRAINT correction_windows_version_positive CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    audience      text[] NOT NULL CONSTRAINT correction_windows_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT correction_windows_in_order CHECK (opens_on <= closes_on)
);
CREATE INDEX correction_windows_by_quarter ON correction_windows (quarter_code, borough_code, id);
CREATE INDEX correction_windows_by_borough ON correction_windows (borough_code, id);
CREATE INDEX correction_windows_by_updated_at ON correction_windows (updated_at, id);
COMMENT ON TABLE correction_windows IS 'Days after the close on which the return of a single borough is taken.';
COMMENT ON COLUMN correction_windows.id IS 'UUIDv7.';
COMMENT ON COLUMN correction_windows.quarter_code IS 'In which quarter.';
COMMENT ON COLUMN correction_windows.borough_code IS 'For whom.';
COMMENT ON COLUMN correction_windows.opens_on IS 'First day.';
COMMENT ON COLUMN correction_windows.closes_on IS 'Last day.';
COMMENT ON COLUMN correction_windows.reason IS 'Why.';
COMMENT ON COLUMN correction_windows.granted_on IS 'On which day it was decided.';
COMMENT ON COLUMN correction_windows.taken_back_at IS 'From when it does not hold any more; null while it stands.';
COMMENT ON COLUMN correction_windows.version IS 'Grows with every change.';
COMMENT ON COLUMN correction_windows.created_at IS 'When it was created.';
COMMENT ON COLUMN correction_windows.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN correction_windows.audience IS 'Who may see it: the borough and the programme.';

CREATE TABLE contacts (
    id             uuid NOT NULL CONSTRAINT contacts_pkey PRIMARY KEY,
    quarter_code   text NOT NULL CONSTRAINT contacts_quarter REFERENCES quarters (code),
    borough_code   text NOT NULL CONSTRAINT contacts_borough REFERENCES boroughs (code),
    contacted_on   date NOT NULL,
    channel        text NOT NULL CONSTRAINT contacts_channel_known CHECK (channel IN ('email', 'phone', 'meeting', 'letter', 'other')),
    promised       text,
    promised_by    text,
    promised_until date,
    version        bigint NOT NULL CONSTRAINT contacts_version_positive CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    audience       text[] NOT NULL CONSTRAINT contacts_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT contacts_promise_whole CHECK (promised IS NOT NULL OR num_nonnulls(promised_by, promised_until) = 0)
);
CREATE INDEX contacts_by_quarter ON contacts (quarter_code, borough_code, id);
CREATE INDEX contacts_by_borough ON contacts (borough_code, id);
CREATE INDEX contacts_by_updated_at ON contacts (updated_at, id);
COMMENT ON TABLE contacts IS 'The team''s notebook: how boroughs were reminded, and what they promised.';
COMMENT ON COLUMN contacts.id IS 'UUIDv7.';
COMMENT ON COLUMN contacts.quarter_code IS 'About which quarter.';
COMMENT ON COLUMN contacts.borough_code IS 'With whom.';
COMMENT ON COLUMN contacts.contacted_on IS 'When.';
COMMENT ON COLUMN contacts.channel IS 'How.';
COMMENT ON COLUMN contacts.promised IS 'What was promised; null for nothing.';
COMMENT ON COLUMN contacts.promised_by IS 'The role of whoever promised it.';
COMMENT ON COLUMN contacts.promised_until IS 'By which day.';
COMMENT ON COLUMN contacts.version IS 'Grows with every change.';
COMMENT ON COLUMN contacts.created_at IS 'When it was created.';
COMMENT ON COLUMN contacts.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN contacts.audience IS 'Who may see it: the programme.';

GRANT SELECT, INSERT, UPDATE, DELETE ON quarters, extensions, correction_windows, contacts TO peerchallenge_service;

-- +goose Down
DROP TABLE contacts, correction_windows, extensions, quarters;
