/// The wire types between services.
package enum InternalAPI {
    /// `POST /internal/service-tokens` of tenancy.
    package struct ServiceTokenRequest: Codable, Sendable {
        package var service: ServiceName
        /// The caller's secret, base64.
        package var secret: String
        /// The callee.
        package var audience: ServiceName

        package init(service: ServiceName, secret: String, audience: ServiceName) {
            self.service = service
            self.secret = secret
            self.audience = audience
        }
    }

    /// `POST /internal/api-keys/exchange` of tenancy.
    package struct APIKeyExchange: Codable, Sendable {
        package var key: String
        /// The tenant of the host that the key was shown to; a key of another tenant is refused.
        package var tenantID: TenantID

        package init(key: String, tenantID: TenantID) {
            self.key = key
            self.tenantID = tenantID
        }
    }

    /// A token and its life.
    package struct Token: Codable, Sendable {
        package var token: String
        package var expiresInSeconds: Int

        package init(token: String, expiresInSeconds: Int) {
            self.token = token
            self.expiresInSeconds = expiresInSeconds
        }
    }
}
