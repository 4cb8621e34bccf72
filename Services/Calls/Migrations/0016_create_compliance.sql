-- Numbers and addresses of people are found by a keyed hash; what is readable of them stands in rows beside, which an
-- erasure removes.
CREATE TABLE contact_keys (
    tenant_id  uuid        NOT NULL,
    sealed_key bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT contact_keys_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE contact_keys IS 'The key by which a tenant''s numbers and addresses are hashed, sealed; the platform''s is for its own list.';

CREATE TABLE contact_policies (
    tenant_id  uuid        NOT NULL,
    document   jsonb       NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid,
    CONSTRAINT contact_policies_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE contact_policies IS 'How a tenant contacts people, where it differs from what everybody starts with.';
ALTER TABLE contact_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_policies_tenant ON contact_policies USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE consent_types (
    tenant_id  uuid        NOT NULL,
    key        text        NOT NULL,
    name       text        NOT NULL,
    meaning    text        NOT NULL DEFAULT '',
    channels   text[]      NOT NULL,
    purposes   text[]      NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT consent_types_pkey PRIMARY KEY (tenant_id, key)
);
COMMENT ON TABLE consent_types IS 'A tenant''s own types of consent, beside the four that everybody has.';
ALTER TABLE consent_types ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_types FORCE ROW LEVEL SECURITY;
CREATE POLICY consent_types_tenant ON consent_types USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE consents (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    subject_kind text        NOT NULL,
    subject_hash bytea       NOT NULL,
    type         text        NOT NULL,
    method       text        NOT NULL,
    granted_at   timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    revoked_by   text,
    revoked_user uuid,
    recorded_by  uuid,
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT consents_kind_check CHECK (subject_kind IN ('phone', 'email')),
    CONSTRAINT consents_state_check CHECK (granted_at IS NOT NULL OR revoked_at IS NOT NULL),
    CONSTRAINT consents_revoked_check CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
COMMENT ON TABLE consents IS 'What somebody has consented to, or has taken back; whom it is about stands in consent_proofs.';
COMMENT ON COLUMN consents.granted_at IS 'Null for somebody who said no without having said yes here.';
COMMENT ON COLUMN consents.revoked_by IS 'The way by which it was taken back: api, web_form, sms and the like.';
CREATE INDEX consents_subject_idx ON consents (tenant_id, subject_hash, type);
CREATE INDEX consents_created_idx ON consents (tenant_id, created_at DESC, id DESC);
CREATE INDEX consents_type_idx ON consents (tenant_id, type, created_at DESC, id DESC);
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY consents_tenant ON consents USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE consent_proofs (
    tenant_id         uuid NOT NULL,
    consent_id        uuid NOT NULL,
    address           text NOT NULL,
    ip_address        text,
    recording_url     text,
    page_url          text,
    text_shown        text,
    note              text,
    call_id           uuid,
    revocation_ip     text,
    revocation_text   text,
    CONSTRAINT consent_proofs_pkey PRIMARY KEY (tenant_id, consent_id),
    CONSTRAINT consent_proofs_consent_fkey FOREIGN KEY (tenant_id, consent_id) REFERENCES consents (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE consent_proofs IS 'Whom a consent is about and what proves it; removed when the person is erased.';
ALTER TABLE consent_proofs ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_proofs FORCE ROW LEVEL SECURITY;
CREATE POLICY consent_proofs_tenant ON consent_proofs USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE do_not_call (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    number_hash bytea       NOT NULL,
    reason      text        NOT NULL,
    source      text        NOT NULL,
    expires_at  timestamptz,
    added_by    uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT do_not_call_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT do_not_call_number_key UNIQUE (tenant_id, number_hash),
    CONSTRAINT do_not_call_reason_check CHECK (reason IN ('requested', 'register', 'litigation', 'wrong_number', 'other'))
);
COMMENT ON TABLE do_not_call IS 'Numbers that are not called, each as a keyed hash, which outlives the erasure of whose number it was.';
COMMENT ON COLUMN do_not_call.source IS 'Who put it there: api, web_form, sms, import and the like.';
CREATE INDEX do_not_call_created_idx ON do_not_call (tenant_id, created_at DESC, id DESC);
ALTER TABLE do_not_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE do_not_call FORCE ROW LEVEL SECURITY;
CREATE POLICY do_not_call_tenant ON do_not_call USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE do_not_call_numbers (
    tenant_id uuid NOT NULL,
    entry_id  uuid NOT NULL,
    number    text NOT NULL,
    note      text,
    CONSTRAINT do_not_call_numbers_pkey PRIMARY KEY (tenant_id, entry_id),
    CONSTRAINT do_not_call_numbers_entry_fkey FOREIGN KEY (tenant_id, entry_id) REFERENCES do_not_call (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE do_not_call_numbers IS 'The numbers of a do-not-call list in the clear; removed when the person is erased.';
ALTER TABLE do_not_call_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE do_not_call_numbers FORCE ROW LEVEL SECURITY;
CREATE POLICY do_not_call_numbers_tenant ON do_not_call_numbers USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- A decision of any tenant asks the platform's list too, and learns of it nothing but the one number's reason.
CREATE FUNCTION platform_do_not_call(asked bytea, asked_at timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT reason FROM do_not_call
    WHERE tenant_id = '00000000-0000-7000-8000-000000000000' AND number_hash = asked
      AND (expires_at IS NULL OR expires_at > asked_at)
$$;
COMMENT ON FUNCTION platform_do_not_call IS 'Why a number is on the platform''s do-not-call list; null when it is not.';
ALTER FUNCTION platform_do_not_call OWNER TO calls_system;
REVOKE ALL ON FUNCTION platform_do_not_call FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_do_not_call TO calls_app;

CREATE TABLE contact_decisions (
    tenant_id      uuid        NOT NULL,
    id             uuid        NOT NULL,
    at             timestamptz NOT NULL,
    asked_by       text        NOT NULL,
    channel        text        NOT NULL,
    purpose        text        NOT NULL,
    is_automated   boolean     NOT NULL,
    subject_kind   text        NOT NULL,
    subject_hash   bytea       NOT NULL,
    country        text,
    regions        text[]      NOT NULL DEFAULT '{}',
    user_id        uuid,
    reference      text,
    outcome        text        NOT NULL,
    reason         text,
    reasons        jsonb       NOT NULL DEFAULT '[]',
    not_before     timestamptz,
    consent_id     uuid,
    policy_version bigint      NOT NULL,
    CONSTRAINT contact_decisions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contact_decisions_outcome_check CHECK (outcome IN ('allowed', 'refused', 'deferred'))
);
COMMENT ON TABLE contact_decisions IS 'Whether somebody might be contacted, decided before each contact; whom it was about stands in contact_decision_addresses.';
COMMENT ON COLUMN contact_decisions.asked_by IS 'The service that asked.';
COMMENT ON COLUMN contact_decisions.reference IS 'What the contact is part of, such as call/<id>.';
COMMENT ON COLUMN contact_decisions.policy_version IS 'Of the tenant''s policy; 0 for what everybody starts with.';
CREATE INDEX contact_decisions_at_idx ON contact_decisions (tenant_id, at DESC, id DESC) INCLUDE (outcome, reason, channel);
CREATE INDEX contact_decisions_subject_idx ON contact_decisions (tenant_id, subject_hash, at DESC);
CREATE INDEX contact_decisions_user_idx ON contact_decisions (tenant_id, user_id, at DESC) WHERE outcome = 'allowed';
CREATE INDEX contact_decisions_reason_idx ON contact_decisions (tenant_id, reason, at DESC, id DESC) WHERE reason IS NOT NULL;
CREATE INDEX contact_decisions_reference_idx ON contact_decisions (tenant_id, reference) WHERE reference IS NOT NULL;
ALTER TABLE contact_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_decisions_tenant ON contact_decisions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE contact_decision_addresses (
    tenant_id   uuid NOT NULL,
    decision_id uuid NOT NULL,
    address     text NOT NULL,
    CONSTRAINT contact_decision_addresses_pkey PRIMARY KEY (tenant_id, decision_id),
    CONSTRAINT contact_decision_addresses_decision_fkey FOREIGN KEY (tenant_id, decision_id)
        REFERENCES contact_decisions (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE contact_decision_addresses IS 'Whom a decision was about; removed when the person is erased.';
ALTER TABLE contact_decision_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_decision_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_decision_addresses_tenant ON contact_decision_addresses USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE contact_spend (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    user_id    uuid,
    spent_at   timestamptz NOT NULL,
    channel    text        NOT NULL,
    amount     bigint      NOT NULL,
    currency   text        NOT NULL,
    reference  text        NOT NULL,
    CONSTRAINT contact_spend_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contact_spend_reference_key UNIQUE (tenant_id, reference)
);
COMMENT ON TABLE contact_spend IS 'What contacts have cost, in millionths of a currency''s unit, told once for each.';
CREATE INDEX contact_spend_at_idx ON contact_spend (tenant_id, spent_at) INCLUDE (user_id, amount);
ALTER TABLE contact_spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_spend FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_spend_tenant ON contact_spend USING (tenant_id = current_setting('app.tenant_id')::uuid);
