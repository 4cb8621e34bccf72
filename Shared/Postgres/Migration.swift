/// One numbered step of a schema, as its file says; a merged one never changes.
package struct Migration: Sendable {
    /// The file's name without its ending, `0001_create_calls`; the order of names is the order of steps.
    package let name: String
    package let sql: String

    /// A step from the bytes that the build embedded.
    package init(name: String, sql: [UInt8]) {
        self.init(name: name, sql: String(decoding: sql, as: UTF8.self))
    }

    package init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// 64 bits of FNV-1a: it finds an edit by mistake, which is all it is for.
    package var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Why a schema and this binary do not go together; for the operator.
package enum MigrationError: Error, Equatable, CustomStringConvertible {
    /// The database has steps that this binary does not know.
    case binaryIsOlder(unknown: [String])
    /// Steps are missing in the database.
    case schemaIsOlder(missing: [String])
    /// A step that was applied reads otherwise today.
    case edited(String)
    /// The list is not in order, or holds a name twice.
    case unordered(String)
    /// A step failed and was rolled back.
    case failed(name: String, sqlState: String?, message: String)

    package var description: String {
        switch self {
        case .binaryIsOlder(let unknown):
            "this binary is older than its schema, which also has: \(unknown.joined(separator: ", "))"
        case .schemaIsOlder(let missing):
            "the schema is older than this binary; run the migrations first: \(missing.joined(separator: ", "))"
        case .edited(let name): "migration \(name) was changed after it had been applied"
        case .unordered(let name): "migration \(name) is out of order or there twice"
        case .failed(let name, let sqlState, let message):
            "migration \(name) failed with state \(sqlState ?? "none"): \(message)"
        }
    }
}
