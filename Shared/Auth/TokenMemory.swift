import Crypto

/// The SHA-256 of a token as four words, which hash and compare faster than an array.
struct TokenDigest: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of token: [UInt8]) {
        words = SHA256.digest(token).withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    static func == (left: TokenDigest, right: TokenDigest) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        // A digest is evenly spread, and the hasher is seeded: one word is enough.
        hasher.combine(words.0)
    }
}

/// A bounded memory in two generations.
///
/// When the young one is full it becomes the old one, and the old one is forgotten. What is asked for moves to the
/// young one, so what is in use stays; nothing is searched or sorted.
struct TokenMemory<Value> {
    private let generation: Int
    private var young: [TokenDigest: Value] = [:]
    private var old: [TokenDigest: Value] = [:]

    init(capacity: Int) {
        generation = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    subscript(digest: TokenDigest) -> Value? {
        get { young[digest] ?? old[digest] }
        set {
            guard let newValue, young[digest] == nil else { return }
            if young.count >= generation {
                old = young
                young = [:]
            }
            old[digest] = nil
            young[digest] = newValue
        }
    }

    mutating func removeAll(where shouldRemove: (Value) -> Bool) {
        young = young.filter { !shouldRemove($0.value) }
        old = old.filter { !shouldRemove($0.value) }
    }
}
