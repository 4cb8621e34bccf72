import JSON
import Models
import Testing

@testable import Calls

@Suite(.enabled(if: ProviderFolder.isThere)) struct GrandstreamReportsTests {
    private let zone = TimeZoneName(unchecked: "America/Sao_Paulo")

    private func example(_ name: String) throws -> JSONValue {
        try #require(try ProviderFolder.json("pbx-cdr/grandstream-examples.json")[name])
    }

    private func reports(_ value: JSONValue) throws -> [CallReport] {
        let body = if case .string(let text) = value { Array(text.utf8) } else { try JSON.encode(value) }
        return try GrandstreamReports(zone: zone, receivedAt: .now()).read(body).whole
    }

    @Test func `a flat record is one call, whichever way it is written`() throws {
        for name in ["json flat", "json old firmware (cdr instead of cdr_root)", "csv"] {
            let report = try #require(try reports(try example(name)).first, "\(name)")
            #expect(report.externalID == "12" && report.direction == .outbound && report.status == .completed)
            #expect(report.from == "1000" && report.to == "15550100002")
            // Three hours behind.
            #expect(report.startedAt?.rfc3339 == "2026-01-01T15:00:00.000Z")
            #expect(report.answeredAt?.rfc3339 == "2026-01-01T15:00:05.000Z")
            #expect(report.endedAt?.rfc3339 == "2026-01-01T15:01:13.000Z")
            #expect(report.agent?.extension == "1000" && report.legs.isEmpty)
            #expect(
                report.recording
                    == RecordingReference(kind: .name, locator: "2026-01/auto-1767268800-1000-15550100002.wav"))
        }
    }

    @Test func `a tree is one call with its attempts, the recording and the agent out of the part that answered`()
        throws
    {
        let found = try reports(try example("json nested (queue, transfer, ring group)"))
        #expect(found.map(\.externalID) == ["48", "51"])
        let queue = found[0]
        #expect(queue.status == .completed && queue.legs.map(\.id) == ["49", "50"])
        #expect(queue.legs.map(\.status) == [.noAnswer, .completed])
        #expect(queue.recording?.locator == "2026-01/auto-1767268805-15550100009-1002.wav")
        #expect(queue.legs[0].answeredAt == nil && queue.legs[1].agent?.extension == "1002")
        let busy = found[1]
        #expect(busy.status == .busy && busy.answeredAt == nil && busy.recording == nil)
    }

    @Test func `a queue that nobody answered is missed once, though the queue itself answered`() throws {
        let record: JSONValue = [
            "main_cdr": [
                "AcctId": "1", "src": "4155550123", "dst": "6500", "start": "2026-01-01 12:00:00",
                "end": "2026-01-01 12:01:00", "disposition": "ANSWERED", "src_trunk_name": "t",
                "action_type": "QUEUE[6500]",
            ],
            "sub_cdr_2": [
                "AcctId": "3", "src": "4155550123", "dst": "1002", "start": "2026-01-01 12:00:30",
                "disposition": "NO ANSWER",
            ],
            "sub_cdr_1": [
                "AcctId": "2", "src": "4155550123", "dst": "1001", "start": "2026-01-01 12:00:00",
                "disposition": "NO ANSWER",
            ], "sub_cdr_3": nil,
        ]
        let found = try reports(record)
        #expect(found.count == 1 && found[0].status == .noAnswer && found[0].direction == .inbound)
        #expect(found[0].legs.map(\.id) == ["2", "3"] && found[0].answeredAt == nil)
    }

    @Test func `several files, folders and a final at sign are told apart, and nothing leads out of the folder`() throws
    {
        func locator(_ files: String) throws -> String? {
            try reports([
                "AcctId": "1", "src": "1", "dst": "2", "start": "2026-01-01 12:00:00", "disposition": "ANSWERED",
                "recordfiles": .string(files),
            ])[0].recording?.locator
        }
        #expect(try locator("a.wav@b.wav@") == "a.wav" && locator("2026-01/a.wav@") == "2026-01/a.wav")
        #expect(try locator("@") == nil && locator("../../etc/passwd@") == nil && locator("/etc/passwd") == nil)
    }

    @Test func `a repeated hour is the later one and says so, and a time that cannot be read too`() throws {
        let berlin = GrandstreamReports(zone: TimeZoneName(unchecked: "Europe/Berlin"), receivedAt: .now(), pbx: "b")
        func report(_ start: String) throws -> CallReport {
            let record: JSONValue = [
                "AcctId": "1", "src": "1", "dst": "2", "start": .string(start), "disposition": "FAILED",
            ]
            return try #require(try berlin.read(try JSON.encode(record)).whole.first)
        }
        let twice = try report("2026-10-25 02:30:00")
        #expect(twice.startedAt?.rfc3339 == "2026-10-25T01:30:00.000Z" && twice.externalID == "b/1")
        #expect(try twice.metadata?.decode(JSONValue.self)["time_is_ambiguous"] == true)
        let never = try report("0000-00-00 00:00:00")
        #expect(never.startedAt == nil)
        #expect(try never.metadata?.decode(JSONValue.self)["time_is_unreadable"] == true)
    }

    @Test(arguments: ["", "{", "hello", "[1]", "{\"cdr_root\":[{}]}", "a,b\n1,2\n", "{\"main_cdr\":{}}"])
    func `what is no record is refused`(_ text: String) {
        #expect(throws: ProviderError.self) {
            try GrandstreamReports(zone: .utc, receivedAt: .now()).read(Array(text.utf8)).whole
        }
    }
}
