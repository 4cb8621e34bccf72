-- Whoever has a link to a call's sound has no account; which link it was is what is known of them.
ALTER TABLE recording_listens ADD COLUMN share_id uuid;
COMMENT ON COLUMN recording_listens.share_id IS 'The link by which somebody listened who has no account.';
