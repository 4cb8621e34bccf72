package import IO

/// Runs an async body on a fresh event loop with a thread of its own, and stops the loop afterwards.
@discardableResult
package func withLoop<Success: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Success
) async throws -> Success {
    let loop = EventLoop(name: "test")
    loop.start()
    let result = await loop.spawn { () async -> Result<Success, any Error> in
        do { return .success(try await body(loop)) } catch { return .failure(error) }
    }.value
    loop.stop()
    return try result.get()
}
