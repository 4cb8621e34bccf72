/// Keyed digests of RFC 2104; compare them with `ConstantTime.areEqual` only.
package enum HMAC {
    /// 32 bytes.
    package static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { Hash.sha256.authenticate($0, key: key) }
    }

    /// 64 bytes.
    package static func sha512(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { Hash.sha512.authenticate($0, key: key) }
    }

    /// 20 bytes; one-time passwords and some providers ask for it.
    package static func sha1(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { Hash.sha1.authenticate($0, key: key) }
    }
}

/// Key derivation of RFC 5869 with SHA-256: several keys for several purposes out of one.
package enum HKDF {
    /// Up to 8,160 bytes (255 blocks) for the purpose that `info` names.
    package static func sha256(_ key: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int = 32) -> [UInt8] {
        precondition((1...255 * 32).contains(count), "RFC 5869 section 2.3: L <= 255*HashLen")
        let extracted = HMAC.sha256(key, key: salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt)
        var derived: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 0
        while derived.count < count {
            number += 1
            block = HMAC.sha256(block + info + [number], key: extracted)
            derived += block
        }
        return Array(derived.prefix(count))
    }
}
