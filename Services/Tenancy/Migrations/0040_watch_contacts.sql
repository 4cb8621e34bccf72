-- Numbers that are taken out count too.
CREATE INDEX audit_log_taking_idx ON audit_log (occurred_at)
    WHERE action IN ('audit.exported', 'calls.exported', 'contacts.exported', 'export.downloaded', 'recording.downloaded');
DROP INDEX audit_log_taken_idx;

CREATE OR REPLACE FUNCTION platform_unusual_volume(at_least bigint, times bigint, bound integer)
    RETURNS TABLE (owner uuid, actor_kind text, actor_id uuid, recent bigint, usual bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH taken AS (
        SELECT l.tenant_id, l.actor_kind, l.actor_id,
            floor(extract(epoch FROM now() - l.occurred_at) / 86400)::integer AS days_ago,
            -- A thousand rows of a table are as much as a file.
            sum(1 + CASE WHEN jsonb_typeof(d.after -> 'rows') = 'number' THEN (d.after ->> 'rows')::numeric ELSE 0 END
                / 1000)::bigint AS volume
        FROM audit_log AS l
        LEFT JOIN audit_details AS d ON d.tenant_id = l.tenant_id AND d.audit_id = l.id
        WHERE l.action IN ('audit.exported', 'calls.exported', 'contacts.exported', 'export.downloaded', 'recording.downloaded')
          AND l.occurred_at > now() - interval '31 days' AND l.actor_id IS NOT NULL
        GROUP BY l.tenant_id, l.actor_kind, l.actor_id, days_ago
    )
    SELECT t.tenant_id, t.actor_kind, t.actor_id, t.volume, coalesce(max(b.volume), 0)
    FROM taken AS t
    LEFT JOIN taken AS b ON b.tenant_id = t.tenant_id AND b.actor_kind = t.actor_kind AND b.actor_id = t.actor_id
        AND b.days_ago BETWEEN 1 AND 30
    WHERE t.days_ago = 0 AND NOT EXISTS (
        SELECT FROM audit_log AS a WHERE a.tenant_id = t.tenant_id AND a.action = 'volume.unusual'
          AND a.subject = t.actor_kind || '/' || t.actor_id AND a.occurred_at > now() - interval '1 day')
    GROUP BY t.tenant_id, t.actor_kind, t.actor_id, t.volume
    HAVING t.volume >= greatest(at_least, times * coalesce(max(b.volume), 0))
    ORDER BY t.volume DESC LIMIT bound
$$;
