-- What tenants use of the API is counted where it comes in, and kept until billing has it.
CREATE TABLE usage_buckets (
    tenant_id uuid NOT NULL,
    bucket_at timestamptz NOT NULL,
    requests bigint NOT NULL,
    received_bytes bigint NOT NULL,
    sent_bytes bigint NOT NULL,
    handed_at timestamptz,
    CONSTRAINT usage_buckets_pkey PRIMARY KEY (tenant_id, bucket_at)
);
CREATE INDEX usage_buckets_due_idx ON usage_buckets (bucket_at, tenant_id) WHERE handed_at IS NULL;
CREATE INDEX usage_buckets_handed_idx ON usage_buckets (handed_at) WHERE handed_at IS NOT NULL;
COMMENT ON TABLE usage_buckets IS 'Requests and bytes of a tenant in a quarter of an hour, UTC. Numbers and ids only, so without row-level security.';
COMMENT ON COLUMN usage_buckets.handed_at IS 'When billing took it as it stands; null again when it grows.';
