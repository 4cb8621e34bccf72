import Crypto
import JSON
import Models

/// A tenant's account at a provider; what opens it stays sealed until a service asks.
struct Connection: Sendable {
    var id: ConnectionID
    var provider: String
    var name: String
    var isEnabled: Bool
    var settings: [String: String]
    var credentialNames: [String]
    var sealed: [UInt8]
    var timeZone: TimeZoneName?
    var country: String?
    var secretUntil: Timestamp?
    var version: Int64
    var createdBy: UserID?
    var createdAt: Timestamp
    var updatedAt: Timestamp

    /// How many a tenant can have.
    static let most = 100

    /// Where its hooks come in, at any host of the tenant.
    var hookPath: String {
        let service = ProviderTable.provider(provider)?.service ?? .calls
        return "hooks/\(service.rawValue)/\(provider)/\(id)"
    }

    /// Where the secrets of a connection belong; they open nowhere else.
    static func place(of id: String, in tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "connections", column: "secrets", row: id)
    }

    /// What is sealed of a connection, as one value.
    struct Secrets: Codable, Sendable, Equatable {
        var credentials: [String: String] = [:]
        /// What signs hooks now, `whsec_...`.
        var webhook: String
        /// What did before the last rotation.
        var formerWebhook: String?
    }

    func secrets(_ box: SecretBox, in tenant: TenantID) throws -> Secrets {
        try JSON.decode(Secrets.self, from: try box.open(sealed, at: Self.place(of: id.jsonText, in: tenant)))
    }

    /// The sealed form of secrets, for the row of `id`.
    static func seal(
        _ secrets: Secrets, _ box: SecretBox, of id: ConnectionID, in tenant: TenantID
    ) throws -> [UInt8] {
        try box.seal(try JSON.encode(secrets), at: place(of: id.jsonText, in: tenant))
    }

    /// A hook secret as Standard Webhooks writes it.
    static func makeWebhookSecret() -> String { "whsec_\(Base64.standard.encode(SecureRandom.bytes(32)))" }

    /// The audit log's picture: all but the secrets.
    var audited: JSONValue {
        [
            "provider": .string(provider), "name": .string(name), "is_enabled": .bool(isEnabled),
            "settings": .object(settings.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            "credentials": .array(credentialNames.map { .string($0) }),
            "time_zone": timeZone.map { .string($0.name) } ?? .null, "country": country.map { .string($0) } ?? .null,
        ]
    }
}

/// Settings and credentials on their way into a connection, checked by the provider's fields.
struct ConnectionDraft: Sendable {
    let provider: ProviderDescription
    var settings: [String: String] = [:]
    var credentials: [String: String] = [:]

    /// Takes what is given; an empty text takes a field away.
    ///
    /// Throws 422 naming every field that does not fit.
    mutating func take(settings given: [String: String]?, credentials secret: [String: String]?) throws(Failure) {
        var faults: [FieldError] = []
        let before = (settings, credentials)
        for (name, value) in given ?? [:] {
            let pointer = "/settings/\(name)"
            if let fault = fault(name, value, isSecret: false, pointer) { faults.append(fault) }
            settings[name] = value.isEmpty ? nil : value
        }
        for (name, value) in secret ?? [:] {
            let pointer = "/credentials/\(name)"
            if let fault = fault(name, value, isSecret: true, pointer) { faults.append(fault) }
            credentials[name] = value.isEmpty ? nil : value
        }
        for field in provider.fields where field.isRequired {
            if field.kind == .secret {
                guard credentials[field.name] == nil else { continue }
                faults.append(.init(pointer: "/credentials/\(field.name)", code: "required", detail: "is missing"))
            } else if settings[field.name] == nil {
                faults.append(.init(pointer: "/settings/\(field.name)", code: "required", detail: "is missing"))
            }
        }
        faults += redirected(from: before, secret ?? [:])
        guard faults.isEmpty else {
            throw Failure(.validationFailed, errors: faults.sorted { $0.pointer < $1.pointer })
        }
    }

    /// Secrets go to the address that they were given for: another one needs them again.
    private func redirected(
        from before: (settings: [String: String], credentials: [String: String]), _ given: [String: String]
    ) -> [FieldError] {
        let isMoved = provider.fields.contains {
            $0.kind == .address && settings[$0.name] != nil && settings[$0.name] != before.settings[$0.name]
        }
        guard isMoved else { return [] }
        return before.credentials.keys.filter { credentials[$0] != nil && given[$0] == nil }.map {
            .init(pointer: "/credentials/\($0)", code: "required", detail: "another address needs its own secret")
        }
    }

    private func fault(_ name: String, _ value: String, isSecret: Bool, _ pointer: String) -> FieldError? {
        guard let field = provider.field(name), (field.kind == .secret) == isSecret else {
            return FieldError(
                pointer: pointer, code: "unknown_field",
                detail: "\(provider.name) has no such \(isSecret ? "secret" : "setting")")
        }
        guard !value.isEmpty, let fault = field.fault(of: value) else { return nil }
        return FieldError(pointer: pointer, code: fault.code, detail: fault.detail)
    }
}
