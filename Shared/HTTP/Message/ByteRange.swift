/// The part of a file that a `Range` header asks for (RFC 9110, 14): one range of bytes.
///
/// Several ranges at once, another unit and what is not well-formed are ignored, as the RFC allows: the whole file is
/// the answer then.
package enum ByteRange: Equatable, Sendable {
    /// 200 with everything.
    case whole
    /// 206 with these bytes.
    case part(Range<Int64>)
    /// 416.
    case unsatisfiable

    /// Evaluates `Range` and `If-Range` for a file of this length.
    ///
    /// `etag` is the file's strong entity tag with its quotes; `lastModified` is its `Last-Modified` text.
    package init(headers: HTTPHeaders, length: Int64, etag: String?, lastModified: String? = nil) {
        guard let range = headers["Range"] else {
            self = .whole
            return
        }
        if let condition = headers["If-Range"] {
            // A weak tag never matches here: the parts of two versions could be put together.
            let matches = condition.hasPrefix("\"") ? condition == etag : condition == lastModified
            guard matches else {
                self = .whole
                return
            }
        }
        self = Self.parse(range, length: length)
    }

    private static func parse(_ text: String, length: Int64) -> ByteRange {
        let bytes = Array(text.utf8)
        let span = bytes.span
        guard bytes.count > 6, span.equals(0..<6, "bytes="), let dash = bytes.firstIndex(of: 0x2d) else {
            return .whole
        }
        let first = span.decimal(6..<max(6, dash))
        let last = span.decimal(dash + 1..<bytes.count)
        switch (dash == 6, first, dash + 1 == bytes.count, last) {
        case (false, let first?, true, nil):
            return first < length ? .part(first..<length) : .unsatisfiable
        case (false, let first?, false, let last?):
            guard first <= last else { return .whole }
            return first < length ? .part(first..<min(last + 1, length)) : .unsatisfiable
        case (true, nil, false, let suffix?):
            return suffix > 0 && length > 0 ? .part(max(0, length - suffix)..<length) : .unsatisfiable
        default: return .whole
        }
    }

    /// The status of the answer.
    package var status: Int {
        switch self {
        case .whole: 200
        case .part: 206
        case .unsatisfiable: 416
        }
    }

    /// The bytes to send.
    package func bytes(of length: Int64) -> Range<Int64> {
        switch self {
        case .whole: 0..<length
        case .part(let range): range
        case .unsatisfiable: 0..<0
        }
    }

    /// The value of `Content-Range`; nil for the whole.
    package func contentRange(of length: Int64) -> String? {
        switch self {
        case .whole: nil
        case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
        case .unsatisfiable: "bytes */\(length)"
        }
    }
}
