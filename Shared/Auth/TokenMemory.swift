import Crypto

/// A bounded memory of verified tokens in two generations.
///
/// When the young one is full it becomes the old one, and the old one is forgotten. What is asked for moves to the
/// young one, so what is in use stays; nothing is searched or sorted.
struct TokenMemory<Value> {
    private struct Entry {
        let token: [UInt8]
        let value: Value

        func value(of token: UnsafeRawBufferPointer) -> Value? {
            self.token.withUnsafeBytes { ConstantTime.areEqual($0, token) } ? value : nil
        }
    }

    private let generation: Int
    private var young: [TokenTag: Entry] = [:]
    private var old: [TokenTag: Entry] = [:]

    init(capacity: Int) {
        generation = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    /// What is remembered of exactly this token.
    mutating func find(_ token: UnsafeRawBufferPointer) -> Value? {
        guard let tag = TokenTag(of: token) else { return nil }
        if let entry = young[tag] { return entry.value(of: token) }
        guard let entry = old[tag], let value = entry.value(of: token) else { return nil }
        insert(entry, tag)
        return value
    }

    /// Remembers a token that was found genuine; no other has a tag of its own.
    mutating func remember(_ value: Value, of token: [UInt8]) {
        guard let tag = token.withUnsafeBytes(TokenTag.init(of:)) else { return }
        insert(Entry(token: token, value: value), tag)
    }

    private mutating func insert(_ entry: Entry, _ tag: TokenTag) {
        if young.count >= generation {
            old = young
            young = [:]
        }
        old[tag] = nil
        young[tag] = entry
    }

    mutating func removeAll(where shouldRemove: (Value) -> Bool) {
        young = young.filter { !shouldRemove($0.value.value) }
        old = old.filter { !shouldRemove($0.value.value) }
    }
}

/// Sixteen characters of a token's signature, which stand for the token in a table.
///
/// Only who has our key makes signatures, so nobody can fill a table with tokens of one tag or aim at the tag of
/// another's token; that the whole token is the same is looked at behind the tag.
struct TokenTag: Hashable {
    /// How far from the token's end they stand: within the last 86 characters, which are the signature's.
    private static let fromEnd = 80

    private let high: UInt64
    private let low: UInt64

    /// Nil for what is too short to be a token.
    init?(of token: UnsafeRawBufferPointer) {
        guard token.count > Self.fromEnd else { return nil }
        let start = token.count - Self.fromEnd
        high = token.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        low = token.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
    }

    func hash(into hasher: inout Hasher) {
        // Eight characters of a signature are evenly spread, and the hasher is seeded.
        hasher.combine(high)
    }
}
