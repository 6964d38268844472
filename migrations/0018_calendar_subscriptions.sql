-- +goose Up

CREATE TABLE calendar_subscriptions (
    id           uuid NOT NULL CONSTRAINT calendar_subscriptions_pkey PRIMARY KEY,
    name         text NOT NULL,
    borough_code text CONSTRAINT calendar_subscriptions_borough REFERENCES boroughs (code),
    roles        jsonb NOT NULL CONSTRAINT calendar_subscriptions_roles_list CHECK (jsonb_typeof(roles) = 'array'),
    maker_issuer text NOT NULL,
    subject      text NOT NULL,
    expires_at   timestamptz NOT NULL,
    hint         text NOT NULL,
    version      bigint NOT NULL CONSTRAINT calendar_subscriptions_version_positive CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    audience     text[] NOT NULL CONSTRAINT calendar_subscriptions_audience_somebody CHECK (cardinality(audience) > 0)
);
CREATE INDEX calendar_subscriptions_by_borough ON calendar_subscriptions (borough_code, id);
CREATE INDEX calendar_subscriptions_by_updated_at ON calendar_subscriptions (updated_at, id);
CREATE INDEX calendar_subscriptions_by_expires_at ON calendar_subscriptions (expires_at);
COMMENT ON TABLE calendar_subscriptions IS 'Secret addresses at which calendar programs read, without a token, what their makers may see. What has ended is deleted.';
COMMENT ON COLUMN calendar_subscriptions.id IS 'UUIDv7.';
COMMENT ON COLUMN calendar_subscriptions.name IS 'Name for people, such as of a device.';
COMMENT ON COLUMN calendar_subscriptions.borough_code IS 'For which borough its maker speaks; null for the programme''s team.';
COMMENT ON COLUMN calendar_subscriptions.roles IS 'The maker''s roles, by which it reads.';
COMMENT ON COLUMN calendar_subscriptions.maker_issuer IS 'Who vouches for the maker.';
COMMENT ON COLUMN calendar_subscriptions.subject IS 'The maker, as tokens name them.';
COMMENT ON COLUMN calendar_subscriptions.expires_at IS 'From when it reads nothing more.';
COMMENT ON COLUMN calendar_subscriptions.hint IS 'The first characters of the secret, by which people tell one from another.';
COMMENT ON COLUMN calendar_subscriptions.version IS 'The first one: nothing of it changes.';
COMMENT ON COLUMN calendar_subscriptions.created_at IS 'When it was made.';
COMMENT ON COLUMN calendar_subscriptions.updated_at IS 'Likewise.';
COMMENT ON COLUMN calendar_subscriptions.audience IS 'Who may see that it is there: the programme, and the borough whose it is.';
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON calendar_subscriptions FOR EACH STATEMENT EXECUTE FUNCTION note_access();

ALTER TABLE secrets
    ADD COLUMN calendar_subscription_id uuid CONSTRAINT secrets_calendar_subscription REFERENCES calendar_subscriptions (id) ON DELETE CASCADE,
    DROP CONSTRAINT secrets_one_owner,
    ADD CONSTRAINT secrets_one_owner CHECK (num_nonnulls(api_client_id, read_key_id, calendar_subscription_id) = 1);
CREATE INDEX secrets_by_calendar_subscription ON secrets (calendar_subscription_id);
COMMENT ON COLUMN secrets.calendar_subscription_id IS 'Which address it is.';
COMMENT ON COLUMN last_uses.id IS 'Of the secret, the API client, the read key or the calendar subscription.';

GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_subscriptions TO peerchallenge_service;

-- +goose Down
DELETE FROM secrets WHERE calendar_subscription_id IS NOT NULL;
ALTER TABLE secrets
    DROP CONSTRAINT secrets_one_owner,
    DROP COLUMN calendar_subscription_id,
    ADD CONSTRAINT secrets_one_owner CHECK (num_nonnulls(api_client_id, read_key_id) = 1);
DROP TABLE calendar_subscriptions;
