import Crypto
import Models

/// A batch of the audit log's chain, as it is stored.
struct AuditSeal: Sendable {
    var number: Int64
    var firstEntry: Int64
    var lastEntry: Int64
    /// The link before the first entry; 32 zeros at the beginning.
    var previous: [UInt8]
    /// The link of the last entry.
    var link: [UInt8]
    /// The range and the link, encrypted.
    var proof: [UInt8]
    var isPruned: Bool

    /// How many rows one batch has at most.
    static let size: Int32 = 1_000
    static let beginning = [UInt8](repeating: 0, count: 32)

    /// What the proof says.
    static func statement(first: Int64, last: Int64, link: [UInt8]) -> [UInt8] {
        AuditChain.bytes(first) + AuditChain.bytes(last) + link
    }

    /// Where a proof belongs: one that is copied to another tenant or number does not open.
    static func place(_ number: Int64, _ tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "audit_seals", column: "proof", row: String(number))
    }
}

/// One row of the log as the chain sees it.
struct AuditLink: Sendable {
    var entry: Int64
    var audit: AuditID
    /// Nil when the row is gone.
    var rowDigest: [UInt8]?
    /// What the chain says of the details.
    var detailsDigest: [UInt8]
    /// What the details say now; nil when they are gone.
    var currentDigest: [UInt8]?
    var isErased: Bool
}

/// How the entries of a log hang together.
enum AuditChain {
    /// The link of an entry: over the one before, its number, its row and the salted digest of its details.
    static func link(after previous: [UInt8], entry: Int64, row: [UInt8], details: [UInt8]) -> [UInt8] {
        SHA256.digest(previous + bytes(entry) + row + details)
    }

    /// Big-endian.
    static func bytes(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

/// What is wrong with a log, at the first place where something is.
struct AuditBreak: Sendable, Equatable {
    /// What does not fit.
    enum Reason: String, Sendable {
        /// The proof does not open, or says something else than the seal.
        case sealForged = "seal_forged"
        /// The seal does not go on where the one before ended.
        case sealsMissing = "seals_missing"
        case entriesMissing = "entries_missing"
        case rowMissing = "row_missing"
        case detailsMissing = "details_missing"
        case detailsChanged = "details_changed"
        /// Some row of the batch says something else than when it was sealed, or the order is another.
        case linkBroken = "link_broken"
        /// A row that never came into the chain.
        case rowUnsealed = "row_unsealed"
    }

    var seal: Int64?
    var entry: Int64?
    var audit: AuditID?
    var reason: Reason
}

extension AuditSeal {
    /// Checks the batch against its entries; nil when all fits.
    func fault(in links: [AuditLink]) -> AuditBreak? {
        func fault(_ reason: AuditBreak.Reason, _ link: AuditLink? = nil, at entry: Int64? = nil) -> AuditBreak {
            AuditBreak(seal: number, entry: link?.entry ?? entry, audit: link?.audit, reason: reason)
        }
        var reached = previous
        var expected = firstEntry
        for link in links {
            guard link.entry == expected else { return fault(.entriesMissing, at: expected) }
            guard let row = link.rowDigest else { return fault(.rowMissing, link) }
            guard let current = link.currentDigest else { return fault(.detailsMissing, link) }
            if !link.isErased, current != link.detailsDigest { return fault(.detailsChanged, link) }
            reached = AuditChain.link(after: reached, entry: link.entry, row: row, details: link.detailsDigest)
            expected += 1
        }
        guard expected == lastEntry + 1 else { return fault(.entriesMissing, at: expected) }
        return reached == link ? nil : fault(.linkBroken)
    }
}
