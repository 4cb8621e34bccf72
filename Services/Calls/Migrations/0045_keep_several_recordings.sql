-- A transfer, or a pause of the recording, leaves several files of one call: each has its place on the call's time.
ALTER TABLE recordings DROP CONSTRAINT recordings_call_key;
ALTER TABLE recordings
    ADD COLUMN position       integer          NOT NULL DEFAULT 0,
    ADD COLUMN offset_seconds double precision NOT NULL DEFAULT 0,
    ADD COLUMN started_at     timestamptz,
    ADD COLUMN origin_digest  bytea;
CREATE UNIQUE INDEX recordings_place_key ON recordings (tenant_id, call_id, position);
COMMENT ON TABLE recordings IS 'The files of a call. A row is committed only once its bytes are safe in the blob store.';
COMMENT ON COLUMN recordings.offset_seconds IS 'Where the file begins on the time of the call''s first, on which transcript and silent stretches lie; it never moves.';
COMMENT ON COLUMN recordings.started_at IS 'Null where its provider does not say; such a file lies behind those that are there.';
COMMENT ON COLUMN recordings.origin_digest IS 'SHA-256 of the name by which its provider tells the file from others of the call; null for one that was handed in.';
