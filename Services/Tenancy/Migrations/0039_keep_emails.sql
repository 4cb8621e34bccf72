-- Whoever reads the letters of an address can keep it, signed in or not.
ALTER TABLE email_tokens DROP CONSTRAINT email_tokens_purpose_check;
ALTER TABLE email_tokens ADD CONSTRAINT email_tokens_purpose_check CHECK (purpose IN ('verification', 'change', 'keeping')) NOT VALID;
