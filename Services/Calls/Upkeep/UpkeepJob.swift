import BlobStore
import Jobs
import Models
import Telemetry

/// Ends the wait of calls for recordings that did not come, and fails calls whose job died with its process.
struct SettleCallsJob: Job {
    static let kind = "settle_calls"
}

/// Removes for good what has been in the bin long enough.
struct PurgeBinJob: Job {
    static let kind = "purge_bin"
}

/// Removes bytes that no row has named for a day.
struct SweepBlobsJob: Job {
    static let kind = "sweep_blobs"
}

/// What has to be done again and again, for all tenants; each run does what there is and ends.
struct Upkeep: Sendable {
    /// Uploads that take longer than this are swept away under the sender's hands.
    private static let orphanAge = Duration.seconds(24 * 3_600)
    private static let day = 86_400
    private static let blobsPerPage = 1_000
    private static let marksPerRound = 1_000
    private static let tenantsPerRound = 100

    let store: UpkeepStore
    let pipeline: PipelineStore
    let recordings: RecordingStore
    let rollups: RollupStore
    let blobs: any BlobStore
    let configuration: UpkeepConfiguration
    let knowledge: any TenantKnowledge
    let logger: Logger

    /// Ends waits that are over and failures that nobody could note.
    func settle(now: Timestamp = .now()) async throws {
        let deadline = now - configuration.recordingWait
        for call in try await store.withoutRecording(since: deadline) {
            _ = try await pipeline.giveUpRecording(
                call.id, before: deadline,
                writesDown: knowledge.effectiveSettings(of: call.tenant)[Settings.transcribesCalls], in: call.tenant)
        }
        for call in try await store.abandoned() {
            _ = try await pipeline.noteFailure(
                call.id, code: "worker_lost",
                detail: "The process that worked on the call ended early, again and again.",
                isFinal: true, in: call.tenant)
        }
    }

    /// Empties the bin of what has been in it long enough: the row first, then the bytes.
    func purge(now: Timestamp = .now()) async throws {
        for tenant in try await store.tenantsWithBin(since: now - .seconds(Upkeep.day)) {
            // Whoever has set nothing has what the operator has.
            let days = knowledge.effectiveSettings(of: tenant).chosen(Settings.binDays)
            let time = days.map { .seconds($0 * Upkeep.day) } ?? configuration.binTime
            try await purge(before: now - time, in: tenant)
        }
    }

    private func purge(before deadline: Timestamp, in tenant: TenantID) async throws {
        while true {
            let calls = try await store.inBin(since: deadline, in: tenant)
            var gone = 0
            for call in calls {
                let purged = try await store.purge(call, before: deadline, in: tenant)
                if purged.isGone { gone += 1 }
                guard let recording = purged.recording else { continue }
                for variant in BlobKey.Variant.allCases {
                    try await blobs.delete(BlobKey(tenant: tenant, recording: recording, variant))
                }
            }
            if gone > 0 { logger.info("Calls removed for good", [.int("calls", gone)]) }
            guard calls.count == Int(UpkeepStore.bound), gone > 0 else { return }
        }
    }

    /// Walks through all bytes and removes what no row names, but for what may be an upload under way.
    func sweep(now: Timestamp = .now()) async throws {
        var (last, removed): (BlobKey?, Int) = (nil, 0)
        while true {
            let page = try await blobs.list(after: last, limit: Upkeep.blobsPerPage)
            guard let end = page.last else { break }
            let old = page.filter { $0.storedAt < now - Upkeep.orphanAge }
            for (tenant, entries) in Dictionary(grouping: old, by: \.key.tenant) {
                guard let tenant else { continue }
                removed += try await sweep(entries.map(\.key), of: tenant)
            }
            last = end.key
        }
        if let folder = blobs as? FileBlobStore { try await folder.removeAbandoned(olderThan: Upkeep.orphanAge) }
        if removed > 0 { logger.info("Bytes without a row removed", [.int("blobs", removed)]) }
    }

    private func sweep(_ keys: [BlobKey], of tenant: TenantID) async throws -> Int {
        let ids = Dictionary(grouping: keys, by: \.recording)
        let known = try await recordings.known(among: ids.keys.compactMap { $0 }, in: tenant)
        var removed = 0
        for (id, keys) in ids where id.map({ !known.contains($0) }) ?? false {
            for key in keys {
                try await blobs.delete(key)
                removed += 1
            }
        }
        return removed
    }

    /// Counts until no bucket is marked; a tenant with many marks has one round after the other, and the others theirs in between.
    func recount() async throws {
        var isMore = true
        while isMore {
            isMore = false
            for tenant in try await rollups.tenantsWithMarks(limit: Upkeep.tenantsPerRound) {
                if try await rollups.recount(upTo: Upkeep.marksPerRound, in: tenant) { isMore = true }
            }
        }
    }
}

extension BlobKey {
    /// The recording whose bytes they are; nil for a key of another shape, which is nobody's to remove.
    fileprivate var recording: RecordingID? {
        let segments = description.split(separator: "/")
        guard segments.count == 5 else { return nil }
        do { return try RecordingID(jsonText: String(segments[3])) } catch { return nil }
    }
}
