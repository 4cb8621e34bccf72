import ServiceKit

/// The bounds of the inbox.
struct InboxSettings: Sendable {
    /// What may wait for one tenant.
    var waitingHooks = 100_000
    var waitingBytes = 1 << 30
    /// How long a failing hook is tried before it is parked.
    var patience = Duration.seconds(24 * 3600)
    /// How long a service may take for one hook.
    var deadline = Duration.seconds(10)
    /// How long a worker has a connection's hooks for itself: longer than one round of deliveries may take.
    var lease = Duration.seconds(30)
    /// How long a worker goes on with one connection before others get their turn.
    var turn = Duration.seconds(5)
    /// How long a transaction of new hooks may take; providers wait for it, Microsoft Graph no more than 3 s.
    var intakeDeadline = Duration.seconds(2)
    /// The first pause after a failure; doubled up to the longest.
    var firstPause = Duration.seconds(1)
    var longestPause = Duration.seconds(300)
    /// How long the deliveries to a service that is away pause at most.
    var longestAbsence = Duration.seconds(15)
    /// How often the database is looked at, for what no notification told.
    var poll = Duration.seconds(2)
    /// Connections that are served at once, of one service and of one tenant in it.
    var lanes = 16
    var lanesPerTenant = 4

    init() {}

    init(_ environment: inout Environment) {
        waitingHooks = environment.integer(
            "INBOX_HOOKS", "hooks of one tenant that may wait for a service", default: waitingHooks,
            in: 1...10_000_000, example: "100000")
        waitingBytes = environment.integer(
            "INBOX_BYTES", "what they may amount to, in bytes", default: waitingBytes, in: 1 << 20...1 << 40,
            example: "1073741824")
    }
}
