import CNghttp2

/// Reads the header blocks of one sender in their order, as a client of HTTP/2 has to.
///
/// Nothing here is such a client but for the tests.
final class HTTP2BlockReader {
    private var inflater: OpaquePointer?

    init() { nghttp2_hd_inflate_new(&inflater) }

    deinit { nghttp2_hd_inflate_del(inflater) }

    /// Nil when the block cannot be read.
    func read(_ block: [UInt8]) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        var at = 0
        while true {
            var field = nghttp2_nv()
            var flags: Int32 = 0
            let used = block.withUnsafeBufferPointer { bytes in
                nghttp2_hd_inflate_hd2(inflater, &field, &flags, bytes.baseAddress.map { $0 + at }, bytes.count - at, 1)
            }
            guard used >= 0 else { return nil }
            at += used
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                fields.append((Self.text(field.name, field.namelen), Self.text(field.value, field.valuelen)))
            }
            guard flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) == 0 else { break }
            guard used > 0 else { return nil }
        }
        nghttp2_hd_inflate_end_headers(inflater)
        return fields
    }

    private static func text(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
