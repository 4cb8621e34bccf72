import Models
import Testing

@testable import Calls

@Suite struct DueDateRulesTests {
    /// 2026-11-18 is a Wednesday.
    private func day(_ text: String, from: String = "2026-11-18") throws -> String? {
        DueDateRules(callDate: try Conversation.day(from)).day(in: WordCutter.cut(text).map(\.text))?.jsonText
    }

    @Test(arguments: [
        ("I will send it today", "2026-11-18"), ("I'll call you tomorrow", "2026-11-19"),
        ("the day after tomorrow", "2026-11-20"), ("by Friday", "2026-11-20"), ("on Wednesday", "2026-11-25"),
        ("this Monday", "2026-11-23"), ("next Tuesday", "2026-11-24"), ("next Friday", "2026-11-27"),
        ("by the end of the week", "2026-11-20"), ("by end of day", "2026-11-18"), ("next week", "2026-11-27"),
        ("by the end of next week", "2026-11-27"), ("by the end of the month", "2026-11-30"),
        ("next month", "2026-12-31"), ("in two days", "2026-11-20"), ("in 3 weeks", "2026-12-09"),
        ("in a week", "2026-11-25"), ("within the next two days", "2026-11-20"), ("in one month", "2026-12-18"),
        ("on December 3rd", "2026-12-03"), ("on 3 December", "2026-12-03"), ("on the 3rd of December", "2026-12-03"),
        ("by January 10", "2027-01-10"), ("on March first", "2027-03-01"), ("in an hour", "2026-11-18"),
    ])
    func `a named day is counted from the day of the call`(_ text: String, _ expected: String) throws {
        #expect(try day(text) == expected)
    }

    @Test(arguments: [
        "I will send it", "last Friday", "in the house", "you may two", "the 3rd of us", "in 900 days", "soon",
    ])
    func `no day is made up`(_ text: String) throws { #expect(try day(text) == nil) }

    @Test func `months of different length and years end well`() throws {
        #expect(try day("in one month", from: "2027-01-31") == "2027-02-28")
        #expect(try day("in two months", from: "2027-12-31") == "2028-02-29")
        #expect(try day("next month", from: "2026-12-05") == "2027-01-31")
        #expect(try day("on February 30th") == nil)
        #expect(try day("by the end of the week", from: "2026-11-22") == "2026-11-22")
        #expect(try day("tomorrow", from: "2026-12-31") == "2027-01-01")
    }
}
