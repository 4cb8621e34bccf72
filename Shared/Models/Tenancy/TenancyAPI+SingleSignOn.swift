package import JSON

extension TenancyAPI {
    /// How a tenant's people sign in with the company's own identity provider (OpenID Connect); the secret is never told.
    package struct SingleSignOn: Codable, Sendable {
        package var issuer: String
        package var clientID: String
        package var hasClientSecret: Bool
        /// What the people's button says.
        package var label: String
        package var scopes: [String]
        package var emailDomains: [String]
        package var domainClaim: String?
        package var trustsEmail: Bool
        package var createsUsers: Bool
        package var roleClaim: String?
        package var roles: [RoleMapping]
        package var defaultRole: Role?
        package var isEnabled: Bool
        package var isEnforced: Bool
        /// What the provider has to be told.
        package var redirectURL: String
        package var updatedAt: Timestamp

        /// A value of the role claim and the role that it gives.
        package struct RoleMapping: Codable, Sendable, Hashable, Noted {
            package var value: String
            package var role: Role

            package static var notes: [Note] {
                [
                    .of(CodingKeys.value, "One value of the claim, such as a group's name.", length: 1...200),
                    .of(CodingKeys.role, "admin or agent; owners are made by hand."),
                ]
            }

            package init(value: String, role: Role) {
                self.value = value
                self.role = role
            }
        }

        package init(
            issuer: String, clientID: String, hasClientSecret: Bool, label: String, scopes: [String],
            emailDomains: [String], domainClaim: String?, trustsEmail: Bool, createsUsers: Bool, roleClaim: String?,
            roles: [RoleMapping], defaultRole: Role?, isEnabled: Bool, isEnforced: Bool, redirectURL: String,
            updatedAt: Timestamp
        ) {
            self.issuer = issuer
            self.clientID = clientID
            self.hasClientSecret = hasClientSecret
            self.label = label
            self.scopes = scopes
            self.emailDomains = emailDomains
            self.domainClaim = domainClaim
            self.trustsEmail = trustsEmail
            self.createsUsers = createsUsers
            self.roleClaim = roleClaim
            self.roles = roles
            self.defaultRole = defaultRole
            self.isEnabled = isEnabled
            self.isEnforced = isEnforced
            self.redirectURL = redirectURL
            self.updatedAt = updatedAt
        }
    }

    /// `PUT /api/v1/settings/sso`.
    package struct SetSingleSignOn: Codable, Sendable, Noted {
        package var issuer: String
        package var clientID: String
        package var clientSecret: Patch<String>
        package var label: String?
        package var scopes: [String]?
        package var emailDomains: [String]
        package var domainClaim: String?
        package var trustsEmail: Bool?
        package var createsUsers: Bool?
        package var roleClaim: String?
        package var roles: [SingleSignOn.RoleMapping]?
        package var defaultRole: Role?
        package var isEnabled: Bool
        package var isEnforced: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.issuer, "The provider's issuer, exactly as its tokens name it.", length: 1...300),
                .of(CodingKeys.clientID, "What the provider calls this application.", length: 1...200),
                .of(CodingKeys.clientSecret, "Left out it stays as it is; null for a client without one."),
                .of(CodingKeys.label, "What the people's button says.", length: 1...100),
                .of(CodingKeys.scopes, "Beside `openid`; default `email` and `profile`.", count: 0...20),
                .of(CodingKeys.emailDomains, "Only people with these addresses come in.", count: 1...50),
                .of(
                    CodingKeys.domainClaim, "A claim that must name one of the domains too, such as `hd`.",
                    length: 1...100),
                .of(CodingKeys.trustsEmail, "Whether addresses count that the provider does not call verified."),
                .of(CodingKeys.createsUsers, "Whether whom nobody has invited gets an account; default true."),
                .of(CodingKeys.roleClaim, "The claim that says what somebody is, such as `groups`.", length: 1...100),
                .of(CodingKeys.roles, "What its values mean; the first that fits counts.", count: 0...100),
                .of(CodingKeys.defaultRole, "Of whom no value fits; without it they do not come in."),
                .of(CodingKeys.isEnforced, "Nobody but owners comes in any other way."),
            ]
        }
    }

    /// What a test of the connection to the provider has shown, step by step.
    package struct SingleSignOnCheck: Codable, Sendable {
        /// The parts of a connection, in the order in which they are tried.
        package enum Step: String, Codable, CaseIterable, Sendable {
            case discovery, keys, client
        }

        /// One part of the connection.
        package struct Result: Codable, Sendable {
            package var step: Step
            package var isRight: Bool
            package var detail: String

            package init(step: Step, isRight: Bool, detail: String) {
                self.step = step
                self.isRight = isRight
                self.detail = detail
            }
        }

        package var isRight: Bool
        package var results: [Result]

        package init(isRight: Bool, results: [Result]) {
            self.isRight = isRight
            self.results = results
        }
    }

    /// What a sign-in page has to know: whether there is a button, and whether there is anything beside it.
    package struct SingleSignOnOffer: Codable, Sendable {
        package var isEnabled: Bool
        package var isEnforced: Bool
        package var label: String?

        package init(isEnabled: Bool, isEnforced: Bool, label: String?) {
            self.isEnabled = isEnabled
            self.isEnforced = isEnforced
            self.label = label
        }
    }
}
