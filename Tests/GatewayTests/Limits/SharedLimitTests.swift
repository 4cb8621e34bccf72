import DatabaseTestSupport
import HTTP
import Models
import Postgres
import Telemetry
import Testing
import TestSupport

@testable import Gateway

@Suite struct SharedLimitTests {
    @Test func `two gateways let through no more than one limit, and nearly all of it`() async throws {
        try await withGateways(2) { gateways, test in
            let allowance = RateAllowance(rate: 300, burst: 200)
            try await calmly(test) {
                let tenant = TenantID.make()
                let started = ContinuousClock.now
                async let one = gateways[0].on { [gateway = gateways[0]] in
                    try await gateway.hammer(gateway.bucket(tenant, allowance), for: .seconds(3))
                }
                async let other = gateways[1].on { [gateway = gateways[1]] in
                    try await gateway.hammer(gateway.bucket(tenant, allowance), for: .seconds(3))
                }
                let (first, second) = try await (one, other)
                let all = first + second
                let limit = allowance.burst + allowance.rate * (started.duration(to: .now) / .seconds(1))
                #expect(excess(all, over: allowance) <= 0)
                #expect(Double(all.count) <= limit)
                return Double(all.count) >= 0.9 * limit && min(first.count, second.count) * 10 > all.count
            }
        }
    }

    @Test func `one gateway reaches the full rate`() async throws {
        try await withGateways(1) { gateways, test in
            let allowance = RateAllowance(rate: 300, burst: 600)
            let gateway = gateways[0]
            try await calmly(test) {
                let started = ContinuousClock.now
                let all = try await gateway.on {
                    try await gateway.hammer(gateway.bucket(.make(), allowance), for: .seconds(2))
                }
                let limit = allowance.burst + allowance.rate * (started.duration(to: .now) / .seconds(1))
                #expect(excess(all, over: allowance) <= 0)
                return Double(all.count) >= 0.9 * limit
            }
        }
    }

    @Test func `the whole burst is there for one gateway though another holds a part`() async throws {
        try await withGateways(2) { gateways, _ in
            let allowance = RateAllowance(rate: 1, burst: 200)
            let tenant = TenantID.make()
            let started = ContinuousClock.now
            _ = try await gateways[0].on { [gateway = gateways[0]] in
                await gateway.take(gateway.bucket(tenant, allowance))
            }
            let taken = try await gateways[1].on { [gateway = gateways[1]] in
                let bucket = gateway.bucket(tenant, allowance)
                var taken = 0
                while await gateway.take(bucket) { taken += 1 }
                return taken
            }
            let refilled = Int(started.duration(to: .now) / .seconds(1))
            #expect(taken >= 180 && taken < 200 + refilled)
        }
    }

    @Test func `another tenant is not affected`() async throws {
        try await withGateways(1) { gateways, _ in
            let gateway = gateways[0]
            try await gateway.on {
                let busy = gateway.bucket(.make(), RateAllowance(rate: 1, burst: 5))
                while await gateway.take(busy) {}
                let quiet = gateway.bucket(.make(), RateAllowance(rate: 1, burst: 5))
                for _ in 0..<5 {
                    let taken = await gateway.take(quiet)
                    #expect(taken)
                }
            }
        }
    }

    @Test func `places are counted over all gateways and come back`() async throws {
        try await withGateways(2) { gateways, _ in
            let allowance = RateAllowance(rate: 0, burst: 50)
            let tenant = TenantID.make()
            var buckets: [LeasedBucket] = []
            for gateway in gateways {
                buckets.append(try await gateway.on { gateway.bucket(tenant, allowance, .places, name: "requests") })
            }
            func fill(_ index: Int) async throws -> Int {
                try await gateways[index].on { [gateway = gateways[index], bucket = buckets[index]] in
                    var taken = 0
                    while await gateway.take(bucket) { taken += 1 }
                    return taken
                }
            }
            let first = try await fill(0)
            let second = try await fill(1)
            #expect(first + second == 50)
            try await gateways[0].on { [bucket = buckets[0]] in for _ in 0..<first { bucket.giveBack() } }
            // What the first has no use for goes back with its next lease, at the latest at its next look.
            try await gateways[1].on { [gateway = gateways[1], bucket = buckets[1]] in
                var more = 0
                try await gateway.reach {
                    while gateway.leases.take(bucket) { more += 1 }
                    return more >= 40
                }
                #expect(more >= 40 && second + more <= 50)
            }
        }
    }

    @Test func `what a gateway held when it died is there again when its lease has lapsed`() async throws {
        var pace = LeaseLoop.Pace()
        pace.lease = 1_500
        let lease = Duration.milliseconds(1_500)
        try await withGateways(2, pace: pace) { gateways, _ in
            let allowance = RateAllowance(rate: 0, burst: 20)
            let tenant = TenantID.make()
            let started = ContinuousClock.now
            try await gateways[0].on { [gateway = gateways[0]] in
                let bucket = gateway.bucket(tenant, allowance, .places)
                for _ in 0..<20 { _ = await gateway.take(bucket) }
                await gateway.stop(givingBack: false)
            }
            try await gateways[1].on { [gateway = gateways[1]] in
                let bucket = gateway.bucket(tenant, allowance, .places)
                var taken = 0
                // On a machine that took so long the lease may have lapsed already.
                if await gateway.take(bucket) {
                    taken = 1
                    #expect(started.duration(to: .now) >= lease)
                }
                try await gateway.reach {
                    while gateway.leases.take(bucket) { taken += 1 }
                    return taken == 20
                }
                #expect(taken == 20)
            }
        }
    }

    @Test func `a plan is in force at once`() async throws {
        try await withGateways(1) { gateways, _ in
            let gateway = gateways[0]
            try await gateway.on {
                let bucket = gateway.bucket(.make(), RateAllowance(rate: 1, burst: 5))
                while await gateway.take(bucket) {}
                #expect(bucket.policyLine.description == "RateLimit-Policy: \"api\";q=5;w=5\r\n")
                bucket.change(to: RateAllowance(rate: 2000, burst: 2000))
                #expect(bucket.policyLine.description == "RateLimit-Policy: \"api\";q=2000;w=1\r\n")
                var taken = 0
                let started = ContinuousClock.now
                try await gateway.reach {
                    while gateway.leases.take(bucket) { taken += 1 }
                    return taken >= 500
                }
                // Of the plan before there would be one a second.
                #expect(taken >= 500 && Double(taken) > 5 + 2 * (started.duration(to: .now) / .seconds(1)))
                let changed = ContinuousClock.now
                bucket.change(to: RateAllowance(rate: 1, burst: 5))
                var after = 0
                while await gateway.take(bucket) { after += 1 }
                #expect(after <= 6 + Int(changed.duration(to: .now) / .seconds(1)))
            }
        }
    }

    @Test func `while the database is away gateways go on with their parts and pay back what was too much`()
        async throws
    {
        var pace = LeaseLoop.Pace()
        pace.heartbeat = 50
        pace.retry = 50
        try await withGateways(2, pace: pace) { gateways, test in
            let allowance = RateAllowance(rate: 400, burst: 100)
            let tenant = TenantID.make()
            for gateway in gateways {
                try await gateway.on { try await gateway.reach { gateway.leases.sharers.processes == 2 } }
            }
            var buckets: [LeasedBucket] = []
            for gateway in gateways { buckets.append(try await gateway.on { gateway.bucket(tenant, allowance) }) }
            try await test.setReachable(false)
            for gateway in gateways {
                try await gateway.on { try await gateway.reach { gateway.leases.aloneSince != nil } }
            }
            let started = ContinuousClock.now
            async let one = gateways[0].on { [gateway = gateways[0], bucket = buckets[0]] in
                try await gateway.hammer(bucket, for: .seconds(1))
            }
            async let other = gateways[1].on { [gateway = gateways[1], bucket = buckets[1]] in
                try await gateway.hammer(bucket, for: .seconds(1))
            }
            let all = try await one + other
            let limit = allowance.burst + allowance.rate * (started.duration(to: .now) / .seconds(1))
            #expect(Double(all.count) <= limit)
            // Each has its part at once, and more with each moment that it was asked.
            #expect(Double(all.count) >= 0.4 * allowance.burst)
            try await test.setReachable(true)
            for gateway in gateways {
                try await gateway.on { try await gateway.reach { gateway.leases.aloneSince == nil } }
            }
            #expect(gateways[0].log.lines.contains { $0.contains("Limits are no longer shared") })
        }
    }

    @Test func `a database that is slow refuses nobody`() async throws {
        try await withGateways(1) { gateways, test in
            let lock = try PostgresSession(url: test.superuserURL, applicationName: "tests")
            try lock.run("BEGIN")
            try lock.run("LOCK TABLE limit_buckets IN ACCESS EXCLUSIVE MODE")
            let gateway = gateways[0]
            try await gateway.on {
                // Nobody has it in stock yet, and no lease of it is to be had.
                let bucket = gateway.bucket(.make(), RateAllowance(rate: 100, burst: 200))
                let isAllowed = await gateway.take(bucket)
                #expect(isAllowed && gateway.leases.aloneSince != nil)
            }
            try lock.run("COMMIT")
            try await gateway.on {
                try await gateway.reach { gateway.leases.aloneSince == nil }
                #expect(gateway.leases.aloneSince == nil)
            }
        }
    }

    @Test func `tenants that came once leave nothing behind`() async throws {
        var pace = LeaseLoop.Pace()
        pace.idle = 50
        pace.sweep = 20
        try await withGateways(1, pace: pace) { gateways, test in
            let gateway = gateways[0]
            try await gateway.on {
                for _ in 0..<5000 {
                    let bucket = gateway.bucket(.make(), RateAllowance(rate: 10, burst: 20))
                    let taken = await gateway.take(bucket)
                    #expect(taken)
                }
                try await gateway.reach { gateway.leases.buckets.isEmpty }
                #expect(gateway.leases.buckets.isEmpty)
            }
            let held = try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { session in
                try session.rows("SELECT count(*) FROM limit_holdings").first?.first.flatMap { $0 }
            }
            #expect(held == "0")
        }
    }
}
