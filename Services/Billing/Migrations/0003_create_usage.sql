-- What tenants use of the API, as the gateway counts it, is what plans are measured by.
CREATE TABLE usage_counts (
    tenant_id uuid NOT NULL,
    bucket_at timestamptz NOT NULL,
    requests bigint NOT NULL,
    received_bytes bigint NOT NULL,
    sent_bytes bigint NOT NULL,
    CONSTRAINT usage_counts_pkey PRIMARY KEY (tenant_id, bucket_at),
    CONSTRAINT usage_counts_counts_check CHECK (requests >= 0 AND received_bytes >= 0 AND sent_bytes >= 0)
);
ALTER TABLE usage_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY usage_counts_tenant ON usage_counts USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE usage_counts IS 'Requests and bytes of a tenant in a quarter of an hour, UTC.';
