package import Models

/// Where a blob lies: `<tenant>/<yyyy>/<mm>/<recording>/<variant>`.
///
/// Segments are lower-case letters, digits, `-` and `_` only, so that a key is a safe path and a safe URL as it is.
package struct BlobKey: Sendable, Hashable, CustomStringConvertible {
    /// What is kept of one recording.
    package enum Variant: String, Sendable, CaseIterable {
        case original
        /// The recording without what had to be removed.
        case redacted
        /// The recording in a coding that takes less space.
        case compact
        /// The waveform.
        case peaks
    }

    /// Segments of a key at most, and the bytes of one.
    static let maximumSegments = 8
    private static let maximumSegmentLength = 64

    package let description: String

    /// The key of a recording; year and month are those of its identifier, which holds its time.
    package init(tenant: TenantID, recording: RecordingID, _ variant: Variant) {
        let instant = Timestamp(milliseconds: Int64(recording.uuid.v7Milliseconds)).rfc3339
        description =
            "\(tenant)/\(instant.prefix(4))/\(instant.dropFirst(5).prefix(2))/\(recording)/\(variant.rawValue)"
    }

    /// The key of a part of an upload that comes in parts.
    package init(tenant: TenantID, upload: String, part: String) {
        description = "\(tenant)/uploads/\(upload)/\(part)"
    }

    /// Reads a key; nil when it is none.
    package init?(_ text: String) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count <= Self.maximumSegments, segments.allSatisfy(Self.isSegment) else { return nil }
        description = text
    }

    static func isSegment(_ text: some StringProtocol) -> Bool {
        (1...maximumSegmentLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    var segments: [String] { description.split(separator: "/").map(String.init) }

    /// The tenant whose blob it is; nil for a key of another shape.
    package var tenant: TenantID? {
        guard let first = segments.first else { return nil }
        do { return try TenantID(jsonText: first) } catch { return nil }
    }
}
