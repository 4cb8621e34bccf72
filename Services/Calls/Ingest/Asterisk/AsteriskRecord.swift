import JSON
import Models

/// One row of Asterisk's call detail records, by the column names of its `cdr` table, however it was written.
struct AsteriskRecord: Sendable, Hashable {
    /// The order of `cdr_csv`, which writes no line of names; what newer modules append comes last.
    static let fileColumns = """
        accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,\
        disposition,amaflags,uniqueid,userfield,peeraccount,linkedid,sequence
        """
    /// What the manager's event calls the columns.
    private static let eventNames: [String: String] = [
        "AccountCode": "accountcode", "Source": "src", "Destination": "dst", "DestinationContext": "dcontext",
        "CallerID": "clid", "Channel": "channel", "DestinationChannel": "dstchannel", "LastApplication": "lastapp",
        "LastData": "lastdata", "StartTime": "start", "AnswerTime": "answer", "EndTime": "end", "Duration": "duration",
        "BillableSeconds": "billsec", "Disposition": "disposition", "AMAFlags": "amaflags", "UniqueID": "uniqueid",
        "UserField": "userfield", "LinkedID": "linkedid", "Sequence": "sequence", "PeerAccount": "peeraccount",
    ]

    let fields: [String: String]

    /// Nil for a row without a number of its own or without what became of it.
    init?(_ fields: [String: String]) {
        var fields = fields
        // FreePBX's table names the start otherwise.
        if let start = fields["calldate"], fields["start"] == nil { fields["start"] = start }
        self.fields = fields.filter { !$0.value.isEmpty }
        guard self.fields["uniqueid"] != nil, self.fields["disposition"] != nil else { return nil }
    }

    subscript(name: String) -> String? { fields[name] }

    /// All records of a body: the manager's events, JSON, or CSV with or without a line of names.
    static func records(of body: [UInt8], columns: String?) throws -> RecordSet<AsteriskRecord> {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw ProviderError(.invalid, "The records are not UTF-8.")
        }
        let start = text.drop { $0 == " " || $0.isNewline }
        if start.hasPrefix("{") || start.hasPrefix("[") { return try objects(body) }
        if start.hasPrefix("Event:") { return try events(text) }
        return try rows(text, columns: columns)
    }

    private static func checked(_ fields: [String: String]) throws(ProviderError) -> AsteriskRecord {
        guard let record = AsteriskRecord(fields) else {
            throw ProviderError(.invalid, "A record has no uniqueid or no disposition.")
        }
        return record
    }

    /// One event after another, an empty line after each; others than `Cdr` are none of our business.
    private static func events(_ text: String) throws -> RecordSet<AsteriskRecord> {
        var found = RecordSet<AsteriskRecord>()
        var lines: [Substring] = []
        let ended: [Substring] = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) + [""]
        for line in ended {
            guard line.isEmpty else {
                lines.append(line)
                continue
            }
            if !lines.isEmpty { try found.add(lines.joined(separator: "\n")) { try event(lines) } }
            lines = []
        }
        return found
    }

    private static func event(_ lines: [Substring]) throws -> AsteriskRecord? {
        let pairs = lines.map { $0.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) }
        let fields = Dictionary(
            pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1]).trimmed) }
        ) { _, last in last }
        guard fields["Event"] == "Cdr" else { return nil }
        let known = fields.compactMap { name, value in eventNames[name].map { ($0, value) } }
        return try checked(Dictionary(known) { first, _ in first })
    }

    private static func objects(_ body: [UInt8]) throws -> RecordSet<AsteriskRecord> {
        let value: JSONValue
        do { value = try JSON.decode(JSONValue.self, from: body) } catch {
            throw ProviderError(.invalid, "The record is no valid JSON.")
        }
        let elements: [JSONValue]
        switch value {
        case .array(let listed): elements = listed
        case .object:
            if case .array(let listed)? = value["cdr"] ?? value["rows"] {
                elements = listed
            } else {
                elements = [value]
            }
        default: throw ProviderError(.invalid, "The record is no object.")
        }
        var found = RecordSet<AsteriskRecord>()
        for element in elements { try found.add(element.shown) { try object(element) } }
        return found
    }

    private static func object(_ element: JSONValue) throws -> AsteriskRecord? {
        guard case .object(let members) = element else { throw ProviderError(.invalid, "The record is no object.") }
        if let event = element["Event"], event != "Cdr" { return nil }
        var fields: [String: String] = [:]
        for member in members {
            let name = eventNames[member.name] ?? member.name.lowercased()
            switch member.value {
            case .string(let text): fields[name] = text
            case .int(let number): fields[name] = String(number)
            default: break
            }
        }
        return try checked(fields)
    }

    private static func rows(_ text: String, columns: String?) throws -> RecordSet<AsteriskRecord> {
        func names(_ row: [String]) -> [String] { row.map { $0.trimmed.lowercased() } }
        var known = names(
            (columns.flatMap { $0.isEmpty ? nil : $0 } ?? fileColumns).split(separator: ",").map(String.init))
        var found = RecordSet<AsteriskRecord>()
        for (line, fields) in DelimitedText.records(of: text) {
            if let header = fields.map(names), header.contains("uniqueid"), header.contains("disposition") {
                known = header
                continue
            }
            try found.add(line) {
                guard let fields else { throw ProviderError(.invalid, "The row cannot be read.") }
                return try checked(Dictionary(zip(known, fields)) { first, _ in first })
            }
        }
        return found
    }
}
