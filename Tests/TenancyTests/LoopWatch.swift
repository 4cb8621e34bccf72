import IO

/// Counts how often a loop gets to other work; confined to the loop.
final class LoopWatch: @unchecked Sendable {
    private(set) var turns = 0
    private var isOver = false
    private var watching: Task<Void, Never>?

    init(_ loop: EventLoop) {
        watching = loop.spawn { [self] in
            while !isOver {
                turns += 1
                await Task.yield()
            }
        }
    }

    /// The number of turns.
    func end() async -> Int {
        isOver = true
        await watching?.value
        return turns
    }
}
