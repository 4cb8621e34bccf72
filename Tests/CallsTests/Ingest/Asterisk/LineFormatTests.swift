import JSON
import Models
import Testing

@testable import Calls

@Suite(.enabled(if: ProviderFolder.isThere)) struct LineFormatTests {
    private let zone = TimeZoneName(unchecked: "UTC")

    private func example(_ file: String) throws -> JSONValue { try ProviderFolder.json("pbx-cdr/\(file)") }

    private func asterisk(_ text: String, columns: String? = nil) throws -> [CallReport] {
        try AsteriskReports(columns: columns, zone: zone, receivedAt: .now()).read(Array(text.utf8)).whole
    }

    private func threeCX(_ text: String, columns: String? = nil) throws -> [CallReport] {
        try ThreeCXReports(columns: columns, zone: zone, receivedAt: .now(), pbx: nil).read(Array(text.utf8)).whole
    }

    private func expectExample(_ report: CallReport) throws {
        let leg = try #require(report.legs.first)
        #expect(report.externalID == "1767268800.1" && report.direction == .outbound)
        #expect(leg.from == "1000" && leg.to == "15550100002" && leg.status == .completed)
        #expect(leg.startedAt?.rfc3339 == "2026-01-01T12:00:00.000Z")
        #expect(leg.answeredAt?.rfc3339 == "2026-01-01T12:00:05.000Z")
        #expect(leg.endedAt?.rfc3339 == "2026-01-01T12:01:13.000Z" && leg.agent?.extension == "1000")
    }

    @Test func `Asterisk's line, its manager's event and rows of a table are the same call`() throws {
        let file = try example("asterisk-freepbx.json")
        let line = try #require(file["cdrCsv"]?["line"]?.text)
        try expectExample(try #require(try asterisk(line).first))
        let columns = (file["cdrCsv"]?["columns"]?.elements ?? []).compactMap(\.text).joined(separator: ",")
        try expectExample(try #require(try asterisk(line, columns: columns).first))
        try expectExample(try #require(try asterisk("\(columns)\n\(line)").first))
        let event = try #require(file["amiEvent"])
        try expectExample(
            try #require(try asterisk(String(decoding: try JSON.encode(event), as: UTF8.self)).first))
        let lines = event.members.map { "\($0.name): \($0.value.text ?? "")" }.joined(separator: "\r\n")
        try expectExample(try #require(try asterisk("\(lines)\r\n\r\nEvent: Hangup\r\nUniqueid: 1\r\n\r\n").first))
        #expect(try asterisk("Event: Hangup\r\nUniqueid: 1\r\n\r\n").isEmpty)
    }

    @Test func `FreePBX's rows have their recordings in folders of days, and one call's rows are its legs`() throws {
        let file = try example("asterisk-freepbx.json")
        let columns = (file["freepbxTable"]?["columns"]?.elements ?? []).compactMap(\.text)
        func row(_ values: [String: String]) -> String { columns.map { values[$0] ?? "" }.joined(separator: ",") }
        var values = [
            "calldate": "2026-01-01 12:00:00", "src": "4155550123", "dst": "600", "dcontext": "ext-queues",
            "did": "15550100002",
            "channel": "PJSIP/trunk-00000001", "dstchannel": "Local/1001@from-queue-0001;1", "duration": "20",
            "billsec": "0", "disposition": "NO ANSWER", "uniqueid": "1.1", "linkedid": "1.0", "sequence": "7",
        ]
        let missed = row(values)
        values["dstchannel"] = "PJSIP/1002-00000003"
        values["sequence"] = "8"
        values["disposition"] = "ANSWERED"
        values["billsec"] = "15"
        values["recordingfile"] = "q-600-4155550123-20260101-120000-1.0.wav"
        let found = try asterisk(columns.joined(separator: ",") + "\n\(missed)\n\(row(values))\n")
        #expect(found.map(\.externalID) == ["1.0", "1.0"] && found.flatMap(\.legs).map(\.id) == ["1.1/7", "1.1/8"])
        #expect(found.allSatisfy { $0.direction == .inbound && $0.legs[0].to == "15550100002" })
        #expect(found.map { $0.legs[0].agent?.extension } == ["1001", "1002"])
        let answered = found[1].legs[0]
        #expect(answered.endedAt?.rfc3339 == "2026-01-01T12:00:20.000Z")
        #expect(answered.answeredAt?.rfc3339 == "2026-01-01T12:00:05.000Z" && found[0].legs[0].answeredAt == nil)
        #expect(answered.recording?.locator == "2026/01/01/q-600-4155550123-20260101-120000-1.0.wav")
        values["recordingfile"] = "../../etc/passwd"
        #expect(try asterisk(columns.joined(separator: ",") + "\n\(row(values))")[0].legs[0].recording == nil)
    }

    @Test(arguments: ["{", "\"open", "1,2,3", "[1]", "{\"uniqueid\": \"1\"}"])
    func `what is no record of Asterisk's is refused`(_ text: String) {
        #expect(throws: ProviderError.self) { try asterisk(text) }
    }

    @Test func `3CX's line is read by its columns, in whichever order they are`() throws {
        let file = try example("3cx.json")
        let line = try #require(file["line"]?.text)
        let names = (file["columns"]?.elements ?? []).compactMap(\.text)
        func expectExample(_ report: CallReport) {
            #expect(report.externalID == "00000BA3A2D13E97_42" && report.linkedID == "Call 1042")
            #expect(report.direction == .outbound && report.status == .completed)
            #expect(report.from == "1000" && report.to == "15550100002" && report.agent?.extension == "1000")
            #expect(report.startedAt?.rfc3339 == "2026-01-01T12:00:00.000Z")
            #expect(report.answeredAt?.rfc3339 == "2026-01-01T12:00:05.000Z")
            #expect(report.endedAt?.rfc3339 == "2026-01-01T12:01:13.000Z")
        }
        expectExample(try #require(try threeCX(line).first))
        expectExample(try #require(try threeCX(names.joined(separator: ",") + "\r\n" + line).first))
        let fields = line.trimmed.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let reversed = zip(names, fields).reversed()
        expectExample(
            try #require(
                try threeCX(
                    reversed.map(\.1).joined(separator: "|"), columns: reversed.map(\.0).joined(separator: "|")
                ).first))
        #expect(throws: ProviderError.self) { try threeCX(line, columns: "callid,duration") }
        #expect(throws: ProviderError.self) { try threeCX("Call 1,2\r\n") }
    }

    @Test(arguments: [
        ("NoAnswer", "", CallStatus.noAnswer), ("Busy", "", .busy), ("Forbidden", "", .failed),
        ("TerminatedBySrc", "", .noAnswer), ("TerminatedByDst", "2026/01/01 12:00:05", .completed),
        ("ReplacedDst", "2026/01/01 12:00:05", .completed),
    ])
    func `3CX's reasons are told apart`(_ reason: String, _ answered: String, _ status: CallStatus) throws {
        let report = try threeCX(
            "1,2026/01/01 12:00:00,\(answered),\(reason)", columns: "callid,time-start,time-answered,reason-terminated")
        #expect(report[0].status == status)
    }
}
