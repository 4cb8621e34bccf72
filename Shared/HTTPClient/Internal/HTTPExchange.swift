import HTTP
import IO

/// A request that has been sent, and whose answer's head is still to come.
///
/// Confined to its client's loop.
package struct HTTPExchange {
    private let connection: UpstreamConnection
    private let wasReused: Bool
    private let loss: RequestLoss?

    private init(_ connection: UpstreamConnection, _ loss: RequestLoss?) {
        self.connection = connection
        self.loss = loss
        wasReused = connection.wasUsed
    }

    /// Sends the request.
    static func begin(
        _ request: HTTPClientRequest, on connection: UpstreamConnection, deadline: UInt64
    ) throws -> HTTPExchange {
        let exchange = HTTPExchange(connection, request.loss)
        do { try connection.send(request, deadline: deadline) } catch { throw exchange.failure(error) }
        return exchange
    }

    /// The answer, as soon as its head is there; what fails is a `HTTPAttemptFailure`.
    package func head() async throws -> HTTPClientResponse {
        let number = connection.number
        do {
            if let loss {
                return try await withUnsafeThrowingContinuation { connection.wait(for: $0, loss) }
            }
            return try await withTaskCancellationHandler {
                // Unsafe: the connection resumes it exactly once; the checked kind costs as much as the whole switch.
                try await withUnsafeThrowingContinuation { connection.wait(for: $0) }
            } onCancel: { [connection] in
                connection.tcp.loop.execute { connection.cancel(number) }
            }
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: any Error) -> any Error {
        guard let error = error as? HTTPClientError else { return error }
        return HTTPAttemptFailure(error: error, reach: connection.reach(of: error, wasReused: wasReused))
    }
}
