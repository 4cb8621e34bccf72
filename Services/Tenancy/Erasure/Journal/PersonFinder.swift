import Models

/// Finds in texts the people of a tenant that digests tell of: every number and every address is held against them.
///
/// A number counts as its digits, however they are written, and as its country dials it; what `PersonPattern` would
/// find by the number is found here by the digest.
struct PersonFinder {
    /// How many digits a number has.
    private static let lengths = 7...15
    /// How many characters may stand between two groups of digits, and how many groups make a number.
    private static let mostBetween = 3
    private static let mostGroups = 8
    private static let longestAddress = 254

    let tenant: TenantID
    let key: [UInt8]
    /// Which erasures a digest belongs to.
    let wanted: [String: [ErasureID]]
    private(set) var found: [ErasureID: Set<String>] = [:]
    /// What was looked at of late: texts repeat themselves.
    private var seen: Set<String> = []

    init(tenant: TenantID, key: [UInt8], wanted: [String: [ErasureID]]) {
        (self.tenant, self.key, self.wanted) = (tenant, key, wanted)
    }

    /// Looks through whole lines, and into what is packed in them.
    mutating func look(_ bytes: ArraySlice<UInt8>) {
        lookForNumbers(bytes)
        lookForAddresses(bytes)
        for reading in WrittenText.readings(of: bytes) {
            lookForNumbers(reading[...])
            lookForAddresses(reading[...])
        }
    }

    private mutating func lookForNumbers(_ bytes: ArraySlice<UInt8>) {
        var groups: [ArraySlice<UInt8>] = []
        var at = bytes.startIndex
        var end = at
        while at < bytes.endIndex {
            guard Self.isDigit(bytes[at]) else {
                if !Self.isBetween(bytes[at]) || at - end >= Self.mostBetween { groups = [] }
                at += 1
                continue
            }
            let start = at
            while at < bytes.endIndex, Self.isDigit(bytes[at]) { at += 1 }
            end = at
            groups.append(bytes[start..<at])
            if groups.count > Self.mostGroups { groups.removeFirst() }
            // Every number that ends here.
            for first in groups.indices { test(digits: groups[first...].joined()) }
        }
    }

    private mutating func test(digits: some Sequence<UInt8>) {
        let text = String(decoding: Array(digits), as: UTF8.self)
        guard text.utf8.count <= Self.lengths.upperBound + 2 else { return }
        // As dialled from abroad, and from within the country.
        for prefix in ["", "00", "0"] where text.hasPrefix(prefix) {
            let number = String(text.dropFirst(prefix.count))
            if Self.lengths.contains(number.utf8.count) { test(number) }
        }
    }

    private mutating func lookForAddresses(_ bytes: ArraySlice<UInt8>) {
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") {
            var (start, end) = (at, at + 1)
            while start > bytes.startIndex, at - start < Self.longestAddress, Self.isAddress(bytes[start - 1]) {
                start -= 1
            }
            while end < bytes.endIndex, end - at < Self.longestAddress, Self.isDomain(bytes[end]) { end += 1 }
            // A sentence may end behind it.
            while end > at + 1, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard start < at, end > at + 1 else { continue }
            // Some of what mail allows also stands in front of addresses, as in the fields of a form.
            for first in start..<at where first == start || !Self.isPart(bytes[first - 1]) {
                test(String(decoding: bytes[first..<end], as: UTF8.self).lowercased())
            }
        }
    }

    private mutating func test(_ text: String) {
        guard seen.insert(text).inserted else { return }
        if seen.count > 200_000 { seen = [text] }
        for id in wanted[PersonDigests.digest(text, of: tenant, key)] ?? [] { found[id, default: []].insert(text) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Blanks, hyphens, dots, brackets and slashes; a no-break space is two bytes.
    private static func isBetween(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x2D, 0x28, 0x29, 0x2E, 0x2F, 0xC2, 0xA0: true
        default: false
        }
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x2D, 0x80...0xFF: true
        default: false
        }
    }

    /// What an address cannot begin behind; so `PersonPattern` has it.
    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x2D, 0x5F, 0x25, 0x2B: true
        default: false
        }
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case _ where isPart(byte): true
        // Of other scripts, and what mail allows besides.
        case 0x80...0xFF, 0x21, 0x23, 0x24, 0x26, 0x27, 0x2A, 0x3D, 0x3F, 0x5E, 0x60, 0x7B...0x7E: true
        default: false
        }
    }
}
