import DatabaseTestSupport
import FoundationEssentials
import IO
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Gateway

/// The limits of one gateway of one loop, on a thread of its own, with connections of its own.
///
/// Confined to its loop but for `loop`.
final class GatewayUnderTest: @unchecked Sendable {
    let loop: EventLoop
    let leases: LeaseLoop
    let log = LogCapture()
    private let database: Database
    private var running: Task<Void, Never>?

    init(_ loop: EventLoop, _ test: TestDatabase, pace: LeaseLoop.Pace) {
        self.loop = loop
        database = test.open(on: loop, poolSize: 2)
        let store = LimitStore(
            database: database, process: UUID(), lease: .milliseconds(Int64(pace.lease)))
        leases = LeaseLoop(loop: loop, store: store, loops: 1, pace: pace, logger: log.logger())
        running = loop.spawn { [leases] in await leases.run() }
    }

    /// Takes one, as a request does.
    func take(_ bucket: LeasedBucket) async -> Bool {
        if leases.take(bucket) { return true }
        return await leases.await(bucket)
    }

    /// Waits until the leases are as a test needs them.
    func reach(_ condition: () -> Bool) async throws {
        for _ in 0..<2000 where !condition() { try await loop.sleep(for: .milliseconds(5)) }
    }

    /// Asks for as much as there is for some time; says between which times each was allowed.
    func hammer(_ bucket: LeasedBucket, for duration: Duration) async throws -> [Allowed] {
        var allowed: [Allowed] = []
        let end = ContinuousClock.now + duration
        while true {
            let asked = ContinuousClock.now
            guard asked < end else { break }
            if await take(bucket) {
                allowed.append(Allowed(asked: asked, answered: .now))
            } else {
                try await loop.sleep(for: .milliseconds(1))
            }
        }
        return allowed
    }

    func stop(givingBack: Bool = true) async {
        running?.cancel()
        await running?.value
        if givingBack { await leases.close() }
        database.close()
    }
}

/// Runs a test with several gateways that share one database.
func withGateways(
    _ count: Int, pace: LeaseLoop.Pace = LeaseLoop.Pace(),
    _ body: @escaping @Sendable ([GatewayUnderTest], TestDatabase) async throws -> Void
) async throws {
    try await withDatabase(migrations: GatewayMigrations.all, service: "gateway") { test in
        var gateways: [GatewayUnderTest] = []
        for index in 0..<count {
            let loop = EventLoop(name: "gateway-\(index)")
            loop.start()
            gateways.append(await loop.spawn { GatewayUnderTest(loop, test, pace: pace) }.value)
        }
        let result: Result<Void, any Error>
        do {
            for gateway in gateways {
                try await gateway.on { try await gateway.reach { gateway.leases.aloneSince == nil } }
            }
            result = .success(try await body(gateways, test))
        } catch { result = .failure(error) }
        for gateway in gateways {
            await gateway.loop.spawn { await gateway.stop() }.value
            gateway.loop.stop()
        }
        try result.get()
    }
}

extension GatewayUnderTest {
    /// Runs a body on the gateway's loop.
    @discardableResult
    func on<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let result = await loop.spawn { () async -> Result<Value, any Error> in
            do { return .success(try await body()) } catch { return .failure(error) }
        }.value
        return try result.get()
    }

    /// A bucket of a tenant, leased by this gateway.
    func bucket(
        _ tenant: TenantID, _ allowance: RateAllowance, _ measure: LeasedBucket.Measure = .rate, name: String = "api"
    ) -> LeasedBucket {
        let bucket = LeasedBucket(
            tenant: tenant, name: name, measure: measure, allowance: allowance, now: loop.now)
        leases.add(bucket)
        return bucket
    }
}

/// When a request was allowed.
struct Allowed {
    let asked: ContinuousClock.Instant
    let answered: ContinuousClock.Instant
}

/// How far any stretch of time has certainly more than a bucket lets through: 0 or less when none has.
func excess(_ all: [Allowed], over allowance: RateAllowance) -> Double {
    let all = all.sorted { $0.answered < $1.answered }
    guard let first = all.first?.asked else { return 0 }
    func due(_ time: ContinuousClock.Instant) -> Double { allowance.rate * (first.duration(to: time) / .seconds(1)) }
    var least = Double.infinity
    var most = -Double.infinity
    for (index, one) in all.enumerated() {
        least = min(least, Double(index) - due(one.asked))
        most = max(most, Double(index) - due(one.answered) - least + 1 - allowance.burst)
    }
    return most
}

/// Repeats what has to reach a figure in a given time until it does; that it never did counts where the machine left it the time.
///
/// Beside each attempt somebody else asks the database and the clock: where they are slow, so is everything, and the attempt says
/// nothing. Attempts themselves expect what holds on any machine.
func calmly(_ test: TestDatabase, _ attempt: () async throws -> Bool) async throws {
    for _ in 0..<5 {
        let watch = MachineWatch(test)
        let isReached: Result<Bool, any Error>
        do { isReached = .success(try await attempt()) } catch { isReached = .failure(error) }
        let slowest = await watch.stop()
        if try isReached.get() { return }
        guard slowest > .milliseconds(30) else {
            Issue.record("the figure was not reached on a machine that had the time: \(slowest) at most")
            return
        }
    }
}

/// How long somebody with nothing else to do has to wait for the database.
private final class MachineWatch: @unchecked Sendable {
    private let loop = EventLoop(name: "watch")
    private let database: Database
    private let asking: Task<Duration, Never>

    init(_ test: TestDatabase) {
        let loop = self.loop
        loop.start()
        let database = test.open(on: loop, poolSize: 1)
        self.database = database
        asking = loop.spawn {
            var slowest = Duration.zero
            while !Task.isCancelled {
                let began = ContinuousClock.now
                do {
                    try await database.execute("SELECT 1")
                    try await loop.sleep(for: .milliseconds(2))
                } catch { break }
                slowest = max(slowest, began.duration(to: .now))
            }
            return slowest
        }
    }

    func stop() async -> Duration {
        asking.cancel()
        let slowest = await asking.value
        await loop.spawn { [database] in database.close() }.value
        loop.stop()
        return slowest
    }
}
