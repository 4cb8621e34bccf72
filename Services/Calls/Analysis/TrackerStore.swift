import Models
import Postgres

/// A tracker as it is kept.
struct StoredTracker: Sendable {
    var tracker: Tracker
    var isActive: Bool
    var createdAt: Timestamp
    var updatedAt: Timestamp
}

/// Trackers of tenants, and where their words were said.
struct TrackerStore: Sendable {
    /// Each is looked for in every call.
    static let most = 200

    let database: Database

    func list(in tenant: TenantID) async throws -> [StoredTracker] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: StoredTracker.columns) FROM call_trackers WHERE tenant_id = \(tenant)
            ORDER BY created_at DESC, id DESC LIMIT \(Int32(Self.most))
            """, as: StoredTracker.self)
    }

    /// Those that are looked for.
    func active(in tenant: TenantID) async throws -> [Tracker] {
        try await list(in: tenant).filter(\.isActive).map(\.tracker)
    }

    func find(_ id: TrackerID, in tenant: TenantID) async throws -> StoredTracker? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: StoredTracker.columns) FROM call_trackers WHERE tenant_id = \(tenant) AND id = \(id)
            """, as: StoredTracker.self)
    }

    /// Adds a tracker; 409 when there are too many.
    func create(
        name: String, phrases: [String], speaker: Speaker?, in tenant: TenantID
    ) async throws -> StoredTracker {
        let made = try await database.tenant(tenant).first(
            """
            INSERT INTO call_trackers (tenant_id, id, name, phrases, speaker)
            SELECT \(tenant), \(TrackerID.make()), \(name), \(phrases), \(speaker?.rawValue)
            WHERE (SELECT count(*) FROM call_trackers WHERE tenant_id = \(tenant)) < \(Self.most)
            RETURNING \(unescaped: StoredTracker.columns)
            """, as: StoredTracker.self)
        guard let made else { throw Failure(.conflict, "There are \(Self.most) trackers, which is the most.") }
        return made
    }

    /// Writes a tracker back; nil when another version is there, and a version of nil is any.
    func update(_ changed: StoredTracker, version: Int64?, in tenant: TenantID) async throws -> StoredTracker? {
        let tracker = changed.tracker
        return try await database.tenant(tenant).first(
            """
            UPDATE call_trackers SET name = \(tracker.name), phrases = \(tracker.phrases),
                speaker = \(tracker.speaker?.rawValue), is_active = \(changed.isActive), updated_at = now(),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(tracker.id)
              AND version = coalesce(\(version), \(tracker.version))
            RETURNING \(unescaped: StoredTracker.columns)
            """, as: StoredTracker.self)
    }

    func delete(_ id: TrackerID, version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).execute(
            """
            DELETE FROM call_trackers
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(version)::bigint IS NULL OR version = \(version))
            """) > 0
    }

    // Hits.

    /// What an analysis of a call found takes the place of what an earlier one did.
    static func replaceHits(_ hits: [Analysis.TrackerHit], of call: Call, in tenant: TenantID) -> [SQL] {
        let removal: SQL = "DELETE FROM call_tracker_hits WHERE tenant_id = \(tenant) AND call_id = \(call.id)"
        return [removal]
            + hits.map { hit in
                """
                INSERT INTO call_tracker_hits (tenant_id, call_id, tracker_id, tracker_version, hits, segment_ids,
                    started_at)
                SELECT \(tenant), \(call.id), id, \(hit.version), \(Int32(hit.count)),
                    \(hit.segmentIDs.map { Int32($0) }), \(call.startedAt)
                FROM call_trackers WHERE tenant_id = \(tenant) AND id = \(hit.trackerID)
                """
            }
    }

    /// Calls in which the words were said, within somebody's reach.
    func hits(
        of id: TrackerID, reach: CallReach, after: CallPosition?, limit: Int, offset: Int, in tenant: TenantID
    ) async throws -> [CallsAPI.TrackedCall] {
        try await database.tenant(tenant).query(
            """
            SELECT h.call_id, h.started_at, call.agent_id, h.tracker_version, h.hits, h.segment_ids
            FROM call_tracker_hits AS h
            JOIN calls AS call ON call.tenant_id = h.tenant_id AND call.id = h.call_id
            WHERE h.tenant_id = \(tenant) AND h.tracker_id = \(id) AND call.deleted_at IS NULL\(reach.condition)
              AND (\(after?.startedAt)::timestamptz IS NULL
                  OR (h.started_at, h.call_id) < (\(after?.startedAt), \(after?.id)))
            ORDER BY h.started_at DESC, h.call_id DESC LIMIT \(limit) OFFSET \(offset)
            """
        ) { row in
            let (call, started) = (try row.next(CallID.self), try row.next(Timestamp.self))
            let (agent, version) = (try row.next(UserID?.self), try row.next(Int64.self))
            return CallsAPI.TrackedCall(
                callID: call, startedAt: started, agentID: agent, trackerVersion: version,
                count: Int(try row.next(Int32.self)), segmentIDs: try row.next([Int32].self).map(Int.init))
        }
    }

    /// How many those are, up to a bound.
    func countHits(of id: TrackerID, reach: CallReach, in tenant: TenantID) async throws -> Int {
        let bound = Int32(CallListStore.countBound + 1)
        return try await database.tenant(tenant).value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM call_tracker_hits AS h
                JOIN calls AS call ON call.tenant_id = h.tenant_id AND call.id = h.call_id
                WHERE h.tenant_id = \(tenant) AND h.tracker_id = \(id) AND call.deleted_at IS NULL\(reach.condition)
                LIMIT \(bound)) AS counted
            """, as: Int.self) ?? 0
    }
}

extension StoredTracker: PostgresRowDecodable {
    static let columns: StaticString = "id, version, name, phrases, speaker, is_active, created_at, updated_at"

    init(row: inout RowReader) throws(PostgresError) {
        let (id, version) = (try row.next(TrackerID.self), try row.next(Int64.self))
        let (name, phrases) = (try row.next(String.self), try row.next([String].self))
        tracker = Tracker(
            id: id, version: version, name: name, phrases: phrases, speaker: try row.next(Speaker?.self))
        isActive = try row.next(Bool.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
    }
}
