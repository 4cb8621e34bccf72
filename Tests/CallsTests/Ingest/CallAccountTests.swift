import JSON
import Models
import Testing

@testable import Calls

struct CallAccountTests {
    private static let start = Timestamp(seconds: 1_767_225_600)

    /// Reports of one call as three sources might give them, some of them contradicting others.
    private func reports() throws -> [CallReport] {
        var started = CallReport(externalID: "1", reportedAt: Self.start)
        started.status = .inProgress
        started.from = "+14155550123"
        started.to = "+14155550199"
        started.startedAt = Self.start
        started.metadata = try JSONText(encoding: ["a": 1, "b": "early"] as JSONValue)
        var ringing = started
        ringing.status = .ringing
        ringing.reportedAt = Self.start - .seconds(9)
        ringing.startedAt = Self.start - .seconds(9)
        ringing.from = "anonymous"
        var ended = started
        ended.status = .completed
        ended.reportedAt = Self.start + .seconds(60)
        ended.endedAt = Self.start + .seconds(60)
        ended.metadata = try JSONText(encoding: ["b": "late", "c": true] as JSONValue)
        var failed = ended
        failed.status = .failed
        failed.metadata = nil
        var analysed = ended
        analysed.order = 3
        analysed.summary = "They agreed."
        analysed.startedAt = nil
        var leg = CallLeg(id: "leg")
        leg.answeredAt = Self.start
        leg.status = .completed
        analysed.legs = [leg]
        return [started, ringing, ended, failed, analysed]
    }

    @Test func `reports add up to the same in every order and however often they come`() throws {
        let reports = try reports()
        var first = CallAccount()
        for report in reports { first.take(report) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var account = CallAccount()
            for report in (reports + reports + reports).shuffled(using: &generator) { account.take(report) }
            #expect(account == first)
        }
        let call = try first.derived(country: "US")
        #expect(call.status == .completed && call.from.number == "+14155550123")
        #expect(call.startedAt == Self.start - .seconds(9) && call.endedAt == Self.start + .seconds(60))
        #expect(String(decoding: call.metadata.bytes, as: UTF8.self) == #"{"a":1,"b":"late","c":true}"#)
        #expect(first.summary?.value == "They agreed.")
    }

    @Test func `an account is read back as it was written`() throws {
        var account = CallAccount()
        for report in try reports() { account.take(report) }
        let text = try JSONText(encoding: account)
        #expect(try text.decode(CallAccount.self) == account)
    }

    @Test func `a call that ends before it is answered ends when it was reported`() throws {
        var account = CallAccount()
        var report = CallReport(externalID: "1", reportedAt: Self.start)
        report.status = .noAnswer
        account.take(report)
        let call = try account.derived(country: "US")
        #expect(call.startedAt == Self.start && call.endedAt == Self.start && call.answeredAt == nil)
        report.durationSeconds = 12
        account.take(report)
        #expect(try account.derived(country: "US").endedAt == Self.start + .seconds(12))
    }
}
