package import JSON

extension CallsAPI {
    /// What shows that a consent was given; removed when the person is erased.
    package struct ConsentProof: Codable, Sendable, Hashable {
        package var ipAddress: String?
        package var recordingURL: String?
        package var pageURL: String?
        package var textShown: String?
        package var note: String?
        package var callID: CallID?
        package var revocationIPAddress: String?
        package var revocationText: String?

        package init() {}
    }

    /// What somebody has consented to, or has taken back.
    package struct Consent: Codable, Sendable {
        package var id: ConsentID
        /// The number or the address; null when its owner was erased.
        package var address: String?
        package var type: String
        package var state: ConsentState
        package var method: ConsentMethod
        /// Null for somebody who said no without having said yes here.
        package var grantedAt: Timestamp?
        package var expiresAt: Timestamp?
        package var revokedAt: Timestamp?
        package var revokedBy: ConsentMethod?
        package var proof: ConsentProof
        package var recordedBy: UserID?
        package var revokedByUser: UserID?
        package var version: Int64
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: ConsentID, address: String?, type: String, state: ConsentState, method: ConsentMethod,
            grantedAt: Timestamp?, expiresAt: Timestamp?, revokedAt: Timestamp?, revokedBy: ConsentMethod?,
            proof: ConsentProof, recordedBy: UserID?, revokedByUser: UserID?, version: Int64, createdAt: Timestamp,
            updatedAt: Timestamp
        ) {
            self.id = id
            self.address = address
            self.type = type
            self.state = state
            self.method = method
            self.grantedAt = grantedAt
            self.expiresAt = expiresAt
            self.revokedAt = revokedAt
            self.revokedBy = revokedBy
            self.proof = proof
            self.recordedBy = recordedBy
            self.revokedByUser = revokedByUser
            self.version = version
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/consent/records`.
    package struct CreateConsent: Codable, Sendable, Noted {
        package var address: String
        package var type: String
        package var method: ConsentMethod
        package var grantedAt: Timestamp?
        package var expiresAt: Timestamp?
        package var ipAddress: String?
        package var recordingURL: String?
        package var pageURL: String?
        package var textShown: String?
        package var note: String?
        package var callID: CallID?

        package init(
            address: String, type: String, method: ConsentMethod, grantedAt: Timestamp? = nil,
            expiresAt: Timestamp? = nil, textShown: String? = nil
        ) {
            self.address = address
            self.type = type
            self.method = method
            self.grantedAt = grantedAt
            self.expiresAt = expiresAt
            self.textShown = textShown
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.address, "A number as it is dialled, or an address of mail.", length: 1...254),
                .of(
                    CodingKeys.type,
                    "tcpa_call, tcpa_sms, gdpr_processing, gdpr_marketing, or a type of the tenant's own.",
                    length: 1...50),
                .of(CodingKeys.method, "How it was given."),
                .of(CodingKeys.grantedAt, "When it was given; default now."),
                .of(CodingKeys.expiresAt, "Until when it holds; without it until it is taken back."),
                .of(CodingKeys.ipAddress, "Whence it was given.", length: 2...45),
                .of(CodingKeys.recordingURL, "Where one hears it.", length: 8...2000),
                .of(CodingKeys.pageURL, "The page on which it was given.", length: 8...2000),
                .of(CodingKeys.textShown, "The words that were agreed to.", length: 1...5000),
                .of(CodingKeys.note, "What else there is to say.", length: 1...2000),
                .of(CodingKeys.callID, "The call in which it was given."),
            ]
        }
    }

    /// `POST /api/v1/consent/revocations`.
    package struct RevokeConsent: Codable, Sendable, Noted {
        package var address: String
        package var types: [String]?
        package var method: ConsentMethod?
        package var text: String?
        package var doNotCall: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.address, "A number as it is dialled, or an address of mail.", length: 1...254),
                .of(CodingKeys.types, "Which types are taken back; default all of them.", count: 1...50),
                .of(CodingKeys.method, "How the person said so; default api."),
                .of(CodingKeys.text, "What the person said.", length: 1...2000),
                .of(CodingKeys.doNotCall, "Whether the number goes on the do-not-call list too; default false."),
            ]
        }
    }

    /// What taking back has done.
    package struct ConsentRevocation: Codable, Sendable {
        package var address: String
        package var consents: [Consent]
        /// How many queued contacts were cancelled with it.
        package var cancelled: Int

        package init(address: String, consents: [Consent], cancelled: Int) {
            self.address = address
            self.consents = consents
            self.cancelled = cancelled
        }
    }

    /// A type of consent.
    package struct ConsentType: Codable, Sendable {
        package var key: String
        package var name: String
        package var meaning: String
        package var channels: [ContactChannel]
        package var purposes: [ContactPurpose]
        /// False for one of the four that everybody has.
        package var own: Bool
        package var version: Int64
        package var retiredAt: Timestamp?

        package init(
            key: String, name: String, meaning: String, channels: [ContactChannel], purposes: [ContactPurpose],
            own: Bool, version: Int64, retiredAt: Timestamp?
        ) {
            self.key = key
            self.name = name
            self.meaning = meaning
            self.channels = channels
            self.purposes = purposes
            self.own = own
            self.version = version
            self.retiredAt = retiredAt
        }
    }

    /// The types of a tenant.
    package struct ConsentTypes: Codable, Sendable {
        package var types: [ConsentType]

        package init(types: [ConsentType]) { self.types = types }
    }

    /// `POST /api/v1/consent/types`.
    package struct CreateConsentType: Codable, Sendable, Noted {
        package var key: String
        package var name: String
        package var meaning: String?
        package var channels: [ContactChannel]
        package var purposes: [ContactPurpose]

        package static var notes: [Note] {
            [
                .of(CodingKeys.key, "Lower case letters, digits and _; it cannot be changed.", length: 2...50),
                .of(CodingKeys.name, "What people read.", length: 1...100),
                .of(CodingKeys.meaning, "What is consented to.", length: 0...2000),
                .of(CodingKeys.channels, "On which channels a no forbids.", count: 1...4),
                .of(CodingKeys.purposes, "For which purposes a no forbids.", count: 1...3),
            ]
        }
    }

    /// `PATCH /api/v1/consent/types/{key}`: what is left out stays.
    package struct UpdateConsentType: Codable, Sendable, Noted {
        package var name: String?
        package var meaning: String?
        package var channels: [ContactChannel]?
        package var purposes: [ContactPurpose]?
        package var retired: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people read.", length: 1...100),
                .of(CodingKeys.meaning, "What is consented to.", length: 0...2000),
                .of(CodingKeys.channels, "Replaced as a whole.", count: 1...4),
                .of(CodingKeys.purposes, "Replaced as a whole.", count: 1...3),
                .of(CodingKeys.retired, "A retired type is given no more; what was given or refused holds."),
            ]
        }
    }

    /// `POST /api/v1/consent/links`.
    package struct CreateConsentLink: Codable, Sendable, Noted {
        package var address: String

        package static var notes: [Note] {
            [.of(CodingKeys.address, "A number as it is dialled, or an address of mail.", length: 1...254)]
        }
    }

    /// A link by which one person takes consent back on a page.
    package struct ConsentLink: Codable, Sendable {
        package var url: String
        package var expiresAt: Timestamp

        package init(url: String, expiresAt: Timestamp) {
            self.url = url
            self.expiresAt = expiresAt
        }
    }

    /// The data of the event `consent.changed`; whom it is about is read by the consent's id.
    package struct ConsentChanged: Codable, Sendable {
        package var consentID: ConsentID
        package var type: String
        package var state: ConsentState
        package var method: ConsentMethod
        /// On which channels it matters.
        package var channels: [ContactChannel]

        package init(
            consentID: ConsentID, type: String, state: ConsentState, method: ConsentMethod, channels: [ContactChannel]
        ) {
            self.consentID = consentID
            self.type = type
            self.state = state
            self.method = method
            self.channels = channels
        }
    }
}
