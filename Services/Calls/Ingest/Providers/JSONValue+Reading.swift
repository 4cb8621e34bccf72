import JSON
import Models

/// Reading what strangers write: a field of another type is as good as none.
extension JSONValue {
    /// The document, or why it is none.
    static func reading(_ body: [UInt8]) throws(ProviderError) -> JSONValue {
        do { return try JSON.decode(JSONValue.self, from: body) } catch {
            throw ProviderError(.invalid, "The payload is no JSON document.")
        }
    }

    /// As people are shown it.
    var shown: String {
        do { return String(decoding: try JSON.encode(self), as: UTF8.self) } catch { return "" }
    }

    func text(_ name: String) -> String? {
        guard case .string(let text)? = self[name], !text.isEmpty else { return nil }
        return text
    }

    func number(_ name: String) -> Double? {
        switch self[name] {
        case .int(let number)?: Double(number)
        case .double(let number)? where number.isFinite: number
        default: nil
        }
    }

    func flag(_ name: String) -> Bool? {
        guard case .bool(let flag)? = self[name] else { return nil }
        return flag
    }

    func list(_ name: String) -> [JSONValue] {
        guard case .array(let elements)? = self[name] else { return [] }
        return elements
    }

    /// Milliseconds since 1970.
    func milliseconds(_ name: String) -> Timestamp? {
        guard let number = number(name), number > 0, number < 1e14 else { return nil }
        return Timestamp(milliseconds: Int64(number))
    }

    /// RFC 3339.
    func instant(_ name: String) -> Timestamp? { text(name).flatMap { Timestamp(rfc3339: $0) } }

    /// The members that are there and not null, as an object; nil when there is none.
    func picked(_ names: [String]) -> [Member] {
        names.compactMap { name in
            guard let value = self[name], value != .null else { return nil }
            return Member(name, value)
        }
    }
}
