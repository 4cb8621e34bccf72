import Models

/// Makes reports of the lines that 3CX writes: which columns there are, in which order, is the administrator's choice.
struct ThreeCXReports: Sendable {
    /// The columns of a fresh installation, in its order.
    static let standardColumns = """
        historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,from-dn,to-dn,\
        dial-no,reason-changed,final-number,final-dn,bill-code,bill-rate,bill-cost,bill-name,chain,from-type,to-type,\
        final-type,from-dispname,to-dispname,final-dispname,missed-queue-calls
        """
    /// Without these nobody knows which call a line is about, and when it was.
    private static let neededColumns = ["time-start"]
    /// What 3CX calls ends that are not in the house.
    private static let outsideTypes: Set<String> = [
        "line", "lineset", "externalline", "provider", "bridge", "outbound",
    ]
    private static let failures: Set<String> = ["failed", "forbidden", "notfound", "cantconnect"]

    let columns: [String]
    let separator: Character
    let zone: TimeZoneName
    let receivedAt: Timestamp
    var pbx: String?

    /// The separator is the one that stands between the columns' names; throws for columns without a start.
    init(columns text: String?, zone: TimeZoneName, receivedAt: Timestamp, pbx: String?) throws {
        let text = text.flatMap { $0.trimmed.isEmpty ? nil : $0 } ?? Self.standardColumns
        separator = [";", "\t", "|"].first { text.contains($0) } ?? ","
        columns = text.split(separator: separator).map { String($0).trimmed.lowercased() }
        guard Self.neededColumns.allSatisfy(columns.contains),
            columns.contains("callid") || columns.contains("historyid")
        else { throw ProviderError(.invalid, "The columns have no time-start, or neither callid nor historyid.") }
        self.zone = zone
        self.receivedAt = receivedAt
        self.pbx = pbx
    }

    /// One report a line; a line of fewer fields than needed is not read, for its columns are not those of the setting.
    func read(_ body: [UInt8]) throws -> PayloadReading {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw ProviderError(.invalid, "The lines are not UTF-8.")
        }
        var found = RecordSet<CallReport>()
        for (line, fields) in DelimitedText.records(of: text, separator: separator) where fields != columns {
            try found.add(line) {
                // The last line may end with a separator, and so have one more.
                guard let fields, fields.count > (columns.firstIndex(of: "time-start") ?? 0) else {
                    throw ProviderError(.invalid, "A line has fewer fields than the connection's columns.")
                }
                return try report(Dictionary(zip(columns, fields)) { first, _ in first }.filter { !$0.value.isEmpty })
            }
        }
        return try found.reading { $0 }
    }

    private func report(_ line: [String: String]) throws -> CallReport {
        guard let id = line["callid"] ?? line["historyid"] else {
            throw ProviderError(.invalid, "A line has no callid and no historyid.")
        }
        let (start, end) = (instant(line["time-start"]), instant(line["time-end"]))
        let answer = instant(line["time-answered"])
        var report = CallReport(
            externalID: pbx.map { "\($0)/\(id)" } ?? id, reportedAt: end?.instant ?? receivedAt)
        report.direction = direction(line)
        report.from = party(line["from-no"]) ?? party(line["from-dn"])
        report.to = to(line, report.direction)
        report.status = Self.status(line, isAnswered: answer != nil)
        report.providerStatus = line["reason-terminated"]
        report.startedAt = start?.instant
        report.answeredAt = answer?.instant
        report.endedAt = end?.instant
        // From the answer on; only without an end does it say anything new.
        if end == nil { report.durationSeconds = line["duration"].flatMap(Self.seconds) }
        report.agent = agent(line, report.direction)
        report.linkedID = line["historyid"]
        var notes = ReportNotes()
        for name in ["chain", "reason-changed", "bill-code", "bill-cost", "missed-queue-calls"] {
            notes.add(name.replacing("-", with: "_"), line[name])
        }
        notes.add("time_is_ambiguous", if: start?.isAmbiguous == true || end?.isAmbiguous == true)
        notes.add("time_is_unreadable", if: start == nil)
        report.metadata = try notes.text
        return report
    }

    private func instant(_ text: String?) -> LocalTime? { text.flatMap { LocalTime($0, in: zone) } }

    /// `Ext.1000` is 1000.
    private func party(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text.hasPrefix("Ext.") ? String(text.dropFirst(4)) : text
    }

    private func isOutside(_ type: String?) -> Bool? {
        type.map { Self.outsideTypes.contains($0.lowercased()) }
    }

    private func direction(_ line: [String: String]) -> CallDirection {
        if isOutside(line["from-type"]) == true { return .inbound }
        if isOutside(line["to-type"]) == true || isOutside(line["final-type"]) == true { return .outbound }
        if line["from-type"] != nil, line["to-type"] != nil { return .internal }
        if line["from-no"]?.hasPrefix("Ext.") == true {
            let to = line["dial-no"] ?? line["to-no"]
            return to?.hasPrefix("Ext.") == true || PartyShape.isExtension(to) ? .internal : .outbound
        }
        return PartyShape.direction(from: party(line["from-no"]), to: party(line["dial-no"] ?? line["to-no"]))
    }

    /// Who was called: the number that was dialled, not the line that carried it.
    private func to(_ line: [String: String], _ direction: CallDirection?) -> String? {
        let dialled = party(line["dial-no"])
        return direction == .outbound
            ? dialled ?? party(line["final-number"]) ?? party(line["to-no"])
            : dialled ?? party(line["to-no"]) ?? party(line["final-number"])
    }

    private func agent(_ line: [String: String], _ direction: CallDirection?) -> AgentHint? {
        let (own, name) =
            direction == .inbound
            ? (party(line["final-dn"]) ?? party(line["to-dn"]), line["final-dispname"] ?? line["to-dispname"])
            : (party(line["from-dn"]) ?? party(line["from-no"]), line["from-dispname"])
        guard let own, PartyShape.isExtension(own) else { return nil }
        return AgentHint(extension: own, providerUser: name)
    }

    private static func status(_ line: [String: String], isAnswered: Bool) -> CallStatus? {
        if line["final-type"]?.lowercased().hasPrefix("vmail") == true
            || line["final-type"]?.lowercased().hasPrefix("voicemail") == true
        {
            return .voicemail
        }
        let reason = line["reason-terminated"]?.lowercased()
        if isAnswered { return .completed }
        switch reason {
        case "busy": return .busy
        case let reason? where failures.contains(reason): return .failed
        // The caller hung up before anybody answered.
        default: return .noAnswer
        }
    }

    /// `00:01:08`.
    private static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":").map { Double($0) }
        guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2] else {
            return nil
        }
        return hours * 3_600 + minutes * 60 + seconds
    }
}
