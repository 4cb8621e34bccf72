import Glibc
import Models
import Synchronization

/// When a time zone's clocks showed what, from the system's time zone database (RFC 8536).
struct ZoneRules: Sendable {
    /// Larger than any zone's file.
    private static let largestFile = 65_536
    private static let folder = "/usr/share/zoneinfo/"
    /// Each zone is read once; the names were checked, so there are at most as many as files.
    private static let known = Mutex<[String: ZoneRules]>([:])

    /// Seconds since 1970 from which on each offset holds.
    private let changes: [(at: Int64, offset: Int64)]
    private let first: Int64
    private let footer: ZoneFooter?

    /// Nil when the database has no such zone.
    static func named(_ zone: TimeZoneName) -> ZoneRules? {
        if let rules = known.withLock({ $0[zone.name] }) { return rules }
        guard !zone.name.contains(".."), let bytes = read(folder + zone.name), let rules = ZoneRules(file: bytes) else {
            return nil
        }
        known.withLock { $0[zone.name] = rules }
        return rules
    }

    /// The offsets from UTC that the zone may have about an instant, the earlier one first.
    func offsets(around seconds: Int64) -> [Int64] {
        let reach: Int64 = 2 * 86_400
        var found = [offset(at: seconds - reach)]
        for change in [offset(at: seconds), offset(at: seconds + reach)] where !found.contains(change) {
            found.append(change)
        }
        return found
    }

    /// Seconds east of UTC at an instant.
    func offset(at seconds: Int64) -> Int64 {
        guard let last = changes.last, seconds < last.at else {
            return footer?.offset(at: seconds) ?? changes.last?.offset ?? first
        }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    /// The 64-bit part of a version 2 file; nil for anything else.
    init?(file bytes: [UInt8]) {
        func number(_ at: Int, _ size: Int) -> Int64? {
            guard at >= 0, at + size <= bytes.count else { return nil }
            var value: Int64 = bytes[at] & 0x80 == 0 ? 0 : -1
            for byte in bytes[at..<at + size] { value = value << 8 | Int64(byte) }
            return value
        }
        func counts(_ at: Int) -> [Int]? {
            guard bytes.count >= at + 44, Array(bytes[at..<at + 4]) == Array("TZif".utf8), bytes[at + 4] >= 50 else {
                return nil
            }
            let read = (0..<6).compactMap { number(at + 20 + $0 * 4, 4).map(Int.init) }
            return read.count == 6 && read.allSatisfy { 0...10_000 ~= $0 } ? read : nil
        }
        // Counts: UT flags, standard flags, leap seconds, transitions, types, characters.
        guard let old = counts(0) else { return nil }
        let start = 44 + old[3] * 5 + old[4] * 6 + old[5] + old[2] * 8 + old[1] + old[0]
        guard let sizes = counts(start) else { return nil }
        let (times, kinds) = (start + 44, start + 44 + sizes[3] * 8)
        let types = kinds + sizes[3]
        func offset(_ type: Int) -> Int64? { type < sizes[4] ? number(types + type * 6, 4) : nil }
        guard let first = offset(0) else { return nil }
        var changes: [(at: Int64, offset: Int64)] = []
        for index in 0..<sizes[3] {
            guard let at = number(times + index * 8, 8), kinds + index < bytes.count,
                let offset = offset(Int(bytes[kinds + index]))
            else { return nil }
            changes.append((at, offset))
        }
        self.first = first
        self.changes = changes
        let end = types + sizes[4] * 6 + sizes[5] + sizes[2] * 12 + sizes[1] + sizes[0]
        let text = end < bytes.count ? bytes[end...].split(separator: 10).first : nil
        footer = text.flatMap { ZoneFooter(String(decoding: $0, as: UTF8.self)) }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: largestFile)
        var count = 0
        while count < largestFile {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), largestFile - count)
            }
            guard got > 0 else { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }
}
