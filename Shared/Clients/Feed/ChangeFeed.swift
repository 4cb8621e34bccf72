import HTTP
package import HTTPClient
package import IO
import Models
import Synchronization
package import Telemetry

/// Follows tenancy's change feed for the whole process and hands what it tells to each loop.
///
/// One stream per process. Without tenancy the process goes on with what it knows, at a start with what it had saved;
/// the stream is taken up again by number, with growing pauses. Confined to the loop it was made for.
package final class ChangeFeed: @unchecked Sendable {
    /// Several heartbeats: a stream that says nothing for so long is broken.
    static let silence: Duration = .seconds(15)
    /// The file is written at most so often.
    private static let saveInterval: Duration = .seconds(30)
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(5)

    private let loop: EventLoop
    private let http: InternalHTTPClient
    private let endpoint: HTTPEndpoint
    private let tokens: any ServiceTokenSource
    private let file: FeedFile?
    private let logger: Logger
    /// One for each loop; loops ask for theirs from their own threads.
    private let states: Mutex<[ChangeFeedState]>
    private var stream: Task<Void, Never>?
    private var saving: Task<Void, Never>?
    private var hasUnsaved = false
    private var loadWaiters: [CheckedContinuation<Void, Never>] = []
    private var isConnected = false

    /// The state of the feed's own loop.
    package let state: ChangeFeedState

    /// A feed that keeps its last snapshot in `folder`, or nowhere.
    package init(
        loop: EventLoop, tenancy: HTTPEndpoint, tokens: any ServiceTokenSource, folder: String?, logger: Logger
    ) {
        self.loop = loop
        self.endpoint = tenancy
        self.tokens = tokens
        self.logger = logger
        file = folder.map { FeedFile(folder: $0) }
        // A client of its own: a stream that says nothing is given up earlier than other answers.
        var configuration = HTTPClientConfiguration()
        configuration.bodyIdleDeadline = Self.silence
        http = InternalHTTPClient(loop: loop, configuration: configuration)
        state = ChangeFeedState(loop: loop)
        states = Mutex([state])
    }

    /// The state that is kept on another loop; may be asked for from any thread.
    package func state(on other: EventLoop) -> ChangeFeedState {
        let (found, isNew) = states.withLock { states in
            if let known = states.first(where: { $0.loop === other }) { return (known, false) }
            let made = ChangeFeedState(loop: other)
            states.append(made)
            return (made, true)
        }
        if isNew {
            // What came before it was there.
            loop.execute { [self] in
                guard state.isLoaded else { return }
                let tables = state.tables
                other.execute { found.replace(with: tables) }
            }
        }
        return found
    }

    private func forEachState(_ body: @escaping @Sendable (ChangeFeedState) -> Void) {
        for state in states.withLock({ $0 }) { state.loop.execute { body(state) } }
    }

    /// Loads what was saved and begins to follow; returns once the saved state, if any, can be used.
    package func start() async {
        loop.preconditionCurrent()
        if let file {
            do {
                if let saved = try await WorkerPool.files.run({ try file.load() }) { replace(with: saved) }
            } catch {
                // Tenancy tells it all again.
                logger.warning("Saved changes not read", [.string("error.kind", "\(error)")])
            }
        }
        stream = loop.spawn { [weak self] in await self?.follow() }
    }

    /// Waits until there is a snapshot, saved or from tenancy.
    package func waitUntilLoaded() async {
        if state.isLoaded { return }
        await withCheckedContinuation { loadWaiters.append($0) }
    }

    /// Ends the stream and saves what has not been saved.
    package func stop() async {
        stream?.cancel()
        stream = nil
        http.close()
        saving?.cancel()
        await saving?.value
        saving = nil
        if hasUnsaved { await save() }
    }

    // Following.

    private func follow() async {
        var pause = Self.firstPause
        while !Task.isCancelled {
            let before = state.sequence
            do {
                try await readStream()
            } catch {
                if !Task.isCancelled, isConnected || pause == Self.firstPause {
                    logger.warning("Change feed lost", [.string("error.kind", "\(error)")])
                }
            }
            if isConnected || state.sequence > before { pause = Self.firstPause }
            isConnected = false
            // A random half of it off: all processes lose the feed together.
            do { try await loop.sleep(for: pause * Double.random(in: 0.5...1)) } catch { return }
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func readStream() async throws {
        let token = try await tokens.token(for: .tenancy)
        let after = state.isLoaded ? state.sequence : 0
        let request = HTTPClientRequest(
            method: .get, target: "/internal/changes?after=\(after)",
            headers: ["Authorization": "Bearer \(token)", "Accept": "application/x-ndjson"])
        let answer = try await http.send(request, to: endpoint, deadline: .seconds(10))
        guard answer.status == 200 else {
            if answer.status == 401 { tokens.drop(token, for: .tenancy) }
            throw StreamError(status: answer.status)
        }
        var reader = FeedReader(after: after)
        while let piece = try await answer.body.next() {
            let outcome = try reader.read(piece)
            if !isConnected {
                isConnected = true
                logger.info("Change feed followed", [.int("feed.sequence", Int(after))])
            }
            forEachState { $0.touch() }
            if let replacement = outcome.replacement { replace(with: replacement) }
            if !outcome.changes.isEmpty {
                forEachState { $0.apply(outcome.changes, sequence: outcome.sequence) }
            }
            if outcome.isCaughtUp, !state.isCurrent { forEachState { $0.becomeCurrent() } }
            if outcome.replacement != nil || !outcome.changes.isEmpty { saveSoon() }
        }
        throw StreamError(status: 0)
    }

    /// Tenancy refused the stream or, with status 0, ended it.
    private struct StreamError: Error, CustomStringConvertible {
        let status: Int
        var description: String { status == 0 ? "the stream ended" : "tenancy answered \(status)" }
    }

    private func replace(with tables: FeedTables) {
        forEachState { $0.replace(with: tables) }
        let waiters = loadWaiters
        loadWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    // Saving.

    private func saveSoon() {
        hasUnsaved = true
        guard saving == nil, file != nil else { return }
        saving = loop.spawn { [weak self] in
            await self?.save()
            // What comes meanwhile is saved together, after the interval.
            do { try await self?.loop.sleep(for: Self.saveInterval) } catch { return }
            self?.saving = nil
            if self?.hasUnsaved == true { self?.saveSoon() }
        }
    }

    private func save() async {
        guard let file else { return }
        hasUnsaved = false
        let tables = state.tables
        do {
            try await WorkerPool.files.run { try file.save(tables) }
        } catch {
            hasUnsaved = true
            logger.warning("Changes not saved", [.string("error.kind", "\(error)")])
        }
    }
}
