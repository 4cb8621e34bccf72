import CLibuv
import Glibc

/// A failure of the operating system or of a bounded queue, for the operator.
///
/// `description` says only the kind of call and the system's word for the failure, never an address or a path.
package struct IOError: Error, Equatable, CustomStringConvertible {
    /// What was attempted: `connect`, `bind`, `read` ...
    package let operation: StaticString
    /// The negative errno that libuv reports.
    package let code: Int32

    package init(_ operation: StaticString, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// The error of the last failed libc call.
    package static func lastError(_ operation: StaticString) -> IOError {
        IOError(operation, code: -errno)
    }

    /// The system's short name of the failure, such as `ECONNREFUSED`.
    package var name: String {
        guard let name = uv_err_name(code) else { return "UNKNOWN" }
        return String(cString: name)
    }

    package var description: String { "\(operation): \(name)" }

    package static func == (left: IOError, right: IOError) -> Bool {
        left.code == right.code && "\(left.operation)" == "\(right.operation)"
    }

    /// Throws when `status` is negative, as libuv's calls answer.
    static func check(_ operation: StaticString, _ status: Int32) throws(IOError) {
        guard status < 0 else { return }
        throw IOError(operation, code: status)
    }
}
