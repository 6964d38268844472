-- +goose Up

ALTER TABLE grouping_proposals ADD COLUMN illustrative_left_out integer NOT NULL DEFAULT 0
    CONSTRAINT grouping_proposals_left_out_positive CHECK (illustrative_left_out >= 0);
COMMENT ON COLUMN grouping_proposals.illustrative_left_out IS 'How many groups of before, in which two of its boroughs met, did not count because they are examples and no fact.';

-- +goose Down
ALTER TABLE grouping_proposals DROP COLUMN illustrative_left_out;
