/// The sizes at which a parser gives up.
package struct HTTPLimits: Sendable {
    /// Bytes of the first line and all fields together.
    package var head = 32_768
    /// Fields of one head.
    package var fields = 100
    /// Bytes of the request target.
    package var target = 8192
    /// Bytes of one chunk's extensions; what they say is not used.
    package var chunkExtension = 1024
    /// Bytes of all extensions of one body.
    package var allChunkExtensions = 16_384
    /// Bytes of the fields after the last chunk.
    package var trailers = 8192

    package init() {}
}
