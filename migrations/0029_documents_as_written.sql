-- +goose Up

-- Drafts and what was signed are written and read as a whole, so that they are kept as they
-- were written: to take one apart on the way in and to write it anew on the way out took the
-- server more than everything else that it did for a return. By which template a
-- self-evaluation is written stands beside it, to be joined by.
DROP TRIGGER keep_version ON benchmarking_versions;
ALTER TABLE benchmarking_versions
    DROP CONSTRAINT benchmarking_versions_values_list,
    ALTER COLUMN "values" TYPE json USING "values"::text::json,
    ADD CONSTRAINT benchmarking_versions_values_list CHECK (json_typeof("values") = 'array');
ALTER TABLE benchmarking_submissions ALTER COLUMN draft TYPE json USING draft::text::json;
-- The draft of a return has its numbers beside the codes of their counts, and as wholes only
-- the values that are more than a number: a quarter of what all took as objects.
UPDATE benchmarking_submissions SET draft = json_build_object('framework', draft ->> 'framework',
    'counts', (SELECT coalesce(string_agg(v ->> 'count', ' ' ORDER BY place), '') FROM json_array_elements(draft -> 'values') WITH ORDINALITY AS of (v, place)),
    'said', (SELECT coalesce(json_agg(v ORDER BY place), '[]') FROM json_array_elements(draft -> 'values') WITH ORDINALITY AS of (v, place) WHERE v ->> 'status' <> 'reported' OR v ->> 'value' IS NULL OR v ->> 'reason' IS NOT NULL),
    'numbers', (SELECT coalesce(json_agg(v -> 'value' ORDER BY place), '[]') FROM json_array_elements(draft -> 'values') WITH ORDINALITY AS of (v, place) WHERE v ->> 'status' = 'reported' AND v ->> 'value' IS NOT NULL AND v ->> 'reason' IS NULL))
    WHERE draft IS NOT NULL;
COMMENT ON COLUMN benchmarking_submissions.draft IS 'What the borough is working on; null where everything was submitted. Nobody else may see it. Numbers stand in the order of the codes of their counts; what is more than a number is said as a whole.';
ALTER TABLE self_evaluation_versions
    DROP CONSTRAINT self_evaluation_versions_document_object,
    ALTER COLUMN document TYPE json USING document::text::json,
    ADD CONSTRAINT self_evaluation_versions_document_object CHECK (json_typeof(document) = 'object');
ALTER TABLE self_evaluations ALTER COLUMN draft TYPE json USING draft::text::json;
ALTER TABLE self_evaluation_versions
    ADD COLUMN template_id uuid GENERATED ALWAYS AS (CAST(document ->> 'templateId' AS uuid)) STORED,
    ADD COLUMN template_version text GENERATED ALWAYS AS (document ->> 'templateVersion') STORED;
ALTER TABLE self_evaluations
    ADD COLUMN template_id uuid GENERATED ALWAYS AS (CAST(draft ->> 'templateId' AS uuid)) STORED,
    ADD COLUMN template_version text GENERATED ALWAYS AS (draft ->> 'templateVersion') STORED;
COMMENT ON COLUMN self_evaluation_versions.template_id IS 'That of the template by which it is written.';
COMMENT ON COLUMN self_evaluation_versions.template_version IS 'Its version.';
COMMENT ON COLUMN self_evaluations.template_id IS 'That of the template by which the draft is written.';
COMMENT ON COLUMN self_evaluations.template_version IS 'Its version.';

-- What a borough has sent before is read with every return.
DROP INDEX benchmarking_submissions_by_borough;
CREATE INDEX benchmarking_submissions_by_borough ON benchmarking_submissions (borough_code, quarter_code);

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        ALTER TABLE benchmarking_submissions ALTER COLUMN draft SET COMPRESSION lz4;
        ALTER TABLE benchmarking_versions ALTER COLUMN "values" SET COMPRESSION lz4;
        ALTER TABLE self_evaluations ALTER COLUMN draft SET COMPRESSION lz4;
        ALTER TABLE self_evaluation_versions ALTER COLUMN document SET COMPRESSION lz4;
    END IF;
END $$;
-- +goose StatementEnd

-- What is kept as written may be written in another way by a redaction, which is held to
-- what it says.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What becomes of a version, and what a redaction changes, is held below or free; all else is what it says.
    IF to_jsonb(OLD) - array['state', 'days_late', 'closed_at', 'superseded_at', 'values', 'explanations', 'redacted_at']
        = to_jsonb(NEW) - array['state', 'days_late', 'closed_at', 'superseded_at', 'values', 'explanations', 'redacted_at']
        AND NEW.redacted_at > coalesce(OLD.redacted_at, '-infinity')
        AND redacted(OLD."values"::jsonb, NEW."values"::jsonb, 'reason') AND redacted(OLD.explanations, NEW.explanations, 'text') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_version BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.submission_id, OLD.number, OLD.framework, OLD."values"::text, OLD.explanations, OLD.submitted_at, OLD.submitted_by, OLD.redacted_at)
        IS DISTINCT FROM (NEW.submission_id, NEW.number, NEW.framework, NEW."values"::text, NEW.explanations, NEW.submitted_at, NEW.submitted_by, NEW.redacted_at))
    EXECUTE FUNCTION keep_version();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_self_evaluation_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.signed_at, OLD.signed_by, OLD.receipt_id) IS DISTINCT FROM (NEW.number, NEW.signed_at, NEW.signed_by, NEW.receipt_id)
        OR NOT redacted(OLD.document::jsonb::text, NEW.document::jsonb::text) THEN
        RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER keep_version ON benchmarking_versions;
ALTER TABLE self_evaluations DROP COLUMN template_version, DROP COLUMN template_id;
ALTER TABLE self_evaluation_versions DROP COLUMN template_version, DROP COLUMN template_id;
ALTER TABLE self_evaluations ALTER COLUMN draft TYPE jsonb USING draft::jsonb;
ALTER TABLE self_evaluation_versions
    DROP CONSTRAINT self_evaluation_versions_document_object,
    ALTER COLUMN document TYPE jsonb USING document::jsonb,
    ADD CONSTRAINT self_evaluation_versions_document_object CHECK (jsonb_typeof(document) = 'object');
UPDATE benchmarking_submissions SET draft = json_build_object('framework', draft ->> 'framework', 'values', (
    SELECT coalesce(json_agg(coalesce(said, json_build_object('count', code, 'value', draft -> 'numbers' -> CAST(number - 1 AS integer), 'status', 'reported', 'reason', NULL)) ORDER BY place), '[]')
    FROM (SELECT c.code, c.place, s.said, count(*) FILTER (WHERE s.said IS NULL) OVER (ORDER BY c.place) AS number
        FROM unnest(string_to_array(draft ->> 'counts', ' ')) WITH ORDINALITY AS c (code, place) LEFT JOIN json_array_elements(draft -> 'said') AS s (said) ON s.said ->> 'count' = c.code) AS kept))
    WHERE draft IS NOT NULL;
ALTER TABLE benchmarking_submissions ALTER COLUMN draft TYPE jsonb USING draft::jsonb;
COMMENT ON COLUMN benchmarking_submissions.draft IS 'What the borough is working on; null where everything was submitted. Nobody else may see it.';
ALTER TABLE benchmarking_versions
    DROP CONSTRAINT benchmarking_versions_values_list,
    ALTER COLUMN "values" TYPE jsonb USING "values"::jsonb,
    ADD CONSTRAINT benchmarking_versions_values_list CHECK (jsonb_typeof("values") = 'array');
DROP INDEX benchmarking_submissions_by_borough;
CREATE INDEX benchmarking_submissions_by_borough ON benchmarking_submissions (borough_code, id);

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        ALTER TABLE benchmarking_submissions ALTER COLUMN draft SET COMPRESSION lz4;
        ALTER TABLE benchmarking_versions ALTER COLUMN "values" SET COMPRESSION lz4;
        ALTER TABLE self_evaluations ALTER COLUMN draft SET COMPRESSION lz4;
        ALTER TABLE self_evaluation_versions ALTER COLUMN document SET COMPRESSION lz4;
    END IF;
END $$;
-- +goose StatementEnd
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
CREATE TRIGGER keep_version BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.submission_id, OLD.number, OLD.framework, OLD."values", OLD.explanations, OLD.submitted_at, OLD.submitted_by, OLD.redacted_at)
        IS DISTINCT FROM (NEW.submission_id, NEW.number, NEW.framework, NEW."values", NEW.explanations, NEW.submitted_at, NEW.submitted_by, NEW.redacted_at))
    EXECUTE FUNCTION keep_version();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_self_evaluation_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.signed_at, OLD.signed_by, OLD.receipt_id) IS DISTINCT FROM (NEW.number, NEW.signed_at, NEW.signed_by, NEW.receipt_id)
        OR NOT redacted(OLD.document::text, NEW.document::text) THEN
        RAISE EXCEPTION 'what a version says never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
