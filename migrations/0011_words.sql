-- +goose Up

ALTER TABLE findings
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT findings_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN findings.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN findings.redacted_at IS 'When words were last taken out of it.';
ALTER TABLE actions
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT actions_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN actions.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN actions.redacted_at IS 'When words were last taken out of it.';
ALTER TABLE asks_and_offers
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT asks_and_offers_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN asks_and_offers.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN asks_and_offers.redacted_at IS 'When words were last taken out of it.';
ALTER TABLE peer_challenge_groups
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT peer_challenge_groups_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN peer_challenge_groups.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN peer_challenge_groups.redacted_at IS 'When words were last taken out of it.';
ALTER TABLE peer_reviews
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT peer_reviews_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN peer_reviews.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN peer_reviews.redacted_at IS 'When words were last taken out of it.';
ALTER TABLE benchmarking_submissions
    ADD COLUMN screening jsonb NOT NULL DEFAULT '[]' CONSTRAINT benchmarking_submissions_screening_list CHECK (jsonb_typeof(screening) = 'array'),
    ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN benchmarking_submissions.screening IS 'What was acknowledged of what screening found, each with a salted digest of its text.';
COMMENT ON COLUMN benchmarking_submissions.redacted_at IS 'When words were last taken out of it.';

ALTER TABLE benchmarking_versions ADD COLUMN redacted_at timestamptz;
COMMENT ON COLUMN benchmarking_versions.redacted_at IS 'When words were last taken out of it.';

-- +goose StatementBegin
CREATE FUNCTION redacted(before text, after text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT before IS NOT DISTINCT FROM after
        OR coalesce(before LIKE replace(replace(replace(replace(after, '\', '\\'), '%', '\%'), '_', '\_'), '[redacted]', '_%'), false)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION redacted(text, text) IS 'Whether a text is what it was, but for passages that the mark stands for.';

-- +goose StatementBegin
CREATE FUNCTION redacted(before jsonb, after jsonb, member text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT jsonb_array_length(before) = jsonb_array_length(after) AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(before) WITH ORDINALITY AS b (element, place) JOIN jsonb_array_elements(after) WITH ORDINALITY AS a (element, place) USING (place)
        WHERE b.element - member IS DISTINCT FROM a.element - member OR NOT redacted(b.element ->> member, a.element ->> member))
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION redacted(jsonb, jsonb, text) IS 'Whether a list is what it was, but for passages of the texts that are a member of its elements.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_progress() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept jsonb := (SELECT coalesce(jsonb_agg(item ORDER BY place), '[]')
        FROM jsonb_array_elements(NEW.progress) WITH ORDINALITY AS updates (item, place)
        WHERE place <= jsonb_array_length(OLD.progress));
BEGIN
    IF OLD.progress IS DISTINCT FROM kept AND (NEW.redacted_at IS NOT DISTINCT FROM OLD.redacted_at OR NOT redacted(OLD.progress, kept, 'text')) THEN
        RAISE EXCEPTION 'progress is only ever added to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_progress() IS 'Row trigger of actions: progress begins with what it was before, but for words that are redacted.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What becomes of a version, and what a redaction changes, is held below or free; all else is what it says.
    IF to_jsonb(OLD) - array['state', 'days_late', 'closed_at', 'superseded_at', 'values', 'explanations', 'redacted_at']
        = to_jsonb(NEW) - array['state', 'days_late', 'closed_at', 'superseded_at', 'values', 'explanations', 'redacted_at']
        AND NEW.redacted_at > coalesce(OLD.redacted_at, '-infinity')
        AND redacted(OLD."values", NEW."values", 'reason') AND redacted(OLD.explanations, NEW.explanations, 'text') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION keep_version() IS 'Row trigger of benchmarking_versions: what was submitted stays as it was, but for words that are redacted.';
DROP TRIGGER keep_version ON benchmarking_versions;
CREATE TRIGGER keep_version BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.submission_id, OLD.number, OLD.framework, OLD."values", OLD.explanations, OLD.submitted_at, OLD.submitted_by, OLD.redacted_at)
        IS DISTINCT FROM (NEW.submission_id, NEW.number, NEW.framework, NEW."values", NEW.explanations, NEW.submitted_at, NEW.submitted_by, NEW.redacted_at))
    EXECUTE FUNCTION keep_version();

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_progress() RETURNS trigger LANGUAGE plpgsql AS $$
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
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
DROP TRIGGER keep_version ON benchmarking_versions;
CREATE TRIGGER keep_version BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.number, OLD.framework, OLD."values", OLD.explanations, OLD.submitted_at, OLD.submitted_by)
        IS DISTINCT FROM (NEW.number, NEW.framework, NEW."values", NEW.explanations, NEW.submitted_at, NEW.submitted_by))
    EXECUTE FUNCTION keep_version();
DROP FUNCTION redacted(jsonb, jsonb, text), redacted(text, text);
ALTER TABLE benchmarking_versions DROP COLUMN redacted_at;
ALTER TABLE benchmarking_submissions DROP COLUMN screening, DROP COLUMN redacted_at;
ALTER TABLE peer_reviews DROP COLUMN screening, DROP COLUMN redacted_at;
ALTER TABLE peer_challenge_groups DROP COLUMN screening, DROP COLUMN redacted_at;
ALTER TABLE asks_and_offers DROP COLUMN screening, DROP COLUMN redacted_at;
ALTER TABLE actions DROP COLUMN screening, DROP COLUMN redacted_at;
ALTER TABLE findings DROP COLUMN screening, DROP COLUMN redacted_at;
