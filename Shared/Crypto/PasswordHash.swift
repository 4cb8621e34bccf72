import CArgon2
import CCrypt
import Glibc

/// Stored passwords: Argon2id made and checked, bcrypt of imported accounts checked.
///
/// One check costs tens of milliseconds and 19 MiB on purpose: callers run it on a `WorkerPool` with a bounded queue,
/// never on an event loop.
package enum PasswordHash {
    /// The work of one Argon2id hash.
    package struct Cost: Sendable, Equatable {
        let memoryKiB: UInt32
        let passes: UInt32
        let lanes: UInt32

        /// What new passwords get: 19 MiB, two passes, one lane.
        package static let standard = Cost(memoryKiB: 19 * 1024, passes: 2, lanes: 1)

        /// Another cost; less than the standard is for tests.
        package init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        /// A stored hash that asks for more was not written by us, and must not take the machine's memory.
        var isAllowed: Bool {
            (8...262_144).contains(memoryKiB) && (1...16).contains(passes) && (1...4).contains(lanes)
        }
    }

    /// The outcome of a check.
    package enum Match: Sendable, Equatable {
        /// The password is right; with `needsRehash` the hash should be replaced while the password is at hand.
        case matches(needsRehash: Bool)
        /// The password is wrong.
        case differs
    }

    /// The most bytes of a password; a longer one is refused rather than cut.
    package static let longestPassword = 1024
    private static let longestHash = 512
    private static let saltSize = 16
    private static let hashSize = 32
    /// Set by the first use: an idle process does not hold what a hash needed.
    private static let returnsMemory = switchboard_return_large_blocks() == 1

    /// The PHC string to store, with a new salt.
    package static func make(_ password: String, cost: Cost = .standard) throws(CryptoError) -> String {
        let password = Array(password.utf8)
        guard password.count <= longestPassword, cost.isAllowed else { throw .limitExceeded }
        _ = returnsMemory
        let salt = SecureRandom.bytes(saltSize)
        var encoded = [CChar](repeating: 0, count: longestHash)
        let status = argon2id_hash_encoded(
            cost.passes, cost.memoryKiB, cost.lanes, password, password.count, salt, salt.count, hashSize, &encoded,
            encoded.count)
        guard status == ARGON2_OK.rawValue else { throw .failed(operation: "hash password") }
        return text(encoded)
    }

    /// Compares a password with a stored hash in time that does not depend on where they differ.
    ///
    /// A stored hash of an unknown form is `invalidEncoding`: that is a fault of the data, not of the person.
    package static func check(
        _ password: String, against hash: String, cost: Cost = .standard
    ) throws(CryptoError) -> Match {
        let password = Array(password.utf8)
        guard password.count <= longestPassword else { return .differs }
        guard hash.utf8.count < longestHash, !hash.utf8.contains(0) else { throw .invalidEncoding }
        if hash.hasPrefix("$argon2id$") { return try checkArgon2(password, hash, cost) }
        guard ["$2a$", "$2b$", "$2y$"].contains(where: hash.hasPrefix) else { throw .invalidEncoding }
        return try checkBcrypt(password, hash)
    }

    /// Spends the time of a check for an account that does not exist, so that the answer does not tell.
    package static func checkNothing(_ password: String, cost: Cost = .standard) throws(CryptoError) {
        let password = Array(password.utf8.prefix(longestPassword))
        _ = returnsMemory
        let salt = [UInt8](repeating: 0, count: saltSize)
        var hash = [UInt8](repeating: 0, count: hashSize)
        let status = argon2id_hash_raw(
            cost.passes, cost.memoryKiB, cost.lanes, password, password.count, salt, salt.count, &hash, hash.count)
        guard status == ARGON2_OK.rawValue else { throw .failed(operation: "hash password") }
    }

    private static func checkArgon2(
        _ password: [UInt8], _ hash: String, _ wanted: Cost
    ) throws(CryptoError) -> Match {
        guard let cost = PasswordHash.cost(of: hash), cost.isAllowed else { throw .invalidEncoding }
        _ = returnsMemory
        switch argon2_error_codes(argon2id_verify(hash, password, password.count)) {
        case ARGON2_OK: return .matches(needsRehash: cost != wanted)
        case ARGON2_VERIFY_MISMATCH: return .differs
        case ARGON2_MEMORY_ALLOCATION_ERROR, ARGON2_THREAD_FAIL: throw .failed(operation: "check password")
        default: throw .invalidEncoding
        }
    }

    /// The cost in `$argon2id$v=19$m=19456,t=2,p=1$...`, read before the library spends it.
    private static func cost(of hash: String) -> Cost? {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "v=19" else { return nil }
        let numbers = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers[0].hasPrefix("m="), numbers[1].hasPrefix("t="), numbers[2].hasPrefix("p="),
            let memory = UInt32(numbers[0].dropFirst(2)), let passes = UInt32(numbers[1].dropFirst(2)),
            let lanes = UInt32(numbers[2].dropFirst(2))
        else { return nil }
        return Cost(memoryKiB: memory, passes: passes, lanes: lanes)
    }

    /// bcrypt by the system's `crypt_r`; always to be rehashed.
    private static func checkBcrypt(_ password: [UInt8], _ hash: String) throws(CryptoError) -> Match {
        // 60 bytes: prefix, two digits of work, 22 of salt, 31 of hash. More than 2^14 rounds would take seconds.
        let work = hash.dropFirst(4).prefix(2)
        guard hash.utf8.count == 60, let rounds = Int(work), (4...14).contains(rounds) else { throw .invalidEncoding }
        // A C string ends at its first zero, so "a\0b" would match what "a" does.
        guard !password.contains(0) else { return .differs }
        let state = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        state.initialize(to: crypt_data())
        defer {
            explicit_bzero(state, MemoryLayout<crypt_data>.size)
            state.deallocate()
        }
        let phrase = (password + [0]).map { CChar(bitPattern: $0) }
        guard let result = crypt_r(phrase, hash, state) else { throw .invalidEncoding }
        let computed = String(cString: result)
        guard computed.hasPrefix("$2") else { throw .invalidEncoding }
        return ConstantTime.areEqual(computed, hash) ? .matches(needsRehash: true) : .differs
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
