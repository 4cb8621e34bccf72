import Synchronization

/// Gathers the finished steps of a process until they are exported.
///
/// It holds a bounded number of them and forgets the newest beyond that: a collector that is away costs traces and nothing else.
package final class Tracer: Sendable {
    private struct State {
        var spans: [TraceSpan] = []
        var lost = 0
    }

    /// Steps that wait at most.
    private static let capacity = 4096

    /// The one of the process: as with signals, there is one receiver however many parts a process has.
    package static let process = Tracer()

    private let isOn = Atomic(false)
    private let share = Mutex(0.0)
    private let state = Mutex(State())

    package init() {}

    /// Whether steps are wanted; asked before one is described.
    package var isEnabled: Bool { isOn.load(ordering: .relaxed) }

    /// Keeps from now on this share of all traces, 0 to 1.
    package func enable(share: Double) {
        self.share.withLock { $0 = share }
        isOn.store(share > 0, ordering: .relaxed)
    }

    /// Keeps a step, if tracing is on and its trace is among those that are kept.
    package func record(_ span: @autoclosure () -> TraceSpan) {
        guard isEnabled else { return }
        let span = span()
        guard span.trace.isSampled, span.trace.position < share.withLock(\.self) else { return }
        state.withLock { state in
            guard state.spans.count < Self.capacity else { return state.lost += 1 }
            state.spans.append(span)
        }
    }

    /// Takes out what has gathered, and how many steps were lost since the last time.
    package func take() -> (spans: [TraceSpan], lost: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.spans, state.lost)
        }
    }
}
