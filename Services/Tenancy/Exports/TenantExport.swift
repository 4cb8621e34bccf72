import Crypto
import LifeCycle
import Models

/// An archive of all that a tenant has, as its owner asks for it, or of all that there is about one person.
struct TenantExport: Sendable {
    var id: ExportID
    var kind: ExportKind
    var state: ExportState
    var requestedBy: UserID
    var requestedAt: Timestamp
    var finishedAt: Timestamp?
    /// Until when it can be fetched.
    var expiresAt: Timestamp?
    var sizeBytes: Int64?
    var sha256: [UInt8]?
    var failure: String?
    var receipts: [TenancyAPI.ExportReceipt]

    /// How long an archive can be fetched.
    static let life = Duration.seconds(7 * 86_400)
    /// How many archives of people are made at once.
    static let mostPeople = 20

    /// Where its bytes lie.
    static func key(_ id: ExportID, of tenant: TenantID) -> String { "\(tenant)/exports/\(id)" }

    /// Where it lies encrypted whom an archive is of.
    static func place(_ id: ExportID, of tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "export_targets", column: "sealed", row: id.description)
    }

    /// What tenancy itself gives of a tenant: nothing that opens anything.
    static let tables = [
        ExportedTable("tenants", omitting: ["notes"]), ExportedTable("entitlements"),
        ExportedTable("users", omitting: ["password_hash", "version"]),
        ExportedTable("invitations", omitting: ["token_digest"]), ExportedTable("api_keys", omitting: ["digest"]),
        ExportedTable("origins"), ExportedTable("domains"), ExportedTable("tenant_settings"),
        ExportedTable("user_settings", of: .init("users", by: "user_id")), ExportedTable("service_accounts"),
        ExportedTable("onboardings"), ExportedTable("onboarding_steps"),
        ExportedTable("single_sign_on", omitting: ["client_secret"]),
        ExportedTable("single_sign_on_accounts", of: .init("users", by: "user_id")),
        ExportedTable(
            "passkeys", omitting: ["credential_id", "public_key", "sign_count"], of: .init("users", by: "user_id")),
        ExportedTable("sessions", of: .init("users", by: "user_id")), ExportedTable("audit_log"),
        ExportedTable("connections", omitting: ["secrets"]),
        ExportedTable("audit_details", omitting: ["salt"], of: .init("audit_log", by: "audit_id")),
        ExportedTable("erasures"),
        ExportedTable("erasure_receipts"),
    ]

    var wire: TenancyAPI.Export {
        TenancyAPI.Export(
            id: id, kind: kind, state: state, requestedBy: requestedBy, requestedAt: requestedAt,
            finishedAt: finishedAt, expiresAt: expiresAt, sizeBytes: sizeBytes,
            sha256: sha256.map { Hex.encode($0) }, failure: failure, receipts: receipts)
    }
}
