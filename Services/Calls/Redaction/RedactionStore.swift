import JSON
package import Models
package import Postgres

/// What is silent in recordings, and taken out of transcripts.
struct RedactionStore: Sendable {
    private static let pauseMarginSeconds = 2.0

    let database: Database

    func list(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.Redaction] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: CallsAPI.Redaction.columns) FROM recording_redactions
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY start_seconds, id
            LIMIT \(Int32(RecodeCommand.mostSpans))
            """, as: CallsAPI.Redaction.self)
    }

    func find(_ id: RedactionID, in tenant: TenantID) async throws -> (call: CallID, redaction: CallsAPI.Redaction)? {
        try await database.tenant(tenant).first(
            """
            SELECT call_id, \(unescaped: CallsAPI.Redaction.columns) FROM recording_redactions
            WHERE tenant_id = \(tenant) AND id = \(id)
            """
        ) { row in (call: try row.next(CallID.self), redaction: try CallsAPI.Redaction(row: &row)) }
    }

    /// The spans of a call; a pause that nobody ended lasts for ever.
    func spans(of call: CallID, in tenant: TenantID) async throws -> [SilentSpan] {
        try await list(of: call, in: tenant).map(\.span)
    }

    /// Where a recording was paused.
    func pauses(of call: CallID, in tenant: TenantID) async throws -> [SilentSpan] {
        try await list(of: call, in: tenant).filter { $0.reason == .paused }.map(\.span)
    }

    /// Makes of the pauses that a carrier was told of stretches of the recording that it has made, and says whether
    /// there is any pause.
    ///
    /// The carrier does what it is told a moment later, and its clock is another one, so a stretch is a little longer.
    static func joinPauses(
        of call: CallID, isFirst: Bool = true, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> Bool {
        // They are stretches already once the call has a recording.
        if isFirst {
            try await transaction.execute(
                """
                INSERT INTO recording_redactions (tenant_id, id, call_id, start_seconds, end_seconds, reason, created_by)
                SELECT p.tenant_id, gen_random_uuid(), p.call_id,
                    greatest(0, extract(epoch FROM p.paused_at - t.at) - \(Self.pauseMarginSeconds))::double precision,
                    greatest(0, extract(epoch FROM coalesce(p.resumed_at, c.ended_at, now()) - t.at)
                        + \(Self.pauseMarginSeconds))::double precision,
                    'paused', p.paused_by
                FROM recording_pauses AS p
                JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                LEFT JOIN call_controls AS k ON k.tenant_id = p.tenant_id AND k.call_id = p.call_id
                CROSS JOIN LATERAL (SELECT coalesce(k.recording_started_at, c.answered_at, c.started_at) AS at) AS t
                WHERE p.tenant_id = \(tenant) AND p.call_id = \(call)
                """)
        }
        let isPaused = try await transaction.value(
            """
            SELECT EXISTS (
                SELECT FROM recording_redactions
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND reason = 'paused')
            """, as: Bool.self)
        return isPaused ?? false
    }

    /// Silences a stretch: its words go from every transcript, and a copy of the recording is made without it.
    func silence(
        _ span: SilentSpan, _ reason: CallsAPI.RedactionReason, of call: CallID, by person: UserID?,
        in tenant: TenantID
    ) async throws -> CallsAPI.Redaction? {
        try await database.tenant(tenant).transaction { transaction in
            let made = try await Self.add([span], reason, of: call, by: person, in: tenant, transaction)
            try await Self.silenceTranscripts(of: call, [span], in: tenant, transaction)
            try await ProvidedTranscriptStore(transaction: transaction, tenant: tenant).silence([span], of: call)
            return made.first
        }
    }

    /// The spans of a call, in a transaction that changes its words.
    static func spans(
        of call: CallID, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> [SilentSpan] {
        try await transaction.query(
            """
            SELECT \(unescaped: CallsAPI.Redaction.columns) FROM recording_redactions
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY start_seconds, id
            LIMIT \(Int32(RecodeCommand.mostSpans))
            """, as: CallsAPI.Redaction.self
        ).map(\.span)
    }

    /// Begins a pause; nil when one lasts already, or the recording is here.
    func pause(
        _ call: CallID, at seconds: Double, by person: UserID?, in tenant: TenantID
    ) async throws -> CallsAPI.Redaction? {
        try await database.tenant(tenant).first(
            """
            INSERT INTO recording_redactions (tenant_id, id, call_id, start_seconds, reason, created_by)
            SELECT \(tenant), \(RedactionID.make()), \(call), \(seconds), 'paused', \(person)
            WHERE NOT EXISTS (SELECT FROM recordings WHERE tenant_id = \(tenant) AND call_id = \(call))
            ON CONFLICT DO NOTHING RETURNING \(unescaped: CallsAPI.Redaction.columns)
            """, as: CallsAPI.Redaction.self)
    }

    /// Ends the pause that lasts; nil when none does.
    func resume(_ call: CallID, at seconds: Double, in tenant: TenantID) async throws -> CallsAPI.Redaction? {
        try await database.tenant(tenant).first(
            """
            UPDATE recording_redactions SET end_seconds = greatest(start_seconds, \(seconds))
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND end_seconds IS NULL
              AND NOT EXISTS (SELECT FROM recordings WHERE tenant_id = \(tenant) AND call_id = \(call))
            RETURNING \(unescaped: CallsAPI.Redaction.columns)
            """, as: CallsAPI.Redaction.self)
    }

    /// Lets a stretch be heard again; its words come back when the recording is written down again.
    ///
    /// False for a pause too: of that there is nothing to be heard.
    func remove(_ id: RedactionID, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(
                """
                DELETE FROM recording_redactions
                WHERE tenant_id = \(tenant) AND id = \(id) AND reason <> 'paused' RETURNING call_id
                """
            ) { row in try row.next(CallID.self) }
            guard let call else { return false }
            try await Self.wantCopy(of: call, in: tenant, transaction)
            return true
        }
    }

    /// Keeps what was found while a recording was written down.
    static func add(
        _ spans: [SilentSpan], _ reason: CallsAPI.RedactionReason, of call: CallID, by person: UserID?,
        in tenant: TenantID, _ transaction: Transaction
    ) async throws -> [CallsAPI.Redaction] {
        guard !spans.isEmpty else { return [] }
        let results = try await transaction.batch(
            spans.prefix(RecodeCommand.mostSpans).map { span in
                """
                INSERT INTO recording_redactions (tenant_id, id, call_id, channel, start_seconds, end_seconds, reason,
                    created_by)
                VALUES (\(tenant), \(RedactionID.make()), \(call), \(span.channel.map(Int32.init)),
                    \(span.startSeconds), \(span.endSeconds), \(reason.rawValue), \(person))
                RETURNING \(unescaped: CallsAPI.Redaction.columns)
                """
            })
        try await wantCopy(of: call, in: tenant, transaction)
        return try results.compactMap { result in
            try result.first { row throws(PostgresError) in try CallsAPI.Redaction(row: &row) }
        }
    }

    /// Has the copy made anew, when there is a recording.
    func wantCopy(of call: CallID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            try await Self.wantCopy(of: call, in: tenant, transaction)
        }
    }

    /// Has the copy made anew, when there is a recording, and the recording written down after it when that is wanted.
    static func wantCopy(
        of call: CallID, transcribing: Bool = false, in tenant: TenantID, _ transaction: Transaction
    ) async throws {
        let recordings = try await transaction.query(
            """
            UPDATE recordings SET redaction_wanted = redaction_wanted + 1
            WHERE tenant_id = \(tenant) AND call_id = \(call) RETURNING id
            """
        ) { row in try row.next(RecordingID.self) }
        guard let first = recordings.first else { return }
        // One job makes the copies of all files of the call.
        try await RedactRecordingJob.enqueue(call, first, transcribing: transcribing, in: transaction)
    }

    /// Says that the copy of a version is there, or is not needed; false when another one is wanted meanwhile.
    func finishCopy(
        of recording: RecordingID, version: Int, bytes: Int64?, sha256: [UInt8]?, in tenant: TenantID
    ) async throws -> Bool {
        try await database.tenant(tenant).execute(
            """
            UPDATE recordings SET redaction_done = \(Int32(clamping: version)), redacted_bytes = \(bytes),
                redacted_sha256 = \(sha256)
            WHERE tenant_id = \(tenant) AND id = \(recording) AND redaction_wanted = \(Int32(clamping: version))
            """) > 0
    }

    /// Takes the words of spans out of the transcripts of a call, or of those alone that are not current any more.
    static func silenceTranscripts(
        of call: CallID, _ spans: [SilentSpan], areRetired: Bool = false, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws {
        guard !spans.isEmpty else { return }
        let versions = try await transaction.query(
            """
            SELECT version, language, engine, model, segments, usage FROM transcripts
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND NOT (is_current AND \(areRetired)) FOR UPDATE
            """
        ) { row in try ResultStore.transcript(&row) }
        for stored in versions {
            let silenced = stored.transcript.silenced(in: spans)
            guard silenced != stored.transcript else { continue }
            let segments = try JSONText(encoding: silenced.segments)
            let words = WordCutter.distinctWords(in: silenced.text)
            try await transaction.execute(
                """
                UPDATE transcripts SET segments = \(segments), words = array_to_tsvector(\(words))
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND version = \(Int32(clamping: stored.version))
                """)
        }
    }
}

extension CallsAPI.Redaction: PostgresRowDecodable {
    static let columns: StaticString = "id, channel, start_seconds, end_seconds, reason, created_by, created_at"

    package init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(RedactionID.self), channel: try row.next(Int32?.self).map(Int.init),
            startSeconds: try row.next(Double.self), endSeconds: try row.next(Double?.self),
            reason: try row.next(CallsAPI.RedactionReason.self), createdBy: try row.next(UserID?.self),
            createdAt: try row.next(Timestamp.self))
    }

    var span: SilentSpan {
        SilentSpan(channel: channel, startSeconds: startSeconds, endSeconds: endSeconds ?? 1_000_000)
    }
}
