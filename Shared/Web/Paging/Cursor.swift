import Crypto
package import FoundationEssentials
package import Models

/// Where a page ended: the sorted value and the id of its last row.
package struct CursorPosition: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case timestamp(Timestamp)
        case int(Int64)
        case text(String)
        /// The row has no value; stores say where such rows stand.
        case null
    }

    package let value: Value
    package let id: UUID

    package init(_ value: Value, _ id: some EntityID) {
        self.value = value
        self.id = id.uuid
    }

    private init(value: Value, id: UUID) {
        self.value = value
        self.id = id
    }

    package var timestamp: Timestamp? {
        guard case .timestamp(let value) = value else { return nil }
        return value
    }

    package var int: Int64? {
        guard case .int(let value) = value else { return nil }
        return value
    }

    package var text: String? {
        guard case .text(let value) = value else { return nil }
        return value
    }

    // As text for the caller, who is not to look into it: a version, the digest of the list, the id, the value.

    private static let version: UInt8 = 1
    private static let longestText = 512
    /// The years 1 to 9999, in microseconds since 1970.
    private static let instants: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    func encoded(list digest: [UInt8]) -> String {
        var bytes: [UInt8] = [Self.version]
        bytes += digest
        withUnsafeBytes(of: id.uuid) { bytes += $0 }
        switch value {
        case .null: bytes.append(0)
        case .timestamp(let value):
            bytes.append(1)
            withUnsafeBytes(of: value.microseconds.bigEndian) { bytes += $0 }
        case .int(let value):
            bytes.append(2)
            withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        case .text(let value):
            bytes.append(3)
            bytes += value.utf8
        }
        return Base64.url.encode(bytes)
    }

    /// Nil for what we did not write, and for a cursor of another list.
    init?(_ text: String, list digest: [UInt8]) {
        guard text.utf8.count <= 1024, let bytes = Base64.url.decode(text), bytes.count >= 2 + digest.count + 16,
            bytes[0] == Self.version, Array(bytes[1...digest.count]) == digest
        else { return nil }
        let rest = bytes.dropFirst(1 + digest.count)
        var uuid = UUID().uuid
        withUnsafeMutableBytes(of: &uuid) { $0.copyBytes(from: rest.prefix(16)) }
        let tail = rest.dropFirst(17)
        switch rest.dropFirst(16).first {
        case 0 where tail.isEmpty: self.init(value: .null, id: UUID(uuid: uuid))
        case 1 where tail.count == 8:
            let microseconds = Self.number(tail)
            // Cursors are not signed: a number out of these years is none of ours, and no date of the database's.
            guard Self.instants.contains(microseconds) else { return nil }
            self.init(value: .timestamp(Timestamp(microseconds: microseconds)), id: UUID(uuid: uuid))
        case 2 where tail.count == 8: self.init(value: .int(Self.number(tail)), id: UUID(uuid: uuid))
        case 3:
            guard let text = String(validating: tail, as: UTF8.self), !text.utf8.contains(0) else { return nil }
            self.init(value: .text(text), id: UUID(uuid: uuid))
        default: return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

/// What makes a list the same list: its route, its sort and its filters.
enum ListDigest {
    /// Eight bytes: enough to catch a mistake, and nothing depends on more.
    static func of(_ incoming: IncomingRequest, sort: String) -> [UInt8] {
        let ignored: Set<String> = ["page", "limit", "cursor", "sort"]
        let filters = incoming.query.pairs.filter { !ignored.contains($0.name) }.map { "\($0.name)\u{0}\($0.value)" }
        let text = ([incoming.route.operationID, sort] + filters.sorted()).joined(separator: "\u{1}")
        return Array(SHA256.digest(text).prefix(8))
    }
}
