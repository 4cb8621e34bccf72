import Models

/// A domain of a tenant's own, by which people may reach it once the tenant has shown that it is theirs.
struct Domain: Sendable {
    var id: DomainID
    var name: String
    /// What the TXT record has to say.
    var challenge: String
    var createdAt: Timestamp
    var verifiedAt: Timestamp?
    var checkedAt: Timestamp?
    var fault: DomainFault?
    /// Since when a verified domain's record has been gone.
    var failingSince: Timestamp?
    var lapsedAt: Timestamp?
    var certificateExpiresAt: Timestamp?

    static let most = 20

    var state: DomainState { verifiedAt != nil ? .verified : lapsedAt != nil ? .lapsed : .pending }

    /// Where the record stands: not at the name itself, which may have others.
    static func recordName(of name: String) -> String { "_switchboard-challenge.\(name)" }

    var recordName: String { Self.recordName(of: name) }

    var recordValue: String { "switchboard-verification=\(challenge)" }

    /// Takes over what the DNS said.
    ///
    /// That no server answers is no reason to lose a domain, since it may be our own network that is broken.
    mutating func apply(_ finding: TextRecordFinding, now: Timestamp) {
        checkedAt = now
        switch finding {
        case .unreachable: fault = .unreachable
        case .found(let texts) where texts.contains(recordValue):
            (fault, failingSince, lapsedAt) = (nil, nil, nil)
            verifiedAt = verifiedAt ?? now
        case .found, .absent:
            fault = finding == .absent ? .recordMissing : .recordDiffers
            guard verifiedAt != nil else { return }
            let since = failingSince ?? now
            failingSince = since
            guard now >= since + Self.patience else { return }
            (verifiedAt, failingSince, lapsedAt) = (nil, nil, now)
        }
    }

    /// When the domain is lost unless its record comes back.
    var lapsesAt: Timestamp? { failingSince.map { $0 + Self.patience } }

    /// How long a verified domain outlives its record: a mistake in a zone is seen and mended in that time.
    static let patience = Duration.seconds(7 * 86_400)

    /// When the domain is looked at again, of its own; nil once nobody seems to care for it.
    func nextCheck(now: Timestamp) -> Timestamp? {
        if verifiedAt != nil { return now + .seconds(failingSince == nil ? 86_400 : 3_600) }
        let age = now.seconds - (lapsedAt ?? createdAt).seconds
        guard age < 30 * 86_400 else { return nil }
        // Soon after it was added, when somebody waits for it, and ever more seldom.
        return now + .seconds(min(max(60, age / 10), 6 * 3_600))
    }
}

/// What the DNS says of a name's TXT records.
enum TextRecordFinding: Sendable, Equatable {
    case found([String])
    /// The name has no such record, or does not exist.
    case absent
    /// No server gave an answer; that says nothing of the name.
    case unreachable
}
