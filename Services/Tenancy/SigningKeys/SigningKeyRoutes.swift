import Auth
import HTTP
import JSON
import Models
import Web

/// The public halves of the signing keys.
struct SigningKeyRoutes: Sendable {
    let ring: SigningKeyService

    /// RFC 7517; the document changes once in 30 days, an hour before a new key signs.
    func list(_ context: RequestContext) async throws -> Raw {
        Raw(
            HTTPResponse(
                status: 200,
                headers: ["Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=300"],
                body: .bytes(try JSON.encode(ring.keys.published(at: .now())))))
    }
}
