-- +goose Up

CREATE TABLE peer_challenges (
    id              uuid NOT NULL CONSTRAINT peer_challenges_pkey PRIMARY KEY,
    title           text NOT NULL,
    sub_region_slug text NOT NULL CONSTRAINT peer_challenges_sub_region REFERENCES sub_regions (slug),
    cycle           text NOT NULL CONSTRAINT peer_challenges_cycle_format CHECK (cycle ~ '^[0-9]{4}-[0-9]{2}$'),
    methods         text[] NOT NULL,
    priority_id     uuid CONSTRAINT peer_challenges_priority REFERENCES priorities (id),
    starts_on       date,
    ends_on         date,
    state           text NOT NULL CONSTRAINT peer_challenges_state_known CHECK (state IN ('planned', 'preparing', 'in_progress', 'completed', 'closed', 'cancelled')),
    learning_themes text[] NOT NULL,
    illustrative    text,
    version         bigint NOT NULL CONSTRAINT peer_challenges_version_positive CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    audience        text[] NOT NULL CONSTRAINT peer_challenges_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT peer_challenges_dates_in_order CHECK (ends_on >= starts_on)
);
CREATE INDEX peer_challenges_by_cycle ON peer_challenges (cycle, id);
CREATE INDEX peer_challenges_by_sub_region ON peer_challenges (sub_region_slug, id);
CREATE INDEX peer_challenges_by_priority ON peer_challenges (priority_id);
CREATE INDEX peer_challenges_by_updated_at ON peer_challenges (updated_at, id);
COMMENT ON TABLE peer_challenges IS 'Sub-regions'' yearly challenges.';
COMMENT ON COLUMN peer_challenges.id IS 'UUIDv7.';
COMMENT ON COLUMN peer_challenges.title IS 'Name for people.';
COMMENT ON COLUMN peer_challenges.sub_region_slug IS 'Whose challenge it is.';
COMMENT ON COLUMN peer_challenges.cycle IS 'Financial year, 2025-26.';
COMMENT ON COLUMN peer_challenges.methods IS 'How it is conducted.';
COMMENT ON COLUMN peer_challenges.priority_id IS 'What it focuses on, null where on nothing in particular.';
COMMENT ON COLUMN peer_challenges.starts_on IS 'First day, null while that is open.';
COMMENT ON COLUMN peer_challenges.ends_on IS 'Last day, null while that is open.';
COMMENT ON COLUMN peer_challenges.state IS 'Where it stands.';
COMMENT ON COLUMN peer_challenges.learning_themes IS 'What the whole programme may learn from it.';
COMMENT ON COLUMN peer_challenges.illustrative IS 'What of it is an example and no fact, null where all is.';
COMMENT ON COLUMN peer_challenges.version IS 'Grows by one with every change.';
COMMENT ON COLUMN peer_challenges.created_at IS 'When it was created.';
COMMENT ON COLUMN peer_challenges.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN peer_challenges.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE peer_challenge_groups (
    id                uuid NOT NULL CONSTRAINT peer_challenge_groups_pkey PRIMARY KEY,
    peer_challenge_id uuid NOT NULL CONSTRAINT peer_challenge_groups_peer_challenge REFERENCES peer_challenges (id),
    name              text NOT NULL,
    starts_on         date,
    ends_on           date,
    venue             text,
    link              text,
    notes             text,
    members           jsonb NOT NULL CONSTRAINT peer_challenge_groups_members_list CHECK (jsonb_typeof(members) = 'array'),
    illustrative      text,
    version           bigint NOT NULL CONSTRAINT peer_challenge_groups_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT peer_challenge_groups_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT peer_challenge_groups_dates_in_order CHECK (ends_on >= starts_on),
    CONSTRAINT peer_challenge_groups_name_unique UNIQUE (peer_challenge_id, name)
);
CREATE INDEX peer_challenge_groups_by_updated_at ON peer_challenge_groups (updated_at, id);
CREATE INDEX peer_challenge_groups_by_members ON peer_challenge_groups USING gin (members jsonb_path_ops);
COMMENT ON TABLE peer_challenge_groups IS 'Groups of boroughs within a challenge.';
COMMENT ON COLUMN peer_challenge_groups.id IS 'UUIDv7.';
COMMENT ON COLUMN peer_challenge_groups.peer_challenge_id IS 'The challenge.';
COMMENT ON COLUMN peer_challenge_groups.name IS 'Name for people.';
COMMENT ON COLUMN peer_challenge_groups.starts_on IS 'First day, null while that is open.';
COMMENT ON COLUMN peer_challenge_groups.ends_on IS 'Last day, null while that is open.';
COMMENT ON COLUMN peer_challenge_groups.venue IS 'Where it meets.';
COMMENT ON COLUMN peer_challenge_groups.link IS 'Address of an online meeting; for members only.';
COMMENT ON COLUMN peer_challenge_groups.notes IS 'What was said; for members only.';
COMMENT ON COLUMN peer_challenge_groups.members IS 'Boroughs, an array of objects with borough, role and presentsOn.';
COMMENT ON COLUMN peer_challenge_groups.illustrative IS 'What of it is an example and no fact, null where all is.';
COMMENT ON COLUMN peer_challenge_groups.version IS 'Grows by one with every change.';
COMMENT ON COLUMN peer_challenge_groups.created_at IS 'When it was created.';
COMMENT ON COLUMN peer_challenge_groups.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN peer_challenge_groups.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE grouping_proposals (
    id                uuid NOT NULL CONSTRAINT grouping_proposals_pkey PRIMARY KEY,
    peer_challenge_id uuid NOT NULL CONSTRAINT grouping_proposals_peer_challenge REFERENCES peer_challenges (id) ON DELETE CASCADE,
    sizes             jsonb NOT NULL,
    weights           jsonb NOT NULL,
    seed              bigint NOT NULL,
    cycles            integer NOT NULL CONSTRAINT grouping_proposals_cycles_range CHECK (cycles BETWEEN 0 AND 20),
    period_code       text CONSTRAINT grouping_proposals_period REFERENCES periods (code),
    indicators        text[] NOT NULL,
    conflicts         jsonb NOT NULL,
    result            jsonb NOT NULL,
    state             text NOT NULL CONSTRAINT grouping_proposals_state_known CHECK (state IN ('open', 'accepted')),
    version           bigint NOT NULL CONSTRAINT grouping_proposals_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT grouping_proposals_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX grouping_proposals_by_peer_challenge ON grouping_proposals (peer_challenge_id, id);
COMMENT ON TABLE grouping_proposals IS 'Ways to divide a challenge''s boroughs into groups.';
COMMENT ON COLUMN grouping_proposals.id IS 'UUIDv7.';
COMMENT ON COLUMN grouping_proposals.peer_challenge_id IS 'The challenge.';
COMMENT ON COLUMN grouping_proposals.sizes IS 'Sizes of the groups, an array of numbers.';
COMMENT ON COLUMN grouping_proposals.weights IS 'What counts how much.';
COMMENT ON COLUMN grouping_proposals.seed IS 'Chooses among proposals that are equally good.';
COMMENT ON COLUMN grouping_proposals.cycles IS 'How many cycles back pairings are to be avoided.';
COMMENT ON COLUMN grouping_proposals.period_code IS 'Period of the comparisons from which strengths and needs are read.';
COMMENT ON COLUMN grouping_proposals.indicators IS 'Codes of the indicators that are compared.';
COMMENT ON COLUMN grouping_proposals.conflicts IS 'Pairs of boroughs that must not meet.';
COMMENT ON COLUMN grouping_proposals.result IS 'The groups proposed, with reasons.';
COMMENT ON COLUMN grouping_proposals.state IS 'What became of it.';
COMMENT ON COLUMN grouping_proposals.version IS 'Grows by one with every change.';
COMMENT ON COLUMN grouping_proposals.created_at IS 'When it was created.';
COMMENT ON COLUMN grouping_proposals.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN grouping_proposals.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE participants (
    id           uuid NOT NULL CONSTRAINT participants_pkey PRIMARY KEY,
    name         text NOT NULL,
    role         text NOT NULL CONSTRAINT participants_role_known CHECK (role IN ('dcs', 'ad', 'hos', 'pl', 'psw', 'lmcs', 'other')),
    borough_code text CONSTRAINT participants_borough REFERENCES boroughs (code),
    organisation text,
    email        text,
    version      bigint NOT NULL CONSTRAINT participants_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT participants_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT participants_one_organisation CHECK ((borough_code IS NULL) <> (organisation IS NULL))
);
CREATE INDEX participants_by_borough ON participants (borough_code, id);
CREATE INDEX participants_by_updated_at ON participants (updated_at, id);
COMMENT ON TABLE participants IS 'People who hold a role for a borough or another organisation.';
COMMENT ON COLUMN participants.id IS 'UUIDv7.';
COMMENT ON COLUMN participants.name IS 'The person''s name.';
COMMENT ON COLUMN participants.role IS 'What the person does there.';
COMMENT ON COLUMN participants.borough_code IS 'The borough, null for another organisation.';
COMMENT ON COLUMN participants.organisation IS 'The other organisation, null for a borough.';
COMMENT ON COLUMN participants.email IS 'Address at work.';
COMMENT ON COLUMN participants.version IS 'Grows by one with every change.';
COMMENT ON COLUMN participants.created_at IS 'When it was created.';
COMMENT ON COLUMN participants.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN participants.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE peer_reviews (
    id                 uuid NOT NULL CONSTRAINT peer_reviews_pkey PRIMARY KEY,
    title              text NOT NULL,
    host_code          text NOT NULL CONSTRAINT peer_reviews_host REFERENCES boroughs (code),
    cycle              text NOT NULL CONSTRAINT peer_reviews_cycle_format CHECK (cycle ~ '^[0-9]{4}-[0-9]{2}$'),
    priority_id        uuid CONSTRAINT peer_reviews_priority REFERENCES priorities (id),
    scope              text,
    scope_agreed_on    date,
    kloes              text[] NOT NULL,
    team               jsonb NOT NULL CONSTRAINT peer_reviews_team_list CHECK (jsonb_typeof(team) = 'array'),
    fieldwork_days     jsonb NOT NULL,
    presentation_on    date,
    sessions           jsonb NOT NULL,
    state              text NOT NULL CONSTRAINT peer_reviews_state_known CHECK (state IN ('proposed', 'scoping', 'preparing', 'fieldwork', 'factual_accuracy', 'reported', 'follow_up', 'closed', 'cancelled')),
    host_comments      jsonb NOT NULL,
    report             text,
    report_links       jsonb NOT NULL,
    publication        text NOT NULL CONSTRAINT peer_reviews_publication_known CHECK (publication IN ('host_and_team', 'boroughs', 'everyone')),
    reported_on        date,
    progress_review_on date,
    progress_review    text,
    illustrative       text,
    version            bigint NOT NULL CONSTRAINT peer_reviews_version_positive CHECK (version >= 1),
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    audience           text[] NOT NULL CONSTRAINT peer_reviews_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX peer_reviews_by_cycle ON peer_reviews (cycle, id);
CREATE INDEX peer_reviews_by_host ON peer_reviews (host_code, id);
CREATE INDEX peer_reviews_by_priority ON peer_reviews (priority_id);
CREATE INDEX peer_reviews_by_updated_at ON peer_reviews (updated_at, id);
COMMENT ON TABLE peer_reviews IS 'Visits of a team from other boroughs to one host.';
COMMENT ON COLUMN peer_reviews.id IS 'UUIDv7.';
COMMENT ON COLUMN peer_reviews.title IS 'Name for people.';
COMMENT ON COLUMN peer_reviews.host_code IS 'The borough that is visited.';
COMMENT ON COLUMN peer_reviews.cycle IS 'Financial year, 2025-26.';
COMMENT ON COLUMN peer_reviews.priority_id IS 'What it focuses on, null where on nothing in particular.';
COMMENT ON COLUMN peer_reviews.scope IS 'What the review is to look at.';
COMMENT ON COLUMN peer_reviews.scope_agreed_on IS 'When host and programme agreed on the scope.';
COMMENT ON COLUMN peer_reviews.kloes IS 'Key lines of enquiry.';
COMMENT ON COLUMN peer_reviews.team IS 'The team, an array of objects with participantId, role, borough, organisation and lead; no names.';
COMMENT ON COLUMN peer_reviews.fieldwork_days IS 'Days on site, an array of dates in order.';
COMMENT ON COLUMN peer_reviews.presentation_on IS 'When the team presents what it found.';
COMMENT ON COLUMN peer_reviews.sessions IS 'Interviews and focus groups.';
COMMENT ON COLUMN peer_reviews.state IS 'Where it stands.';
COMMENT ON COLUMN peer_reviews.host_comments IS 'What the host says on factual accuracy, oldest first.';
COMMENT ON COLUMN peer_reviews.report IS 'The report''s text.';
COMMENT ON COLUMN peer_reviews.report_links IS 'Documents that belong to the report.';
COMMENT ON COLUMN peer_reviews.publication IS 'How far the host lets the report be seen once it is final.';
COMMENT ON COLUMN peer_reviews.reported_on IS 'When the report became final.';
COMMENT ON COLUMN peer_reviews.progress_review_on IS 'When the progress review falls due.';
COMMENT ON COLUMN peer_reviews.progress_review IS 'What the progress review found.';
COMMENT ON COLUMN peer_reviews.illustrative IS 'What of it is an example and no fact, null where all is.';
COMMENT ON COLUMN peer_reviews.version IS 'Grows by one with every change.';
COMMENT ON COLUMN peer_reviews.created_at IS 'When it was created.';
COMMENT ON COLUMN peer_reviews.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN peer_reviews.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE findings (
    id                       uuid NOT NULL CONSTRAINT findings_pkey PRIMARY KEY,
    peer_challenge_group_id  uuid CONSTRAINT findings_group REFERENCES peer_challenge_groups (id),
    peer_review_id           uuid CONSTRAINT findings_peer_review REFERENCES peer_reviews (id),
    borough_code             text NOT NULL CONSTRAINT findings_borough REFERENCES boroughs (code),
    kind                     text NOT NULL CONSTRAINT findings_kind_known CHECK (kind IN ('strength', 'area_for_innovation', 'area_for_development', 'risk')),
    theme                    text NOT NULL,
    text                     text NOT NULL,
    evidence                 text,
    priority_id              uuid CONSTRAINT findings_priority REFERENCES priorities (id),
    indicators               text[] NOT NULL,
    self_evaluation_sections text[] NOT NULL,
    response                 jsonb,
    version                  bigint NOT NULL CONSTRAINT findings_version_positive CHECK (version >= 1),
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    audience                 text[] NOT NULL CONSTRAINT findings_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT findings_one_forum CHECK ((peer_challenge_group_id IS NULL) <> (peer_review_id IS NULL))
);
CREATE INDEX findings_by_peer_challenge_group ON findings (peer_challenge_group_id, id);
CREATE INDEX findings_by_peer_review ON findings (peer_review_id, id);
CREATE INDEX findings_by_borough ON findings (borough_code, id);
CREATE INDEX findings_by_priority ON findings (priority_id);
CREATE INDEX findings_by_updated_at ON findings (updated_at, id);
COMMENT ON TABLE findings IS 'What a group or a review''s team found about a borough.';
COMMENT ON COLUMN findings.id IS 'UUIDv7.';
COMMENT ON COLUMN findings.peer_challenge_group_id IS 'The group that found it, null for a review''s.';
COMMENT ON COLUMN findings.peer_review_id IS 'The review that found it, null for a group''s.';
COMMENT ON COLUMN findings.borough_code IS 'Whom it is about.';
COMMENT ON COLUMN findings.kind IS 'What kind of finding it is.';
COMMENT ON COLUMN findings.theme IS 'Its theme, in a few words.';
COMMENT ON COLUMN findings.text IS 'What was found.';
COMMENT ON COLUMN findings.evidence IS 'What it rests on.';
COMMENT ON COLUMN findings.priority_id IS 'The priority it belongs to.';
COMMENT ON COLUMN findings.indicators IS 'Codes of indicators that it cites.';
COMMENT ON COLUMN findings.self_evaluation_sections IS 'Sections of the self-evaluation that it cites.';
COMMENT ON COLUMN findings.response IS 'The borough''s answer, an object with answer, reason and at; null while there is none.';
COMMENT ON COLUMN findings.version IS 'Grows by one with every change.';
COMMENT ON COLUMN findings.created_at IS 'When it was created.';
COMMENT ON COLUMN findings.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN findings.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE actions (
    id              uuid NOT NULL CONSTRAINT actions_pkey PRIMARY KEY,
    finding_id      uuid NOT NULL CONSTRAINT actions_finding REFERENCES findings (id),
    borough_code    text NOT NULL CONSTRAINT actions_borough REFERENCES boroughs (code),
    text            text NOT NULL,
    owner           text NOT NULL,
    owner_kind      text NOT NULL CONSTRAINT actions_owner_kind_known CHECK (owner_kind IN ('role', 'outside_body')),
    due_on          date,
    no_due_reason   text,
    state           text NOT NULL CONSTRAINT actions_state_known CHECK (state IN ('open', 'done', 'withdrawn')),
    progress        jsonb NOT NULL CONSTRAINT actions_progress_list CHECK (jsonb_typeof(progress) = 'array'),
    progress_at     timestamptz NOT NULL,
    finding_kind    text NOT NULL,
    priority_id     uuid CONSTRAINT actions_priority REFERENCES priorities (id),
    sub_region_slug text CONSTRAINT actions_sub_region REFERENCES sub_regions (slug),
    version         bigint NOT NULL CONSTRAINT actions_version_positive CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    audience        text[] NOT NULL CONSTRAINT actions_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT actions_due_or_reason CHECK ((due_on IS NULL) <> (no_due_reason IS NULL))
);
CREATE INDEX actions_by_finding ON actions (finding_id, id);
CREATE INDEX actions_by_borough ON actions (borough_code, id);
CREATE INDEX actions_by_priority ON actions (priority_id);
CREATE INDEX actions_by_sub_region ON actions (sub_region_slug);
CREATE INDEX actions_by_updated_at ON actions (updated_at, id);
CREATE INDEX actions_by_state ON actions (state, id); -- of 100,000 actions, the few open ones in 0.1 ms; without it 345 ms
COMMENT ON TABLE actions IS 'What boroughs will do about findings.';
COMMENT ON COLUMN actions.id IS 'UUIDv7.';
COMMENT ON COLUMN actions.finding_id IS 'The finding.';
COMMENT ON COLUMN actions.borough_code IS 'Whose action it is.';
COMMENT ON COLUMN actions.text IS 'What will be done.';
COMMENT ON COLUMN actions.owner IS 'A person''s role, or the name of an outside body.';
COMMENT ON COLUMN actions.owner_kind IS 'Which of the two the owner is.';
COMMENT ON COLUMN actions.due_on IS 'By when, null where there is no date.';
COMMENT ON COLUMN actions.no_due_reason IS 'Why there is no date, null where there is one.';
COMMENT ON COLUMN actions.state IS 'Where it stands.';
COMMENT ON COLUMN actions.progress IS 'Updates, oldest first: objects with at, text and state. They are only ever added to.';
COMMENT ON COLUMN actions.progress_at IS 'When progress was last reported, or the action created.';
COMMENT ON COLUMN actions.finding_kind IS 'Of the finding, for counting.';
COMMENT ON COLUMN actions.priority_id IS 'Of the finding, for counting.';
COMMENT ON COLUMN actions.sub_region_slug IS 'The borough''s sub-region when the action was recorded, for counting.';
COMMENT ON COLUMN actions.version IS 'Grows by one with every change.';
COMMENT ON COLUMN actions.created_at IS 'When it was created.';
COMMENT ON COLUMN actions.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN actions.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

-- +goose StatementBegin
CREATE FUNCTION keep_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.progress IS DISTINCT FROM (
        SELECT coalesce(jsonb_agg(item ORDER BY place), '[]')
        FROM jsonb_array_elements(NEW.progress) WITH ORDINALITY AS updates (item, place)
        WHERE place <= jsonb_array_length(OLD.progress)
    ) THEN
        RAISE EXCEPTION 'progress is only ever added to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_progress() IS 'Row trigger of actions: progress begins with what it was before.';
CREATE TRIGGER keep_progress BEFORE UPDATE ON actions FOR EACH ROW WHEN (OLD.progress IS DISTINCT FROM NEW.progress) EXECUTE FUNCTION keep_progress();

CREATE TABLE asks_and_offers (
    id                      uuid NOT NULL CONSTRAINT asks_and_offers_pkey PRIMARY KEY,
    kind                    text NOT NULL CONSTRAINT asks_and_offers_kind_known CHECK (kind IN ('ask', 'offer')),
    borough_code            text NOT NULL CONSTRAINT asks_and_offers_borough REFERENCES boroughs (code),
    peer_challenge_group_id uuid CONSTRAINT asks_and_offers_group REFERENCES peer_challenge_groups (id),
    priority_id             uuid CONSTRAINT asks_and_offers_priority REFERENCES priorities (id),
    title                   text NOT NULL,
    text                    text NOT NULL,
    state                   text NOT NULL CONSTRAINT asks_and_offers_state_known CHECK (state IN ('open', 'met', 'withdrawn')),
    version                 bigint NOT NULL CONSTRAINT asks_and_offers_version_positive CHECK (version >= 1),
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL,
    audience                text[] NOT NULL CONSTRAINT asks_and_offers_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT asks_and_offers_group_of_asks CHECK ((kind = 'ask') = (peer_challenge_group_id IS NOT NULL))
);
CREATE INDEX asks_and_offers_by_peer_challenge_group ON asks_and_offers (peer_challenge_group_id);
CREATE INDEX asks_and_offers_by_borough ON asks_and_offers (borough_code, id);
CREATE INDEX asks_and_offers_by_priority ON asks_and_offers (priority_id);
CREATE INDEX asks_and_offers_by_updated_at ON asks_and_offers (updated_at, id);
COMMENT ON TABLE asks_and_offers IS 'Help that boroughs look for or have to give.';
COMMENT ON COLUMN asks_and_offers.id IS 'UUIDv7.';
COMMENT ON COLUMN asks_and_offers.kind IS 'Which of the two it is.';
COMMENT ON COLUMN asks_and_offers.borough_code IS 'Who asks or offers.';
COMMENT ON COLUMN asks_and_offers.peer_challenge_group_id IS 'The group that is asked, null for an offer.';
COMMENT ON COLUMN asks_and_offers.priority_id IS 'The priority it belongs to.';
COMMENT ON COLUMN asks_and_offers.title IS 'In a few words.';
COMMENT ON COLUMN asks_and_offers.text IS 'What is asked or offered.';
COMMENT ON COLUMN asks_and_offers.state IS 'What became of it.';
COMMENT ON COLUMN asks_and_offers.version IS 'Grows by one with every change.';
COMMENT ON COLUMN asks_and_offers.created_at IS 'When it was created.';
COMMENT ON COLUMN asks_and_offers.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN asks_and_offers.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE events (
    id                      uuid NOT NULL CONSTRAINT events_pkey PRIMARY KEY,
    kind                    text NOT NULL CONSTRAINT events_kind_known CHECK (kind IN ('summit', 'thematic_event', 'challenge_day', 'fieldwork_day', 'workshop')),
    title                   text NOT NULL,
    description             text NOT NULL,
    starts_on               date NOT NULL,
    ends_on                 date NOT NULL,
    start_time              text CONSTRAINT events_start_time_format CHECK (start_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    end_time                text CONSTRAINT events_end_time_format CHECK (end_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    venue                   text,
    link                    text,
    capacity                integer CONSTRAINT events_capacity_positive CHECK (capacity >= 1),
    sub_region_slug         text CONSTRAINT events_sub_region REFERENCES sub_regions (slug),
    boroughs                text[] NOT NULL,
    sessions                jsonb NOT NULL,
    invited                 jsonb NOT NULL,
    attended                jsonb NOT NULL,
    opportunities           text[] NOT NULL,
    peer_challenge_id       uuid CONSTRAINT events_peer_challenge REFERENCES peer_challenges (id),
    peer_challenge_group_id uuid CONSTRAINT events_group REFERENCES peer_challenge_groups (id),
    peer_review_id          uuid CONSTRAINT events_peer_review REFERENCES peer_reviews (id),
    state                   text NOT NULL CONSTRAINT events_state_known CHECK (state IN ('planned', 'held', 'cancelled')),
    sequence                integer NOT NULL,
    illustrative            text,
    version                 bigint NOT NULL CONSTRAINT events_version_positive CHECK (version >= 1),
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL,
    audience                text[] NOT NULL CONSTRAINT events_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT events_dates_in_order CHECK (ends_on >= starts_on),
    CONSTRAINT events_both_times CHECK ((start_time IS NULL) = (end_time IS NULL))
);
CREATE INDEX events_by_starts_on ON events (starts_on, id);
CREATE INDEX events_by_peer_challenge ON events (peer_challenge_id);
CREATE INDEX events_by_peer_challenge_group ON events (peer_challenge_group_id);
CREATE INDEX events_by_peer_review ON events (peer_review_id);
CREATE INDEX events_by_sub_region ON events (sub_region_slug);
CREATE INDEX events_by_updated_at ON events (updated_at, id);
CREATE INDEX events_by_boroughs ON events USING gin (boroughs);
COMMENT ON TABLE events IS 'Days on which people of the programme meet.';
COMMENT ON COLUMN events.id IS 'UUIDv7.';
COMMENT ON COLUMN events.kind IS 'What kind of event it is.';
COMMENT ON COLUMN events.title IS 'Name for people.';
COMMENT ON COLUMN events.description IS 'What it is about.';
COMMENT ON COLUMN events.starts_on IS 'First day.';
COMMENT ON COLUMN events.ends_on IS 'Last day.';
COMMENT ON COLUMN events.start_time IS 'When it begins on the first day, in the programme''s zone; null where whole days are meant.';
COMMENT ON COLUMN events.end_time IS 'When it ends on the last day.';
COMMENT ON COLUMN events.venue IS 'Where it is.';
COMMENT ON COLUMN events.link IS 'Address of an online meeting or of more to read.';
COMMENT ON COLUMN events.capacity IS 'How many can come.';
COMMENT ON COLUMN events.sub_region_slug IS 'The sub-region it concerns.';
COMMENT ON COLUMN events.boroughs IS 'Codes of the boroughs it concerns; with no sub-region either, all.';
COMMENT ON COLUMN events.sessions IS 'Its parts.';
COMMENT ON COLUMN events.invited IS 'Who was invited, by type of organisation.';
COMMENT ON COLUMN events.attended IS 'Who came, by type of organisation.';
COMMENT ON COLUMN events.opportunities IS 'Opportunities for collaboration that were found.';
COMMENT ON COLUMN events.peer_challenge_id IS 'The challenge it belongs to.';
COMMENT ON COLUMN events.peer_challenge_group_id IS 'The group it belongs to.';
COMMENT ON COLUMN events.peer_review_id IS 'The review it belongs to.';
COMMENT ON COLUMN events.state IS 'Where it stands.';
COMMENT ON COLUMN events.sequence IS 'How often it was changed, as calendars count.';
COMMENT ON COLUMN events.illustrative IS 'What of it is an example and no fact, null where all is.';
COMMENT ON COLUMN events.version IS 'Grows by one with every change.';
COMMENT ON COLUMN events.created_at IS 'When it was created.';
COMMENT ON COLUMN events.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN events.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE milestones (
    id                uuid NOT NULL CONSTRAINT milestones_pkey PRIMARY KEY,
    title             text NOT NULL,
    description       text NOT NULL,
    cycle             text NOT NULL CONSTRAINT milestones_cycle_format CHECK (cycle ~ '^[0-9]{4}-[0-9]{2}$'),
    kind              text NOT NULL CONSTRAINT milestones_kind_known CHECK (kind IN ('peer_challenge', 'peer_review', 'event', 'other')),
    state             text NOT NULL CONSTRAINT milestones_state_known CHECK (state IN ('planned', 'achieved', 'missed', 'cancelled')),
    planned_for       date,
    achieved_on       date,
    sub_regions       text[] NOT NULL,
    boroughs          text[] NOT NULL,
    priority_ids      text[] NOT NULL,
    participants      integer CONSTRAINT milestones_participants_positive CHECK (participants >= 0),
    evidence          jsonb NOT NULL,
    peer_challenge_id uuid CONSTRAINT milestones_peer_challenge REFERENCES peer_challenges (id),
    peer_review_id    uuid CONSTRAINT milestones_peer_review REFERENCES peer_reviews (id),
    event_id          uuid CONSTRAINT milestones_event REFERENCES events (id),
    peer_review_audience text[] NOT NULL,
    derived           boolean NOT NULL,
    worded_by_hand    boolean NOT NULL,
    illustrative      text,
    version           bigint NOT NULL CONSTRAINT milestones_version_positive CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    audience          text[] NOT NULL CONSTRAINT milestones_audience_everyone CHECK (audience = '{programme,boroughs,reporting}')
);
CREATE INDEX milestones_by_cycle ON milestones (cycle, id);
CREATE INDEX milestones_by_cycle_state ON milestones (cycle, state, id);
CREATE INDEX milestones_by_kind ON milestones (kind, id);
CREATE INDEX milestones_by_state ON milestones (state, id);
CREATE INDEX milestones_by_updated_at ON milestones (updated_at, id);
CREATE INDEX milestones_by_day ON milestones (coalesce(achieved_on, planned_for, 'infinity'), id);
CREATE INDEX milestones_by_day_down ON milestones (coalesce(achieved_on, planned_for, '-infinity'), id);
COMMENT ON INDEX milestones_by_day IS 'The undated come last.';
COMMENT ON INDEX milestones_by_day_down IS 'The undated come last when it is read backwards.';
CREATE INDEX milestones_by_boroughs ON milestones USING gin (boroughs);
CREATE INDEX milestones_by_sub_regions ON milestones USING gin (sub_regions);
CREATE INDEX milestones_by_peer_challenge ON milestones (peer_challenge_id);
CREATE INDEX milestones_by_peer_review ON milestones (peer_review_id);
CREATE INDEX milestones_by_event ON milestones (event_id);
CREATE UNIQUE INDEX milestones_one_of_peer_challenge ON milestones (peer_challenge_id) WHERE derived AND kind = 'peer_challenge';
CREATE UNIQUE INDEX milestones_one_of_peer_review ON milestones (peer_review_id) WHERE derived AND kind = 'peer_review';
CREATE UNIQUE INDEX milestones_one_of_event ON milestones (event_id) WHERE derived AND kind = 'event';
COMMENT ON TABLE milestones IS 'What the programme has delivered or plans to.';
COMMENT ON COLUMN milestones.id IS 'UUIDv7.';
COMMENT ON COLUMN milestones.title IS 'What it is, in a line.';
COMMENT ON COLUMN milestones.description IS 'What it is, in a paragraph.';
COMMENT ON COLUMN milestones.cycle IS 'Financial year, 2025-26.';
COMMENT ON COLUMN milestones.kind IS 'What kind of milestone it is.';
COMMENT ON COLUMN milestones.state IS 'Where it stands.';
COMMENT ON COLUMN milestones.planned_for IS 'When it is planned for.';
COMMENT ON COLUMN milestones.achieved_on IS 'When it was achieved.';
COMMENT ON COLUMN milestones.sub_regions IS 'Slugs of its sub-regions.';
COMMENT ON COLUMN milestones.boroughs IS 'Codes of its boroughs.';
COMMENT ON COLUMN milestones.priority_ids IS 'Ids of its priorities.';
COMMENT ON COLUMN milestones.participants IS 'How many people took part, null where nobody counted.';
COMMENT ON COLUMN milestones.evidence IS 'Links, an array of objects with title and url.';
COMMENT ON COLUMN milestones.peer_challenge_id IS 'The challenge it reports.';
COMMENT ON COLUMN milestones.peer_review_id IS 'The review it reports.';
COMMENT ON COLUMN milestones.event_id IS 'The event it reports.';
COMMENT ON COLUMN milestones.peer_review_audience IS 'Who may see the review it reports, nobody where there is none.';
COMMENT ON COLUMN milestones.derived IS 'Whether it follows what it links to.';
COMMENT ON COLUMN milestones.worded_by_hand IS 'Whether title and description do not follow.';
COMMENT ON COLUMN milestones.illustrative IS 'What of it is an example and no fact, null where all is.';
COMMENT ON COLUMN milestones.version IS 'Grows by one with every change.';
COMMENT ON COLUMN milestones.created_at IS 'When it was created.';
COMMENT ON COLUMN milestones.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN milestones.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';
-- Nobody can take back what the audit says.
-- +goose StatementBegin
CREATE FUNCTION refuse_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION refuse_revision() IS 'Statement trigger of the audit and of the feed: their rows are never altered.';
CREATE TRIGGER refuse_revision BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_revision();

-- Copies of lists hold cursors of the feed for months, so that the key with which
-- cursors are marked is never another. Its 244 bits of chance are those of two
-- UUIDs, because pgcrypto may not be there.
CREATE TABLE cursor_keys (
    key bytea NOT NULL CONSTRAINT cursor_keys_length CHECK (octet_length(key) IN (32, 65))
);
CREATE UNIQUE INDEX cursor_keys_one_row ON cursor_keys ((true));
INSERT INTO cursor_keys (key) VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
COMMENT ON TABLE cursor_keys IS 'One row: the secret with which cursors are marked.';
COMMENT ON COLUMN cursor_keys.key IS 'For HMAC-SHA256, sealed or, with 32 bytes, as it is. Whoever has it can write cursors that the service takes for its own.';

-- Changes get their places in the feed as their transactions commit, one
-- transaction at a time. The lock is taken at the commit itself and held until
-- the rows can be seen, so that places become visible in their order and who has
-- read up to one has missed none before it. A place is at least the microsecond
-- of its commit, so that a database that was restored from a copy gives no place
-- a second time and a cursor of the lost time is known for what it is.
CREATE SEQUENCE feed_places;
COMMENT ON SEQUENCE feed_places IS 'The last place in the feed.';
CREATE TABLE feed (
    place    bigint NOT NULL CONSTRAINT feed_pkey PRIMARY KEY,
    noun     text   NOT NULL,
    entry_id bigint NOT NULL -- only the trigger writes it; a key's check would lengthen the time under the lock
);
CREATE INDEX feed_by_noun ON feed (noun, place);
COMMENT ON TABLE feed IS 'Changes in the order of their commits.';
COMMENT ON COLUMN feed.place IS 'Grows with every change, to the microsecond of its commit at least; with holes.';
COMMENT ON COLUMN feed.noun IS 'What kind of thing changed, as in the audit, so that the last place of a kind is one step in an index.';
COMMENT ON COLUMN feed.entry_id IS 'The change, in the audit.';
CREATE TRIGGER refuse_revision BEFORE UPDATE OR DELETE OR TRUNCATE ON feed FOR EACH STATEMENT EXECUTE FUNCTION refuse_revision();

-- Who may hear of which place. A caller is told of these places alone: how far the
-- feed has come for others would say that something happens out of their sight.
CREATE TABLE feed_heard (
    name  text   NOT NULL,
    place bigint NOT NULL,
    CONSTRAINT feed_heard_pkey PRIMARY KEY (name, place)
);
COMMENT ON TABLE feed_heard IS 'Who may hear of the changes of the feed.';
COMMENT ON COLUMN feed_heard.name IS 'The name of an audience, as in the audit.';
COMMENT ON COLUMN feed_heard.place IS 'The place of the change in the feed.';
CREATE TRIGGER refuse_revision BEFORE UPDATE OR DELETE OR TRUNCATE ON feed_heard FOR EACH STATEMENT EXECUTE FUNCTION refuse_revision();

-- It runs as the owner, because the service may not write the feed itself. Its
-- search path ends with the temporary tables, so that none of them is taken for
-- the feed.
--
-- Waiting for the disk or a standby under the lock would let one transaction commit
-- for each wait, where else one flush serves all that wait. So the commit does not
-- wait; who has committed waits behind it, before telling anybody (Store.carryOut).
-- +goose StatementBegin
CREATE FUNCTION append_to_feed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here   bigint;
    moment bigint := extract(epoch FROM clock_timestamp()) * 1000000;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('peerchallenge feed', 0));
    here := nextval('feed_places');
    IF here < moment THEN
        here := setval('feed_places', moment);
    END IF;
    INSERT INTO feed (place, noun, entry_id) VALUES (here, NEW.noun, NEW.id);
    INSERT INTO feed_heard (name, place)
        SELECT DISTINCT heard.name, here FROM unnest(CASE WHEN cardinality(NEW.told) > 0 THEN NEW.told ELSE NEW.seen_before || NEW.seen_after END) AS heard (name);
    RETURN NULL;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION append_to_feed() IS 'Deferred trigger of the audit: gives a change its place in the feed as its transaction commits.';
REVOKE EXECUTE ON FUNCTION append_to_feed() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER append_to_feed AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION append_to_feed();

-- What the service itself may do. Roles belong to the whole server, so another
-- database may have brought it already, at this very moment even. Who owns the
-- schema may take the role, so that the service need not work with the owner's
-- power even where it connects as the owner.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'peerchallenge_service') THEN
        CREATE ROLE peerchallenge_service NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    GRANT peerchallenge_service TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
    NULL; -- it is another owner's; the service says so when it connects
END $$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO peerchallenge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO peerchallenge_service;
REVOKE UPDATE, DELETE ON audit_entries FROM peerchallenge_service;
REVOKE INSERT, UPDATE, DELETE ON feed, feed_heard, cursor_keys, goose_db_version FROM peerchallenge_service;

-- +goose Down
DROP TABLE cursor_keys, feed, feed_heard, milestones, events, asks_and_offers, actions, findings, peer_reviews, participants, grouping_proposals, peer_challenge_groups, peer_challenges;
DROP SEQUENCE feed_places;
DROP TRIGGER append_to_feed ON audit_entries;
DROP TRIGGER refuse_revision ON audit_entries;
DROP FUNCTION append_to_feed(), refuse_revision(), keep_progress();
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM peerchallenge_service;
REVOKE USAGE ON SCHEMA public FROM peerchallenge_service;
