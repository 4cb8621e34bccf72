import Auth
import Crypto
import Models
import Telemetry
import Web

/// Tokens by which services ask one another.
struct ServiceTokenRoutes: Sendable {
    let tokens: AccessTokens
    let secrets: [ServiceName: Secret<String>]

    /// 401 for a wrong secret; 403 when the grants give the caller nothing at the callee.
    func create(
        _ context: RequestContext, _ body: Body<InternalAPI.ServiceTokenRequest>
    ) async throws -> OK<InternalAPI.Token> {
        let asked = body.value
        // Compared by digest, so that neither length nor content shows in the time it takes.
        guard let secret = secrets[asked.service],
            ConstantTime.areEqual(SHA256.digest(secret.reveal()), SHA256.digest(asked.secret))
        else { throw Failure(.invalidCredentials, "The service's secret is wrong.") }
        guard let token = try tokens.issue(for: asked.service, at: asked.audience) else { throw Failure(.forbidden) }
        return OK(
            InternalAPI.Token(token: token, expiresInSeconds: Int(TokenClaims.Life.service.components.seconds)))
    }
}
