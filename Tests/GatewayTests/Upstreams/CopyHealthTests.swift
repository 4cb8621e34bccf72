import Testing

@testable import Gateway

struct CopyHealthTests {
    private let policy = UpstreamPolicy()

    private func eject(_ health: inout CopyHealth, at now: UInt64) -> Bool {
        var isEjected = false
        for _ in 0..<policy.lostConnections {
            isEjected = health.fail(.connection, at: now, mayEject: true, policy)
        }
        return isEjected
    }

    @Test func `a copy that says it is not ready is believed at once, and a silent one the second time`() {
        var health = CopyHealth()
        #expect(health.isUsable(at: 0))
        health.note(.ready, policy)
        health.note(.silent, policy)
        #expect(health.readiness == .ready)
        health.note(.silent, policy)
        #expect(health.readiness == .silent && !health.isUsable(at: 0))
        health.note(.ready, policy)
        #expect(!health.isUsable(at: 0))
        health.note(.ready, policy)
        #expect(health.isUsable(at: 0))
        health.note(.refusing, policy)
        #expect(!health.isUsable(at: 0) && health.word(at: 0) == "not_ready")
        health.note(.ready, policy)
        #expect(health.isUsable(at: 0))
    }

    @Test func `one lost probe among good ones changes nothing`() {
        var health = CopyHealth()
        health.note(.ready, policy)
        for _ in 0..<5 {
            health.note(.silent, policy)
            health.note(.ready, policy)
        }
        #expect(health.readiness == .ready)
    }

    @Test func `an ejected copy is tried with one request, and left alone for twice as long when that fails`() {
        var health = CopyHealth()
        health.note(.ready, policy)
        #expect(eject(&health, at: 0))
        #expect(!health.isUsable(at: 999) && health.word(at: 999) == "ejected")
        #expect(health.isUsable(at: 1000) && health.word(at: 1000) == "on_trial")
        health.begin(at: 1000)
        #expect(!health.isUsable(at: 1001), "a second request beside the trial")
        let again = health.fail(.connection, at: 1001, mayEject: true, policy)
        #expect(again && !health.isUsable(at: 3000) && health.isUsable(at: 3001))
        health.begin(at: 3001)
        health.succeed(at: 3002)
        #expect(health.isUsable(at: 3002) && health.word(at: 3002) == "ready")
    }

    @Test func `ejections grow to a minute and are forgotten after one`() {
        var health = CopyHealth()
        #expect(eject(&health, at: 0))
        var now: UInt64 = 0
        for length: UInt64 in [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000] {
            #expect(!health.isUsable(at: now + length - 1) && health.isUsable(at: now + length))
            now += length
            health.begin(at: now)
            let isEjected = health.fail(.answer, at: now, mayEject: true, policy)
            #expect(isEjected)
        }
        now += 60_000
        health.begin(at: now)
        health.succeed(at: now)
        now += 60_001
        #expect(eject(&health, at: now))
        #expect(health.isUsable(at: now + 1000))
    }

    @Test func `a success among failures begins the count anew, and the last copy is never ejected`() {
        var health = CopyHealth()
        for _ in 0..<3 {
            for _ in 1..<policy.failedAnswers {
                let isEjected = health.fail(.answer, at: 0, mayEject: true, policy)
                #expect(!isEjected)
            }
            health.succeed(at: 0)
        }
        for _ in 0..<100 {
            let isEjected = health.fail(.answer, at: 0, mayEject: false, policy)
            #expect(!isEjected)
        }
        #expect(health.isUsable(at: 0))
    }

    @Test func `a probe that succeeds ends an ejection for lost connections, and none for failing answers`() {
        var lost = CopyHealth()
        #expect(eject(&lost, at: 0))
        lost.note(.ready, policy)
        #expect(lost.isUsable(at: 1))
        var failing = CopyHealth()
        for _ in 0..<policy.failedAnswers { _ = failing.fail(.answer, at: 0, mayEject: true, policy) }
        failing.note(.ready, policy)
        #expect(!failing.isUsable(at: 1))
    }

    @Test func `failures that were on their way at the ejection do not make it longer`() {
        var health = CopyHealth()
        #expect(eject(&health, at: 0))
        for _ in 0..<50 { _ = health.fail(.connection, at: 500, mayEject: true, policy) }
        #expect(health.isUsable(at: 1000))
    }

    @Test func `one request in ten may be repeated, and a few at the start`() {
        var budget = RetryBudget()
        var atStart = 0
        while budget.spend() { atStart += 1 }
        #expect(atStart == 10)
        var repeated = 0
        for _ in 0..<1000 {
            budget.earn()
            if budget.spend() { repeated += 1 }
        }
        #expect((98...101).contains(repeated))
        for _ in 0..<1_000_000 { budget.earn() }
        var most = 0
        while budget.spend() { most += 1 }
        #expect(most == 20)
    }
}
