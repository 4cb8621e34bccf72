package import JSON

extension TenancyAPI {
    /// What a browser makes a passkey from; bytes are in base 64 of RFC 4648 section 5, without padding.
    package struct PasskeyRegistration: Codable, Sendable {
        /// To be answered once, within `expiresIn` seconds.
        package var challenge: String
        package var expiresIn: Int
        package var rpID: String
        package var rpName: String
        /// The person as their devices keep them.
        package var userHandle: String
        package var userName: String
        package var userDisplayName: String
        /// Of COSE, most wanted first.
        package var algorithms: [Int64]
        /// What the person has already: a device makes no second one.
        package var exclude: [Descriptor]

        /// A passkey as a browser finds it.
        package struct Descriptor: Codable, Sendable {
            package var id: String
            package var transports: [String]

            package init(id: String, transports: [String]) {
                self.id = id
                self.transports = transports
            }
        }

        package init(
            challenge: String, expiresIn: Int, rpID: String, rpName: String, userHandle: String, userName: String,
            userDisplayName: String, algorithms: [Int64], exclude: [Descriptor]
        ) {
            self.challenge = challenge
            self.expiresIn = expiresIn
            self.rpID = rpID
            self.rpName = rpName
            self.userHandle = userHandle
            self.userName = userName
            self.userDisplayName = userDisplayName
            self.algorithms = algorithms
            self.exclude = exclude
        }
    }

    /// What a browser asks the person's passkeys; any passkey of the host may answer.
    package struct PasskeyRequest: Codable, Sendable {
        package var challenge: String
        package var expiresIn: Int
        package var rpID: String
        /// The passkeys that may answer; empty when the person has not said who they are.
        package var allow: [PasskeyRegistration.Descriptor]

        package init(challenge: String, expiresIn: Int, rpID: String, allow: [PasskeyRegistration.Descriptor]) {
            self.challenge = challenge
            self.expiresIn = expiresIn
            self.rpID = rpID
            self.allow = allow
        }
    }

    /// `POST /api/v1/auth/passkeys`: what the browser gave for a registration.
    package struct CreatePasskey: Codable, Sendable, Noted {
        package var name: String
        package var clientData: String
        package var attestation: String
        package var transports: [String]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the person calls it, such as the device.", length: 1...100),
                .of(CodingKeys.clientData, "`response.clientDataJSON` in base64url.", length: 1...11_000),
                .of(CodingKeys.attestation, "`response.attestationObject` in base64url.", length: 1...44_000),
                .of(CodingKeys.transports, "`response.getTransports()`.", count: 0...8),
            ]
        }
    }

    /// What the browser gave for a passkey's answer.
    package struct PasskeyAnswer: Codable, Sendable, Noted {
        package var id: String
        package var clientData: String
        package var authenticatorData: String
        package var signature: String
        package var userHandle: String
        /// True keeps the refresh token out of the body and sets it as a cookie, for browsers.
        package var cookie: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.id, "`id` of the credential.", length: 1...1_400),
                .of(CodingKeys.clientData, "`response.clientDataJSON` in base64url.", length: 1...11_000),
                .of(CodingKeys.authenticatorData, "`response.authenticatorData` in base64url.", length: 1...5_500),
                .of(CodingKeys.signature, "`response.signature` in base64url.", length: 1...1_400),
                .of(CodingKeys.userHandle, "`response.userHandle` in base64url.", length: 1...100),
                .of(CodingKeys.cookie, "Set the refresh token as a cookie instead of answering it."),
            ]
        }
    }

    /// A person's passkey.
    package struct Passkey: Codable, Sendable {
        package var id: PasskeyID
        package var name: String
        /// Whether it is copied to the person's other devices.
        package var isBackedUp: Bool
        package var createdAt: Timestamp
        package var lastUsedAt: Timestamp?

        package init(id: PasskeyID, name: String, isBackedUp: Bool, createdAt: Timestamp, lastUsedAt: Timestamp?) {
            self.id = id
            self.name = name
            self.isBackedUp = isBackedUp
            self.createdAt = createdAt
            self.lastUsedAt = lastUsedAt
        }
    }

    /// `PATCH /api/v1/auth/passkeys/{id}`.
    package struct UpdatePasskey: Codable, Sendable, Noted {
        package var name: String?

        package static var notes: [Note] { [.of(CodingKeys.name, "What the person calls it.", length: 1...100)] }
    }
}
