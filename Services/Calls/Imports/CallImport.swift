import JSON
import Models

/// A row of a file of past calls, read and checked.
struct ImportedCall: Codable, Sendable {
    var externalID: String
    var direction: CallDirection
    var from: String
    var to: String
    var status: CallStatus
    var startedAt: Timestamp
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    var agentID: UserID?
    var language: String?
    var metadata: JSONText?

    /// The call as a draft of history, which never acts.
    func draft(source: String, country: String) -> CallDraft {
        CallDraft(
            source: source, externalID: externalID, origin: .import, direction: direction,
            from: Party(reading: from, country: country), to: Party(reading: to, country: country), status: status,
            startedAt: startedAt, answeredAt: answeredAt, endedAt: endedAt ?? startedAt, agentID: agentID,
            language: language, metadata: metadata ?? .emptyObject)
    }
}

/// Reads files of past calls: CSV with a header line, or one JSON object a line.
enum ImportFile {
    /// What one file may hold.
    static let mostRows = 200_000
    static let sizeLimit = 64 << 20

    /// One row: what it says, or what is wrong with it.
    struct Row: Sendable {
        /// JSON: the call as it will be made, or what stood there.
        var document: String
        var call: ImportedCall?
        var faults: [String] = []
    }

    /// The rows of a file; throws 422 for what is no such file.
    static func rows(of bytes: [UInt8], isCSV: Bool, now: Timestamp) throws -> [Row] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.validationFailed, "The file is not UTF-8.")
        }
        let documents = isCSV ? try table(text) : try lines(text)
        guard documents.count <= mostRows else {
            throw Failure(.bodyTooLarge, "One import takes \(mostRows) rows.")
        }
        return try documents.map { try row(of: $0, now: now) }
    }

    private static func table(_ text: String) throws -> [JSONValue?] {
        guard let rows = DelimitedText.rows(of: text), let header = rows.first else {
            throw Failure(.validationFailed, "The file is no CSV with a header line.")
        }
        let names = header.map { $0.trimmed.lowercased() }
        guard names.contains("external_id"), names.contains("started_at") else {
            throw Failure(.validationFailed, "The header needs external_id and started_at.")
        }
        return rows.dropFirst().map { fields in
            guard fields.count == names.count else { return nil }
            return .object(zip(names, fields).filter { !$1.isEmpty }.map { .init($0, .string($1)) })
        }
    }

    private static func lines(_ text: String) throws -> [JSONValue?] {
        text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.map { line in
            do { return try JSON.decode(JSONValue.self, from: Array(line.utf8)) } catch { return nil }
        }
    }

    private static func row(of document: JSONValue?, now: Timestamp) throws -> Row {
        guard let document, case .object = document else {
            return Row(document: "null", faults: ["The row cannot be read."])
        }
        var row = Row(document: String(decoding: try JSON.encode(document), as: UTF8.self))
        var reader = ImportFields(document)
        let call = reader.call()
        row.faults = reader.faults
        if let call, row.faults.isEmpty {
            row.document = String(decoding: try JSON.encode(call), as: UTF8.self)
            do throws(Failure) {
                try call.draft(source: "import", country: "US").check(now: now)
                row.call = call
            } catch {
                row.faults = error.errors.map { "\($0.pointer.dropFirst()): \($0.detail)" }
            }
        }
        return row
    }
}

/// Reads the fields of one row and names each that is wrong.
private struct ImportFields {
    private let document: JSONValue
    private(set) var faults: [String] = []

    init(_ document: JSONValue) { self.document = document }

    mutating func call() -> ImportedCall? {
        let id = text("external_id", most: 200)
        if id == nil { faults.append("external_id: is missing") }
        let started = instant("started_at")
        if started == nil, document.text("started_at") == nil { faults.append("started_at: is missing") }
        let direction = word("direction", CallDirection.self) ?? .inbound
        let ended = instant("ended_at") ?? started.flatMap { start in seconds().map { start + .seconds($0) } }
        let status = word("status", CallStatus.self) ?? .completed
        if !status.isOver { faults.append("status: an imported call is over") }
        let agent = document.text("agent_id").flatMap { text -> UserID? in
            do { return try UserID(jsonText: text) } catch {
                faults.append("agent_id: no id")
                return nil
            }
        }
        guard let id, let started else { return nil }
        return ImportedCall(
            externalID: id, direction: direction, from: text("from", most: 200) ?? "", to: text("to", most: 200) ?? "",
            status: status, startedAt: started, answeredAt: instant("answered_at"), endedAt: ended, agentID: agent,
            language: text("language", most: 35), metadata: metadata())
    }

    private mutating func text(_ name: String, most: Int) -> String? {
        guard let text = document.text(name) else { return nil }
        guard text.unicodeScalars.count <= most else {
            faults.append("\(name): at most \(most) characters")
            return nil
        }
        return text
    }

    private mutating func instant(_ name: String) -> Timestamp? {
        guard let text = document.text(name) else { return nil }
        guard let instant = Timestamp(rfc3339: text) else {
            faults.append("\(name): RFC 3339 date-time expected")
            return nil
        }
        return instant
    }

    private mutating func seconds() -> Int? {
        let number = document.number("duration_seconds") ?? document.text("duration_seconds").flatMap(Double.init)
        guard let number else { return nil }
        guard number >= 0, number < 1e6 else {
            faults.append("duration_seconds: out of range")
            return nil
        }
        return Int(number)
    }

    private mutating func word<Word: RawRepresentable>(
        _ name: String, _ type: Word.Type
    ) -> Word? where Word.RawValue == String {
        guard let text = document.text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            faults.append("\(name): not one of its words")
            return nil
        }
        return word
    }

    private mutating func metadata() -> JSONText? {
        guard let value = document["metadata"], value != .null else { return nil }
        do {
            if case .object = value { return try JSONText(encoding: value) }
            if case .string(let text) = value { return try JSONText(checking: Array(text.utf8)) }
        } catch {}
        faults.append("metadata: object expected")
        return nil
    }
}
