import Crypto
import IO
import Models

/// Password hashing on threads of its own: each hash takes tens of milliseconds and 19 MiB.
struct Passwords: Sendable {
    private let pool: WorkerPool

    /// `threads` hashes at once; what waits behind them is bounded, and beyond it the caller is told to come back.
    init(threads: Int) {
        pool = WorkerPool(name: "passwords", threads: threads, queueLimit: 64)
    }

    func hash(_ password: String) async throws -> String {
        try await run { try PasswordHash.make(password) }
    }

    /// The hash of a password that somebody chose; 422 `weak_password` when it is too easy to guess.
    func hash(chosen password: String, account words: [String], pointer: String = "/password") async throws -> String {
        try await run {
            try PasswordStrength.check(password, account: words, pointer: pointer)
            return try PasswordHash.make(password)
        }
    }

    /// Nil when there is no room in the queue.
    func hashIfIdle(_ password: String) async throws -> String? {
        do { return try await pool.run { try PasswordHash.make(password) } } catch is WorkerPoolError { return nil }
    }

    /// Compares with a stored hash; with none, takes as long and differs.
    func check(_ password: String, against hash: String?) async throws -> PasswordHash.Match {
        try await run {
            guard let hash else {
                try PasswordHash.checkNothing(password)
                return .differs
            }
            return try PasswordHash.check(password, against: hash)
        }
    }

    private func run<Success: Sendable>(_ body: @escaping @Sendable () throws -> Success) async throws -> Success {
        do {
            return try await pool.run(body)
        } catch is WorkerPoolError {
            throw Failure(.unavailable, "Too many sign-ins at once.", headers: [("Retry-After", "1")])
        }
    }
}
