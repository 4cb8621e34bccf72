-- A super admin may be let into some areas of the platform alone.
ALTER TABLE users ADD COLUMN areas text[];
COMMENT ON COLUMN users.areas IS 'What a super admin may work in; null for all of the platform, and for everybody else.';
ALTER TABLE invitations ADD COLUMN areas text[];
COMMENT ON COLUMN invitations.areas IS 'The areas of the super admin that is invited.';
