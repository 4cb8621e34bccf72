/// The forms of a request target (RFC 9112, 3.2) and what `Host` may say.
enum TargetForm {
    /// A target taken apart: its path, and the authority of the absolute form.
    struct Parts {
        var path: Range<Int>
        var authority: Range<Int>?
    }

    /// Nil when the target is none of origin form, absolute http form and, for OPTIONS, `*`.
    static func parse(_ bytes: Span<UInt8>, _ target: Range<Int>, method: HTTPMethod) -> Parts? {
        guard !target.isEmpty else { return nil }
        var queryAt = target.upperBound
        for at in target {
            let byte = bytes[at]
            guard ByteClass.isTarget(byte) else { return nil }
            if byte == 0x3f, queryAt == target.upperBound { queryAt = at }
        }
        if bytes[target.lowerBound] == 0x2f { return Parts(path: target.lowerBound..<queryAt) }
        if target.count == 1, bytes[target.lowerBound] == 0x2a, method == .options { return Parts(path: target) }
        return parseAbsolute(bytes, target, queryAt: queryAt)
    }

    private static func parseAbsolute(_ bytes: Span<UInt8>, _ target: Range<Int>, queryAt: Int) -> Parts? {
        let start = target.lowerBound
        let authorityStart: Int
        if target.count > 7, bytes.equals(start..<start + 7, "http://") {
            authorityStart = start + 7
        } else if target.count > 8, bytes.equals(start..<start + 8, "https://") {
            authorityStart = start + 8
        } else {
            return nil
        }
        var at = authorityStart
        while at < queryAt, bytes[at] != 0x2f { at += 1 }
        let authority = authorityStart..<at
        // An empty path is `/` in the origin form; asking for that spelling leaves one way to write it.
        guard at < queryAt, isHost(bytes, authority) else { return nil }
        return Parts(path: at..<queryAt, authority: authority)
    }

    /// Whether a range is a host name or address with an optional port, and nothing else.
    static func isHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        var at = range.lowerBound
        let end = range.upperBound
        if bytes[at] == 0x5b {
            at += 1
            let start = at
            while at < end, ByteClass.hexValue(bytes[at]) != nil || bytes[at] == 0x3a || bytes[at] == 0x2e { at += 1 }
            guard at - start >= 2, at < end, bytes[at] == 0x5d else { return false }
            at += 1
        } else {
            while at < end, ByteClass.isHost(bytes[at]) { at += 1 }
            guard at > range.lowerBound, at - range.lowerBound <= 255 else { return false }
        }
        guard at < end else { return true }
        guard bytes[at] == 0x3a, end - at <= 6, let port = bytes.decimal(at + 1..<end) else { return false }
        return port <= 65_535
    }

    /// Whether two authorities are the same bytes but for case.
    static func equal(_ bytes: Span<UInt8>, _ first: Range<Int>, _ second: Range<Int>) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count {
            let left = ByteClass.lowercase(bytes[first.lowerBound + offset])
            guard left == ByteClass.lowercase(bytes[second.lowerBound + offset]) else { return false }
        }
        return true
    }

    /// Where the path lies in a target that was not parsed from a socket.
    static func pathRange(of target: String) -> Range<Int> {
        let bytes = Array(target.utf8)
        let parts = parse(bytes.span, 0..<bytes.count, method: .options)
        return parts?.path ?? 0..<(bytes.firstIndex(of: 0x3f) ?? bytes.count)
    }
}
