import Models

/// Makes reports of Asterisk's and FreePBX's records: one row is one leg, and rows of one `linkedid` are one call.
struct AsteriskReports: Sendable {
    let columns: String?
    let zone: TimeZoneName
    let receivedAt: Timestamp
    var pbx: String?

    /// One report a row; each names the whole call and tells of its own leg.
    func read(_ body: [UInt8]) throws -> PayloadReading {
        try AsteriskRecord.records(of: body, columns: columns).reading(report)
    }

    private func report(_ record: AsteriskRecord) throws -> CallReport {
        let id = record["linkedid"] ?? record["uniqueid"] ?? ""
        let (start, end) = (instant(record["start"]), instant(record["end"]))
        let ended = end?.instant ?? Self.end(record, start?.instant)
        var report = CallReport(externalID: pbx.map { "\($0)/\(id)" } ?? id, reportedAt: ended ?? receivedAt)
        report.direction = Self.direction(record)
        report.providerStatus = record["disposition"]
        var leg = CallLeg(id: Self.legID(record))
        leg.from = Self.from(record)
        leg.to = Self.to(record, report.direction)
        leg.status = Self.status(record)
        leg.startedAt = start?.instant
        leg.answeredAt = instant(record["answer"])?.instant ?? Self.answer(record, ended)
        leg.endedAt = ended
        leg.agent = Self.agent(record, report.direction)
        leg.recording = recording(record, start)
        report.legs = [leg]
        report.linkedID = record["linkedid"]
        var notes = ReportNotes()
        notes.add("caller_name", record["cnam"])
        notes.add("account_code", record["accountcode"])
        notes.add("context", record["dcontext"])
        notes.add("time_is_ambiguous", if: start?.isAmbiguous == true || end?.isAmbiguous == true)
        notes.add("time_is_unreadable", if: start == nil)
        report.metadata = try notes.text
        return report
    }

    private func instant(_ text: String?) -> LocalTime? { text.flatMap { LocalTime($0, in: zone) } }

    /// Rows of a queue or a transfer have one `uniqueid`; the sequence, or else the channel and the start, tells them apart.
    private static func legID(_ record: AsteriskRecord) -> String {
        let id = record["uniqueid"] ?? ""
        if let sequence = record["sequence"] { return "\(id)/\(sequence)" }
        return [id, record["dstchannel"] ?? record["dst"] ?? "", record["start"] ?? ""].joined(separator: "/")
    }

    /// FreePBX's table has no end.
    private static func end(_ record: AsteriskRecord, _ start: Timestamp?) -> Timestamp? {
        guard let start, let seconds = record["duration"].flatMap({ Int64($0) }), seconds >= 0 else { return nil }
        return start + .seconds(seconds)
    }

    /// Nor an answer, but for how long was spoken.
    private static func answer(_ record: AsteriskRecord, _ end: Timestamp?) -> Timestamp? {
        guard record["answer"] == nil, status(record) == .completed, let end,
            let seconds = record["billsec"].flatMap({ Int64($0) }), seconds >= 0
        else { return nil }
        return end - .seconds(seconds)
    }

    private static func status(_ record: AsteriskRecord) -> CallStatus? {
        switch record["disposition"]?.uppercased() {
        case "ANSWERED": record["lastapp"]?.lowercased().hasPrefix("voicemail") == true ? .voicemail : .completed
        case "NO ANSWER", "NOANSWER": .noAnswer
        case "BUSY": .busy
        case "FAILED", "CONGESTION": .failed
        default: nil
        }
    }

    /// By FreePBX's own word where there is one, by the context, or else by who is an extension.
    private static func direction(_ record: AsteriskRecord) -> CallDirection {
        if record["did"] != nil { return .inbound }
        let context = record["dcontext"]?.lowercased() ?? ""
        let outside = ["from-trunk", "from-pstn", "from-did", "from-external", "from-outside", "incoming", "inbound"]
        if outside.contains(where: { context.hasPrefix($0) }) { return .inbound }
        return PartyShape.direction(from: record["src"] ?? record["cnum"], to: record["dst"])
    }

    private static func from(_ record: AsteriskRecord) -> String? {
        if let source = record["src"] ?? record["cnum"] { return source }
        // `"Ana" <1000>`
        guard let clid = record["clid"], let open = clid.lastIndex(of: "<"), clid.hasSuffix(">") else { return nil }
        return String(clid[clid.index(after: open)...].dropLast())
    }

    /// The number that was called; within the house the row says which extension rang.
    private static func to(_ record: AsteriskRecord, _ direction: CallDirection?) -> String? {
        direction == .inbound ? record["did"] ?? record["dst"] : record["dst"]
    }

    private static func agent(_ record: AsteriskRecord, _ direction: CallDirection?) -> AgentHint? {
        let own =
            direction == .inbound
            ? endpoint(record["dstchannel"]) ?? record["dst"] : endpoint(record["channel"]) ?? record["src"]
        guard PartyShape.isExtension(own) else { return nil }
        return AgentHint(extension: own)
    }

    /// `PJSIP/1001-00000002` is 1001, `Local/FMPR-1001@from-internal-0001;1` too; trunks have names.
    private static func endpoint(_ channel: String?) -> String? {
        guard let channel, let slash = channel.firstIndex(of: "/") else { return nil }
        let rest = channel[channel.index(after: slash)...].prefix { $0 != "@" && $0 != ";" }
        let words = rest.split(separator: "-").map(String.init)
        return words.first { PartyShape.isExtension($0) && $0.count <= 6 && $0.count >= 2 }
    }

    /// Files lie in folders of their days.
    private func recording(_ record: AsteriskRecord, _ start: LocalTime?) -> RecordingReference? {
        guard let file = record["recordingfile"], !file.contains(".."), !file.hasPrefix("/"), file.utf8.count <= 300,
            let day = record["start"]?.prefix(10), start != nil
        else { return nil }
        let folder = day.replacing("-", with: "/").replacing(".", with: "/")
        return RecordingReference(kind: .name, locator: file.contains("/") ? file : "\(folder)/\(file)")
    }
}
