import LifeCycle
import Models

/// An archive of all that a tenant has, as its owner asks for it.
struct TenantExport: Sendable {
    var id: ExportID
    var state: ExportState
    var requestedBy: UserID
    var requestedAt: Timestamp
    var finishedAt: Timestamp?
    /// Until when it can be fetched.
    var expiresAt: Timestamp?
    var sizeBytes: Int64?
    var sha256: [UInt8]?
    var failure: String?

    /// How long an archive can be fetched.
    static let life = Duration.seconds(7 * 86_400)

    /// Where its bytes lie.
    static func key(_ id: ExportID, of tenant: TenantID) -> String { "\(tenant)/exports/\(id)" }

    /// What tenancy itself gives of a tenant: nothing that opens anything.
    static let tables = [
        ExportedTable("tenants", omitting: ["notes"]), ExportedTable("entitlements"),
        ExportedTable("users", omitting: ["password_hash", "version"]),
        ExportedTable("invitations", omitting: ["token_digest"]), ExportedTable("api_keys", omitting: ["digest"]),
        ExportedTable("origins"), ExportedTable("domains"), ExportedTable("tenant_settings"),
        ExportedTable("user_settings"), ExportedTable("service_accounts"), ExportedTable("onboardings"),
        ExportedTable("onboarding_steps"), ExportedTable("single_sign_on", omitting: ["client_secret"]),
        ExportedTable("passkeys", omitting: ["credential_id", "public_key", "sign_count"]), ExportedTable("audit_log"),
        ExportedTable("connections", omitting: ["secrets"]),
        ExportedTable("audit_details", omitting: ["salt"]), ExportedTable("erasures"),
        ExportedTable("erasure_receipts"),
    ]
}
