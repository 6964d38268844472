-- +goose Up

-- Drafts and what was signed are the longest that is written and read. Where the server was
-- built with LZ4, as the packages of distributions and the official images are, they are packed
-- with it: writing one takes the server a third less than with its own method. What is packed
-- already stays as it is until it is written again.
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

-- +goose Down
ALTER TABLE benchmarking_submissions ALTER COLUMN draft SET COMPRESSION default;
ALTER TABLE benchmarking_versions ALTER COLUMN "values" SET COMPRESSION default;
ALTER TABLE self_evaluations ALTER COLUMN draft SET COMPRESSION default;
ALTER TABLE self_evaluation_versions ALTER COLUMN document SET COMPRESSION default;
