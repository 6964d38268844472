-- +goose Up

CREATE TABLE authorisations (
    id            uuid NOT NULL CONSTRAINT authorisations_pkey PRIMARY KEY,
    borough_code  text NOT NULL CONSTRAINT authorisations_borough REFERENCES boroughs (code),
    document      text NOT NULL CONSTRAINT authorisations_document_known CHECK (document IN ('benchmarking_submission', 'self_evaluation')),
    issuer        text,
    subject       text,
    api_client_id uuid,
    given_on      date NOT NULL,
    until_day     date NOT NULL,
    ending        text CONSTRAINT authorisations_ending_known CHECK (ending IN ('withdrawn', 'role_lost')),
    ended_at      timestamptz,
    giver_issuer  text NOT NULL,
    giver_subject text NOT NULL,
    version       bigint NOT NULL CONSTRAINT authorisations_version_positive CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    audience      text[] NOT NULL CONSTRAINT authorisations_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT authorisations_one_holder CHECK (num_nonnulls(issuer, subject) = CASE WHEN api_client_id IS NULL THEN 2 ELSE 0 END),
    CONSTRAINT authorisations_ending_whole CHECK ((ending IS NULL) = (ended_at IS NULL)),
    CONSTRAINT authorisations_in_order CHECK (given_on <= until_day)
);
CREATE INDEX authorisations_by_borough ON authorisations (borough_code, id);
CREATE INDEX authorisations_by_updated_at ON authorisations (updated_at, id);
COMMENT ON TABLE authorisations IS 'Who may submit in place of a lead of a borough.';
COMMENT ON COLUMN authorisations.id IS 'UUIDv7.';
COMMENT ON COLUMN authorisations.borough_code IS 'Whose documents.';
COMMENT ON COLUMN authorisations.document IS 'Which kind of documents.';
COMMENT ON COLUMN authorisations.issuer IS 'Who vouches for whom it authorises; null for a client.';
COMMENT ON COLUMN authorisations.subject IS 'Whom it authorises, as their tokens name them; null for a client.';
COMMENT ON COLUMN authorisations.api_client_id IS 'The client that it authorises. It may have been ended since, and then calls no more.';
COMMENT ON COLUMN authorisations.given_on IS 'On which day it was given.';
COMMENT ON COLUMN authorisations.until_day IS 'The last day on which it holds; days are the programme''s.';
COMMENT ON COLUMN authorisations.ending IS 'Why it was ended before that day: a lead has withdrawn it, or who gave it has lost the role. Null where it was not.';
COMMENT ON COLUMN authorisations.ended_at IS 'When it was.';
COMMENT ON COLUMN authorisations.giver_issuer IS 'Who vouches for the lead who gave it.';
COMMENT ON COLUMN authorisations.giver_subject IS 'The lead who gave it, as tokens name them.';
COMMENT ON COLUMN authorisations.version IS 'Grows with every change.';
COMMENT ON COLUMN authorisations.created_at IS 'When it was given.';
COMMENT ON COLUMN authorisations.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN authorisations.audience IS 'Who may see it: the borough and the programme.';
-- Every process knows who gave what, and looks at their tokens.
CREATE TRIGGER note_access AFTER INSERT OR UPDATE OR DELETE ON authorisations FOR EACH STATEMENT EXECUTE FUNCTION note_access();

CREATE TABLE receipts (
    id               uuid NOT NULL CONSTRAINT receipts_pkey PRIMARY KEY,
    borough_code     text NOT NULL CONSTRAINT receipts_borough REFERENCES boroughs (code),
    document         text NOT NULL CONSTRAINT receipts_document_known CHECK (document IN ('benchmarking_submission', 'self_evaluation')),
    record_id        uuid NOT NULL,
    number           integer NOT NULL CONSTRAINT receipts_number_positive CHECK (number >= 1),
    signed_by        text NOT NULL,
    subject          text NOT NULL,
    authorisation_id uuid CONSTRAINT receipts_authorisation REFERENCES authorisations (id),
    illustrative     boolean NOT NULL,
    signed_at        timestamptz NOT NULL,
    salt             bytea NOT NULL CONSTRAINT receipts_salt_length CHECK (octet_length(salt) = 32),
    hash             bytea NOT NULL CONSTRAINT receipts_hash_length CHECK (octet_length(hash) = 32),
    key_id           text NOT NULL CONSTRAINT receipts_key REFERENCES signing_keys (id),
    signature        text NOT NULL,
    version          bigint NOT NULL CONSTRAINT receipts_version_positive CHECK (version >= 1),
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    audience         text[] NOT NULL CONSTRAINT receipts_audience_somebody CHECK (cardinality(audience) > 0),
    CONSTRAINT receipts_one UNIQUE (document, record_id, number)
);
COMMENT ON TABLE receipts IS 'That a version was signed: by whom, when, on whose authority, and exactly what. Nothing of it changes.';
COMMENT ON COLUMN receipts.id IS 'UUID of chance alone (version 4).';
COMMENT ON COLUMN receipts.borough_code IS 'Whose document it is.';
COMMENT ON COLUMN receipts.document IS 'Of which kind it is.';
COMMENT ON COLUMN receipts.record_id IS 'The return or self-evaluation.';
COMMENT ON COLUMN receipts.number IS 'The number of the version.';
COMMENT ON COLUMN receipts.signed_by IS 'The role in which it was signed.';
COMMENT ON COLUMN receipts.subject IS 'Who signed, as their tokens name them.';
COMMENT ON COLUMN receipts.authorisation_id IS 'By which it was signed; null where a lead signed.';
COMMENT ON COLUMN receipts.illustrative IS 'Whether the document is made up, to show how it works.';
COMMENT ON COLUMN receipts.signed_at IS 'When.';
COMMENT ON COLUMN receipts.salt IS '256 bits of chance.';
COMMENT ON COLUMN receipts.hash IS 'SHA-256 of the document''s canonical form (RFC 8785) with the salt behind it.';
COMMENT ON COLUMN receipts.key_id IS 'The key of the service with which the hash is signed. Keys are never deleted.';
COMMENT ON COLUMN receipts.signature IS 'Over the hash: a compact JWS.';
COMMENT ON COLUMN receipts.version IS 'The first one.';
COMMENT ON COLUMN receipts.created_at IS 'When it was made.';
COMMENT ON COLUMN receipts.updated_at IS 'Likewise.';
COMMENT ON COLUMN receipts.audience IS 'Who may see it: the borough and the programme.';

ALTER TABLE benchmarking_submissions ADD COLUMN receipt_id uuid CONSTRAINT benchmarking_submissions_receipt REFERENCES receipts (id);
COMMENT ON COLUMN benchmarking_submissions.receipt_id IS 'The receipt of the version that was submitted last.';
ALTER TABLE benchmarking_versions
    ADD COLUMN authorisation_id uuid CONSTRAINT benchmarking_versions_authorisation REFERENCES authorisations (id),
    ADD COLUMN receipt_id uuid CONSTRAINT benchmarking_versions_receipt REFERENCES receipts (id);
COMMENT ON COLUMN benchmarking_versions.authorisation_id IS 'By which it was submitted; null where a lead signed.';
COMMENT ON COLUMN benchmarking_versions.receipt_id IS 'Its receipt; null where nobody has signed it here: it was imported or made up.';
CREATE TRIGGER keep_receipt BEFORE UPDATE ON benchmarking_versions FOR EACH ROW
    WHEN ((OLD.authorisation_id, OLD.receipt_id) IS DISTINCT FROM (NEW.authorisation_id, NEW.receipt_id))
    EXECUTE FUNCTION keep_version();

GRANT SELECT, INSERT, UPDATE ON authorisations TO peerchallenge_service;
GRANT SELECT, INSERT ON receipts TO peerchallenge_service;

-- +goose Down
DROP TRIGGER keep_receipt ON benchmarking_versions;
ALTER TABLE benchmarking_versions DROP COLUMN receipt_id, DROP COLUMN authorisation_id;
ALTER TABLE benchmarking_submissions DROP COLUMN receipt_id;
DROP TABLE receipts, authorisations;
