-- +goose Up

-- By which template a draft is written is said by whoever writes it: to look for both parts
-- in the draft, the server read all its words twice with each update.
ALTER TABLE self_evaluations
    ALTER COLUMN template_id DROP EXPRESSION,
    ALTER COLUMN template_version DROP EXPRESSION,
    ADD CONSTRAINT self_evaluations_template_of_draft CHECK ((draft IS NULL) = (template_id IS NULL) AND (draft IS NULL) = (template_version IS NULL));
COMMENT ON COLUMN self_evaluations.template_id IS 'That of the template by which the draft is written; null where there is none.';
COMMENT ON COLUMN self_evaluations.template_version IS 'Its version.';

-- There are some thirty a year. With nothing indexed that each update changes, a new draft
-- is no work for the other indexes.
DROP INDEX self_evaluations_by_updated_at;

-- Most changes are heard of under one name, for which nothing has to be made distinct.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION append_to_feed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here   bigint;
    moment bigint := extract(epoch FROM clock_timestamp()) * 1000000;
    names  text[] := CASE WHEN cardinality(NEW.told) > 0 THEN NEW.told WHEN NEW.seen_before = NEW.seen_after THEN NEW.seen_after ELSE NEW.seen_before || NEW.seen_after END;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('peerchallenge feed', 0));
    here := nextval('feed_places');
    IF here < moment THEN
        here := setval('feed_places', moment);
    END IF;
    INSERT INTO feed (place, noun, entry_id) VALUES (here, NEW.noun, NEW.id);
    IF cardinality(names) = 1 THEN
        INSERT INTO feed_heard (name, place) VALUES (names[1], here);
    ELSE
        INSERT INTO feed_heard (name, place) SELECT DISTINCT heard.name, here FROM unnest(names) AS heard (name);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION append_to_feed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
CREATE INDEX self_evaluations_by_updated_at ON self_evaluations (updated_at, id);
ALTER TABLE self_evaluations
    DROP CONSTRAINT self_evaluations_template_of_draft,
    DROP COLUMN template_id,
    DROP COLUMN template_version;
ALTER TABLE self_evaluations
    ADD COLUMN template_id uuid GENERATED ALWAYS AS (CAST(draft ->> 'templateId' AS uuid)) STORED,
    ADD COLUMN template_version text GENERATED ALWAYS AS (draft ->> 'templateVersion') STORED;
COMMENT ON COLUMN self_evaluations.template_id IS 'That of the template by which the draft is written.';
COMMENT ON COLUMN self_evaluations.template_version IS 'Its version.';
