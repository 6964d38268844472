-- +goose Up

-- A finding cites figures, as a self-evaluation does: none of their numbers is kept.
ALTER TABLE findings ADD COLUMN citations jsonb NOT NULL DEFAULT '[]' CONSTRAINT findings_citations_list CHECK (jsonb_typeof(citations) = 'array');
COMMENT ON COLUMN findings.citations IS 'Figures that it cites, an array of objects with source, sourceId, indicator, borough and period.';

-- +goose Down
ALTER TABLE findings DROP COLUMN citations;
