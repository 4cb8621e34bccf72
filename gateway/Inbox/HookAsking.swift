import HTTP
import IO
import JSON
import Models

/// Passes a hook on whose answer its provider waits for, and answers in the service's place when it is down or late.
///
/// Confined to its loop.
final class HookAsking: @unchecked Sendable {
    private let forwarder: Forwarder
    private let loop: EventLoop
    /// Instead of the table's, so that a test need not wait.
    private let patience: Duration?

    init(forwarder: Forwarder, loop: EventLoop, patience: Duration? = nil) {
        self.patience = patience
        self.forwarder = forwarder
        self.loop = loop
    }

    func answer(_ visit: Visit, _ ask: HookAsk, _ route: DoorRoute, _ tenant: TenantID) async throws -> HTTPResponse {
        let deadline = patience ?? ask.deadline
        let hurried = DoorRoute(
            template: route.template, index: route.index, service: route.service, kind: route.kind,
            bodyLimit: route.bodyLimit, patience: deadline)
        // What comes late is cancelled by its task.
        visit.request.loss = nil
        do {
            let response = try await within(deadline) { [forwarder] in
                try await forwarder.forward(visit, to: hurried, tenant: tenant)
            }
            guard response.status >= 500 else { return response }
        } catch let error as HTTPBodyError {
            // The provider's own body.
            throw error
        } catch let error where DoorProblem.failure(for: error).status < 500 {
            throw error
        } catch {
            // The service's absence, whatever its name.
        }
        guard let response = Self.response(ask.fallback) else {
            throw Failure(.unavailable, headers: [("Retry-After", "5")])
        }
        return response
    }

    /// The body's result, or `upstreamTimeout` when it is not there in time: the provider's clock began with its request.
    private func within(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let (stream, continuation) = AsyncStream<Result<HTTPResponse, any Error>>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        let task = loop.spawn {
            do { continuation.yield(.success(try await body())) } catch { continuation.yield(.failure(error)) }
        }
        let timer = loop.timer(after: limit) { continuation.yield(.failure(Failure(.upstreamTimeout))) }
        defer {
            timer.cancel()
            task.cancel()
        }
        for await result in stream { return try result.get() }
        throw CancellationError()
    }

    /// Nil where only the service can answer.
    private static func response(_ fallback: HookAsk.Fallback) -> HTTPResponse? {
        switch fallback {
        case .voice:
            document(
                "text/xml; charset=utf-8",
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <Response><Say>We cannot take your call right now. Please call again in a few minutes.</Say><Hangup/></Response>
                """)
        case .vapiError:
            document("application/json", #"{"error":"We cannot take your call right now. Please call again later."}"#)
        case .vapiResults: document("application/json", #"{"results":[]}"#)
        case .retellInbound: document("application/json", #"{"call_inbound":{}}"#)
        case .none: nil
        }
    }

    private static func document(_ type: String, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": type, "Cache-Control": "no-store"], body: .bytes(Array(text.utf8)))
    }
}
