@testable import Calls

extension PayloadReading {
    /// The calls of a payload of which everything can be read; throws what cannot be.
    var whole: [CallReport] {
        get throws {
            if let unread = unread.first { throw ProviderError(.invalid, unread.reason) }
            return reports
        }
    }
}
