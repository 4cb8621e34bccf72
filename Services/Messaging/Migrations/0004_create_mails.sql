-- Letters of the suite itself: what became of each, and apart from it to whom it went and what it says.
CREATE TABLE mails (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT mails_kind_check CHECK (length(kind) BETWEEN 1 AND 80),
    state text NOT NULL CONSTRAINT mails_state_check CHECK (state IN ('waiting', 'sent', 'failed', 'kept')),
    attempts bigint NOT NULL DEFAULT 0,
    is_sealed boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    failure text CONSTRAINT mails_failure_check CHECK (length(failure) <= 80),
    CONSTRAINT mails_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mails_sent_check CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX mails_age_idx ON mails (created_at, id);
CREATE INDEX mails_sealed_idx ON mails (created_at) WHERE is_sealed;
COMMENT ON TABLE mails IS 'What became of each letter. Ids and words of the program only, so without row-level security.';
COMMENT ON COLUMN mails.state IS 'Kept: there is no mail server, so it lies in the mailbox of development.';
COMMENT ON COLUMN mails.is_sealed IS 'Whether mail_contents still has what the letter says.';
COMMENT ON COLUMN mails.failure IS 'The code of the last failure; gone once the letter is sent.';

CREATE TABLE mail_contents (
    tenant_id uuid NOT NULL,
    mail_id uuid NOT NULL,
    recipient text NOT NULL CONSTRAINT mail_contents_recipient_check CHECK (length(recipient) <= 254),
    subject text NOT NULL CONSTRAINT mail_contents_subject_check CHECK (length(subject) <= 300),
    sealed bytea,
    CONSTRAINT mail_contents_pkey PRIMARY KEY (tenant_id, mail_id),
    CONSTRAINT mail_contents_mail_fkey FOREIGN KEY (tenant_id, mail_id) REFERENCES mails (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE mail_contents ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_contents FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_contents_tenant ON mail_contents USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE mail_contents IS 'To whom a letter goes, and what it says; goes with the letter.';
COMMENT ON COLUMN mail_contents.sealed IS 'The letter with its link, encrypted; null once it was sent or is old.';
