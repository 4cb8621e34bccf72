import Crypto
import Models

/// The columns that hold sealed values for as long as their rows live; each is sealed anew when the key changes.
///
/// Answers to repeated requests and letters in the queue hold sealed values too, and are gone after a day.
enum SealedPlace: String, Sendable {
    case signingKeys = "signing_keys"
    case secondFactors = "second_factors"
    case erasureTargets = "erasure_targets"
    case singleSignOn = "single_sign_on"
    case auditSeals = "audit_seals"
    case connections

    /// Where a value of the column belongs; it opens nowhere else.
    func place(of row: String, in tenant: TenantID) -> SecretPlace {
        switch self {
        case .signingKeys: SigningKeyService.place(of: row)
        case .secondFactors:
            SecretPlace(tenant: tenant.description, table: "second_factors", column: "secret", row: row)
        case .auditSeals: AuditSeal.place(Int64(row) ?? 0, tenant)
        case .singleSignOn: SingleSignOn.place(in: tenant)
        case .connections: Connection.place(of: row, in: tenant)
        case .erasureTargets:
            SecretPlace(tenant: tenant.description, table: "erasure_targets", column: "sealed", row: row)
        }
    }
}

/// A sealed value of some row.
struct SealedRow: Sendable {
    var place: SealedPlace
    var tenant: TenantID
    var row: String
    var sealed: [UInt8]
}
