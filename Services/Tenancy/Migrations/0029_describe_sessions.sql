-- A person sees what each of their sessions is kept going by.
ALTER TABLE sessions ADD COLUMN client text;
COMMENT ON COLUMN sessions.client IS 'browser when the refresh token is a cookie, api when it was handed out; null for sessions from before.';
COMMENT ON COLUMN sessions.method IS 'How the person showed who they are: password, passkey or single_sign_on; or impersonation.';
