import Synchronization

/// A log sink for tests that keeps its lines and lets a test wait for one.
package final class LogCapture: LogSink {
    private struct State {
        var lines: [String] = []
        var waiting: [(text: String, continuation: CheckedContinuation<String, Never>)] = []
    }

    private let state = Mutex(State())

    /// An empty log.
    package init() {}

    /// Keeps the line and resumes who waits for it.
    package func write(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        let resumed = state.withLock { state in
            state.lines.append(text)
            let matching = state.waiting.filter { text.contains($0.text) }
            state.waiting.removeAll { text.contains($0.text) }
            return matching
        }
        for waiter in resumed { waiter.continuation.resume(returning: text) }
    }

    /// Every line so far, without its line break.
    package var lines: [String] { state.withLock { $0.lines } }

    /// Every line so far in one text, for searches for what must not be there.
    package var text: String { lines.joined(separator: "\n") }

    /// The first line that contains the text: an earlier one at once, else the next; the test's time limit is the bound.
    package func line(containing text: String) async -> String {
        await withCheckedContinuation { continuation in
            let found: String? = state.withLock { state in
                if let line = state.lines.first(where: { $0.contains(text) }) { return line }
                state.waiting.append((text, continuation))
                return nil
            }
            if let found { continuation.resume(returning: found) }
        }
    }

    /// A logger that writes here, at every level.
    package func logger(service: String = "test") -> Logger {
        Logger(service: service, level: .debug, sink: self)
    }
}
