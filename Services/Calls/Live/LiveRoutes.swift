import HTTP
import IO
import JSON
import Models
import Postgres
import Web

/// Calls that run, over HTTP: told by one side, streamed to the other as server-sent events.
struct LiveRoutes: Sendable {
    /// How long a stream lasts; whoever listens comes back by itself, and is asked again who it is.
    static let streamTime = Duration.seconds(60)
    private static let heartbeat = Duration.seconds(15)
    private static let perRead = 100

    private let calls: CallStore
    private let store: LiveStore
    private let hub: LiveHub
    private let streamTime: Duration

    init(database: Database, hub: LiveHub, streamTime: Duration = LiveRoutes.streamTime) {
        calls = CallStore(database: database)
        store = LiveStore(database: database)
        self.hub = hub
        self.streamTime = streamTime
    }

    func tell(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.TellLive>
    ) async throws -> OK<CallsAPI.LiveReceipt> {
        let call = try await find(path.id, context)
        let last = try await LiveTranscript(store: store).take(
            body.value.updates, of: call, settings: context.settings, in: context.tenant)
        return OK(CallsAPI.LiveReceipt(lastID: last))
    }

    /// Everything that was told of a call, and what is told while the stream lasts.
    func stream(
        _ context: RequestContext, _ path: PathID<CallID>, _ request: RequestHeaders
    ) async throws -> Raw {
        let call = try await find(path.id, context).id
        var last: Int64 = 0
        if let text = request.headers["Last-Event-ID"] {
            guard let number = Int64(text), number >= 0 else {
                throw Failure(.badRequest, "The field Last-Event-ID has no number.")
            }
            last = number
        }
        guard hub.enter(call) else {
            throw Failure(.unavailable, "Too many calls are listened to.", headers: [("Retry-After", "10")])
        }
        let headers: HTTPHeaders = [
            "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
        ]
        guard request.method != .head else {
            hub.leave(call)
            return Raw(HTTPResponse(status: 200, headers: headers))
        }
        let (stream, tenant, start) = (self, context.tenant, last)
        return Raw(
            HTTPResponse(
                status: 200, headers: headers,
                body: .stream(length: nil) { writer in
                    let result: Result<Void, any Error>
                    do {
                        try await stream.write(call, after: start, of: tenant, to: writer)
                        result = .success(())
                    } catch {
                        result = .failure(error)
                    }
                    stream.hub.leave(call)
                    try result.get()
                }))
    }

    private func write(
        _ call: CallID, after start: Int64, of tenant: TenantID, to writer: HTTPBodyWriter
    ) async throws {
        let end = ContinuousClock.now + streamTime
        var last = start
        try await writer.write(Array("retry: 1000\n\n".utf8))
        while !Task.isCancelled {
            let news = hub.news(of: call)
            let told = try await store.read(of: call, after: last, limit: Self.perRead, in: tenant)
            for one in told {
                last = one.sequence
                // A document of the database's has no line breaks outside of its strings, and none that are not escaped.
                let head = "id: \(one.sequence)\nevent: \(one.kind.rawValue)\ndata: "
                try await writer.write(Array(head.utf8) + one.document.bytes + Array("\n\n".utf8))
            }
            if told.last?.kind == .ended { return }
            guard told.count < Self.perRead else { continue }
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return }
            await hub.wait(for: call, after: news, atMost: min(left, Self.heartbeat))
            if hub.news(of: call) == news { try await writer.write(Array(": still here\n\n".utf8)) }
        }
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let call = try await calls.find(id, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        return call
    }
}
