import JSON
import Models
import Postgres

/// The rows of imports.
struct CallImportStore {
    /// Rows of one statement.
    private static let bound = 1_000

    let rows: any SQLExecutor
    let tenant: TenantID

    func create(_ id: CallImportID, source: String, by user: UserID?) async throws {
        try await rows.execute(
            """
            INSERT INTO call_imports (tenant_id, id, source, created_by)
            VALUES (\(tenant), \(id), \(source), \(user))
            """)
    }

    /// Keeps rows; those whose call is there already are known at once, as are second rows of one id.
    func add(_ read: ArraySlice<(number: Int, row: ImportFile.Row)>, to id: CallImportID, source: String) async throws {
        let documents = read.map(\.row.document)
        let numbers = read.map { Int32($0.number) }
        let ids = read.map { $0.row.call?.externalID ?? "" }
        let faults = try read.map { try JSONText(encoding: $0.row.faults) }
        try await rows.execute(
            """
            INSERT INTO call_import_rows (tenant_id, import_id, number, external_id, document, state, faults)
            SELECT \(tenant), \(id), told.number, nullif(told.external_id, ''), told.document::jsonb,
                CASE WHEN told.faults <> '[]' THEN 'faulty'
                    WHEN EXISTS (SELECT FROM calls WHERE calls.tenant_id = \(tenant) AND calls.source = \(source)
                        AND NOT calls.is_test AND calls.external_id = told.external_id)
                        OR EXISTS (SELECT FROM call_import_rows AS other WHERE other.tenant_id = \(tenant)
                            AND other.import_id = \(id) AND other.external_id = told.external_id)
                    THEN 'known' ELSE 'waiting' END,
                ARRAY(SELECT jsonb_array_elements_text(told.faults::jsonb))
            FROM unnest(\(numbers)::int[], \(ids)::text[], \(documents)::text[], \(faults.map(Self.text))::text[])
                AS told (number, external_id, document, faults)
            """)
    }

    private static func text(_ document: JSONText) -> String { String(decoding: document.bytes, as: UTF8.self) }

    /// One import, or all of them, counted, with what their calls and seconds would cost.
    func list(
        _ id: CallImportID? = nil, cost: @Sendable @escaping (_ calls: Int, _ seconds: Double) -> Int64
    ) async throws -> [CallsAPI.Import] {
        try await rows.query(
            """
            SELECT i.id, i.source, i.state, i.created_at, i.finished_at, count(r.number),
                count(*) FILTER (WHERE r.state = 'waiting'), count(*) FILTER (WHERE r.state = 'created'),
                count(*) FILTER (WHERE r.state = 'known'), count(*) FILTER (WHERE r.state = 'faulty'),
                count(*) FILTER (WHERE r.state = 'undone'),
                coalesce(sum(extract(epoch FROM (r.document ->> 'ended_at')::timestamptz
                    - (r.document ->> 'started_at')::timestamptz))
                    FILTER (WHERE r.state IN ('waiting', 'created') AND r.document ? 'ended_at'), 0)::float8
            FROM call_imports AS i
            LEFT JOIN call_import_rows AS r ON r.tenant_id = i.tenant_id AND r.import_id = i.id
            WHERE i.tenant_id = \(tenant) AND (\(id)::uuid IS NULL OR i.id = \(id))
            GROUP BY i.tenant_id, i.id ORDER BY i.created_at DESC, i.id DESC LIMIT 100
            """
        ) { row in
            let (id, source, state) = (
                try row.next(CallImportID.self), try row.next(String.self), try row.next(String.self)
            )
            let (created, finished) = (try row.next(Timestamp.self), try row.next(Timestamp?.self))
            let (count, waiting, made) = (try row.next(Int.self), try row.next(Int.self), try row.next(Int.self))
            let (known, faulty, undone) = (try row.next(Int.self), try row.next(Int.self), try row.next(Int.self))
            let seconds = try row.next(Double.self)
            return CallsAPI.Import(
                id: id, source: source, state: state, rows: count, waiting: waiting, created: made, known: known,
                faulty: faulty, undone: undone, durationSeconds: Int(seconds),
                // 16 bits at 8 kHz.
                storageBytes: Int64(seconds * 16_000), costMicros: cost(waiting + made, seconds),
                createdAt: created, finishedAt: finished)
        }
    }

    func report(_ id: CallImportID, after number: Int, state: String?, limit: Int) async throws -> [CallsAPI.ImportRow]
    {
        try await rows.query(
            """
            SELECT number, external_id, state, faults, call_id FROM call_import_rows
            WHERE tenant_id = \(tenant) AND import_id = \(id) AND number > \(Int32(number))
              AND (\(state)::text IS NULL OR state = \(state))
            ORDER BY number LIMIT \(limit)
            """
        ) { row in
            CallsAPI.ImportRow(
                number: Int(try row.next(Int32.self)), externalID: try row.next(String?.self),
                state: try row.next(String.self), faults: try row.next([String].self),
                callID: try row.next(CallID?.self))
        }
    }

    /// Moves an import on; false when it is not where it would have to be.
    func move(_ id: CallImportID, from: [String], to state: String) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE call_imports SET state = \(state),
                started_at = CASE WHEN \(state) = 'running' THEN now() ELSE started_at END,
                finished_at = CASE WHEN \(state) IN ('done', 'undone') THEN now() ELSE finished_at END
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = ANY (\(from))
            """) == 1
    }

    func source(of id: CallImportID) async throws -> String? {
        try await rows.first("SELECT source FROM call_imports WHERE tenant_id = \(tenant) AND id = \(id)") { row in
            try row.next(String.self)
        }
    }

    /// Some rows that wait, held to the end of the transaction.
    func waiting(_ id: CallImportID, limit: Int) async throws -> [(number: Int, call: ImportedCall)] {
        try await rows.query(
            """
            SELECT number, document FROM call_import_rows
            WHERE tenant_id = \(tenant) AND import_id = \(id) AND state = 'waiting'
            ORDER BY number LIMIT \(limit) FOR UPDATE
            """
        ) { row in
            (number: Int(try row.next(Int32.self)), call: try row.next(JSONText.self).decode(ImportedCall.self))
        }
    }

    func settle(_ id: CallImportID, _ outcomes: [(number: Int, call: CallID?)]) async throws {
        let numbers = outcomes.map { Int32($0.number) }
        let calls = outcomes.map { $0.call?.description ?? "" }
        try await rows.execute(
            """
            UPDATE call_import_rows AS r SET call_id = nullif(told.call_id, '')::uuid,
                state = CASE WHEN told.call_id = '' THEN 'known' ELSE 'created' END
            FROM unnest(\(numbers)::int[], \(calls)::text[]) AS told (number, call_id)
            WHERE r.tenant_id = \(tenant) AND r.import_id = \(id) AND r.number = told.number
            """)
    }
}
