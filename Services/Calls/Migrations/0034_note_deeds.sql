-- What people change of how their calls are treated is told to the one audit log, by the transaction that changes it.
CREATE FUNCTION note_deed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    -- Who does it, as the request has set; without it, it is work of the program itself.
    origin     jsonb := nullif(current_setting('app.origin', true), '')::jsonb;
    old_row    jsonb := '{}';
    new_row    jsonb := '{}';
    given      jsonb;
    silent     text[] := ARRAY['tenant_id', 'version', 'created_at', 'updated_at', 'created_by', 'updated_by']
                   || string_to_array(TG_ARGV[3], ',');
    verb       text := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END;
    rule       text;
    sign       text;
    field      text;
    deed       text;
    event      uuid;
    number     bigint;
    happened   timestamptz := clock_timestamp();
BEGIN
    IF origin IS NULL THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
    given := CASE TG_OP WHEN 'DELETE' THEN old_row ELSE new_row END;
    -- `*name` notes that column alone.
    IF TG_ARGV[3] LIKE '*%' THEN
        silent := ARRAY(SELECT name FROM jsonb_object_keys(given) AS name WHERE name <> substr(TG_ARGV[3], 2));
    END IF;

    FOREACH rule IN ARRAY string_to_array(TG_ARGV[4], ',') LOOP
        sign := split_part(rule, ':', 1);
        field := rtrim(split_part(sign, '=', 1), '-');
        CONTINUE WHEN CASE
            WHEN sign IN ('INSERT', 'UPDATE', 'DELETE') THEN sign <> TG_OP
            WHEN sign = 'WHOLE' THEN false
            WHEN TG_OP <> 'UPDATE' OR old_row -> field = new_row -> field THEN true
            WHEN sign LIKE '%=%' THEN new_row ->> field IS DISTINCT FROM split_part(sign, '=', 2)
            WHEN sign LIKE '%-' THEN new_row ->> field IS NOT NULL
            ELSE new_row ->> field IS NULL END;
        verb := split_part(rule, ':', 2);
        EXIT;
    END LOOP;

    old_row := old_row - silent;
    new_row := new_row - silent;
    IF TG_OP = 'UPDATE' AND sign IS DISTINCT FROM 'WHOLE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, new_row -> o.key), '{}')
        INTO old_row, new_row FROM jsonb_each(old_row) AS o WHERE o.value IS DISTINCT FROM new_row -> o.key;
        IF old_row = '{}' AND new_row = '{}' THEN RETURN NULL; END IF;
    ELSE
        old_row := CASE WHEN TG_OP = 'DELETE' THEN jsonb_strip_nulls(old_row) ELSE '{}' END;
        new_row := jsonb_strip_nulls(new_row);
    END IF;
    -- What is long is told by the names of its columns.
    IF octet_length(old_row::text) > 4000 THEN
        old_row := jsonb_build_object('columns', ARRAY(SELECT jsonb_object_keys(old_row)));
    END IF;
    IF octet_length(new_row::text) > 4000 THEN
        new_row := jsonb_build_object('columns', ARRAY(SELECT jsonb_object_keys(new_row)));
    END IF;

    deed := TG_ARGV[1] || CASE TG_ARGV[2] WHEN '' THEN '' ELSE '/' || (given ->> TG_ARGV[2]) END;
    -- A version 7 of RFC 9562.
    event := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send(floor(extract(epoch FROM happened) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;
    INSERT INTO outbox_sequences AS known (tenant_id, subject, last)
    VALUES ((given ->> 'tenant_id')::uuid, 'deed/' || deed, 1)
    ON CONFLICT ON CONSTRAINT outbox_sequences_pkey DO UPDATE SET last = known.last + 1 RETURNING last INTO number;
    INSERT INTO outbox_events (tenant_id, id, type, version, subject, sequence, occurred_at)
    VALUES ((given ->> 'tenant_id')::uuid, event, 'deed.done', 1, 'deed/' || deed, number, happened);
    INSERT INTO outbox_payloads (tenant_id, event_id, data)
    VALUES ((given ->> 'tenant_id')::uuid, event, origin || jsonb_build_object(
        'action', TG_ARGV[0] || '.' || verb, 'subject', deed, 'before', nullif(old_row, '{}'), 'after', nullif(new_row, '{}')));
    INSERT INTO outbox_deliveries (tenant_id, event_id, subscriber, subject, sequence, next_attempt_at)
    VALUES ((given ->> 'tenant_id')::uuid, event, 'tenancy', 'deed/' || deed, number, happened);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_deed IS 'Tells tenancy of a change by somebody: a noun, the kind and the key of its subject, columns to keep silent about, and signs of verbs of its own.';

CREATE TRIGGER call_rubrics_noted AFTER INSERT OR UPDATE OR DELETE ON call_rubrics FOR EACH ROW
    EXECUTE FUNCTION note_deed('rubric', 'rubric', 'id', '', '');
CREATE TRIGGER call_trackers_noted AFTER INSERT OR UPDATE OR DELETE ON call_trackers FOR EACH ROW
    EXECUTE FUNCTION note_deed('tracker', 'tracker', 'id', '', '');
CREATE TRIGGER call_vocabularies_noted AFTER INSERT OR UPDATE OR DELETE ON call_vocabularies FOR EACH ROW
    EXECUTE FUNCTION note_deed('vocabulary', 'vocabulary', '', '', '');
CREATE TRIGGER call_dispositions_noted AFTER INSERT OR UPDATE OR DELETE ON call_dispositions FOR EACH ROW
    EXECUTE FUNCTION note_deed('disposition', 'disposition', 'id', '', 'retired_at:retired,retired_at-:restored');
CREATE TRIGGER call_tags_noted AFTER INSERT OR UPDATE OR DELETE ON call_tags FOR EACH ROW
    EXECUTE FUNCTION note_deed('tag', 'tag', 'id', '', '');
CREATE TRIGGER lines_noted AFTER INSERT OR UPDATE ON lines FOR EACH ROW
    EXECUTE FUNCTION note_deed('line', 'line', 'id', '', 'deleted_at:deleted');
CREATE TRIGGER contact_policies_noted AFTER INSERT OR UPDATE OR DELETE ON contact_policies FOR EACH ROW
    EXECUTE FUNCTION note_deed('contact_policy', 'contact_policy', '', '', 'INSERT:updated');
CREATE TRIGGER consent_types_noted AFTER INSERT OR UPDATE OR DELETE ON consent_types FOR EACH ROW
    EXECUTE FUNCTION note_deed('consent_type', 'consent_type', 'key', '', 'retired_at:retired');
CREATE TRIGGER consents_noted AFTER INSERT OR UPDATE OR DELETE ON consents FOR EACH ROW
    EXECUTE FUNCTION note_deed('consent', 'consent', 'id', 'subject_hash', 'INSERT:recorded,revoked_at:revoked');
CREATE TRIGGER do_not_call_noted AFTER INSERT OR UPDATE ON do_not_call FOR EACH ROW
    WHEN (NEW.source <> 'import')
    EXECUTE FUNCTION note_deed('do_not_call', 'do_not_call', 'id', 'number_hash', 'INSERT:added');
CREATE TRIGGER do_not_call_noted_gone AFTER DELETE ON do_not_call FOR EACH ROW
    EXECUTE FUNCTION note_deed('do_not_call', 'do_not_call', 'id', 'number_hash', 'DELETE:removed');
CREATE TRIGGER do_not_call_imports_noted AFTER INSERT ON do_not_call_imports FOR EACH ROW
    EXECUTE FUNCTION note_deed('do_not_call_import', 'do_not_call_import', 'id', 'row_count,added,known,refused,cancelled,is_finished', 'INSERT:begun');
CREATE TRIGGER do_not_call_imports_noted_done AFTER UPDATE ON do_not_call_imports FOR EACH ROW
    WHEN (NEW.is_finished AND NOT OLD.is_finished)
    EXECUTE FUNCTION note_deed('do_not_call_import', 'do_not_call_import', 'id', '', 'WHOLE:finished');
CREATE TRIGGER recording_consents_noted AFTER INSERT OR UPDATE OR DELETE ON recording_consents FOR EACH ROW
    EXECUTE FUNCTION note_deed('recording_consent', 'call', 'call_id', '', 'INSERT:set,UPDATE:set');
CREATE TRIGGER user_voip_settings_noted AFTER INSERT OR UPDATE OR DELETE ON user_voip_settings FOR EACH ROW
    EXECUTE FUNCTION note_deed('voice_settings', 'user', 'user_id', '', 'INSERT:updated');
CREATE TRIGGER agent_availability_noted AFTER INSERT OR UPDATE OR DELETE ON agent_availability FOR EACH ROW
    EXECUTE FUNCTION note_deed('availability', 'user', 'user_id', '', 'INSERT:updated');
CREATE TRIGGER dial_campaigns_noted AFTER INSERT OR UPDATE OR DELETE ON dial_campaigns FOR EACH ROW
    EXECUTE FUNCTION note_deed('campaign', 'campaign', 'id', '', 'state=running:started,state=paused:stopped,state=finished:finished');
CREATE TRIGGER call_legal_holds_noted AFTER INSERT OR UPDATE ON call_legal_holds FOR EACH ROW
    EXECUTE FUNCTION note_deed('legal_hold', 'call', 'call_id', '', 'INSERT:placed,released_at:released');
CREATE TRIGGER recording_redactions_noted AFTER INSERT OR DELETE ON recording_redactions FOR EACH ROW
    EXECUTE FUNCTION note_deed('redaction', 'call', 'call_id', '', 'DELETE:removed');
CREATE TRIGGER call_shares_noted AFTER INSERT OR UPDATE ON call_shares FOR EACH ROW
    EXECUTE FUNCTION note_deed('share', 'share', 'id', 'digest,password_hash,failures,views', 'revoked_at:revoked');
CREATE TRIGGER call_bulk_actions_noted AFTER INSERT OR UPDATE ON call_bulk_actions FOR EACH ROW
    EXECUTE FUNCTION note_deed('bulk_action', 'bulk_action', 'id', 'changed,skipped,audio_seconds,cost_micros,done_at,undone_at', 'INSERT:begun,state=undoing:undone');
CREATE TRIGGER call_report_schedules_noted AFTER INSERT OR UPDATE OR DELETE ON call_report_schedules FOR EACH ROW
    EXECUTE FUNCTION note_deed('report_schedule', 'report_schedule', 'id', 'next_at,last_at', '');
CREATE TRIGGER call_imports_noted AFTER INSERT OR UPDATE ON call_imports FOR EACH ROW
    EXECUTE FUNCTION note_deed('call_import', 'call_import', 'id', 'started_at,finished_at', 'INSERT:read,state=running:started,state=undoing:undone');
CREATE TRIGGER calls_noted AFTER UPDATE OF deleted_at ON calls FOR EACH ROW
    WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
    EXECUTE FUNCTION note_deed('call', 'call', 'id', '*deleted_at', 'deleted_at:deleted,deleted_at-:restored');
