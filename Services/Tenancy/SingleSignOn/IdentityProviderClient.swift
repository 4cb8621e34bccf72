import Crypto
import HTTP
import HTTPClient
import IO
import JSON
import Models
import ServiceKit

/// Talks to tenants' identity providers, and keeps for a while what these say of themselves.
///
/// Tenants name the addresses, so the guard of addresses stands before every request. Confined to its loop, hence
/// `@unchecked Sendable`.
final class IdentityProviderClient: @unchecked Sendable {
    private struct Kept<Value> {
        let value: Value
        let since: ContinuousClock.Instant
    }

    /// A client of a provider with its secret in clear.
    struct Client: Sendable {
        let id: String
        let secret: String?
    }

    private static let metadataLife = Duration.seconds(3600)
    private static let keysLife = Duration.seconds(600)
    /// After a key that even fresh keys did not have: a provider that invents keys is not asked again and again.
    private static let pause = Duration.seconds(30)
    private static let most = 1000
    private static let largestAnswer = 512 * 1024
    private static let deadline = Duration.seconds(10)

    /// Nil where routes are only described.
    private let http: OutboundHTTPClient?
    private var metadata: [String: Kept<ProviderMetadata>] = [:]
    private var keys: [String: Kept<ProviderKeys>] = [:]
    private var quietUntil: [String: ContinuousClock.Instant] = [:]

    init(_ http: OutboundHTTPClient?) { self.http = http }

    /// With the guard that keeps tenants' addresses out of the operator's network.
    convenience init(loop: EventLoop, _ configuration: TenancyConfiguration) throws {
        let process = configuration.process
        let ports = [process.port, process.internalPort, process.operatorPort, process.baseURL.port]
        let addresses = AddressGuard(
            setting: TenancyConfiguration.providerAddressesName, exceptions: configuration.providerAddresses,
            ownPorts: Set(ports + process.internalURLs.values.map(\.port)))
        self.init(try OutboundHTTPClient(loop: loop, guard: addresses))
    }

    /// What an issuer says of itself, kept for an hour.
    func metadata(of issuer: String, isFresh: Bool = false) async throws -> ProviderMetadata {
        if !isFresh, let kept = metadata[issuer], kept.since.duration(to: .now) < Self.metadataLife {
            return kept.value
        }
        let document = try await document(ProviderMetadata.url(of: issuer), "discovery document")
        guard let found = ProviderMetadata(document, issuer: issuer) else {
            throw ProviderError.failed("The discovery document is of another issuer or lacks what is needed.")
        }
        if metadata.count >= Self.most { metadata = [:] }
        metadata[issuer] = Kept(value: found, since: .now)
        return found
    }

    /// A provider's keys, kept for ten minutes.
    func keys(at url: String, isFresh: Bool = false) async throws -> ProviderKeys {
        if !isFresh, let kept = keys[url], kept.since.duration(to: .now) < Self.keysLife { return kept.value }
        guard let found = ProviderKeys(try await document(url, "keys")) else {
            throw ProviderError.failed("The keys are no set of keys.")
        }
        if keys.count >= Self.most { (keys, quietUntil) = ([:], [:]) }
        keys[url] = Kept(value: found, since: .now)
        return found
    }

    /// The claims of a token; one that names an unknown key has the keys fetched anew, since providers change them.
    func claims(
        of text: String, _ provider: ProviderMetadata, _ expected: IdentityToken.Expectation
    ) async throws -> JSONValue {
        let url = provider.keysURL
        var read = Self.read(text, try await keys(at: url), expected)
        let mayAsk = quietUntil[url].map { $0 <= .now } ?? true
        if case .failure(let fault) = read, fault.isUnknownKey, mayAsk {
            read = Self.read(text, try await keys(at: url, isFresh: true), expected)
            if case .failure(let fault) = read, fault.isUnknownKey { quietUntil[url] = .now + Self.pause }
        }
        switch read {
        case .success(let claims): return claims
        case .failure(let fault):
            throw ProviderError(fault: .tokenRefused, detail: "The provider's token is \(fault.reason).")
        }
    }

    private static func read(
        _ text: String, _ keys: ProviderKeys, _ expected: IdentityToken.Expectation
    ) -> Result<JSONValue, IdentityToken.Fault> {
        Result { () throws(IdentityToken.Fault) in try IdentityToken(text).claims(keys: keys, expected) }
    }

    /// What a code was exchanged for.
    struct Tokens: Sendable {
        /// Not yet believed.
        let identity: String
        /// Opens the provider's user info, and is forgotten afterwards.
        let access: String?
    }

    /// Takes a code to the token endpoint.
    func exchange(
        _ code: String, verifier: String, redirectURL: String, _ client: Client, at provider: ProviderMetadata
    ) async throws -> Tokens {
        let answer = try await ask(code, verifier: verifier, redirectURL: redirectURL, client, at: provider)
        if answer.status == 200 {
            let body = Self.json(answer.body)
            guard let token = body?.text("id_token") else {
                throw ProviderError.failed("The token endpoint gave no identity token.")
            }
            return Tokens(identity: token, access: body?.text("access_token"))
        }
        let word = Self.word(answer)
        let isClient = word == "invalid_client" || word == "unauthorized_client" || answer.status == 401
        throw ProviderError(
            fault: isClient ? .clientRefused : .providerFailed,
            detail: "The token endpoint answered \(answer.status)\(word.map { " \($0)" } ?? "").")
    }

    /// Shows the token endpoint a code that cannot be right: a provider that minds the code alone takes the client.
    func check(_ client: Client, redirectURL: String, at provider: ProviderMetadata) async throws {
        let attempt = SingleSignOnAttempt(browser: nil)
        let answer = try await ask(
            attempt.state, verifier: attempt.verifier, redirectURL: redirectURL, client, at: provider)
        let word = Self.word(answer)
        guard word == "invalid_grant" || word == "invalid_request" && answer.status == 400 else {
            throw ProviderError(
                fault: .clientRefused,
                detail: "The token endpoint answered \(answer.status)\(word.map { " \($0)" } ?? "").")
        }
    }

    private func ask(
        _ code: String, verifier: String, redirectURL: String, _ client: Client, at provider: ProviderMetadata
    ) async throws -> OutboundHTTPResponse {
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURL),
            ("code_verifier", verifier),
        ]
        var headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"]
        switch (client.secret, provider.clientAuthentication) {
        case (nil, _): fields.append(("client_id", client.id))
        case (let secret?, .post): fields += [("client_id", client.id), ("client_secret", secret)]
        case (let secret?, .basic):
            // RFC 6749, 2.3.1: both are written as in a form before they are put together.
            let pair = "\(PercentCode.encode(client.id)):\(PercentCode.encode(secret))"
            headers.set("Authorization", "Basic \(Base64.standard.encode(Array(pair.utf8)))")
        }
        return try await send(
            .init(.post, provider.tokenEndpoint, headers: headers, body: .bytes(Array(PercentCode.form(fields).utf8))),
            "token endpoint")
    }

    private func document(_ url: String, _ what: String) async throws -> JSONValue {
        let answer = try await send(.init(.get, url, headers: ["Accept": "application/json"]), what)
        guard answer.status == 200 else { throw ProviderError.failed("The \(what) answered \(answer.status).") }
        guard let value = Self.json(answer.body) else { throw ProviderError.failed("The \(what) is no JSON.") }
        return value
    }

    private func send(_ request: OutboundHTTPRequest, _ what: String) async throws -> OutboundHTTPResponse {
        guard let http else { throw ProviderError.failed("There is no client.") }
        var request = request
        request.deadline = Self.deadline
        request.maximumResponseBytes = Self.largestAnswer
        do { return try await http.send(request) } catch let error as OutboundHTTPError {
            throw ProviderError.failed("The \(what) cannot be had. \(error.description)")
        }
    }

    /// What the provider says of a person besides their token (section 5.3): an object about the same subject.
    func userInfo(_ token: String, of subject: String, at endpoint: String) async throws -> JSONValue {
        let isToken = (1...10_000).contains(token.utf8.count) && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isToken else { throw ProviderError.failed("The access token is none.") }
        let answer = try await send(
            .init(.get, endpoint, headers: ["Accept": "application/json", "Authorization": "Bearer \(token)"]),
            "user info")
        guard answer.status == 200 else { throw ProviderError.failed("The user info answered \(answer.status).") }
        guard let value = Self.json(answer.body), case .object(let members) = value,
            Set(members.map(\.name)).count == members.count
        else { throw ProviderError.failed("The user info is no JSON.") }
        // Section 5.3.2: tokens are exchanged for those of others otherwise.
        guard value.text("sub") == subject else {
            throw ProviderError(fault: .tokenRefused, detail: "The user info is about somebody else.")
        }
        return value
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue? {
        do { return try JSON.decode(JSONValue.self, from: bytes) } catch { return nil }
    }

    /// The provider's word for what is wrong (RFC 6749, 5.2), as far as it is one.
    private static func word(_ answer: OutboundHTTPResponse) -> String? {
        guard let word = json(answer.body)?.text("error"), word.utf8.count <= 50,
            word.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else { return nil }
        return word
    }
}
