-- +goose Up

CREATE TABLE api_clients (
    id         uuid NOT NULL CONSTRAINT api_clients_pkey PRIMARY KEY,
    name       text NOT NULL,
    role       text NOT NULL CONSTRAINT api_clients_role_known CHECK (role IN ('borough-system', 'reporting')),
    boroughs   text[] NOT NULL,
    operations text[] NOT NULL,
    keys       jsonb NOT NULL CONSTRAINT api_clients_keys_list CHECK (jsonb_typeof(keys) = 'array'),
    expires_at timestamptz,
    secrets    jsonb NOT NULL CONSTRAINT api_clients_secrets_two CHECK (jsonb_array_length(secrets) <= 2),
    version    bigint NOT NULL CONSTRAINT api_clients_version_positive CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    audience   text[] NOT NULL CONSTRAINT api_clients_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT api_clients_boroughs_of_role CHECK ((role = 'borough-system') = (cardinality(boroughs) > 0))
);
CREATE INDEX api_clients_by_updated_at ON api_clients (updated_at, id);
COMMENT ON TABLE api_clients IS 'Systems of boroughs and reporting tools that sign in by themselves.';
COMMENT ON COLUMN api_clients.id IS 'UUIDv7; the client_id, and the subject of its tokens.';
COMMENT ON COLUMN api_clients.name IS 'Name for people.';
COMMENT ON COLUMN api_clients.role IS 'What it is in the programme.';
COMMENT ON COLUMN api_clients.boroughs IS 'For whom it acts, by code; none for a reporting tool.';
COMMENT ON COLUMN api_clients.operations IS 'The operations of the contract that it may call; where there are none, all that its role may.';
COMMENT ON COLUMN api_clients.keys IS 'Public keys, as JSON Web Keys, with which it may sign instead of sending a secret.';
COMMENT ON COLUMN api_clients.expires_at IS 'From when it gets nothing more, null for never.';
COMMENT ON COLUMN api_clients.secrets IS 'What may be known of its secrets: id, first characters, when made.';
COMMENT ON COLUMN api_clients.version IS 'Grows by one with every change.';
COMMENT ON COLUMN api_clients.created_at IS 'When it was created.';
COMMENT ON COLUMN api_clients.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN api_clients.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

CREATE TABLE read_keys (
    id           uuid NOT NULL CONSTRAINT read_keys_pkey PRIMARY KEY,
    name         text NOT NULL,
    borough_code text CONSTRAINT read_keys_borough REFERENCES boroughs (code),
    own_figures  boolean NOT NULL,
    expires_at   timestamptz,
    hint         text NOT NULL,
    version      bigint NOT NULL CONSTRAINT read_keys_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT read_keys_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT read_keys_own_figures_of_borough CHECK (NOT own_figures OR borough_code IS NOT NULL)
);
CREATE INDEX read_keys_by_borough ON read_keys (borough_code, id);
CREATE INDEX read_keys_by_updated_at ON read_keys (updated_at, id);
COMMENT ON TABLE read_keys IS 'Long-lived keys with which spreadsheets and dashboards read.';
COMMENT ON COLUMN read_keys.id IS 'UUIDv7.';
COMMENT ON COLUMN read_keys.name IS 'Name for people.';
COMMENT ON COLUMN read_keys.borough_code IS 'Whose key it is, null for the programme''s.';
COMMENT ON COLUMN read_keys.own_figures IS 'Whether it shows beside the common view its own borough''s true figures.';
COMMENT ON COLUMN read_keys.expires_at IS 'From when it reads nothing more, null for never.';
COMMENT ON COLUMN read_keys.hint IS 'The first characters of the key, by which people tell one from another.';
COMMENT ON COLUMN read_keys.version IS 'Grows by one with every change.';
COMMENT ON COLUMN read_keys.created_at IS 'When it was created.';
COMMENT ON COLUMN read_keys.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN read_keys.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

-- A secret is 256 bits of chance, so that a plain digest gives nothing away: there
-- is nothing to guess from.
CREATE TABLE secrets (
    id            uuid  NOT NULL CONSTRAINT secrets_pkey PRIMARY KEY,
    hash          bytea NOT NULL CONSTRAINT secrets_hash_unique UNIQUE CONSTRAINT secrets_hash_length CHECK (octet_length(hash) = 32),
    api_client_id uuid CONSTRAINT secrets_api_client REFERENCES api_clients (id) ON DELETE CASCADE,
    read_key_id   uuid CONSTRAINT secrets_read_key REFERENCES read_keys (id) ON DELETE CASCADE,
    CONSTRAINT secrets_one_owner CHECK (num_nonnulls(api_client_id, read_key_id) = 1)
);
CREATE INDEX secrets_by_api_client ON secrets (api_client_id);
CREATE INDEX secrets_by_read_key ON secrets (read_key_id);
COMMENT ON TABLE secrets IS 'Everything by which somebody is known who sends it, as digests.';
COMMENT ON COLUMN secrets.id IS 'UUIDv7.';
COMMENT ON COLUMN secrets.hash IS 'SHA-256 of the secret; the secret itself is kept nowhere.';
COMMENT ON COLUMN secrets.api_client_id IS 'Whose it is.';
COMMENT ON COLUMN secrets.read_key_id IS 'Which key it is.';

CREATE TABLE last_uses (
    id      uuid NOT NULL CONSTRAINT last_uses_pkey PRIMARY KEY,
    used_at timestamptz NOT NULL
);
COMMENT ON TABLE last_uses IS 'When secrets, clients and read keys were last used; written at most once a minute by each process.';
COMMENT ON COLUMN last_uses.id IS 'Of the secret, the API client or the read key.';
COMMENT ON COLUMN last_uses.used_at IS 'When, to about a minute.';

CREATE TABLE used_assertions (
    api_client_id uuid  NOT NULL CONSTRAINT used_assertions_api_client REFERENCES api_clients (id) ON DELETE CASCADE,
    jti_hash      bytea NOT NULL,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT used_assertions_pkey PRIMARY KEY (api_client_id, jti_hash)
);
CREATE INDEX used_assertions_by_expires_at ON used_assertions (expires_at);
COMMENT ON TABLE used_assertions IS 'Assertions with which clients have signed in: each is good once.';
COMMENT ON COLUMN used_assertions.api_client_id IS 'Who signed it.';
COMMENT ON COLUMN used_assertions.jti_hash IS 'SHA-256 of its jti.';
COMMENT ON COLUMN used_assertions.expires_at IS 'From when the assertion would be refused anyway, and the row can go.';

CREATE TABLE token_revocations (
    id         uuid NOT NULL CONSTRAINT token_revocations_pkey PRIMARY KEY,
    issuer     text NOT NULL,
    subject    text NOT NULL,
    digest     bytea CONSTRAINT token_revocations_digest_length CHECK (octet_length(digest) = 32),
    expires_at timestamptz,
    version    bigint NOT NULL CONSTRAINT token_revocations_version_positive CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    audience   text[] NOT NULL CONSTRAINT token_revocations_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX token_revocations_by_updated_at ON token_revocations (updated_at, id);
COMMENT ON TABLE token_revocations IS 'Tokens that are refused although they are genuine.';
COMMENT ON COLUMN token_revocations.id IS 'UUIDv7.';
COMMENT ON COLUMN token_revocations.issuer IS 'Whose token it is.';
COMMENT ON COLUMN token_revocations.subject IS 'For whom it was issued.';
COMMENT ON COLUMN token_revocations.digest IS 'SHA-256 of what is signed in the one token; null for all that were issued to the subject until then.';
COMMENT ON COLUMN token_revocations.expires_at IS 'From when the token is refused anyway; null for all of a subject.';
COMMENT ON COLUMN token_revocations.version IS 'Grows by one with every change.';
COMMENT ON COLUMN token_revocations.created_at IS 'Since when.';
COMMENT ON COLUMN token_revocations.updated_at IS 'Likewise.';
COMMENT ON COLUMN token_revocations.audience IS 'Who may see it: programme, boroughs, reporting, or codes of single boroughs.';

-- Every process asks for this row each second, and for the rest when it has changed.
CREATE TABLE access_generation (
    value bigint NOT NULL
);
CREATE UNIQUE INDEX access_generation_one_row ON access_generation ((true));
INSERT INTO access_generation (value) VALUES (0);
COMMENT ON TABLE access_generation IS 'One row: which state of clients, keys and revocations this is.';
COMMENT ON COLUMN access_generation.value IS 'Grows with every change.';

-- +goose StatementBegin
CREATE FUNCTION note_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_generation SET value = greatest(value + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    RETURN NULL;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION note_access() IS 'Statement trigger of the tables that say who may call.';
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON api_clients FOR EACH STATEMENT EXECUTE FUNCTION note_access();
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON read_keys FOR EACH STATEMENT EXECUTE FUNCTION note_access();
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON secrets FOR EACH STATEMENT EXECUTE FUNCTION note_access();
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON token_revocations FOR EACH STATEMENT EXECUTE FUNCTION note_access();

GRANT SELECT, INSERT, UPDATE, DELETE ON api_clients, read_keys, secrets, last_uses, used_assertions, token_revocations TO peerchallenge_service;
GRANT SELECT, UPDATE ON access_generation TO peerchallenge_service;

-- +goose Down
DROP TABLE token_revocations, used_assertions, last_uses, secrets, read_keys, api_clients, access_generation;
DROP FUNCTION note_access();
