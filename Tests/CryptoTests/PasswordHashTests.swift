import Testing

@testable import Crypto
import Glibc

@Suite
struct PasswordHashTests {
    private static let cheap = PasswordHash.Cost(memoryKiB: 64, passes: 1, lanes: 1)

    @Test
    func `a new hash has the standard cost and fits its password only`() throws {
        let hash = try PasswordHash.make("correct horse")
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try PasswordHash.check("correct horse", against: hash) == .matches(needsRehash: false))
        #expect(try PasswordHash.check("correct horsf", against: hash) == .differs)
        #expect(try PasswordHash.check("", against: hash) == .differs)
        #expect(try PasswordHash.make("correct horse", cost: Self.cheap) != hash)
    }

    @Test
    func `a hash of another cost fits and is to be replaced`() throws {
        // The known answer that the reference implementation tests itself with.
        let known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        #expect(try PasswordHash.check("password", against: known) == .matches(needsRehash: true))
        #expect(try PasswordHash.check("Password", against: known) == .differs)
    }

    @Test(arguments: [
        ("correct horse", "$2y$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"),
        ("", "$2y$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq"),
        ("p", "$2b$05$abcdefghijklmnopqrstuuqwWMzKt5N8p.u2GX5MuH1t19BMWuLOW"),
    ])
    func `an imported bcrypt hash fits and is to be replaced`(password: String, hash: String) throws {
        #expect(try PasswordHash.check(password, against: hash) == .matches(needsRehash: true))
        #expect(try PasswordHash.check(password + "x", against: hash) == .differs)
        #expect(try PasswordHash.check(password + "\0x", against: hash) == .differs)
    }

    @Test(arguments: [
        "", "plain", "$1$abc$def", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$",
        "$2y$31$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.f",
        "$2y$20$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC", "$2y$06$abc",
        "$2y$06$********************d/5IuQmqhVO0kfNEbHJM.fJkPiliBzC",
    ])
    func `a hash of another form, or of too much work, is a fault of the data`(hash: String) {
        #expect(throws: CryptoError.invalidEncoding) { try PasswordHash.check("password", against: hash) }
    }

    @Test
    func `a password that is too long is refused, not cut`() throws {
        let longest = String(repeating: "x", count: PasswordHash.longestPassword)
        let hash = try PasswordHash.make(longest, cost: Self.cheap)
        #expect(try PasswordHash.check(longest, against: hash, cost: Self.cheap) == .matches(needsRehash: false))
        #expect(try PasswordHash.check(longest + "x", against: hash, cost: Self.cheap) == .differs)
        #expect(throws: CryptoError.limitExceeded) { try PasswordHash.make(longest + "x", cost: Self.cheap) }
    }

    @Test
    func `an absent account costs a hash as well`() throws {
        // Processor time of this thread, which a busy machine does not stretch; the least of some runs.
        func cost(_ work: () throws -> Void) rethrows -> Int {
            var before = timespec()
            var after = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
            try work()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
            return (after.tv_sec - before.tv_sec) * 1_000_000_000 + after.tv_nsec - before.tv_nsec
        }
        var made: [Int] = []
        var absent: [Int] = []
        for _ in 0..<5 {
            made.append(try cost { _ = try PasswordHash.make("x") })
            absent.append(try cost { try PasswordHash.checkNothing("x") })
        }
        #expect(try #require(absent.min()) > (try #require(made.min())) / 2)
    }
}
