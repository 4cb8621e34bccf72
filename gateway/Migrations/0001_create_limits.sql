-- The rates that several gateways share: each takes tokens out of one bucket and says how many of them it still has.
CREATE TABLE limit_buckets (
    tenant_id uuid NOT NULL,
    name text NOT NULL CONSTRAINT limit_buckets_name_check CHECK (length(name) BETWEEN 1 AND 80),
    tokens double precision NOT NULL,
    refilled_at timestamptz NOT NULL,
    CONSTRAINT limit_buckets_pkey PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE limit_buckets IS 'What no gateway has taken of a limit; a row that is missing is a full bucket. Ids only, so without row-level security.';
COMMENT ON COLUMN limit_buckets.name IS 'The kind of traffic, or an API key by its digest.';
COMMENT ON COLUMN limit_buckets.tokens IS 'At refilled_at; below zero when gateways went on alone while they could not ask.';

CREATE TABLE limit_holdings (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    holder_id uuid NOT NULL,
    tokens double precision NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT limit_holdings_pkey PRIMARY KEY (tenant_id, name, holder_id),
    CONSTRAINT limit_holdings_bucket_fkey FOREIGN KEY (tenant_id, name)
        REFERENCES limit_buckets (tenant_id, name) ON DELETE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE limit_holdings IS 'What a gateway has taken and not yet used when it last said; it uses none of it after expires_at.';

CREATE TABLE limit_holders (
    id uuid NOT NULL CONSTRAINT limit_holders_pkey PRIMARY KEY,
    process_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE limit_holders IS 'The gateways at work, one row for each of their loops: how many share a limit while they cannot ask.';
