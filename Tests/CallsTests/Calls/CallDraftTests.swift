import JSON
import Models
import Testing

@testable import Calls

struct CallDraftTests {
    private func faults(_ change: (inout CallDraft) -> Void) -> [String] {
        let now = Timestamp.now()
        var draft = CallDraft.sample(startedAt: now - .seconds(600))
        change(&draft)
        do {
            try draft.check(now: now)
            return []
        } catch {
            return error.errors.map(\.pointer)
        }
    }

    @Test func `a plain call has no fault`() {
        #expect(faults { _ in } == [])
    }

    @Test func `times must follow one another and lie in the past`() {
        #expect(faults { $0.endedAt = $0.startedAt - .seconds(1) } == ["/ended_at"])
        #expect(faults { $0.endedAt = .now() + .seconds(3_600) } == ["/ended_at"])
        #expect(faults { $0.startedAt = .now() + .seconds(3_600) } == ["/started_at", "/ended_at"])
        #expect(faults { $0.answeredAt = $0.startedAt - .seconds(1) } == ["/answered_at"])
        #expect(faults { $0.answeredAt = $0.startedAt + .seconds(500) } == ["/answered_at"])
    }

    @Test(arguments: [CallStatus.registered, .ringing, .inProgress])
    func `a call that has ended is not under way`(status: CallStatus) {
        #expect(faults { $0.status = status } == ["/status"])
    }

    @Test(arguments: [("en", true), ("en-US", true), ("zh-Hant-TW", true), ("x", false), ("en-", false), ("1n", false)])
    func `a language is a tag of BCP 47`(tag: String, isGood: Bool) {
        #expect(faults { $0.language = tag } == (isGood ? [] : ["/language"]))
    }

    @Test func `metadata is an object of bounded size`() {
        #expect(faults { $0.metadata = JSONText(validated: Array("[]".utf8)) } == ["/metadata"])
        let long = "{\"a\":\"" + String(repeating: "x", count: CallMetadata.sizeLimit) + "\"}"
        #expect(faults { $0.metadata = JSONText(validated: Array(long.utf8)) } == ["/metadata"])
    }

    @Test(arguments: [
        (#"{"a":"\u0000"}"#, false), (#"{"a\u0000":1}"#, false), (#"{"a":"\\u0000"}"#, true),
        (#"{"a":1e99999}"#, false),
        (#"{"a":[1E-31]}"#, false), (#"{"a":1.5e+030}"#, true), (#"{"a":"1e99999 \" 1e99999"}"#, true),
        (#"{"a":[true,false],"1e99":null}"#, true),
    ])
    func `metadata holds nothing that the database would refuse or write out at length`(text: String, isGood: Bool) {
        #expect(faults { $0.metadata = JSONText(validated: Array(text.utf8)) } == (isGood ? [] : ["/metadata"]))
    }

    @Test func `a call that ended a day before it arrived is history`() {
        let now = Timestamp.now()
        #expect(CallDraft.origin(asked: nil, endedAt: now, now: now) == .live)
        #expect(CallDraft.origin(asked: .import, endedAt: now, now: now) == .import)
        #expect(CallDraft.origin(asked: .live, endedAt: now - .seconds(86_401), now: now) == .import)
        #expect(CallDraft.origin(asked: .live, endedAt: nil, now: now) == .live)
    }
}

struct PartyTests {
    @Test(arguments: [
        ("(415) 555-0123", "US", Party.Kind.phone, "+14155550123"),
        ("+44 20 7946 0018", "US", .phone, "+442079460018"),
        ("020 7946 0018", "GB", .phone, "+442079460018"),
        ("201", "US", .extension, "201"),
        ("sip:Anna@Example.com", "US", .sip, "sip:anna@example.com"),
        ("anna@example.com", "US", .sip, "anna@example.com"),
        ("web:widget-7", "US", .web, "web:widget-7"),
        ("", "US", .withheld, ""),
        ("Anonymous", "US", .withheld, ""),
    ])
    func `an end is read by its form and the country`(text: String, country: String, kind: Party.Kind, value: String) {
        let party = Party(reading: text, country: country)
        #expect(party.kind == kind)
        #expect(party.value == value)
        #expect(party.raw == text)
        #expect((party.number != nil) == (kind == .phone))
    }
}
