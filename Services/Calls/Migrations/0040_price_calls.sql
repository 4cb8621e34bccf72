-- Carriers say some time after a call what each of its ends has cost.
ALTER TABLE call_participants ADD COLUMN cost_micros bigint, ADD COLUMN cost_currency text;
COMMENT ON COLUMN call_participants.cost_micros IS 'What the carrier has charged for the end, in millionths of the currency''s unit; null until it says.';
