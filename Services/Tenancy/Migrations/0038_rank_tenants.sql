-- Numbers that other services count, so that super admins can sort tenants by them; gathered every few minutes.
CREATE TABLE tenant_figures (
    tenant_id           uuid        NOT NULL,
    failing_connections bigint      NOT NULL,
    backlog             bigint      NOT NULL,
    errors              bigint      NOT NULL,
    cost_micros         bigint      NOT NULL,
    gathered_at         timestamptz NOT NULL,
    CONSTRAINT tenant_figures_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE tenant_figures IS 'What a tenant has of trouble and cost; a tenant without a row has none.';
COMMENT ON COLUMN tenant_figures.cost_micros IS 'Of thirty days, in millionths of a US dollar.';
ALTER TABLE tenant_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_figures_tenant ON tenant_figures USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION platform_put_tenant_figures(
    owners uuid[], failing bigint[], waiting bigint[], failed bigint[], spent bigint[], at timestamptz
) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO tenant_figures (tenant_id, failing_connections, backlog, errors, cost_micros, gathered_at)
    SELECT told.owner, told.failing, told.waiting, told.failed, told.spent, at
    FROM unnest(owners, failing, waiting, failed, spent) AS told (owner, failing, waiting, failed, spent)
    JOIN tenants AS t ON t.tenant_id = told.owner
    ON CONFLICT ON CONSTRAINT tenant_figures_pkey DO UPDATE
    SET failing_connections = excluded.failing_connections, backlog = excluded.backlog, errors = excluded.errors,
        cost_micros = excluded.cost_micros, gathered_at = excluded.gathered_at
$$;
COMMENT ON FUNCTION platform_put_tenant_figures IS 'Keeps what was gathered of some tenants.';

CREATE FUNCTION platform_end_tenant_figures(before timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM tenant_figures WHERE gathered_at < before
$$;
COMMENT ON FUNCTION platform_end_tenant_figures IS 'Forgets figures of tenants that were not told of again.';

CREATE FUNCTION platform_tenant_figures(wanted uuid[]) RETURNS SETOF tenant_figures
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT * FROM tenant_figures WHERE tenant_id = ANY (wanted)
$$;
COMMENT ON FUNCTION platform_tenant_figures IS 'The figures of some tenants.';

CREATE FUNCTION platform_find_tenants_by_figure(
    figure text, search text, wanted_status text, wanted_plan text, is_descending boolean, beyond_value bigint, beyond_id uuid,
    row_limit integer, row_offset integer
) RETURNS SETOF tenants
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.* FROM tenants AS t LEFT JOIN tenant_figures AS f ON f.tenant_id = t.tenant_id
         WHERE t.tenant_id <> ''00000000-0000-7000-8000-000000000000'' AND platform_tenant_matches(t, $1, $2, $3)
           AND (coalesce(f.%1$I, 0), t.tenant_id) %2$s ($4, $5)
         ORDER BY coalesce(f.%1$I, 0) %3$s, t.tenant_id %3$s LIMIT $6 OFFSET $7',
        figure, CASE WHEN is_descending THEN '<' ELSE '>' END, CASE WHEN is_descending THEN 'DESC' ELSE 'ASC' END)
        USING search, wanted_status, wanted_plan, beyond_value, beyond_id, row_limit, row_offset;
END
$$;
COMMENT ON FUNCTION platform_find_tenants_by_figure IS 'A page of tenants by one of their figures.';
ALTER FUNCTION platform_put_tenant_figures OWNER TO tenancy_system;
ALTER FUNCTION platform_end_tenant_figures OWNER TO tenancy_system;
ALTER FUNCTION platform_tenant_figures OWNER TO tenancy_system;
ALTER FUNCTION platform_find_tenants_by_figure OWNER TO tenancy_system;
