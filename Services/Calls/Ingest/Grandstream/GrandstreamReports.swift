import JSON
import Models

/// Makes reports of what a UCM pushes, lists or answers: flat records, trees and CSV, in any mixture.
struct GrandstreamReports: Sendable {
    /// A call as the UCM keeps it: a record, and the parts of a queue, a ring group or a transfer.
    struct Entry: Sendable {
        var main: GrandstreamRecord
        var parts: [GrandstreamRecord]
    }

    let zone: TimeZoneName
    let receivedAt: Timestamp
    /// Tells the PBXs of one connection apart, whose records are numbered alike.
    var pbx: String?

    /// All calls of a body; throws for what is neither JSON nor CSV of a UCM.
    func read(_ body: [UInt8]) throws -> PayloadReading { try Self.entries(of: body).reading(report) }

    static func entries(of body: [UInt8]) throws -> RecordSet<Entry> {
        let first = body.first { ![32, 9, 10, 13].contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return try tableEntries(of: body) }
        let value: JSONValue
        do { value = try JSON.decode(JSONValue.self, from: body) } catch {
            throw ProviderError(.invalid, "The record is no valid JSON.")
        }
        return try entries(of: value)
    }

    /// `cdr_root` of today, `cdr` of old firmware, a list, or a single record or tree.
    private static func entries(of value: JSONValue) throws -> RecordSet<Entry> {
        var found = RecordSet<Entry>()
        for element in elements(of: value) { try found.add(element.shown) { try entry(element) } }
        return found
    }

    private static func elements(of value: JSONValue) -> [JSONValue] {
        if case .array(let elements) = value { return elements }
        for name in ["cdr_root", "cdr"] {
            if case .array(let elements)? = value[name] { return elements }
        }
        return [value]
    }

    private static func entry(_ value: JSONValue) throws -> Entry {
        guard let main = value["main_cdr"] else {
            guard let record = GrandstreamRecord(value) else {
                throw ProviderError(.invalid, "A record has no start or no disposition.")
            }
            return Entry(main: record, parts: [])
        }
        guard let record = GrandstreamRecord(main), case .object(let members) = value else {
            throw ProviderError(.invalid, "A record has no start or no disposition.")
        }
        let parts = members.filter { $0.name.hasPrefix("sub_cdr_") && $0.value != .null }.compactMap { member in
            Int(member.name.dropFirst("sub_cdr_".count)).map { (number: $0, value: member.value) }
        }.sorted { $0.number < $1.number }
        return Entry(main: record, parts: parts.compactMap { GrandstreamRecord($0.value) })
    }

    /// The first line names the columns.
    private static func tableEntries(of body: [UInt8]) throws -> RecordSet<Entry> {
        guard let text = String(validating: body, as: UTF8.self),
            case let rows = DelimitedText.records(of: text), let names = rows.first?.fields,
            names.contains("start"), names.contains("disposition")
        else { throw ProviderError(.invalid, "The records are neither JSON nor CSV with a line of names.") }
        var found = RecordSet<Entry>()
        for (line, fields) in rows.dropFirst() {
            try found.add(line) {
                let record = fields.map { GrandstreamRecord(fields: Dictionary(zip(names, $0)) { first, _ in first }) }
                guard let record, record["start"] != nil, record["disposition"] != nil else {
                    throw ProviderError(.invalid, "A record has no start or no disposition.")
                }
                return Entry(main: record, parts: [])
            }
        }
        return found
    }

    // One call.

    private func externalID(_ record: GrandstreamRecord) -> String { pbx.map { "\($0)/\(record.id)" } ?? record.id }

    func report(_ entry: Entry) throws -> CallReport {
        let main = entry.main
        let start = main.instant("start", zone)
        let end = main.instant("end", zone)
        var report = CallReport(externalID: externalID(main), reportedAt: end?.instant ?? receivedAt)
        let spoken = Self.spoken(entry)
        report.direction = main.direction
        report.from = main.source
        report.to = main["dst"]
        report.status = Self.status(of: entry)
        report.providerStatus = main["disposition"]
        report.startedAt = start?.instant
        report.answeredAt = spoken?.instant("answer", zone)?.instant
        report.endedAt = end?.instant
        report.agent = agent(main, spoken)
        report.recording = Self.recording(of: entry, spoken)
        report.linkedID = main["session"]
        report.legs = entry.parts.map(leg)
        var notes = ReportNotes()
        notes.add("uniqueid", main["uniqueid"])
        notes.add("trunk", main["src_trunk_name"] ?? main["dst_trunk_name"])
        notes.add("action", main["action_type"])
        notes.add("caller_name", main["caller_name"])
        notes.add("time_is_ambiguous", if: start?.isAmbiguous == true || end?.isAmbiguous == true)
        notes.add("time_is_unreadable", if: start == nil)
        report.metadata = try notes.text
        return report
    }

    /// A queue answers by itself, so whether somebody of ours did is told by the parts.
    private static func status(of entry: Entry) -> CallStatus? {
        let found = entry.parts.compactMap(\.disposition)
        guard !found.isEmpty else { return entry.main.disposition }
        if found.contains(.completed) { return .completed }
        if found.contains(.voicemail) || entry.main.disposition == .voicemail { return .voicemail }
        return entry.main.disposition == .completed ? .noAnswer : entry.main.disposition
    }

    /// The record of the longest conversation.
    private static func spoken(_ entry: Entry) -> GrandstreamRecord? {
        let records = entry.parts.isEmpty ? [entry.main] : entry.parts
        return records.filter(\.isAnswered).max { $0.seconds < $1.seconds }
    }

    private func agent(_ main: GrandstreamRecord, _ spoken: GrandstreamRecord?) -> AgentHint? {
        let own =
            switch main.direction {
            case .outbound, .internal: main["channel_ext"] ?? main["chanext"] ?? main.source
            case .inbound: spoken?.answeringExtension ?? main["dst"]
            }
        guard PartyShape.isExtension(own) else { return nil }
        return AgentHint(extension: own)
    }

    /// Of several files the one of the longest conversation; the parts have the others.
    private static func recording(of entry: Entry, _ spoken: GrandstreamRecord?) -> RecordingReference? {
        let candidates = [spoken, entry.main].compactMap { $0 } + entry.parts.sorted { $0.seconds > $1.seconds }
        return candidates.lazy.compactMap { $0.recordings.first }.first.map {
            RecordingReference(kind: .name, locator: $0)
        }
    }

    private func leg(_ part: GrandstreamRecord) -> CallLeg {
        var leg = CallLeg(id: part.id)
        leg.from = part.source
        leg.to = part["dst"]
        leg.status = part.disposition
        leg.startedAt = part.instant("start", zone)?.instant
        leg.answeredAt = part.instant("answer", zone)?.instant
        leg.endedAt = part.instant("end", zone)?.instant
        leg.recording = part.recordings.first.map { RecordingReference(kind: .name, locator: $0) }
        if let own = part.answeringExtension, PartyShape.isExtension(own) { leg.agent = AgentHint(extension: own) }
        return leg
    }
}
