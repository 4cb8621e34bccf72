import JSON
import Models

/// One record of a Grandstream UCM: everything is text, and times are those of the PBX.
struct GrandstreamRecord: Sendable {
    let fields: [String: String]

    init(fields: [String: String]) { self.fields = fields }

    /// Nil for what has not the fields that every record has.
    init?(_ value: JSONValue) {
        guard case .object(let members) = value else { return nil }
        var fields: [String: String] = [:]
        for member in members {
            switch member.value {
            case .string(let text): fields[member.name] = text
            case .int(let number): fields[member.name] = String(number)
            default: break
            }
        }
        guard fields["start"] != nil, fields["disposition"] != nil else { return nil }
        self.fields = fields
    }

    /// A field, unless it is empty.
    subscript(name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The record's own number in its PBX; `uniqueid` is the same over legs.
    var id: String { self["AcctId"] ?? "\(self["uniqueid"] ?? "")/\(self["start"] ?? "")/\(self["dst"] ?? "")" }

    var source: String? { self["src"] ?? self["channel_ext"] ?? self["chanext"] }

    var seconds: Int { self["billsec"].flatMap { Int($0) } ?? 0 }

    /// The extension that spoke on the called side.
    var answeringExtension: String? { self["dstchannel_ext"] ?? self["dstchanext"] ?? self["dst"] }

    var isAnswered: Bool { disposition == .completed }

    /// What became of the record by itself.
    var disposition: CallStatus? {
        switch fields["disposition"]?.uppercased() {
        case "ANSWERED": isVoicemail ? .voicemail : .completed
        case "NO ANSWER", "NOANSWER": .noAnswer
        case "BUSY": .busy
        case "FAILED", "CONGESTION": .failed
        default: nil
        }
    }

    private var isVoicemail: Bool {
        self["lastapp"]?.lowercased().hasPrefix("voicemail") == true || action == "VM" || action == "VOICEMAIL"
    }

    /// `QUEUE[6500]` is `QUEUE`.
    var action: String? { self["action_type"].map { String($0.prefix { $0 != "[" }).uppercased() } }

    /// The names of the record's recordings, without what would lead out of the PBX's folder of recordings.
    var recordings: [String] {
        (self["recordfiles"] ?? "").split(separator: "@").map { String($0).trimmed }.filter {
            !$0.isEmpty && !$0.hasPrefix("/") && !$0.contains("..") && $0.utf8.count <= 500
        }
    }

    /// Which way the call went, by the trunks, by the PBX's word, or else by who is an extension.
    var direction: CallDirection {
        if self["src_trunk_name"] != nil { return .inbound }
        if self["dst_trunk_name"] != nil { return .outbound }
        switch self["userfield"]?.lowercased() {
        case "inbound": return .inbound
        case "outbound": return .outbound
        case "internal": return .internal
        default: return PartyShape.direction(from: source, to: self["dst"])
        }
    }

    func instant(_ field: String, _ zone: TimeZoneName) -> LocalTime? {
        self[field].flatMap { LocalTime($0, in: zone) }
    }
}

/// Which way a call went where its phone system does not say.
enum PartyShape {
    /// Extensions are short and digits; whoever else has a number is outside.
    static func isExtension(_ text: String?) -> Bool {
        guard let text, (1...6).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") }
    }

    static func direction(from: String?, to: String?) -> CallDirection {
        switch (isExtension(from), isExtension(to)) {
        case (true, true): .internal
        case (true, false): .outbound
        default: .inbound
        }
    }
}
