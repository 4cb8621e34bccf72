import Testing

@testable import Gateway

struct CopyTallyTests {
    @Test func `percentiles are right to a fifth`() throws {
        var tally = LatencyTally()
        for value: UInt64 in 1...10_000 { tally.record(microseconds: value * 10) }
        for (share, exact) in [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0)] {
            let found = try #require(tally.milliseconds(of: share))
            #expect(found >= exact && found <= exact * 1.2, "\(share): \(found)")
        }
        #expect(LatencyTally().milliseconds(of: 0.5) == nil)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 1000, 65_536, 1 << 40, UInt64.max])
    func `any time has a place`(microseconds: UInt64) throws {
        var tally = LatencyTally()
        tally.record(microseconds: microseconds)
        let bound = try #require(tally.milliseconds(of: 1)) * 1000
        #expect(bound >= Double(min(microseconds, 1 << 30)))
    }

    @Test func `what is older than a minute does not count`() {
        var tally = CopyTally(now: 100_000)
        for second: UInt64 in 0..<30 {
            tally.record(microseconds: 1000, isFailure: second % 2 == 0, at: 100_000 + second * 1000)
        }
        let minute = tally.minute(at: 130_000)
        #expect(minute.requests == 30 && minute.failures == 15)
        #expect((29...31).contains(minute.seconds))
        #expect(tally.minute(at: 170_000).requests < 30)
        #expect(tally.minute(at: 10_000_000).requests == 0)
    }

    @Test func `the sums of two loops are those of both`() {
        var one = CopyTally(now: 0)
        var other = CopyTally(now: 0)
        for index: UInt64 in 0..<10 {
            one.record(microseconds: 100, isFailure: false, at: index)
            other.record(microseconds: 10_000, isFailure: true, at: index)
        }
        var sum = one.minute(at: 1000)
        sum.add(other.minute(at: 1000))
        #expect(sum.requests == 20 && sum.failures == 10)
        #expect(sum.latencies.milliseconds(of: 0.5).map { $0 < 0.2 } == true)
        #expect(sum.latencies.milliseconds(of: 0.51).map { $0 > 9 } == true)
    }
}
