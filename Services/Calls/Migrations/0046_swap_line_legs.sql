-- Some phone systems record the agent of a line on the other channel than all others do.
ALTER TABLE lines ADD COLUMN agent_channel integer;
COMMENT ON COLUMN lines.agent_channel IS 'Which channel of a recording carries the line''s agent; null where that follows from the direction.';
