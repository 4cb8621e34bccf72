-- A person sees where they are signed in, and shows once more who they are before what is dangerous.
ALTER TABLE sessions
    ADD COLUMN user_agent text,
    ADD COLUMN address text,
    ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN sessions.user_agent IS 'What the browser calls itself, cut at 300 characters.';
COMMENT ON COLUMN sessions.address IS 'Where the sign-in came from.';
COMMENT ON COLUMN sessions.authenticated_at IS 'When the person last showed a password or another factor in this session.';
