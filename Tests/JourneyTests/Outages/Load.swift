import HTTP
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

/// Calls with recordings that are handed in whatever happens meanwhile, and what was acknowledged of them.
///
/// Confined to the loop of its visit.
final class Load: @unchecked Sendable {
    private let caller: Caller
    private let visit: Visit
    private let total: Int
    private var next = 0
    /// The number of each call whose recording was acknowledged, by the call's id.
    private(set) var acknowledged: [CallID: Int] = [:]
    /// Requests that had to be sent again.
    private(set) var failures = 0
    private var isStopped = false
    private var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(_ caller: Caller, total: Int) {
        self.caller = caller
        visit = caller.visit
        self.total = total
    }

    /// Hands in everything, so many at once; returns when all is acknowledged.
    func run(workers: Int) async throws {
        let tasks = (0..<workers).map { _ in
            visit.loop.spawn { () async -> Result<Void, any Error> in
                do {
                    try await self.work()
                    return .success(())
                } catch {
                    self.stop()
                    return .failure(error)
                }
            }
        }
        for task in tasks { try await task.value.get() }
    }

    /// Begins no further call.
    func stop() {
        isStopped = true
        for waiter in waiters { waiter.continuation.resume() }
        waiters = []
    }

    /// Waits until so many are acknowledged.
    func waitFor(_ count: Int) async {
        guard acknowledged.count < count, !isStopped else { return }
        await withCheckedContinuation { waiters.append((count, $0)) }
    }

    private func work() async throws {
        while next < total, !isStopped {
            let number = next
            next += 1
            let id = try await create(number)
            try await insist("recording \(number)") {
                let answer = try await self.caller.upload(Tone.wave(number), to: id)
                return answer.status == 202 ? true : try self.judge(answer)
            }
            acknowledged[id] = number
            let ready = waiters.filter { $0.count <= acknowledged.count }
            waiters.removeAll { $0.count <= acknowledged.count }
            for waiter in ready { waiter.continuation.resume() }
        }
    }

    private func create(_ number: Int) async throws -> CallID {
        var id: CallID?
        try await insist("call \(number)") {
            let answer = try await self.caller.post("/api/v1/calls", Caller.callBody(externalID: "load-\(number)"))
            guard [200, 201].contains(answer.status) else { return try self.judge(answer) }
            id = try answer.decoded(CallsAPI.Call.self).id
            return true
        }
        return try #require(id)
    }

    /// Refusals pass that say a part is away; everything else is a fault.
    private func judge(_ answer: Answer) throws -> Bool {
        guard [429, 502, 503, 504].contains(answer.status) else {
            throw ProgramError("\(answer.request): \(answer.status) \(answer.text)")
        }
        return false
    }

    private func insist(_ what: String, _ attempt: () async throws -> Bool) async throws {
        try await visit.until(what, within: .seconds(400)) {
            do {
                if try await attempt() { return true }
            } catch is HTTPClientError {} catch is HTTPBodyError {}
            failures += 1
            return false
        }
    }
}
