import ServiceKit

/// What a request's Host says about whose it is.
struct HostNames: Sendable {
    /// Whose host it is.
    enum Place: Equatable {
        /// A label under the base domain, the platform's `admin` included.
        case label(String)
        /// The shared host of sign-up and callbacks.
        case app
        /// A host outside the base domain: perhaps a tenant's own domain.
        case foreign(String)
        /// The base domain itself.
        case base
    }

    /// The base domain in lower case, without a port.
    let base: String
    /// The suite's own address.
    let address: WebAddress

    /// Nil when the address has no host.
    init?(base: WebAddress) {
        guard !base.host.isEmpty else { return nil }
        self.base = base.host
        address = base
    }

    /// Reads a Host field, which the parser has found well-formed.
    func place(of host: String) -> Place {
        var name = host
        return name.withUTF8 { bytes -> Place? in
            bytes.contains { $0 &- 0x41 < 26 } ? nil : place(of: bytes)
        } ?? place(of: host.lowercased())
    }

    /// The same of a name in lower case.
    private func place(of name: UnsafeBufferPointer<UInt8>) -> Place {
        let (start, label, end) = measure(name)
        func text(_ range: Range<Int>) -> String {
            String(decoding: UnsafeBufferPointer(rebasing: name[range]), as: UTF8.self)
        }
        switch label {
        case nil: return .foreign(text(start..<end))
        case 0: return .base
        case let label?:
            let first = text(start..<start + label)
            return first == "app" ? .app : .label(first)
        }
    }

    /// Where the name begins and ends without brackets and port, and the length of its one label under the base domain:
    /// 0 for the base domain itself, nil for every other name.
    private func measure(_ host: UnsafeBufferPointer<UInt8>) -> (start: Int, label: Int?, end: Int) {
        if host.first == UInt8(ascii: "[") {
            return (1, nil, max(1, host.firstIndex(of: UInt8(ascii: "]")) ?? host.count))
        }
        var end = host.firstIndex(of: UInt8(ascii: ":")) ?? host.count
        // `acme.example.com.` is the same name, written in full.
        if end > 1, host[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let length = end - base.utf8.count
        guard length >= 0, host.ends(at: end, with: base) else { return (0, nil, end) }
        if length == 0 { return (0, 0, end) }
        guard length > 1, host[length - 1] == UInt8(ascii: "."), !host[..<(length - 1)].contains(UInt8(ascii: "."))
        else {
            return (0, nil, end)
        }
        return (0, length - 1, end)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes before a place are those of a text.
    fileprivate func ends(at end: Int, with text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            end >= text.count && UnsafeBufferPointer(rebasing: self[(end - text.count)..<end]).equals(text)
        }
    }
}
