/// What was wrong at a provider; the detail is for the owner and names no secret.
struct ProviderError: Error, Sendable {
    let fault: SingleSignOnFault
    let detail: String

    static func failed(_ detail: String) -> ProviderError { ProviderError(fault: .providerFailed, detail: detail) }
}
