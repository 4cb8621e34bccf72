import IO
import Models
import Postgres

/// Wakes the streams of one loop when there is something new of their calls, whichever copy of the service took it.
///
/// Listens to the database only while there are streams. What was told lies in the table: a stream reads it at its own
/// pace, so that a slow reader holds nothing up and nothing is kept for it here.
/// Confined to its loop, hence `@unchecked Sendable`.
final class LiveHub: @unchecked Sendable {
    /// Streams of one loop at once.
    static let most = 500

    private struct Watched {
        var streams = 0
        /// Grows with each notification.
        var news: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let loop: EventLoop
    private let database: Database
    private var calls: [CallID: Watched] = [:]
    private var streams = 0
    private var tickets: UInt64 = 0
    private var listening: Task<Void, Never>?

    init(loop: EventLoop, database: Database) {
        self.loop = loop
        self.database = database
    }

    /// Begins to watch a call until `leave`; false when there are too many streams.
    func enter(_ call: CallID) -> Bool {
        guard streams < Self.most else { return false }
        streams += 1
        calls[call, default: Watched()].streams += 1
        if listening == nil { listening = loop.spawn { [self] in await listen() } }
        return true
    }

    func leave(_ call: CallID) {
        streams -= 1
        calls[call]?.streams -= 1
        if calls[call]?.streams == 0 { calls[call] = nil }
        guard streams == 0 else { return }
        listening?.cancel()
        listening = nil
    }

    /// What `wait` compares with; taken before the table is read.
    func news(of call: CallID) -> UInt64 { calls[call]?.news ?? 0 }

    /// Returns once there is something newer, the time is over, or the task is cancelled.
    func wait(for call: CallID, after news: UInt64, atMost time: Duration) async {
        guard calls[call]?.news == news, !Task.isCancelled else { return }
        tickets += 1
        let ticket = tickets
        let timer = loop.timer(after: time) { [self] in wake(ticket, of: call) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { calls[call]?.waiting[ticket] = $0 }
        } onCancel: {
            loop.execute { [self] in wake(ticket, of: call) }
        }
        timer.cancel()
    }

    private func wake(_ ticket: UInt64, of call: CallID) {
        calls[call]?.waiting.removeValue(forKey: ticket)?.resume()
    }

    private func wakeAll(of call: CallID) {
        guard var watched = calls[call] else { return }
        watched.news += 1
        let waiting = watched.waiting
        watched.waiting = [:]
        calls[call] = watched
        for continuation in waiting.values { continuation.resume() }
    }

    private func listen() async {
        for await notification in database.listen(LiveStore.channel) {
            switch notification {
            case .caughtUp: for call in Array(calls.keys) { wakeAll(of: call) }
            case .message(let text):
                do { wakeAll(of: CallID(try CallID(jsonText: text).uuid)) } catch { continue }
            }
        }
    }
}
