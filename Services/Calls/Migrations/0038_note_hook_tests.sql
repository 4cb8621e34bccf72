-- Whoever sets a phone system up tries its hooks, and sees at the connection when that was and what was wrong.
ALTER TABLE connection_states ADD COLUMN last_tested_at timestamptz;
ALTER TABLE connection_states ADD COLUMN last_test_fault text;
COMMENT ON COLUMN connection_states.last_tested_at IS 'When a made-up hook was taken in last, of which nothing stayed.';
COMMENT ON COLUMN connection_states.last_test_fault IS 'Why it was not understood; null when it was.';
