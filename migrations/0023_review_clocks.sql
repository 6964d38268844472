-- +goose Up

ALTER TABLE programmes ADD COLUMN review_clocks jsonb NOT NULL
    DEFAULT '{"reportMonths": 3, "actionPlanFromMonths": 3, "actionPlanMonths": 5, "progressReviewMonths": 10, "progressReportMonths": 12, "source": "Local Government Association, corporate peer challenge: report within three months, action plan with it or within five, progress review after about ten, its report within twelve."}'
    CONSTRAINT programmes_review_clocks_object CHECK (jsonb_typeof(review_clocks) = 'object');
COMMENT ON COLUMN programmes.review_clocks IS 'By when what follows a review''s fieldwork is expected, in months after its last day: an object.';

ALTER TABLE peer_reviews ADD COLUMN progress_review_held_on date;
COMMENT ON COLUMN peer_reviews.progress_review_held_on IS 'When the progress review was held.';
COMMENT ON COLUMN peer_reviews.progress_review_on IS 'When host and team agreed to hold the progress review; null where the programme''s clock says by when.';

-- +goose Down
COMMENT ON COLUMN peer_reviews.progress_review_on IS 'When the progress review falls due.';
ALTER TABLE peer_reviews DROP COLUMN progress_review_held_on;
ALTER TABLE programmes DROP COLUMN review_clocks;
