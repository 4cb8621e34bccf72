import IO
import Models
import Postgres
import Telemetry

/// Commits hooks to the inbox, many in one transaction: what comes while one is under way goes into the next.
///
/// Confined to its loop.
final class HookIntake: @unchecked Sendable {
    /// What one transaction takes, and what may wait for one: beyond it providers are told to come back.
    private static let batchHooks = 256
    private static let batchBytes = 4 << 20
    private static let waitingHooks = 4096
    private static let waitingBytes = 64 << 20

    private struct Waiting {
        let hook: ReceivedHook
        let continuation: CheckedContinuation<Result<Void, Failure>, Never>
    }

    private let store: InboxStore
    private let loop: EventLoop
    private let logger: Logger
    private let meters: InboxMeters
    private var waiting: [Waiting] = []
    /// Bodies that are being read or written.
    private var reserved = 0
    private var isWriting = false

    init(store: InboxStore, loop: EventLoop, logger: Logger, metrics: Metrics) {
        self.store = store
        self.loop = loop
        self.logger = logger
        meters = InboxMeters(metrics)
    }

    /// Keeps room for a body before it is read; whoever gets it gives it back by `release`.
    func reserve(_ bytes: Int) throws(Failure) {
        guard waiting.count < Self.waitingHooks, reserved + bytes <= Self.waitingBytes else { throw Self.busy }
        reserved += bytes
    }

    func release(_ bytes: Int) { reserved -= bytes }

    /// Returns once the hook is committed, or known as one that is.
    func take(_ hook: ReceivedHook) async throws {
        let result = await withCheckedContinuation { continuation in
            waiting.append(Waiting(hook: hook, continuation: continuation))
            write()
        }
        meters.taken(hook.address.service, result)
        try result.get()
    }

    private static let busy = Failure(.unavailable, headers: [("Retry-After", "1")])
    private static let away = Failure(.unavailable, headers: [("Retry-After", "5")])
    private static let full = Failure(
        .rateLimited, "Too many hooks of this account wait for delivery.", headers: [("Retry-After", "60")])

    private func write() {
        guard !isWriting else { return }
        isWriting = true
        loop.spawn {
            while !self.waiting.isEmpty { await self.write(self.nextBatch()) }
            self.isWriting = false
        }
    }

    private func nextBatch() -> [Waiting] {
        var bytes = 0
        let count = waiting.prefix(Self.batchHooks).prefix { entry in
            defer { bytes += entry.hook.size }
            return bytes == 0 || bytes + entry.hook.size <= Self.batchBytes
        }.count
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    private func write(_ batch: [Waiting]) async {
        // One statement cannot touch a row twice: of equal hooks one is written for all.
        var unique: [[UInt8]: ReceivedHook] = [:]
        for entry in batch { unique[entry.hook.key] = unique[entry.hook.key] ?? entry.hook }
        let hooks = unique.values.sorted { $0.id < $1.id }
        do {
            let full = try await store.add(hooks)
            for entry in batch {
                let isFull = full.contains(entry.hook.tenant)
                entry.continuation.resume(returning: isFull ? .failure(Self.full) : .success(()))
            }
            meters.wrote(hooks.count)
        } catch let error as PostgresError where error.kind == .server && batch.count > 1 {
            // No hook suffers from another's: each by itself.
            logger.warning("Hooks are written one by one", [.error("error", error)])
            for entry in batch { await write([entry]) }
        } catch {
            logger.warning("Hooks could not be written", [.int("count", batch.count), .error("error", error)])
            for entry in batch { entry.continuation.resume(returning: .failure(Self.away)) }
        }
    }
}

extension ReceivedHook {
    /// By which the table knows it.
    fileprivate var key: [UInt8] {
        Array("\(tenant.description)\(address.connection.description)".utf8) + identity.proof
    }
}
