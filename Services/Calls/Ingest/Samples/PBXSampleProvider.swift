import HTTP
import JSON
import Models

/// Made-up records of phone systems, as each of them writes one: somebody called extension 201 and was answered.
enum PBXSample {
    static let caller = "+14155550123"
    private static let callee = "201"

    /// What a hook with a phone system's records is sent with: the connection's secret, as the collector shows it.
    static func hook(
        _ connection: InternalAPI.Connection, contentType: String, body: [UInt8]
    ) -> HookSample? {
        guard let secret = connection.webhookSecrets.first else { return nil }
        return HookSample(
            rest: "/records", headers: ["Content-Type": contentType, "Authorization": "Bearer \(secret)"], body: body)
    }

    /// An object of the list that a UCM pushes.
    static func grandstream(_ connection: InternalAPI.Connection, now: Timestamp) throws -> [UInt8] {
        let (start, answer, end) = times(before: now, in: connection.timeZone)
        return try JSON.encode(
            [
                "cdr_root": [
                    [
                        "AcctId": "test-call", "accountcode": "", "src": .string(caller), "dst": .string(callee),
                        "dcontext": "from-trunk", "channel": "PJSIP/trunk_1-00000001",
                        "dstchannel": "PJSIP/201-00000002", "lastapp": "Dial", "start": .string(start),
                        "answer": .string(answer), "end": .string(end), "duration": "73", "billsec": "68",
                        "disposition": "ANSWERED", "uniqueid": "test-call", "userfield": "Inbound",
                        "channel_ext": .string(caller), "dstchannel_ext": .string(callee), "recordfiles": "",
                        "action_type": "DIAL", "src_trunk_name": "trunk_1", "session": "test-call",
                    ]
                ]
            ] as JSONValue)
    }

    /// A line of 3CX's, with the columns that the connection names, in their order.
    static func threecx(_ connection: InternalAPI.Connection, now: Timestamp) throws -> [UInt8] {
        let (start, answer, end) = times(before: now, in: connection.timeZone, separator: "/")
        let reading = try ThreeCXReports(
            columns: connection.settings["columns"], zone: connection.timeZone, receivedAt: now, pbx: nil)
        let fields = [
            "historyid": "test-call", "callid": "test-call", "duration": "00:01:08", "time-start": start,
            "time-answered": answer, "time-end": end, "reason-terminated": "TerminatedBySrc", "from-no": caller,
            "to-no": "Ext.201", "from-dn": "10000", "to-dn": callee, "dial-no": callee, "final-number": "Ext.201",
            "final-dn": callee, "from-type": "Line", "to-type": "Extension", "final-type": "Extension",
            "from-dispname": "Test", "to-dispname": "Test",
        ]
        let line = reading.columns.map { fields[$0] ?? "" }.joined(separator: String(reading.separator))
        return Array("\(line)\r\n".utf8)
    }

    /// A row of Asterisk's: the line that `cdr_csv` writes, with the columns that the connection names.
    static func asterisk(_ connection: InternalAPI.Connection, now: Timestamp) -> [UInt8] {
        let named = connection.settings["columns"].flatMap { $0.isEmpty ? nil : $0 } ?? AsteriskRecord.fileColumns
        let fields = fields(connection, now)
        let row = named.split(separator: ",").map { name in
            "\"\(fields[String(name).trimmed.lowercased()] ?? "")\""
        }
        return Array("\(row.joined(separator: ","))\n".utf8)
    }

    /// A row of FreePBX's table, as an object.
    static func freepbx(_ connection: InternalAPI.Connection, now: Timestamp) throws -> [UInt8] {
        let fields = fields(connection, now)
        return try JSON.encode(
            JSONValue.array([.object(fields.keys.sorted().map { .init($0, .string(fields[$0] ?? "")) })]))
    }

    private static func fields(_ connection: InternalAPI.Connection, _ now: Timestamp) -> [String: String] {
        let (start, answer, end) = times(before: now, in: connection.timeZone)
        return [
            "src": caller, "dst": callee, "dcontext": "from-trunk", "channel": "PJSIP/trunk-00000001",
            "dstchannel": "PJSIP/201-00000002", "lastapp": "Dial", "start": start, "calldate": start,
            "answer": answer, "end": end, "duration": "73", "billsec": "68", "disposition": "ANSWERED",
            "amaflags": "DOCUMENTATION", "uniqueid": "test-call", "linkedid": "test-call", "sequence": "1",
        ]
    }

    /// Start, answer and end of a call that has just ended, as the phone system's clock on the wall showed them.
    private static func times(
        before now: Timestamp, in zone: TimeZoneName, separator: String = "-"
    ) -> (start: String, answer: String, end: String) {
        func shown(_ instant: Timestamp) -> String {
            let offset = ZoneRules.named(zone)?.offset(at: instant.seconds) ?? 0
            return String((instant + .seconds(offset)).rfc3339.prefix(19)).replacing("T", with: " ").replacing(
                "-", with: separator)
        }
        return (shown(now - .seconds(73)), shown(now - .seconds(68)), shown(now))
    }
}
