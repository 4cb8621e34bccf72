package import JSON

extension TenancyAPI {
    /// `POST /api/v1/auth/login`.
    package struct Login: Codable, Sendable, Noted {
        package var email: EmailAddress
        package var password: String
        /// A one-time password of the person's app, or one of their recovery codes, once they have a second factor.
        package var code: String?
        /// True keeps the refresh token out of the body and sets it as a cookie, for browsers.
        package var cookie: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.password, "The password.", length: 1...256),
                .of(CodingKeys.code, "The second factor's code, for whoever has one.", length: 1...64),
                .of(CodingKeys.cookie, "Set the refresh token as a cookie instead of answering it."),
            ]
        }
    }

    /// `POST /api/v1/auth/refresh`; without a token in the body the cookie is used.
    package struct Refresh: Codable, Sendable, Noted {
        package var refreshToken: String?

        package static var notes: [Note] { [.of(CodingKeys.refreshToken, "The refresh token.", length: 1...256)] }
    }

    /// `POST /api/v1/auth/invitations/accept`.
    package struct AcceptInvitation: Codable, Sendable, Noted {
        package var token: String
        package var name: String
        package var password: String
        package var cookie: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.token, "The token of the invitation's link.", length: 1...256),
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.password, "The new password.", length: 10...256),
            ]
        }
    }

    /// `POST /api/v1/auth/password-resets`.
    package struct RequestPasswordReset: Codable, Sendable {
        package var email: EmailAddress
    }

    /// `POST /api/v1/auth/find-tenants`.
    package struct FindTenants: Codable, Sendable {
        package var email: EmailAddress
    }

    /// `POST /api/v1/auth/password-resets/accept`.
    package struct AcceptPasswordReset: Codable, Sendable, Noted {
        package var token: String
        package var password: String
        package var cookie: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.token, "The token of the letter's link.", length: 1...256),
                .of(CodingKeys.password, "The new password.", length: 10...256),
            ]
        }
    }

    /// `POST /api/v1/auth/password`.
    package struct ChangePassword: Codable, Sendable, Noted {
        package var currentPassword: String
        package var password: String

        package static var notes: [Note] {
            [
                .of(CodingKeys.currentPassword, "The password up to now.", length: 1...256),
                .of(CodingKeys.password, "The new password.", length: 10...256),
            ]
        }
    }

    /// `POST /api/v1/auth/reauthenticate`.
    package struct Reauthenticate: Codable, Sendable, Noted {
        package var password: String

        package static var notes: [Note] { [.of(CodingKeys.password, "The password.", length: 1...256)] }
    }

    /// Whether a person has a second factor.
    package struct SecondFactor: Codable, Sendable {
        package var isEnabled: Bool
        package var since: Timestamp?
        package var recoveryCodesLeft: Int

        package init(isEnabled: Bool, since: Timestamp?, recoveryCodesLeft: Int) {
            self.isEnabled = isEnabled
            self.since = since
            self.recoveryCodesLeft = recoveryCodesLeft
        }
    }

    /// What an authenticator app needs; shown once.
    package struct SecondFactorSecret: Codable, Sendable {
        /// In base 32, for typing in.
        package var secret: String
        /// `otpauth://...`, for a QR code.
        package var uri: String

        package init(secret: String, uri: String) {
            self.secret = secret
            self.uri = uri
        }
    }

    /// `POST /api/v1/auth/second-factor/confirm`.
    package struct ConfirmSecondFactor: Codable, Sendable, Noted {
        package var code: String

        package static var notes: [Note] { [.of(CodingKeys.code, "What the app shows.", length: 6...6)] }
    }

    /// Codes that stand in for a lost app, each once; shown once.
    package struct RecoveryCodes: Codable, Sendable {
        package var codes: [String]

        package init(codes: [String]) { self.codes = codes }
    }

    /// One sign-in of a person, with the device that it came from.
    package struct Session: Codable, Sendable {
        package var id: SessionID
        package var createdAt: Timestamp
        package var lastUsedAt: Timestamp
        package var expiresAt: Timestamp
        package var method: SignInMethod
        /// Null for sessions from before this was noted.
        package var client: SessionClient?
        /// The browser and system that it is from, such as `Firefox on Linux`; null when they are not known.
        package var device: String?
        /// What the browser or program calls itself.
        package var userAgent: String?
        package var address: String?
        /// Whether it is the session that asks.
        package var isCurrent: Bool

        package init(
            id: SessionID, createdAt: Timestamp, lastUsedAt: Timestamp, expiresAt: Timestamp, method: SignInMethod,
            client: SessionClient?, device: String?, userAgent: String?, address: String?, isCurrent: Bool
        ) {
            self.id = id
            self.createdAt = createdAt
            self.lastUsedAt = lastUsedAt
            self.expiresAt = expiresAt
            self.method = method
            self.client = client
            self.device = device
            self.userAgent = userAgent
            self.address = address
            self.isCurrent = isCurrent
        }
    }

    /// The tokens of a sign-in.
    package struct SignedIn: Codable, Sendable {
        package var accessToken: String
        package var tokenType: String
        package var expiresIn: Int
        /// Null when it was set as a cookie.
        package var refreshToken: String?
        package var user: User

        package init(accessToken: String, expiresIn: Int, refreshToken: String?, user: User) {
            self.accessToken = accessToken
            tokenType = "Bearer"
            self.expiresIn = expiresIn
            self.refreshToken = refreshToken
            self.user = user
        }
    }
}
