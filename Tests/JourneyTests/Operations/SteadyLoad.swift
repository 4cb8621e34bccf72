import FoundationEssentials
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Testing

/// Requests to every service, one after the other on connections that are kept, each sent once: whatever is not answered as it was at
/// first has failed.
///
/// Confined to the loop of its visit.
final class SteadyLoad: @unchecked Sendable {
    /// What is asked for, and how it is answered while nothing happens.
    private struct Question {
        let method: HTTPMethod
        let target: String
        let status: Int
    }

    private let caller: Caller
    private let visit: Visit
    private var questions: [Question] = []
    private var isStopped = false
    private var workers: [Task<Void, Never>] = []
    private var next = 0
    /// Requests that were answered.
    private(set) var answered = 0
    /// What went wrong, the first few of it.
    private(set) var failures: [String] = []
    private(set) var slowest = Duration.zero
    /// The external ids of calls that were acknowledged.
    private(set) var acknowledged: Set<String> = []

    init(_ caller: Caller) {
        self.caller = caller
        visit = caller.visit
    }

    /// Sees how each question is answered, and begins.
    func start(workers count: Int) async throws {
        for target in ["users", "calls", "leads", "chat", "appointments", "invoices"] {
            let status = try await caller.get("/api/v1/\(target)").status
            try #require(status < 500)
            questions.append(Question(method: .get, target: "/api/v1/\(target)", status: status))
        }
        workers = (0..<count).map { _ in visit.loop.spawn { await self.work() } }
    }

    func stop() async {
        isStopped = true
        for worker in workers { await worker.value }
    }

    private func work() async {
        while !isStopped {
            next += 1
            let number = next
            if number.isMultiple(of: 8) {
                await post(number)
            } else {
                let question = questions[number % questions.count]
                _ = await ask(question.method, question.target, wants: question.status)
            }
        }
    }

    /// A call is recorded; the answer may be lost without harm only because of its key.
    private func post(_ number: Int) async {
        let name = "steady-\(number)"
        do {
            let body = try JSON.encode(Caller.callBody(externalID: name))
            let headers: HTTPHeaders = ["Content-Type": "application/json", "Idempotency-Key": UUID().uuidString]
            if await ask(.post, "/api/v1/calls", headers, body: .bytes(body), wants: 201) { acknowledged.insert(name) }
        } catch { fail("\(error)") }
    }

    private func ask(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders = [:], body: HTTPClientRequest.Body = .empty,
        wants status: Int
    ) async -> Bool {
        var headers = headers
        headers.set("Host", caller.host)
        if let credential = caller.credential { headers.set("Authorization", "Bearer \(credential)") }
        let began = ContinuousClock.now
        do {
            let answer = try await visit.client.attempt(
                HTTPClientRequest(method: method, target: target, headers: headers, body: body), to: visit.gateway,
                deadline: .seconds(60))
            let bytes = try await answer.body.collect(upTo: 1 << 20)
            answered += 1
            slowest = max(slowest, ContinuousClock.now - began)
            if answer.status == status { return true }
            fail("\(method) \(target): \(answer.status) \(String(decoding: bytes, as: UTF8.self).prefix(300))")
        } catch { fail("\(method) \(target): \(error)") }
        return false
    }

    private func fail(_ what: String) {
        guard failures.count < 20 else { return }
        failures.append(what)
    }
}
