-- Archives of all that a tenant has, each to be fetched by its owner for a week; and what else is old enough to go.
CREATE TABLE exports (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    state        text        NOT NULL,
    requested_by uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    expires_at   timestamptz,
    size_bytes   bigint,
    sha256       bytea,
    failure      text,
    CONSTRAINT exports_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT exports_state_check CHECK (state IN ('waiting', 'ready', 'failed', 'expired'))
);
CREATE UNIQUE INDEX exports_waiting_key ON exports (tenant_id) WHERE state = 'waiting';
CREATE INDEX exports_expires_idx ON exports (expires_at) WHERE state = 'ready';
CREATE INDEX exports_requested_idx ON exports (tenant_id, requested_at DESC, id DESC);
COMMENT ON TABLE exports IS 'What became of each archive; its bytes lie in the folder of exports until expires_at.';
ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY exports_tenant ON exports USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION platform_expired_exports(bound integer) RETURNS TABLE (owner uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.tenant_id, e.id FROM exports AS e WHERE e.state = 'ready' AND e.expires_at < now()
    ORDER BY e.expires_at LIMIT bound
$$;
COMMENT ON FUNCTION platform_expired_exports IS 'Archives of any tenant that can be fetched no more.';

CREATE FUNCTION prune_stale(invitations_for interval, requests_for interval, exports_for interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
    total   bigint := 0;
BEGIN
    DELETE FROM invitations WHERE coalesce(accepted_at, revoked_at, expires_at) < now() - invitations_for;
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
    DELETE FROM setup_requests
        WHERE coalesce(decided_at, CASE WHEN status = 'unconfirmed' THEN expires_at END) < now() - requests_for;
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
    DELETE FROM exports WHERE state IN ('expired', 'failed') AND coalesce(expires_at, finished_at) < now() - exports_for;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN total + removed;
END
$$;
COMMENT ON FUNCTION prune_stale IS 'Removes what is over and nobody looks up any more, in all tenants; for the hourly pruning.';

ALTER FUNCTION platform_expired_exports OWNER TO tenancy_system;
ALTER FUNCTION prune_stale OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_expired_exports, prune_stale FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_expired_exports, prune_stale TO tenancy_app;
GRANT DELETE ON invitations, setup_requests TO tenancy_system;
