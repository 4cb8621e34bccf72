import HTTP
import IO
import Testing

@testable import Gateway

@Suite struct AddressLimitTests {
    private static let rates = AddressLimits.Rates(
        signIn: RateAllowance(rate: 1, burst: 3), anonymous: RateAllowance(rate: 10, burst: 20),
        hook: RateAllowance(rate: 10, burst: 20), failure: RateAllowance(rate: 1, burst: 2))

    /// How many of many requests of one moment are allowed.
    private func allowed(
        _ limits: AddressLimits, _ address: String, _ traffic: AddressLimits.Traffic = .signIn, gateways: Int = 1,
        at now: UInt64
    ) -> Int {
        (0..<100).count { _ in limits.take(address, traffic, gateways: gateways, now: now).isAllowed }
    }

    @Test func `an address has its burst, and then its rate`() {
        let limits = AddressLimits(Self.rates)
        #expect(allowed(limits, "192.0.2.1", at: 1_000_000) == 3)
        #expect(limits.take("192.0.2.1", .signIn, gateways: 1, now: 1_000_000).retryAfter == 1)
        #expect(allowed(limits, "192.0.2.1", at: 1_000_999) == 0)
        #expect(allowed(limits, "192.0.2.1", at: 1_001_000) == 1)
        #expect(allowed(limits, "192.0.2.1", at: 1_060_000) == 3)
        #expect(allowed(limits, "192.0.2.2", at: 1_000_000) == 3)
    }

    @Test func `kinds of traffic are counted each on its own`() {
        let limits = AddressLimits(Self.rates)
        #expect(allowed(limits, "192.0.2.1", at: 5000) == 3)
        #expect(allowed(limits, "192.0.2.1", .anonymous, at: 5000) == 20)
        #expect(allowed(limits, "192.0.2.1", .failure, at: 5000) == 2)
    }

    @Test func `gateways divide the rate`() {
        let limits = AddressLimits(Self.rates)
        #expect(allowed(limits, "192.0.2.1", .anonymous, gateways: 2, at: 5000) == 10)
        #expect(allowed(limits, "192.0.2.1", .anonymous, gateways: 2, at: 6000) == 5)
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("::1", "::2", true),
        ("::c000:201", "192.0.2.1", false), ("nobody", "nowhere", true),
    ])
    func `an IPv6 network counts as one address`(one: String, other: String, isSame: Bool) {
        #expect((AddressKey(one) == AddressKey(other)) == isSame)
    }

    @Test func `what is not wrong is not looked at, and what is remaining is told`() {
        let limits = AddressLimits(Self.rates)
        #expect(!limits.mayHaveFailures)
        #expect(limits.take("192.0.2.1", .failure, gateways: 1, now: 1000, isCounted: false).isAllowed)
        #expect(limits.take("192.0.2.1", .failure, gateways: 1, now: 1000).remaining == 1)
        #expect(limits.mayHaveFailures)
        var lines = HTTPFieldLines()
        limits.tell(&lines, .signIn, left: 2)
        #expect(
            lines.description == "RateLimit-Policy: \"address\";q=3;w=3\r\nRateLimit: \"address\";r=2;t=1\r\n")
    }

    @Test func `addresses that came once leave nothing behind, and the table has an end`() {
        let limits = AddressLimits(Self.rates)
        for number in 0..<(AddressLimits.capacity + 5000) {
            _ = limits.take(
                "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", .signIn, gateways: 1, now: 1000)
        }
        #expect(limits.count <= AddressLimits.capacity + 1)
        _ = limits.take("192.0.2.1", .signIn, gateways: 1, now: 1_000_000)
        #expect(limits.count == 1)
    }
}
