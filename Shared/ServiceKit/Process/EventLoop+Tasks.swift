package import IO

extension EventLoop {
    /// Runs a body as a task of this loop and waits for what it returns or throws; call from any loop.
    package func attempt<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let result = await spawn { () async -> Result<Value, any Error> in
            do { return .success(try await body()) } catch { return .failure(error) }
        }.value
        return try result.get()
    }

    /// Waits for tasks, but no longer than a time; false when some had not ended by then.
    ///
    /// Call on this loop.
    package func finish(_ tasks: [Task<Void, Never>], within limit: Duration) async -> Bool {
        let (stream, continuation) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let timer = timer(after: limit) { continuation.yield(false) }
        spawn {
            for task in tasks { await task.value }
            continuation.yield(true)
        }
        defer { timer.cancel() }
        for await hasFinished in stream { return hasFinished }
        return false
    }
}
