import IO

/// Lets so many child processes run at once, the others wait in order; decoders and recognisers take all the processor
/// time that they can get.
///
/// One for all loops of the process: an actor, since loops are threads.
actor ChildSlots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    /// Half the cores, at least one.
    static func forRecognition(cores: Int) -> ChildSlots { ChildSlots(max(1, cores / 2)) }

    /// Runs the body once a slot is free.
    nonisolated func use<Value>(_ body: () async throws -> Value) async throws -> Value {
        await enter()
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await leave()
        return try result.get()
    }

    private func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().resume()
    }
}
