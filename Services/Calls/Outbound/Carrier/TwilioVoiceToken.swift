import Crypto
import JSON
import Models
import Telemetry

/// An access token of Twilio with leave to call and to be called: a JWT (RFC 7519) signed with an API key's secret.
struct TwilioVoiceToken: Sendable {
    private struct Header: Codable {
        var alg = "HS256"
        var cty = "twilio-fpa;v=1"
        var typ = "JWT"
    }
    private struct Claims: Codable {
        struct Grants: Codable {
            struct Voice: Codable {
                struct Incoming: Codable { var allow = true }
                struct Outgoing: Codable { var applicationSid: String }
                var incoming = Incoming()
                var outgoing: Outgoing
            }
            var voice: Voice
            var identity: String
        }
        var jti: String
        var grants: Grants
        var iss: String
        var exp: Int64
        var nbf: Int64
        var sub: String
    }

    var accountID: String
    var keyID: String
    var applicationID: String
    var identity: String

    /// The text that a browser shows.
    func signed(with secret: Secret<String>, lifetime: Duration, now: Timestamp) throws -> BrowserToken {
        let issued = now.microseconds / 1_000_000
        let expires = issued + lifetime.components.seconds
        let claims = Claims(
            jti: "\(keyID)-\(issued)",
            grants: .init(voice: .init(outgoing: .init(applicationSid: applicationID)), identity: identity),
            iss: keyID, exp: expires, nbf: issued, sub: accountID)
        let head = Base64.url.encode(try JSON.encode(Header()))
        let signed = "\(head).\(Base64.url.encode(try JSON.encode(claims)))"
        let signature = HMAC.sha256(Array(signed.utf8), key: Array(secret.reveal().utf8))
        return BrowserToken(
            token: "\(signed).\(Base64.url.encode(signature))", identity: identity,
            expiresAt: Timestamp(seconds: expires))
    }
}
