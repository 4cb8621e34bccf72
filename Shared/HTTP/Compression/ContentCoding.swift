/// A way in which a body can be compressed on its way (RFC 9110, 8.4.1).
package enum ContentCoding: String, CaseIterable, Sendable {
    case brotli = "br"
    case gzip

    /// What a request's `Accept-Encoding` fields ask for most, of the codings that can be given; nil for none of them.
    ///
    /// Among equals brotli comes first, and any coding before the plain form. A coding that the client does not name
    /// and does not cover by `*` is not used.
    package static func preferred(by headers: HTTPHeaders, of available: [ContentCoding] = allCases) -> ContentCoding? {
        guard let first = headers["accept-encoding"] else { return nil }
        var weights: [String: Int] = [:]
        let text =
            headers.count(of: "accept-encoding") == 1
            ? first : headers.all(named: "accept-encoding").joined(separator: ",")
        for element in text.split(separator: ",").prefix(32) {
            guard let (name, weight) = parse(element) else { continue }
            weights[name] = weight
        }
        func weight(_ name: String) -> Int { weights[name] ?? weights["*"] ?? 0 }
        var best: (coding: ContentCoding, weight: Int)?
        for coding in allCases where available.contains(coding) {
            // `x-gzip` is gzip's old name (RFC 9110, 8.4.1.3).
            let weight = coding == .gzip ? max(weight("gzip"), weights["x-gzip"] ?? 0) : weight(coding.rawValue)
            if weight > best?.weight ?? 0 { best = (coding, weight) }
        }
        // The plain form is always acceptable, but only one that is named with a higher weight is preferred.
        guard let best, best.weight >= weights["identity"] ?? 0 else { return nil }
        return best.coding
    }

    /// A coding and its weight in thousandths; nil when the element is not well-formed.
    private static func parse(_ element: Substring) -> (name: String, weight: Int)? {
        let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let name = parts.first, !name.isEmpty else { return nil }
        guard parts.count > 1 else { return (name.lowercased(), 1000) }
        guard parts.count == 2, parts[1].lowercased().hasPrefix("q="), let weight = weight(parts[1].dropFirst(2)) else {
            return nil
        }
        return (name.lowercased(), weight)
    }

    /// `0` or `1` with up to three digits behind a point (RFC 9110, 12.4.2), in thousandths.
    private static func weight(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == 0x30 || first == 0x31, bytes.count <= 5 else { return nil }
        guard bytes.count > 1 else { return first == 0x31 ? 1000 : 0 }
        guard bytes[1] == UInt8(ascii: ".") else { return nil }
        var value = Int(first - 0x30)
        for index in 2..<5 {
            let digit = index < bytes.count ? bytes[index] : 0x30
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value <= 1000 ? value : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
