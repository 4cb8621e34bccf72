-- What is said while a recording is paused is not kept, wherever the pause was not heeded.
ALTER TABLE recordings ADD COLUMN holds_pauses boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN recordings.holds_pauses IS 'Whether the stored bytes still have the sound of pauses; nobody hears or reads them meanwhile.';
ALTER TABLE call_controls ADD COLUMN recording_started_at timestamptz;
COMMENT ON COLUMN call_controls.recording_started_at IS 'When the carrier said that it records: from then on its times count.';
