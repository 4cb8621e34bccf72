import IO

/// The tasks in which handlers run.
///
/// Each request has a task to itself while it runs, but a task that has finished one takes the next instead of ending:
/// to make a task costs as much as to parse and answer a small request. Requests that arrive together and whose
/// handlers need not wait are all run by one task in one turn of the loop. Whenever a handler could suspend while
/// others queue, another runner is already on its way, so nothing queues behind a suspended handler. A runner whose
/// request's connection was lost is cancelled and ends. Confined to its loop, hence `@unchecked Sendable`.
final class RequestRunners: @unchecked Sendable {
    /// One task; whoever holds it can cancel the handler that it runs.
    final class Runner: @unchecked Sendable {
        fileprivate var task: Task<Void, Never>?
        /// For the handler, which need not look at its task.
        let loss = RequestLoss()
        fileprivate var isCancelled: Bool { loss.hasHappened }

        func cancel() {
            loss.happen()
            task?.cancel()
        }
    }

    /// How many finished tasks are kept for later requests.
    private static let mostParked = 64

    private let loop: EventLoop
    private let handler: HTTPHandler
    /// What holds a request each; requests are large values to move around.
    private var queue: [any RequestExchange] = []
    private var next = 0
    /// Unsafe: each is taken out of the list to be resumed, so it is resumed once; the checked kind allocates.
    private var parked: [UnsafeContinuation<Void, Never>] = []
    /// Whether a runner is about to look at the queue.
    private var isWaking = false
    private var isStopped = false

    init(loop: EventLoop, handler: @escaping HTTPHandler) {
        self.loop = loop
        self.handler = handler
    }

    /// Has the handler of the exchange's request run as soon as what runs now suspends or ends.
    func run(_ exchange: any RequestExchange) {
        queue.append(exchange)
        wake()
    }

    private func wake() {
        guard !isWaking else { return }
        isWaking = true
        if let runner = parked.popLast() { return runner.resume() }
        let runner = Runner()
        runner.task = loop.spawn { [self] in await work(runner) }
    }

    private func takeNext() -> (any RequestExchange)? {
        guard next < queue.count else { return nil }
        let taken = queue[next]
        next += 1
        if next == queue.count {
            queue.removeAll(keepingCapacity: queue.count <= 1024)
            next = 0
        }
        return taken
    }

    private func work(_ runner: Runner) async {
        while true {
            isWaking = false
            while let exchange = takeNext() {
                if next < queue.count { wake() }
                guard let request = exchange.takeRequest(for: runner) else { continue }
                let response = await handler(request)
                if let stream = exchange.respond(response) { await exchange.run(stream) }
                guard !runner.isCancelled else {
                    if next < queue.count { wake() }
                    return
                }
            }
            guard !isStopped, parked.count < Self.mostParked else { return }
            await withUnsafeContinuation { parked.append($0) }
        }
    }

    /// Lets the tasks that wait for requests end.
    func stop() {
        isStopped = true
        let runners = parked
        parked = []
        for runner in runners { runner.resume() }
    }
}
