/// The fields of a form or of a query, `application/x-www-form-urlencoded`, in the order they were sent.
struct FormFields: Sendable, Hashable {
    /// A name and what was sent for it.
    struct Field: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// No provider sends as many.
    private static let mostFields = 1_000

    let fields: [Field]

    init(_ fields: [Field]) { self.fields = fields }

    /// Nil for what is not UTF-8, has a broken escape or too many fields.
    init?(decoding bytes: some Collection<UInt8>) {
        var fields: [Field] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < Self.mostFields, let name = pieces.first.flatMap({ Self.decode($0) }) else {
                return nil
            }
            guard pieces.count == 2 else {
                fields.append(Field(name: name, value: ""))
                continue
            }
            guard let value = Self.decode(pieces[1]) else { return nil }
            fields.append(Field(name: name, value: value))
        }
        self.fields = fields
    }

    /// The first value of a name, unless it is empty: providers write an empty text for what is not set.
    subscript(name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    private static func decode(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var at = text.startIndex
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = text.index(at, offsetBy: 1, limitedBy: text.endIndex), high < text.endIndex,
                    let low = text.index(at, offsetBy: 2, limitedBy: text.endIndex), low < text.endIndex,
                    let first = digit(text[high]), let second = digit(text[low])
                else { return nil }
                bytes.append(first << 4 | second)
                at = low
            default:
                bytes.append(text[at])
            }
            at = text.index(after: at)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
