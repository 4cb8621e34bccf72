import Models

/// What consent the law is taken to ask for, until a tenant's policy says otherwise.
enum ConsentLaw {
    private static let europe = """
        AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK GB CH
        """.split(separator: " ").map(String.init)

    private static var american: [String] { ["US", "CA", "PR", "GU", "VI", "AS", "MP"] }

    static let requirements: [CallsAPI.ConsentRequirement] = [
        // 47 CFR 64.1200(a)(1) to (3): what a machine dials or a prerecorded voice says, prior express consent.
        .init(
            channels: [.call], purposes: [.marketing], countries: american, automatedOnly: true, anyOf: ["tcpa_call"]),
        // The same for texts, whoever writes them; CASL for Canada.
        .init(
            channels: [.sms, .whatsapp], purposes: [.marketing], countries: american,
            anyOf: ["tcpa_sms", "gdpr_marketing"]),
        .init(channels: [.email], purposes: [.marketing], countries: ["CA"], anyOf: ["gdpr_marketing"]),
        // Directive 2002/58/EC art. 13 and the Regulation's art. 6: consent for what is written or dialled by a machine.
        .init(
            channels: [.sms, .whatsapp, .email], purposes: [.marketing], countries: europe, anyOf: ["gdpr_marketing"]),
        .init(
            channels: [.call], purposes: [.marketing], countries: europe, automatedOnly: true,
            anyOf: ["gdpr_marketing"]),
        // What a person dials rests on an interest that the callee's no ends.
        .init(
            channels: [.call], purposes: [.marketing], countries: europe,
            anyOf: ["gdpr_marketing", "gdpr_processing"], legitimateInterest: true),
    ]

    /// Everywhere else what a machine sells needs a yes of some kind.
    static let elsewhere = CallsAPI.ConsentRequirement(
        channels: [.call, .sms, .whatsapp], purposes: [.marketing], automatedOnly: true,
        anyOf: ["tcpa_call", "tcpa_sms", "gdpr_marketing"])

    /// Whether taking back a consent of a built-in type forbids a contact of this kind.
    static func isBarred(_ type: BuiltInConsent, _ channel: ContactChannel, _ purpose: ContactPurpose) -> Bool {
        switch type {
        case .tcpaCall: channel == .call && purpose != .transactional
        case .tcpaSMS: channel == .sms || channel == .whatsapp
        case .gdprMarketing: purpose == .marketing
        case .gdprProcessing: purpose != .transactional
        }
    }

    /// On which channels taking back a consent of a built-in type stops what waits.
    static func channels(of type: BuiltInConsent) -> Set<ContactChannel> {
        switch type {
        case .tcpaCall: [.call]
        case .tcpaSMS: [.sms, .whatsapp]
        case .gdprMarketing, .gdprProcessing: Set(ContactChannel.allCases)
        }
    }
}
