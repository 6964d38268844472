-- +goose Up

-- Everything that reads are answered from carries a generation. The row's lock
-- puts writers in order, so that generations become visible in the order of
-- their numbers.
CREATE TABLE generation (
    value bigint NOT NULL
);
CREATE UNIQUE INDEX generation_one_row ON generation ((true));
INSERT INTO generation (value) VALUES (1);
COMMENT ON TABLE generation IS 'One row: the state of reference data and figures.';
COMMENT ON COLUMN generation.value IS 'Grows with every transaction that changes anything, to the microsecond of the change, so that a restored database never gives a number again that it gave before.';

CREATE TABLE programmes (
    id          integer     NOT NULL CONSTRAINT programmes_pkey PRIMARY KEY CONSTRAINT programmes_only_one CHECK (id = 1),
    name        text        NOT NULL CONSTRAINT programmes_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    summary     jsonb       NOT NULL CONSTRAINT programmes_summary_list CHECK (jsonb_typeof(summary) = 'array' AND jsonb_array_length(summary) <= 50),
    goals       jsonb       NOT NULL CONSTRAINT programmes_goals_list CHECK (jsonb_typeof(goals) = 'array' AND jsonb_array_length(goals) <= 50),
    contacts    jsonb       NOT NULL CONSTRAINT programmes_contacts_list CHECK (jsonb_typeof(contacts) = 'array' AND jsonb_array_length(contacts) <= 50),
    attribution text        NOT NULL CONSTRAINT programmes_attribution_text CHECK (char_length(attribution) <= 4000),
    version     bigint      NOT NULL CONSTRAINT programmes_version_positive CHECK (version >= 1),
    updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE programmes IS 'The words of the programme''s public page. There is one.';
COMMENT ON COLUMN programmes.id IS 'Always 1.';
COMMENT ON COLUMN programmes.name IS 'The page''s title.';
COMMENT ON COLUMN programmes.summary IS 'Paragraphs, an array of texts.';
COMMENT ON COLUMN programmes.goals IS 'Goals, an array of texts.';
COMMENT ON COLUMN programmes.contacts IS 'People, an array of objects with role, name, organisation and email.';
COMMENT ON COLUMN programmes.attribution IS 'The licence line that published data must carry.';
COMMENT ON COLUMN programmes.version IS 'Grows by one with every change.';
COMMENT ON COLUMN programmes.updated_at IS 'When it was last changed.';

CREATE TABLE priorities (
    id          uuid        NOT NULL CONSTRAINT priorities_pkey PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT priorities_name_unique UNIQUE CONSTRAINT priorities_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    description text        NOT NULL CONSTRAINT priorities_description_text CHECK (char_length(description) <= 4000),
    valid_from  date        NOT NULL,
    valid_to    date,
    version     bigint      NOT NULL CONSTRAINT priorities_version_positive CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT priorities_dates_in_order CHECK (valid_to >= valid_from)
);
COMMENT ON TABLE priorities IS 'The directors'' priority areas.';
COMMENT ON COLUMN priorities.id IS 'UUIDv7.';
COMMENT ON COLUMN priorities.name IS 'The area''s name.';
COMMENT ON COLUMN priorities.description IS 'What the area is about.';
COMMENT ON COLUMN priorities.valid_from IS 'First day.';
COMMENT ON COLUMN priorities.valid_to IS 'Last day, null while it stands.';
COMMENT ON COLUMN priorities.version IS 'Grows by one with every change.';
COMMENT ON COLUMN priorities.created_at IS 'When it was created.';
COMMENT ON COLUMN priorities.updated_at IS 'When it was last changed.';

CREATE TABLE sub_regions (
    slug        text        NOT NULL CONSTRAINT sub_regions_pkey PRIMARY KEY CONSTRAINT sub_regions_slug_format CHECK (slug ~ '^[a-z][a-z0-9-]{0,39}$'),
    name        text        NOT NULL CONSTRAINT sub_regions_name_unique UNIQUE CONSTRAINT sub_regions_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    description text        NOT NULL CONSTRAINT sub_regions_description_text CHECK (char_length(description) <= 4000),
    version     bigint      NOT NULL CONSTRAINT sub_regions_version_positive CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE sub_regions IS 'Groups of neighbouring boroughs that challenge each other.';
COMMENT ON COLUMN sub_regions.slug IS 'Short name for addresses.';
COMMENT ON COLUMN sub_regions.name IS 'Name for people.';
COMMENT ON COLUMN sub_regions.description IS 'What is particular to it.';
COMMENT ON COLUMN sub_regions.version IS 'Grows by one with every change.';
COMMENT ON COLUMN sub_regions.created_at IS 'When it was created.';
COMMENT ON COLUMN sub_regions.updated_at IS 'When it was last changed.';

CREATE TABLE authorities (
    code        text        NOT NULL CONSTRAINT authorities_pkey PRIMARY KEY CONSTRAINT authorities_code_format CHECK (code ~ '^E[0-9]{8}$'),
    dfe_code    text        NOT NULL CONSTRAINT authorities_dfe_code_format CHECK (dfe_code ~ '^[0-9]{3}$'),
    name        text        NOT NULL CONSTRAINT authorities_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    region_code text        NOT NULL CONSTRAINT authorities_region_code_format CHECK (region_code ~ '^E[0-9]{8}$'),
    region_name text        NOT NULL CONSTRAINT authorities_region_name_text CHECK (char_length(region_name) BETWEEN 1 AND 200 AND region_name ~ '\S'),
    valid_from  date,
    valid_to    date,
    version     bigint      NOT NULL CONSTRAINT authorities_version_positive CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT authorities_dates_in_order CHECK (valid_to >= valid_from),
    CONSTRAINT authorities_one_number EXCLUDE USING gist (int4range(dfe_code::integer, dfe_code::integer, '[]') WITH &&, daterange(valid_from, valid_to, '[]') WITH &&)
);
COMMENT ON TABLE authorities IS 'English local authorities with children''s services, present and abolished.';
COMMENT ON COLUMN authorities.code IS 'GSS code.';
COMMENT ON COLUMN authorities.dfe_code IS 'The DfE''s three digits. They name one authority at a time; who continues another keeps that one''s.';
COMMENT ON COLUMN authorities.name IS 'Name as published.';
COMMENT ON COLUMN authorities.region_code IS 'GSS code of the region.';
COMMENT ON COLUMN authorities.region_name IS 'Name of the region.';
COMMENT ON COLUMN authorities.valid_from IS 'First day, null where it is older than the data.';
COMMENT ON COLUMN authorities.valid_to IS 'Last day, null while it stands.';
COMMENT ON COLUMN authorities.version IS 'Grows by one with every change.';
COMMENT ON COLUMN authorities.created_at IS 'When it was created.';
COMMENT ON COLUMN authorities.updated_at IS 'When it was last changed.';

CREATE TABLE successions (
    predecessor_code text        NOT NULL CONSTRAINT successions_predecessor REFERENCES authorities (code),
    successor_code   text        NOT NULL CONSTRAINT successions_successor REFERENCES authorities (code),
    kind             text        NOT NULL CONSTRAINT successions_kind_known CHECK (kind IN ('continues', 'merged', 'split')),
    starts_on        date        NOT NULL,
    created_at       timestamptz NOT NULL,
    CONSTRAINT successions_pkey PRIMARY KEY (predecessor_code, successor_code),
    CONSTRAINT successions_not_itself CHECK (successor_code <> predecessor_code),
    CONSTRAINT successions_one_successor EXCLUDE (predecessor_code WITH =) WHERE (kind <> 'split'),
    CONSTRAINT successions_one_predecessor EXCLUDE (successor_code WITH =) WHERE (kind = 'continues')
);
CREATE INDEX successions_by_successor ON successions (successor_code);
COMMENT ON TABLE successions IS 'Which authority stands in the place of one that has ended.';
COMMENT ON COLUMN successions.predecessor_code IS 'The authority that ended on the day before.';
COMMENT ON COLUMN successions.successor_code IS 'The authority that stands in its place.';
COMMENT ON COLUMN successions.kind IS 'continues: the same authority under a new code, so that figures are joined; merged, split: they are not.';
COMMENT ON COLUMN successions.starts_on IS 'The successor''s first day.';
COMMENT ON COLUMN successions.created_at IS 'When it was entered.';

CREATE TABLE boroughs (
    code        text        NOT NULL CONSTRAINT boroughs_pkey PRIMARY KEY CONSTRAINT boroughs_code_authority REFERENCES authorities (code),
    name        text        NOT NULL CONSTRAINT boroughs_name_unique UNIQUE CONSTRAINT boroughs_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    short_name  text        NOT NULL CONSTRAINT boroughs_short_name_text CHECK (char_length(short_name) BETWEEN 1 AND 200 AND short_name ~ '\S'),
    liia_code   text        NOT NULL CONSTRAINT boroughs_liia_code_unique UNIQUE CONSTRAINT boroughs_liia_code_format CHECK (liia_code ~ '^[A-Z]{3}$'),
    inner_outer text        NOT NULL CONSTRAINT boroughs_inner_outer_text CHECK (char_length(inner_outer) <= 20),
    version     bigint      NOT NULL CONSTRAINT boroughs_version_positive CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE boroughs IS 'Authorities that take part in the programme.';
COMMENT ON COLUMN boroughs.code IS 'GSS code.';
COMMENT ON COLUMN boroughs.name IS 'Name as the programme writes it.';
COMMENT ON COLUMN boroughs.short_name IS 'Short name for tables.';
COMMENT ON COLUMN boroughs.liia_code IS 'The alliance''s three letters.';
COMMENT ON COLUMN boroughs.inner_outer IS 'Inner or Outer, as the DfE groups boroughs; empty where that means nothing.';
COMMENT ON COLUMN boroughs.version IS 'Grows by one with every change.';
COMMENT ON COLUMN boroughs.created_at IS 'When it was created.';
COMMENT ON COLUMN boroughs.updated_at IS 'When it was last changed.';

CREATE TABLE memberships (
    id              uuid        NOT NULL CONSTRAINT memberships_pkey PRIMARY KEY,
    sub_region_slug text        NOT NULL CONSTRAINT memberships_sub_region REFERENCES sub_regions (slug),
    borough_code    text        NOT NULL CONSTRAINT memberships_borough REFERENCES boroughs (code),
    valid_from      date        NOT NULL,
    valid_to        date,
    version         bigint      NOT NULL CONSTRAINT memberships_version_positive CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT memberships_dates_in_order CHECK (valid_to >= valid_from)
);
CREATE INDEX memberships_by_borough ON memberships (borough_code);
CREATE INDEX memberships_by_sub_region ON memberships (sub_region_slug);
COMMENT ON TABLE memberships IS 'Which borough belongs to which sub-region, from one day to another, both included; to one at a time.';
COMMENT ON COLUMN memberships.id IS 'UUIDv7.';
COMMENT ON COLUMN memberships.sub_region_slug IS 'The sub-region.';
COMMENT ON COLUMN memberships.borough_code IS 'The borough.';
COMMENT ON COLUMN memberships.valid_from IS 'First day.';
COMMENT ON COLUMN memberships.valid_to IS 'Last day, null while it stands.';
COMMENT ON COLUMN memberships.version IS 'Grows by one with every change.';
COMMENT ON COLUMN memberships.created_at IS 'When it was created.';
COMMENT ON COLUMN memberships.updated_at IS 'When it was last changed.';

CREATE TABLE indicators (
    code        text             NOT NULL CONSTRAINT indicators_pkey PRIMARY KEY CONSTRAINT indicators_code_format CHECK (code ~ '^[A-Z][A-Z0-9_]{1,39}$'),
    revision    integer          NOT NULL CONSTRAINT indicators_revision_positive CHECK (revision >= 1),
    name        text             NOT NULL CONSTRAINT indicators_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    theme       text             NOT NULL CONSTRAINT indicators_theme_text CHECK (char_length(theme) BETWEEN 1 AND 200 AND theme ~ '\S'),
    numerator   text             NOT NULL CONSTRAINT indicators_numerator_text CHECK (char_length(numerator) BETWEEN 1 AND 1000),
    denominator text             NOT NULL CONSTRAINT indicators_denominator_text CHECK (char_length(denominator) BETWEEN 1 AND 1000),
    unit        text             NOT NULL CONSTRAINT indicators_unit_known CHECK (unit IN ('percent', 'per_10000_0_17', 'per_100000_10_17', 'score', 'cases_per_fte')),
    multiplier  double precision NOT NULL CONSTRAINT indicators_multiplier_range CHECK (multiplier > 0 AND multiplier <= 1000000),
    decimals    integer          NOT NULL CONSTRAINT indicators_decimals_range CHECK (decimals BETWEEN 0 AND 6),
    polarity    text             NOT NULL CONSTRAINT indicators_polarity_known CHECK (polarity IN ('high', 'low', 'neutral')),
    frequency   text             NOT NULL CONSTRAINT indicators_frequency_known CHECK (frequency IN ('annual', 'quarterly', 'quarterly_and_annual')),
    source      text             NOT NULL CONSTRAINT indicators_source_text CHECK (char_length(source) BETWEEN 1 AND 500),
    version     bigint           NOT NULL CONSTRAINT indicators_version_positive CHECK (version >= 1),
    created_at  timestamptz      NOT NULL,
    updated_at  timestamptz      NOT NULL
);
COMMENT ON TABLE indicators IS 'What is measured: the present revision of each definition. Value = numerator / denominator x multiplier.';
COMMENT ON COLUMN indicators.code IS 'Key that people know.';
COMMENT ON COLUMN indicators.revision IS 'Revision of the definition, from 1.';
COMMENT ON COLUMN indicators.name IS 'Name for people.';
COMMENT ON COLUMN indicators.theme IS 'Group under which it is listed.';
COMMENT ON COLUMN indicators.numerator IS 'What the numerator counts, in words.';
COMMENT ON COLUMN indicators.denominator IS 'What the denominator counts, in words.';
COMMENT ON COLUMN indicators.unit IS 'What a value counts.';
COMMENT ON COLUMN indicators.multiplier IS '100 for percentages, 10000 for rates per 10,000.';
COMMENT ON COLUMN indicators.decimals IS 'Decimals to which a value computed here is rounded.';
COMMENT ON COLUMN indicators.polarity IS 'Which end is good; a neutral indicator has neither rank nor band.';
COMMENT ON COLUMN indicators.frequency IS 'How often it is collected.';
COMMENT ON COLUMN indicators.source IS 'Where the definition comes from.';
COMMENT ON COLUMN indicators.version IS 'Grows by one with every change, of the definition or not.';
COMMENT ON COLUMN indicators.created_at IS 'When it was created.';
COMMENT ON COLUMN indicators.updated_at IS 'When it was last changed.';

CREATE TABLE indicator_revisions (
    LIKE indicators INCLUDING COMMENTS,
    CONSTRAINT indicator_revisions_pkey PRIMARY KEY (code, revision),
    CONSTRAINT indicator_revisions_indicator FOREIGN KEY (code) REFERENCES indicators (code) ON DELETE CASCADE
);
COMMENT ON TABLE indicator_revisions IS 'Every revision of each definition; the last equals the row in indicators, whose columns mean the same.';

CREATE TABLE periods (
    code       text        NOT NULL CONSTRAINT periods_pkey PRIMARY KEY CONSTRAINT periods_code_format CHECK (code ~ '^20[0-9]{2}(-[0-9]{2}(-(AY|Q[1-4]|[0-9]{2}))?)?$'),
    kind       text        NOT NULL CONSTRAINT periods_kind_known CHECK (kind IN ('financial_year', 'academic_year', 'calendar_year', 'quarter', 'day')),
    starts_on  date        NOT NULL,
    ends_on    date        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT periods_dates_in_order CHECK (ends_on >= starts_on),
    CONSTRAINT periods_day_alone CHECK ((kind = 'day') = (ends_on = starts_on))
);
COMMENT ON TABLE periods IS 'What figures can be about: years of three kinds, quarters and days.';
COMMENT ON COLUMN periods.code IS '2024-25, 2024-25-AY, 2024, 2025-26-Q2 or 2025-09-30.';
COMMENT ON COLUMN periods.kind IS 'Which of them: what comes before what is defined within a kind.';
COMMENT ON COLUMN periods.starts_on IS 'First day.';
COMMENT ON COLUMN periods.ends_on IS 'Last day, included.';
COMMENT ON COLUMN periods.created_at IS 'When it was created.';

CREATE TABLE releases (
    id             uuid        NOT NULL CONSTRAINT releases_pkey PRIMARY KEY,
    dataset        text        NOT NULL CONSTRAINT releases_dataset_format CHECK (dataset ~ '^[a-z0-9-]{1,40}$'),
    title          text        NOT NULL CONSTRAINT releases_title_text CHECK (char_length(title) BETWEEN 1 AND 200 AND title ~ '\S'),
    publisher      text        NOT NULL CONSTRAINT releases_publisher_text CHECK (char_length(publisher) BETWEEN 1 AND 200 AND publisher ~ '\S'),
    licence        text        NOT NULL CONSTRAINT releases_licence_text CHECK (char_length(licence) BETWEEN 1 AND 200 AND licence ~ '\S'),
    file           text        NOT NULL CONSTRAINT releases_file_text CHECK (char_length(file) BETWEEN 1 AND 255),
    sha256         text        NOT NULL CONSTRAINT releases_sha256_format CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    rows           integer     NOT NULL CONSTRAINT releases_rows_positive CHECK (rows >= 0),
    published_on   date,
    next_update_on date,
    methodology    text        NOT NULL CONSTRAINT releases_methodology_text CHECK (char_length(methodology) <= 2000),
    state          text        NOT NULL CONSTRAINT releases_state_known CHECK (state IN ('standing', 'withdrawn')),
    state_reason   text        NOT NULL CONSTRAINT releases_state_reason_text CHECK (char_length(state_reason) <= 4000),
    imported_at    timestamptz NOT NULL,
    version        bigint      NOT NULL CONSTRAINT releases_version_positive CHECK (version >= 1),
    updated_at     timestamptz NOT NULL
);
CREATE INDEX releases_by_sha256 ON releases (sha256);
COMMENT ON TABLE releases IS 'Published files whose figures are here. What each gave stays, see release_observations; what stands of it is in observations.';
COMMENT ON COLUMN releases.id IS 'UUIDv7.';
COMMENT ON COLUMN releases.dataset IS 'Key of the mapping that read it.';
COMMENT ON COLUMN releases.title IS 'Title of the publication.';
COMMENT ON COLUMN releases.publisher IS 'Who published it.';
COMMENT ON COLUMN releases.licence IS 'Under which licence.';
COMMENT ON COLUMN releases.file IS 'Name of the file, without its folder.';
COMMENT ON COLUMN releases.sha256 IS 'SHA-256 of its bytes. The same bytes may come again, as another release.';
COMMENT ON COLUMN releases.rows IS 'Data rows in the file.';
COMMENT ON COLUMN releases.published_on IS 'When its publisher put it out, null where nobody said; such a release is older than all others.';
COMMENT ON COLUMN releases.next_update_on IS 'When its publisher means to put out the next, null where that is not known.';
COMMENT ON COLUMN releases.methodology IS 'Address of the page that says how the figures are made, empty where that is not known.';
COMMENT ON COLUMN releases.state IS 'standing, or withdrawn: then none of its figures stands.';
COMMENT ON COLUMN releases.state_reason IS 'Why it was last withdrawn or reinstated, empty before.';
COMMENT ON COLUMN releases.imported_at IS 'When it was read.';
COMMENT ON COLUMN releases.version IS 'Grows with every change.';
COMMENT ON COLUMN releases.updated_at IS 'When it was last changed.';

CREATE TABLE observations (
    period_code    text NOT NULL CONSTRAINT observations_period REFERENCES periods (code),
    indicator_code text NOT NULL CONSTRAINT observations_indicator REFERENCES indicators (code),
    geography_code text NOT NULL CONSTRAINT observations_geography_format CHECK (geography_code ~ '^E[0-9]{8}(/E[0-9]{8})*$'),
    value          double precision,
    status         text NOT NULL CONSTRAINT observations_status_known CHECK (status IN ('reported', 'computed', 'c', 'z', 'x', 'low', 'k', 'u', ':', 'no_denominator', 'joint')),
    numerator      double precision,
    denominator    double precision,
    release_id     uuid NOT NULL CONSTRAINT observations_release REFERENCES releases (id),
    CONSTRAINT observations_pkey PRIMARY KEY (period_code, indicator_code, geography_code),
    CONSTRAINT observations_value_or_status CHECK ((value IS NOT NULL) = (status IN ('reported', 'computed'))),
    CONSTRAINT observations_numbers_finite CHECK (coalesce(value, 0) < 'Infinity' AND coalesce(numerator, 0) < 'Infinity' AND coalesce(denominator, 0) < 'Infinity'
        AND coalesce(value, 0) > '-Infinity' AND coalesce(numerator, 0) > '-Infinity' AND coalesce(denominator, 0) > '-Infinity')
);
CREATE INDEX observations_joint ON observations (period_code, indicator_code, geography_code) WHERE geography_code LIKE '%/%';
COMMENT ON TABLE observations IS 'The published figures that stand: one indicator in one place in one period, of the newest release that gives it and is not withdrawn. A joint one stands while its release is the newest of any of its members. The key''s order is the order in which columns of figures are read.';
COMMENT ON COLUMN observations.period_code IS 'The period.';
COMMENT ON COLUMN observations.indicator_code IS 'The indicator.';
COMMENT ON COLUMN observations.geography_code IS 'GSS code of an authority, a region or England; joint authorities are joined by a stroke.';
COMMENT ON COLUMN observations.value IS 'The number, null with the status that says why.';
COMMENT ON COLUMN observations.status IS 'What stands where a number might.';
COMMENT ON COLUMN observations.numerator IS 'As published, null where it is not.';
COMMENT ON COLUMN observations.denominator IS 'As published, null where it is not.';
COMMENT ON COLUMN observations.release_id IS 'The newest release that gives the figure: by the day of publication, of one day by the moment of import.';

-- What a release gave never changes, so that a withdrawal finds what was before. Its
-- rows refer to nothing one by one, because that would cost an import more than all
-- else: release_columns does, for all rows of a column at once.
CREATE TABLE release_columns (
    release_id     uuid    NOT NULL CONSTRAINT release_columns_release REFERENCES releases (id),
    period_code    text    NOT NULL CONSTRAINT release_columns_period REFERENCES periods (code),
    indicator_code text    NOT NULL CONSTRAINT release_columns_indicator REFERENCES indicators (code),
    figures        integer NOT NULL CONSTRAINT release_columns_figures_positive CHECK (figures >= 1),
    CONSTRAINT release_columns_pkey PRIMARY KEY (release_id, period_code, indicator_code)
);
CREATE INDEX release_columns_by_period ON release_columns (period_code);
CREATE INDEX release_columns_by_indicator ON release_columns (indicator_code);
COMMENT ON TABLE release_columns IS 'Which columns of figures each release gave.';
COMMENT ON COLUMN release_columns.release_id IS 'The release.';
COMMENT ON COLUMN release_columns.period_code IS 'The period.';
COMMENT ON COLUMN release_columns.indicator_code IS 'The indicator.';
COMMENT ON COLUMN release_columns.figures IS 'How many figures it has there.';

CREATE TABLE release_observations (
    LIKE observations INCLUDING CONSTRAINTS INCLUDING COMMENTS,
    CONSTRAINT release_observations_pkey PRIMARY KEY (period_code, indicator_code, geography_code, release_id)
);
CREATE INDEX release_observations_joint ON release_observations (period_code, indicator_code, geography_code) WHERE geography_code LIKE '%/%';
COMMENT ON TABLE release_observations IS 'The figures as each release gave them.';
COMMENT ON COLUMN release_observations.release_id IS 'The release that gave it.';

CREATE TABLE dataset_columns (
    period_code    text   NOT NULL,
    indicator_code text   NOT NULL,
    generation     bigint NOT NULL,
    CONSTRAINT dataset_columns_pkey PRIMARY KEY (period_code, indicator_code)
);
CREATE INDEX dataset_columns_by_generation ON dataset_columns (generation);
CREATE INDEX dataset_columns_by_indicator ON dataset_columns (indicator_code);
COMMENT ON TABLE dataset_columns IS 'Which figures changed when, by indicator and period, so that only those are read again. Kept by triggers.';
COMMENT ON COLUMN dataset_columns.period_code IS 'The period.';
COMMENT ON COLUMN dataset_columns.indicator_code IS 'The indicator.';
COMMENT ON COLUMN dataset_columns.generation IS 'The generation of the last change.';

CREATE TABLE populations (
    geography_code text    NOT NULL CONSTRAINT populations_geography_format CHECK (geography_code ~ '^E[0-9]{8}$'),
    mid_year       integer NOT NULL CONSTRAINT populations_mid_year_range CHECK (mid_year BETWEEN 1900 AND 2999),
    estimate       double precision CONSTRAINT populations_estimate_range CHECK (estimate >= 0 AND estimate < 'Infinity'),
    status         text    NOT NULL CONSTRAINT populations_status_known CHECK (status IN ('reported', 'c', 'z', 'x', 'low', 'k', 'u', ':')),
    release_id     uuid    NOT NULL CONSTRAINT populations_release REFERENCES releases (id),
    CONSTRAINT populations_pkey PRIMARY KEY (geography_code, mid_year),
    CONSTRAINT populations_estimate_or_status CHECK ((estimate IS NOT NULL) = (status = 'reported'))
);
COMMENT ON TABLE populations IS 'The mid-year estimates of children aged 0-17 that stand.';
COMMENT ON COLUMN populations.geography_code IS 'GSS code of an authority, a region or England.';
COMMENT ON COLUMN populations.mid_year IS '2024: on 30 June 2024.';
COMMENT ON COLUMN populations.estimate IS 'Children, null with the status that says why.';
COMMENT ON COLUMN populations.status IS 'What stands where a number might.';
COMMENT ON COLUMN populations.release_id IS 'The newest release that gives it.';

CREATE TABLE release_populations (
    LIKE populations INCLUDING CONSTRAINTS INCLUDING COMMENTS,
    CONSTRAINT release_populations_pkey PRIMARY KEY (geography_code, mid_year, release_id),
    CONSTRAINT release_populations_release FOREIGN KEY (release_id) REFERENCES releases (id)
);
COMMENT ON TABLE release_populations IS 'The mid-year estimates as each release gave them.';
COMMENT ON COLUMN release_populations.release_id IS 'The release that gave it.';

CREATE TABLE neighbour_models (
    code       text        NOT NULL CONSTRAINT neighbour_models_pkey PRIMARY KEY CONSTRAINT neighbour_models_code_format CHECK (code ~ '^[0-9A-Za-z.-]{1,20}$'),
    name       text        NOT NULL CONSTRAINT neighbour_models_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    source     text        NOT NULL CONSTRAINT neighbour_models_source_text CHECK (char_length(source) <= 500),
    release_id uuid        NOT NULL CONSTRAINT neighbour_models_release REFERENCES releases (id),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE neighbour_models IS 'Dated versions of the statistical neighbour model, each as the newest release that gives it and is not withdrawn.';
COMMENT ON COLUMN neighbour_models.code IS 'The model''s year.';
COMMENT ON COLUMN neighbour_models.name IS 'Name for people.';
COMMENT ON COLUMN neighbour_models.source IS 'Where it was published.';
COMMENT ON COLUMN neighbour_models.release_id IS 'The newest release that gives it.';
COMMENT ON COLUMN neighbour_models.created_at IS 'When it was first read.';

CREATE TABLE neighbours (
    model_code     text    NOT NULL CONSTRAINT neighbours_model REFERENCES neighbour_models (code),
    authority_code text    NOT NULL CONSTRAINT neighbours_authority REFERENCES authorities (code),
    rank           integer NOT NULL CONSTRAINT neighbours_rank_positive CHECK (rank >= 1),
    neighbour_code text    NOT NULL CONSTRAINT neighbours_neighbour REFERENCES authorities (code),
    closeness      text    NOT NULL CONSTRAINT neighbours_closeness_text CHECK (char_length(closeness) <= 100),
    CONSTRAINT neighbours_pkey PRIMARY KEY (model_code, authority_code, rank),
    CONSTRAINT neighbours_not_itself CHECK (neighbour_code <> authority_code)
);
CREATE INDEX neighbours_by_authority ON neighbours (authority_code);
CREATE INDEX neighbours_by_neighbour ON neighbours (neighbour_code);
COMMENT ON TABLE neighbours IS 'Which authorities are statistically closest to which.';
COMMENT ON COLUMN neighbours.model_code IS 'The version of the model.';
COMMENT ON COLUMN neighbours.authority_code IS 'The authority.';
COMMENT ON COLUMN neighbours.rank IS '1 is the closest.';
COMMENT ON COLUMN neighbours.neighbour_code IS 'The authority that is close to it.';
COMMENT ON COLUMN neighbours.closeness IS 'How close, in the model''s own words.';

CREATE TABLE release_models (
    release_id uuid NOT NULL CONSTRAINT release_models_release REFERENCES releases (id),
    code       text NOT NULL CONSTRAINT release_models_code_format CHECK (code ~ '^[0-9A-Za-z.-]{1,20}$'),
    name       text NOT NULL CONSTRAINT release_models_name_text CHECK (char_length(name) BETWEEN 1 AND 200 AND name ~ '\S'),
    source     text NOT NULL CONSTRAINT release_models_source_text CHECK (char_length(source) <= 500),
    CONSTRAINT release_models_pkey PRIMARY KEY (release_id)
);
CREATE INDEX release_models_by_code ON release_models (code);
COMMENT ON TABLE release_models IS 'The statistical neighbour models as each release gave them.';
COMMENT ON COLUMN release_models.release_id IS 'The release that gave it.';
COMMENT ON COLUMN release_models.code IS 'The model''s year.';
COMMENT ON COLUMN release_models.name IS 'Name for people.';
COMMENT ON COLUMN release_models.source IS 'Where it was published.';

CREATE TABLE release_neighbours (
    release_id     uuid    NOT NULL CONSTRAINT release_neighbours_release REFERENCES release_models (release_id),
    authority_code text    NOT NULL CONSTRAINT release_neighbours_authority REFERENCES authorities (code),
    rank           integer NOT NULL CONSTRAINT release_neighbours_rank_positive CHECK (rank >= 1),
    neighbour_code text    NOT NULL CONSTRAINT release_neighbours_neighbour REFERENCES authorities (code),
    closeness      text    NOT NULL CONSTRAINT release_neighbours_closeness_text CHECK (char_length(closeness) <= 100),
    CONSTRAINT release_neighbours_pkey PRIMARY KEY (release_id, authority_code, rank),
    CONSTRAINT release_neighbours_not_itself CHECK (neighbour_code <> authority_code)
);
CREATE INDEX release_neighbours_by_authority ON release_neighbours (authority_code);
CREATE INDEX release_neighbours_by_neighbour ON release_neighbours (neighbour_code);
COMMENT ON TABLE release_neighbours IS 'The statistical neighbours as each release gave them: all of a model.';
COMMENT ON COLUMN release_neighbours.release_id IS 'The release that gave it.';
COMMENT ON COLUMN release_neighbours.authority_code IS 'The authority.';
COMMENT ON COLUMN release_neighbours.rank IS '1 is the closest.';
COMMENT ON COLUMN release_neighbours.neighbour_code IS 'The authority that is close to it.';
COMMENT ON COLUMN release_neighbours.closeness IS 'How close, in the model''s own words.';

CREATE TABLE signing_keys (
    id         text        NOT NULL CONSTRAINT signing_keys_pkey PRIMARY KEY,
    algorithm  text        NOT NULL CONSTRAINT signing_keys_algorithm_known CHECK (algorithm IN ('EdDSA', 'ES256', 'RS256')),
    pkcs8      bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE signing_keys IS 'Private keys of the built-in issuer. Who reads this table and has the sealing key can sign tokens.';
COMMENT ON COLUMN signing_keys.id IS 'The key''s id in tokens and key sets.';
COMMENT ON COLUMN signing_keys.algorithm IS 'JWS algorithm.';
COMMENT ON COLUMN signing_keys.pkcs8 IS 'The private key, PKCS #8, DER, sealed where the operator has set a key for that.';
COMMENT ON COLUMN signing_keys.created_at IS 'When it was made.';
COMMENT ON COLUMN signing_keys.retired_at IS 'From when it signs nothing more, null while it signs.';

CREATE TABLE idempotency_answers (
    issuer      text        NOT NULL,
    subject     text        NOT NULL,
    borough     text        NOT NULL,
    operation   text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL CONSTRAINT idempotency_answers_fingerprint_size CHECK (octet_length(fingerprint) = 32),
    noun        text        NOT NULL,
    record      text        NOT NULL,
    status      integer     NOT NULL CONSTRAINT idempotency_answers_status_success CHECK (status BETWEEN 200 AND 299),
    header      jsonb,
    body        bytea,
    shown_once  boolean     NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_answers_pkey PRIMARY KEY (issuer, subject, borough, operation, key)
);
CREATE INDEX idempotency_answers_by_age ON idempotency_answers (created_at);
CREATE INDEX idempotency_answers_by_record ON idempotency_answers (noun, record);
COMMENT ON TABLE idempotency_answers IS 'First answers to requests that may be repeated. The row is kept for 24 hours, whatever becomes of the record that it is about.';
COMMENT ON COLUMN idempotency_answers.issuer IS 'Who vouched for the sender.';
COMMENT ON COLUMN idempotency_answers.subject IS 'The sender.';
COMMENT ON COLUMN idempotency_answers.borough IS 'The borough that the sender spoke for, empty for none.';
COMMENT ON COLUMN idempotency_answers.operation IS 'The contract''s operationId.';
COMMENT ON COLUMN idempotency_answers.key IS 'The sender''s Idempotency-Key.';
COMMENT ON COLUMN idempotency_answers.fingerprint IS 'SHA-256 of the request.';
COMMENT ON COLUMN idempotency_answers.noun IS 'The kind of the record that the request made or acted on.';
COMMENT ON COLUMN idempotency_answers.record IS 'Key of that record.';
COMMENT ON COLUMN idempotency_answers.status IS 'HTTP status of the answer.';
COMMENT ON COLUMN idempotency_answers.header IS 'Header fields of the answer, an object of texts; null once the record has been removed.';
COMMENT ON COLUMN idempotency_answers.body IS 'The answer''s bytes; null where it has none, and once the record has been removed or a person whom it names.';
COMMENT ON COLUMN idempotency_answers.shown_once IS 'Whether the answer showed a secret, of which nothing is kept.';
COMMENT ON COLUMN idempotency_answers.created_at IS 'When it was given.';

CREATE TABLE audit_entries (
    id           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_entries_pkey PRIMARY KEY,
    at           timestamptz NOT NULL,
    issuer       text        NOT NULL,
    subject      text        NOT NULL,
    roles        text[]      NOT NULL,
    borough_code text,
    request      text        NOT NULL,
    reason       text        NOT NULL,
    action       text        NOT NULL CONSTRAINT audit_entries_action_known CHECK (action IN ('create', 'update', 'delete', 'import')),
    noun         text        NOT NULL,
    key          text        NOT NULL,
    before       jsonb,
    after        jsonb,
    withheld     text[]      NOT NULL,
    seen_before  text[]      NOT NULL,
    seen_after   text[]      NOT NULL,
    read_by      text[]      NOT NULL,
    told         text[]      NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entries_by_key ON audit_entries (noun, key, id);
COMMENT ON TABLE audit_entries IS 'Who changed what, when and why. Rows are written in the transaction of the change and never altered.';
COMMENT ON COLUMN audit_entries.id IS 'Running number.';
COMMENT ON COLUMN audit_entries.at IS 'When.';
COMMENT ON COLUMN audit_entries.issuer IS 'Who vouched for the subject.';
COMMENT ON COLUMN audit_entries.subject IS 'Who.';
COMMENT ON COLUMN audit_entries.roles IS 'The roles that the subject had.';
COMMENT ON COLUMN audit_entries.borough_code IS 'The borough that the subject spoke for, null where it spoke for none.';
COMMENT ON COLUMN audit_entries.request IS 'Id of the request, empty for what no request asked for.';
COMMENT ON COLUMN audit_entries.reason IS 'Why, in the subject''s words; empty where it gave no reason.';
COMMENT ON COLUMN audit_entries.action IS 'create, update, delete or import.';
COMMENT ON COLUMN audit_entries.noun IS 'What kind of thing.';
COMMENT ON COLUMN audit_entries.key IS 'Which one.';
COMMENT ON COLUMN audit_entries.before IS 'As it was, by the members of the Go type, null for what is new.';
COMMENT ON COLUMN audit_entries.after IS 'As it became, null for what is gone.';
COMMENT ON COLUMN audit_entries.withheld IS 'Members that changed and of which neither value is kept: names, addresses, sentences about people.';
COMMENT ON COLUMN audit_entries.seen_before IS 'Who saw the thing before the change: programme, boroughs, reporting, or codes of single boroughs; nobody for what is new.';
COMMENT ON COLUMN audit_entries.seen_after IS 'Who sees it since; nobody for what is gone.';
COMMENT ON COLUMN audit_entries.read_by IS 'Who may read the values before and after.';
COMMENT ON COLUMN audit_entries.told IS 'Who alone hears of the change, because for others who see the thing nothing is another; empty where all who see it hear.';

-- +goose StatementBegin
CREATE FUNCTION next_generation() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    present bigint := nullif(current_setting('peerchallenge.generation', true), '')::bigint;
BEGIN
    IF present IS NULL THEN
        UPDATE generation SET value = greatest(value + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) RETURNING value INTO present;
        PERFORM set_config('peerchallenge.generation', present::text, true); -- until the transaction ends
        PERFORM pg_notify('peerchallenge_changed', present::text);
    END IF;
    RETURN present;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION next_generation() IS 'Gives the transaction its generation, the first time and again, and tells every listener when it commits.';

-- +goose StatementBegin
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM next_generation();
    RETURN NULL;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION note_change() IS 'Statement trigger of every table that reads are answered from.';

-- +goose StatementBegin
CREATE FUNCTION note_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dataset_columns AS d (period_code, indicator_code, generation)
    SELECT c.period_code, c.indicator_code, next_generation()
    FROM (SELECT DISTINCT period_code, indicator_code FROM changed) c
    ORDER BY 1, 2
    ON CONFLICT (period_code, indicator_code) DO UPDATE SET generation = excluded.generation WHERE d.generation <> excluded.generation;
    RETURN NULL;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION note_columns() IS 'Statement trigger of observations: notes which columns of figures changed.';

CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON programmes FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON priorities FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON sub_regions FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON authorities FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON successions FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON boroughs FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON indicators FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON indicator_revisions FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON periods FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON releases FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON neighbour_models FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON neighbours FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER note_inserted AFTER INSERT ON observations REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_columns();
CREATE TRIGGER note_updated AFTER UPDATE ON observations REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_columns();
CREATE TRIGGER note_deleted AFTER DELETE ON observations REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_columns();

-- +goose Down
DROP TABLE audit_entries, idempotency_answers, signing_keys, release_neighbours, release_models, neighbours, neighbour_models, release_populations, populations,
    dataset_columns, release_observations, release_columns, observations, releases,
    periods, indicator_revisions, indicators, memberships, boroughs, successions, authorities, sub_regions, priorities, programmes, generation;
DROP FUNCTION note_columns(), note_change(), next_generation();
