/// A stable word for a kind of failure, with its HTTP status and title; never renamed, never reused.
package struct ErrorCode: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package let status: Int
    package let title: String

    private init(_ rawValue: String, _ status: Int, _ title: String) {
        self.rawValue = rawValue
        self.status = status
        self.title = title
    }

    /// A code that another of our processes has told, which may be newer than this one.
    package init(told rawValue: String, status: Int, title: String) { self.init(rawValue, status, title) }

    package var description: String { rawValue }

    // The word alone says what it is.
    package static func == (one: Self, other: Self) -> Bool { one.rawValue == other.rawValue }

    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension ErrorCode {
    // The request itself.
    package static let badRequest = ErrorCode("bad_request", 400, "The request is malformed.")
    package static let invalidQuery = ErrorCode("invalid_query", 400, "A query parameter is not valid.")
    package static let invalidCursor = ErrorCode("invalid_cursor", 400, "The cursor belongs to another list.")
    package static let notFound = ErrorCode("not_found", 404, "There is no such thing here.")
    package static let methodNotAllowed = ErrorCode("method_not_allowed", 405, "The method is not allowed here.")
    package static let notAcceptable = ErrorCode("not_acceptable", 406, "None of the accepted types can be given.")
    package static let requestTimeout = ErrorCode("request_timeout", 408, "The request took too long to arrive.")
    package static let conflict = ErrorCode("conflict", 409, "The thing is not in a state that allows this.")
    package static let bodyTooLarge = ErrorCode("body_too_large", 413, "The body is larger than allowed.")
    package static let unsupportedMediaType = ErrorCode(
        "unsupported_media_type", 415, "The content type is not accepted.")
    package static let rangeNotSatisfiable = ErrorCode("range_not_satisfiable", 416, "The range lies outside.")
    package static let validationFailed = ErrorCode("validation_failed", 422, "One or more fields are not valid.")
    package static let rateLimited = ErrorCode("rate_limited", 429, "Too many requests.")
    package static let tooManyConcurrentRequests = ErrorCode(
        "too_many_concurrent_requests", 429, "Too many requests at once.")

    // Versions and repetition.
    package static let preconditionRequired = ErrorCode("precondition_required", 428, "If-Match is required.")
    package static let preconditionFailed = ErrorCode(
        "precondition_failed", 412, "The row has changed since it was read.")
    package static let idempotencyKeyReused = ErrorCode(
        "idempotency_key_reused", 409, "The idempotency key was used with another body.")
    package static let idempotencyKeyInProgress = ErrorCode(
        "idempotency_key_in_progress", 409, "A request with this idempotency key is still running.")

    // Who is asking.
    package static let unauthenticated = ErrorCode("unauthenticated", 401, "Sign in first.")
    package static let invalidCredentials = ErrorCode(
        "invalid_credentials", 401, "The e-mail or the password is wrong.")
    package static let invalidToken = ErrorCode("invalid_token", 401, "The token is not valid.")
    package static let tokenExpired = ErrorCode("token_expired", 401, "The token has expired.")
    package static let tokenRevoked = ErrorCode("token_revoked", 401, "The token has been revoked.")
    package static let tokenWrongTenant = ErrorCode("token_wrong_tenant", 401, "The token belongs to another tenant.")
    package static let refreshTokenReused = ErrorCode(
        "refresh_token_reused", 401, "The refresh token was used before; sign in again.")
    package static let invalidSignature = ErrorCode("invalid_signature", 403, "The signature is not valid.")
    package static let insecureHook = ErrorCode("insecure_hook", 403, "Hooks are taken over https only.")
    package static let forbidden = ErrorCode("forbidden", 403, "You may not do this.")
    package static let tenantSuspended = ErrorCode("tenant_suspended", 403, "This account is suspended.")
    package static let accountLocked = ErrorCode("account_locked", 429, "Too many attempts; wait before the next.")
    package static let featureDisabled = ErrorCode("feature_disabled", 403, "This feature is not part of the plan.")
    package static let invalidInvitation = ErrorCode("invalid_invitation", 410, "The invitation is not valid any more.")

    package static let secondFactorRequired = ErrorCode(
        "second_factor_required", 401, "The code of the second factor is needed too.")
    package static let invalidSecondFactor = ErrorCode(
        "invalid_second_factor", 401, "The code is wrong or was used before.")
    package static let reauthenticationRequired = ErrorCode(
        "reauthentication_required", 403, "Show once more that it is you.")
    package static let supportApprovalRequired = ErrorCode(
        "support_approval_required", 403, "The owner has to agree first.")

    package static let invalidPasskey = ErrorCode("invalid_passkey", 401, "The passkey was not accepted.")
    package static let passkeyRefused = ErrorCode("passkey_refused", 422, "The passkey cannot be registered.")

    package static let singleSignOnRequired = ErrorCode(
        "single_sign_on_required", 403, "Sign in with the company's identity provider.")

    // Tenancy.
    package static let subdomainTaken = ErrorCode("subdomain_taken", 409, "The subdomain is taken.")
    package static let subdomainChanged = ErrorCode("subdomain_changed", 421, "The account has another address now.")
    package static let domainTaken = ErrorCode("domain_taken", 409, "The domain belongs to another account.")
    package static let emailTaken = ErrorCode("email_taken", 409, "The e-mail address is taken.")
    package static let seatLimitReached = ErrorCode("seat_limit_reached", 409, "All seats of the plan are taken.")
    package static let lastOwner = ErrorCode("last_owner", 409, "The last active owner cannot be removed.")
    package static let weakPassword = ErrorCode("weak_password", 422, "The password is too easy to guess.")

    // Calls.
    package static let recordingExists = ErrorCode("recording_exists", 409, "The call has another recording already.")
    package static let unsupportedAudio = ErrorCode(
        "unsupported_audio", 415, "The bytes are no audio that can be read.")
    package static let contactRefused = ErrorCode("contact_refused", 409, "This person may not be contacted now.")
    package static let legalHold = ErrorCode("legal_hold", 409, "A legal hold keeps this from being deleted.")

    // The world.
    package static let insufficientStorage = ErrorCode("insufficient_storage", 507, "The disk reserve is reached.")
    package static let unavailable = ErrorCode("unavailable", 503, "A part that this needs is away; try again.")
    package static let upstreamUnavailable = ErrorCode(
        "upstream_unavailable", 502, "The service behind does not answer.")
    package static let upstreamTimeout = ErrorCode("upstream_timeout", 504, "The service behind took too long.")
    package static let `internal` = ErrorCode("internal", 500, "Something went wrong.")
}
