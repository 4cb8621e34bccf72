import Telemetry

/// The keys of `ENCRYPTION_KEYS`: the first encrypts, all decrypt, so that a key is replaced without a pause.
package struct EncryptionKeys: Sendable {
    /// What is wrong with the variable's value, in words for the operator; never a key.
    package struct ParseError: Error, CustomStringConvertible {
        /// The fault, and an example of the right form.
        package let description: String
    }

    static let longestID = 32
    static let mostKeys = 16
    private static let example =
        "expected <id>:<base64 of 32 bytes>,... such as 2026a:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="

    /// The key that encrypts.
    let current: (id: String, key: Secret<[UInt8]>)
    private let keys: [String: Secret<[UInt8]>]

    /// Reads `<id>:<base64>,...` with ids of up to 32 letters, digits, `-` and `_`.
    package init(parsing text: String) throws(ParseError) {
        var keys: [String: Secret<[UInt8]>] = [:]
        var first: (id: String, key: Secret<[UInt8]>)?
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let place = "key \(index + 1)"
            guard index < Self.mostKeys else { throw ParseError(description: "more than \(Self.mostKeys) keys") }
            guard let colon = part.firstIndex(of: ":") else {
                throw ParseError(description: "\(place) has no id: \(Self.example)")
            }
            let id = String(part[..<colon])
            guard Self.isID(id) else { throw ParseError(description: "\(place) has no valid id: \(Self.example)") }
            guard keys[id] == nil else { throw ParseError(description: "\(place) has an id that was used before") }
            guard let bytes = Base64.standard.decode(part[part.index(after: colon)...].utf8.map { $0 }),
                bytes.count == 32
            else { throw ParseError(description: "\(place) is not base64 of 32 bytes: \(Self.example)") }
            let key = Secret(bytes)
            keys[id] = key
            if first == nil { first = (id, key) }
        }
        guard let first else { throw ParseError(description: "no key: \(Self.example)") }
        current = first
        self.keys = keys
    }

    /// The ids in no order, for the operator's view of what is configured.
    package var ids: [String] { Array(keys.keys) }

    /// The key of an id that a sealed text carries.
    func key(_ id: String) -> [UInt8]? { keys[id]?.reveal() }

    private static func isID(_ id: String) -> Bool {
        (1...longestID).contains(id.utf8.count)
            && id.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
                default: false
                }
            }
    }
}
