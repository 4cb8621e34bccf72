extension InternalAPI {
    /// A connection and whose it is.
    package struct TenantConnection: Codable, Sendable, Hashable {
        package var tenantID: TenantID
        package var id: ConnectionID

        package init(tenantID: TenantID, id: ConnectionID) {
            self.tenantID = tenantID
            self.id = id
        }
    }

    /// `GET /internal/provider-connections` of tenancy: all tenants' enabled connections of a provider.
    package struct TenantConnections: Codable, Sendable {
        package var connections: [TenantConnection]

        package init(connections: [TenantConnection]) { self.connections = connections }
    }

    /// `GET /internal/connections` of tenancy: the enabled connections of a tenant, perhaps of one provider.
    package struct ConnectionIDs: Codable, Sendable {
        package var ids: [ConnectionID]

        package init(ids: [ConnectionID]) { self.ids = ids }
    }

    /// `GET /internal/connections/{id}` of tenancy: a connection with what opens it.
    ///
    /// Kept in memory for five minutes at most and dropped when the change feed names its id; never logged, never stored.
    package struct Connection: Codable, Sendable, Hashable {
        package var id: ConnectionID
        /// A row of `ProviderTable`.
        package var provider: String
        package var name: String
        package var isEnabled: Bool
        /// In which local times of the provider are read; the tenant's unless the connection has its own.
        package var timeZone: TimeZoneName
        /// By which national numbers are read, ISO 3166-1 alpha-2.
        package var country: String
        /// Plain fields of the provider's row.
        package var settings: [String: String]
        /// Secret fields of the provider's row.
        package var credentials: [String: String]
        /// What signs the connection's hooks, `whsec_...`: the current one, and for a day after a rotation the one before.
        package var webhookSecrets: [String]
        package var version: Int64

        package init(
            id: ConnectionID, provider: String, name: String, isEnabled: Bool, timeZone: TimeZoneName, country: String,
            settings: [String: String], credentials: [String: String], webhookSecrets: [String], version: Int64
        ) {
            self.id = id
            self.provider = provider
            self.name = name
            self.isEnabled = isEnabled
            self.timeZone = timeZone
            self.country = country
            self.settings = settings
            self.credentials = credentials
            self.webhookSecrets = webhookSecrets
            self.version = version
        }
    }
}
