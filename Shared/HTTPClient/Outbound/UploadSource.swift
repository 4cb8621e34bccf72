package import HTTP

/// Gives the bytes of a request's body piece by piece, to one reader.
package protocol UploadSource: AnyObject, Sendable {
    /// How many bytes there will be; nil sends chunks.
    var length: Int64? { get }
    /// The next piece, nil at the end.
    func next() async throws -> [UInt8]?
}

extension HTTPBody: UploadSource {
    package var length: Int64? { declaredLength }
}
