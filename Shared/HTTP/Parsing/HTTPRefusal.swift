/// Why a message was not taken; for a request each stands for the status that is answered before the connection closes.
package enum HTTPRefusal: Error, Equatable, Sendable {
    /// Not HTTP, or HTTP that two readers could understand differently.
    case malformed
    /// The target is longer than `HTTPLimits.target`.
    case targetTooLong
    /// The head is larger, or has more fields, than the limits.
    case headTooLarge
    /// A method that is not implemented.
    case unknownMethod
    /// A version other than 1.0 and 1.1.
    case unknownVersion
    /// An expectation other than `100-continue`.
    case unknownExpectation

    /// The status that tells a client about it.
    package var status: Int {
        switch self {
        case .malformed: 400
        case .targetTooLong: 414
        case .headTooLarge: 431
        case .unknownMethod: 501
        case .unknownVersion: 505
        case .unknownExpectation: 417
        }
    }
}
