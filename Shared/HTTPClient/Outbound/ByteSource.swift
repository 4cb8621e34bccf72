package import HTTP

/// Gives bytes piece by piece to one reader: what is uploaded, or what was stored.
package protocol ByteSource: AnyObject, Sendable {
    /// How many bytes there will be; nil when that is not known.
    var length: Int64? { get }
    /// The next piece, nil at the end.
    func next() async throws -> [UInt8]?
}

extension HTTPBody: ByteSource {
    package var length: Int64? { declaredLength }
}
