import Models

/// The types of consent that a tenant knows: the four that everybody has, and its own.
struct ConsentTypes: Sendable {
    let own: [CallsAPI.ConsentType]

    /// The four built-in ones, as they are shown.
    static let builtIn: [CallsAPI.ConsentType] = BuiltInConsent.allCases.map { type in
        let (name, meaning): (String, String) =
            switch type {
            case .tcpaCall: ("TCPA Call", "To be called by a machine or with a prerecorded voice, for marketing too.")
            case .tcpaSMS: ("TCPA SMS", "To be sent texts, for marketing too.")
            case .gdprProcessing: ("GDPR Processing", "That personal data are processed.")
            case .gdprMarketing: ("GDPR Marketing", "To be contacted for marketing.")
            }
        let purposes = ContactPurpose.allCases.filter { purpose in
            ContactChannel.allCases.contains { ConsentLaw.isBarred(type, $0, purpose) }
        }
        return CallsAPI.ConsentType(
            key: type.rawValue, name: name, meaning: meaning,
            channels: ContactChannel.allCases.filter(ConsentLaw.channels(of: type).contains), purposes: purposes,
            own: false, version: 0, retiredAt: nil)
    }

    var all: [CallsAPI.ConsentType] { Self.builtIn + own }

    /// The type of a key; nil for a key that the tenant does not know.
    func type(_ key: String) -> CallsAPI.ConsentType? { all.first { $0.key == key } }

    /// Those that can be about somebody who is reached in this way.
    func fitting(_ kind: ContactSubject.Kind) -> [CallsAPI.ConsentType] {
        all.filter { type in type.channels.contains { $0.isByNumber == (kind == .phone) } }
    }
}
