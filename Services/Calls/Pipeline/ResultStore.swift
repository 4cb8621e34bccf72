import JSON
import Models
import Postgres

/// What the pipeline has made of a call so far.
struct CallResults: Sendable {
    var recording: Recording?
    var transcript: StoredTranscript?
    var analysis: StoredAnalysis?
    /// What somebody said that the call came to.
    var outcome: CallOutcome?

    /// The transcript whose segments the findings name; nil when they are of an earlier one.
    var analysedTranscript: Transcript? {
        transcript?.version == analysis?.transcriptVersion ? transcript?.transcript : nil
    }

    /// The current transcript.
    struct StoredTranscript: Sendable {
        var version: Int
        var transcript: Transcript
    }

    /// The newest analysis, perhaps of an earlier transcript.
    struct StoredAnalysis: Sendable {
        var version: Int
        var transcriptVersion: Int
        var analysis: Analysis
        var analysedAt: Timestamp
    }
}

/// Reads what the pipeline has made.
struct ResultStore: Sendable {
    let database: Database

    /// Recording, current transcript and newest analysis, in one round trip.
    func results(of id: CallID, in tenant: TenantID) async throws -> CallResults {
        let answers = try await database.tenant(tenant).batch([
            """
            SELECT \(unescaped: Recording.columns) FROM recordings WHERE tenant_id = \(tenant) AND call_id = \(id)
            ORDER BY offset_seconds, position LIMIT 1
            """,
            """
            SELECT version, language, engine, model, segments, usage FROM transcripts
            WHERE tenant_id = \(tenant) AND call_id = \(id) AND is_current
            """,
            """
            SELECT version, transcript_version, document, created_at FROM analyses
            WHERE tenant_id = \(tenant) AND call_id = \(id) ORDER BY version DESC LIMIT 1
            """,
            """
            SELECT d.id, d.preset, d.name, d.category, d.position, d.version, d.created_at, d.updated_at, d.retired_at,
                c.disposition_note, c.disposition_at, c.disposition_by
            FROM calls AS c
            JOIN call_dispositions AS d ON d.tenant_id = c.tenant_id AND d.id = c.disposition_id
            WHERE c.tenant_id = \(tenant) AND c.id = \(id)
            """,
        ])
        return CallResults(
            recording: try answers[0].first { row throws(PostgresError) in try Recording(row: &row) },
            transcript: try answers[1].first { row in try Self.transcript(&row) },
            analysis: try answers[2].first { row in try Self.analysis(&row) },
            outcome: try answers[3].first { row in
                CallOutcome(
                    disposition: try Disposition(row: &row), note: try row.next(String?.self),
                    setAt: try row.next(Timestamp.self), setBy: try row.next(UserID?.self))
            })
    }

    /// The current transcript alone.
    func transcript(of id: CallID, in tenant: TenantID) async throws -> CallResults.StoredTranscript? {
        try await database.tenant(tenant).first(
            """
            SELECT version, language, engine, model, segments, usage FROM transcripts
            WHERE tenant_id = \(tenant) AND call_id = \(id) AND is_current
            """
        ) { row in try Self.transcript(&row) }
    }

    /// The day of an instant where the tenant is; PostgreSQL knows the zones.
    func day(of instant: Timestamp, in zone: TimeZoneName, _ tenant: TenantID) async throws -> LocalDate {
        let day = try await database.tenant(tenant).value(
            "SELECT (\(instant) AT TIME ZONE \(zone.name))::date", as: LocalDate.self)
        return day ?? LocalDate(daysSince1970: Int(instant.seconds / 86_400))
    }

    static func transcript(_ row: inout RowReader) throws -> CallResults.StoredTranscript {
        let version = Int(try row.next(Int32.self))
        let (language, engine) = (try row.next(String.self), try row.next(Engine.self))
        let (model, segments) = (try row.next(String.self), try row.next(JSONText.self))
        return CallResults.StoredTranscript(
            version: version,
            transcript: Transcript(
                language: language, engine: engine, model: model,
                segments: try segments.decode([Transcript.Segment].self),
                usage: try row.next(JSONText.self).decode(EngineUsage.self)))
    }

    static func analysis(_ row: inout RowReader) throws -> CallResults.StoredAnalysis {
        let version = Int(try row.next(Int32.self))
        let transcriptVersion = Int(try row.next(Int32.self))
        let document = try row.next(JSONText.self)
        return CallResults.StoredAnalysis(
            version: version, transcriptVersion: transcriptVersion, analysis: try document.decode(Analysis.self),
            analysedAt: try row.next(Timestamp.self))
    }
}
