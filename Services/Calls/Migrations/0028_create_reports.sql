-- Reports that are mailed again and again; the figures go to messaging in an event.
CREATE TABLE call_report_schedules (
    tenant_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    name          text        NOT NULL,
    cadence       text        NOT NULL,
    hour          integer     NOT NULL,
    weekday       integer,
    monthday      integer,
    recipient_ids uuid[]      NOT NULL,
    filter        jsonb       NOT NULL,
    is_paused     boolean     NOT NULL DEFAULT false,
    next_at       timestamptz NOT NULL,
    last_at       timestamptz,
    created_by    uuid        NOT NULL,
    version       bigint      NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_report_schedules_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_report_schedules_cadence_check CHECK (cadence IN ('daily', 'weekly', 'monthly')
        AND (cadence = 'weekly') = (weekday IS NOT NULL) AND (cadence = 'monthly') = (monthday IS NOT NULL))
);
COMMENT ON TABLE call_report_schedules IS 'Which report is mailed to whom, and when next: by the hour where the tenant is.';
CREATE INDEX call_report_schedules_due_idx ON call_report_schedules (next_at) WHERE NOT is_paused;
ALTER TABLE call_report_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_report_schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY call_report_schedules_tenant ON call_report_schedules USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION due_reports(bound integer) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.tenant_id, s.id FROM call_report_schedules AS s WHERE NOT s.is_paused AND s.next_at <= now()
    ORDER BY s.next_at LIMIT bound
$$;
COMMENT ON FUNCTION due_reports IS 'Reports of any tenant that are due.';
ALTER FUNCTION due_reports OWNER TO calls_system;
