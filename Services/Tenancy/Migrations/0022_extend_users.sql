-- What people are to the rest of the suite: how they are reached, where and in what they work, and that they leave.
ALTER TABLE users
    ADD COLUMN revision          bigint      NOT NULL DEFAULT 1,
    ADD COLUMN phone             text,
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN territory         text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN skills            text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN languages         text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN notifications     jsonb       NOT NULL DEFAULT '{}',
    ADD COLUMN deactivated_at    timestamptz,
    ADD COLUMN deleted_at        timestamptz,
    ADD COLUMN erased_at         timestamptz;
COMMENT ON COLUMN users.revision IS 'Grows with each change that is shown; the ETag of the user. Tokens know the version alone.';
COMMENT ON COLUMN users.phone IS 'E.164.';
COMMENT ON COLUMN users.territory IS 'ZIP codes; one that ends in * stands for all that begin so.';
COMMENT ON COLUMN users.languages IS 'What the person speaks.';
COMMENT ON COLUMN users.notifications IS 'Channels by event, as far as they are not the standard ones.';
COMMENT ON COLUMN users.deleted_at IS 'In the bin since then; a deleted person is deactivated too.';
COMMENT ON COLUMN users.erased_at IS 'Since then nothing but the id is left, to which other rows point.';
CREATE INDEX users_name_idx ON users (tenant_id, lower(name), id);
CREATE INDEX users_deleted_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL;

ALTER TABLE invitations
    ADD COLUMN sent_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN is_mailed boolean     NOT NULL DEFAULT true;
COMMENT ON COLUMN invitations.sent_at IS 'When the link was made that works.';
COMMENT ON COLUMN invitations.is_mailed IS 'False when the link was only shown.';

CREATE TABLE email_tokens (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    purpose      text        NOT NULL,
    email        text        NOT NULL,
    email_lc     text        NOT NULL,
    token_digest bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT email_tokens_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT email_tokens_digest_key UNIQUE (tenant_id, token_digest),
    CONSTRAINT email_tokens_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT email_tokens_purpose_check CHECK (purpose IN ('verification', 'change'))
);
COMMENT ON TABLE email_tokens IS 'SHA-256 of the links by which a person shows that an address is theirs.';
CREATE INDEX email_tokens_user_idx ON email_tokens (tenant_id, user_id, created_at);
ALTER TABLE email_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY email_tokens_tenant ON email_tokens USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION prune_email_tokens() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM email_tokens WHERE expires_at < now() - interval '1 day';
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION prune_email_tokens IS 'Removes links that nobody can follow any more, in all tenants; for the hourly pruning.';

CREATE FUNCTION platform_due_people(bound integer) RETURNS TABLE (owner uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.tenant_id, u.id FROM users AS u
    LEFT JOIN tenant_settings AS s ON s.tenant_id = u.tenant_id
    LEFT JOIN tenant_settings AS p ON p.tenant_id = '00000000-0000-7000-8000-000000000000'
    WHERE u.deleted_at IS NOT NULL AND u.erased_at IS NULL AND u.deleted_at < now() - make_interval(
        days => coalesce((s.overrides ->> 'bin_days')::integer, (p.overrides ->> 'bin_days')::integer, 30))
    ORDER BY u.deleted_at LIMIT bound
$$;
COMMENT ON FUNCTION platform_due_people IS 'Whoever has been in the bin for as long as their tenant keeps it.';

CREATE FUNCTION erase_people_details(people uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    erased bigint;
BEGIN
    UPDATE audit_details AS d SET address = NULL, before = NULL, after = NULL, salt = NULL, erased_at = now()
    FROM audit_log AS l
    WHERE l.tenant_id = current_setting('app.tenant_id')::uuid AND d.tenant_id = l.tenant_id AND d.audit_id = l.id
      AND d.erased_at IS NULL
      AND (l.actor_id = ANY (people) OR l.subject IN (SELECT 'user/' || p FROM unnest(people) AS p));
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END
$$;
COMMENT ON FUNCTION erase_people_details IS 'Erases what the set tenant''s audit log says of people who are gone; the rows stay.';

CREATE OR REPLACE FUNCTION anonymise_user(wanted_tenant uuid, wanted_user uuid) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    child     text;
    field     text;
    cleared   text;
    upgraded  bigint;
BEGIN
    -- What would go with the row goes; the row stays for those that name it.
    FOR child, field IN
        SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint AS k
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
        WHERE k.contype = 'f' AND k.confrelid = 'public.users'::regclass AND k.confdeltype = 'c'
          AND array_length(k.conkey, 1) = 2
    LOOP
        EXECUTE format('DELETE FROM %s WHERE tenant_id = $1 AND %I = $2', child, field) USING wanted_tenant, wanted_user;
    END LOOP;
    SELECT string_agg(format('%I = %s', a.attname, CASE WHEN a.attnotnull THEN 'DEFAULT' ELSE 'NULL' END), ', ')
    INTO cleared FROM pg_attribute AS a
    WHERE a.attrelid = 'public.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND format_type(a.atttypid, NULL) IN ('text', 'text[]', 'jsonb', 'bytea') AND (NOT a.attnotnull OR a.atthasdef)
      AND a.attname NOT IN ('email', 'email_lc', 'name', 'role', 'status');
    EXECUTE format(
        'UPDATE public.users SET %s, name = ''[erased]'', email = $3, email_lc = $3, status = ''deactivated'',
            version = version + 1, revision = revision + 1, updated_at = now(), erased_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING version', cleared)
        INTO upgraded USING wanted_tenant, wanted_user, 'erased-' || wanted_user || '@erased.invalid';
    RETURN upgraded;
END
$$;
COMMENT ON FUNCTION anonymise_user IS 'Leaves of a user the id alone, by the catalogue, so that a column that comes later is not forgotten; the new version.';

ALTER FUNCTION prune_email_tokens OWNER TO tenancy_system;
ALTER FUNCTION platform_due_people OWNER TO tenancy_system;
ALTER FUNCTION erase_people_details OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION prune_email_tokens, platform_due_people, erase_people_details FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_email_tokens, platform_due_people, erase_people_details TO tenancy_app;
GRANT SELECT, DELETE ON email_tokens TO tenancy_system;
