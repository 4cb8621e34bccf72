import Models

/// A program's account in a tenant: it has keys, at most its scopes, and never signs in.
struct ServiceAccount: Sendable {
    var id: ServiceAccountID
    var name: String
    var description: String
    var scopes: [Scope]
    var status: ServiceAccountStatus
    var version: Int64
    var createdBy: UserID
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var disabledAt: Timestamp?
}

extension ServiceAccount {
    var wire: TenancyAPI.ServiceAccount {
        TenancyAPI.ServiceAccount(
            id: id, name: name, description: description, scopes: scopes, status: status, createdBy: createdBy,
            createdAt: createdAt, updatedAt: updatedAt, disabledAt: disabledAt)
    }
}
