-- +goose Up

-- Help that is brokered: whom to turn to, what others say to an ask, and who helped.
ALTER TABLE asks_and_offers
    ADD COLUMN contact text,
    ADD COLUMN answers jsonb NOT NULL DEFAULT '[]' CONSTRAINT asks_and_offers_answers_list CHECK (jsonb_typeof(answers) = 'array'),
    ADD COLUMN match jsonb CONSTRAINT asks_and_offers_match_object CHECK (jsonb_typeof(match) = 'object'),
    ADD CONSTRAINT asks_and_offers_match_of_asks CHECK (kind = 'ask' OR match IS NULL AND answers = '[]');
CREATE INDEX asks_and_offers_by_answers ON asks_and_offers USING gin (answers jsonb_path_ops);
CREATE INDEX asks_and_offers_by_match ON asks_and_offers ((match ->> 'offerId'));
COMMENT ON COLUMN asks_and_offers.contact IS 'Whom to turn to: a role, never a person; null where nobody is named.';
COMMENT ON COLUMN asks_and_offers.answers IS 'What other boroughs say to an ask, an array of objects with borough, text, offerId and at.';
COMMENT ON COLUMN asks_and_offers.match IS 'Who helped with an ask, an object with borough, offerId, outcome and at; null where it is not recorded.';

-- +goose Down
ALTER TABLE asks_and_offers DROP COLUMN contact, DROP COLUMN answers, DROP COLUMN match;
