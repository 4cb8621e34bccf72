/// The first bytes of an HTTP/2 connection (RFC 9113, 3.4), by which it is told from HTTP/1.1.
enum HTTP2Preface {
    enum Match {
        case no
        /// What has come is the preface's beginning.
        case begun
        case whole
    }

    private static let text: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    static let length = 24

    /// Compares what came before and what comes now.
    static func match(_ before: [UInt8], _ now: UnsafeRawBufferPointer) -> Match {
        let count = min(length, before.count + now.count)
        for at in 0..<count {
            let byte = at < before.count ? before[at] : now[at - before.count]
            guard byte == text.utf8Start[at] else { return .no }
        }
        return count == length ? .whole : .begun
    }
}
