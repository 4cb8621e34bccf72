import FoundationEssentials
import IO
import JSON
import Models

/// A kind of job that a runner knows: how to run it, and what runs of it now.
///
/// Confined to the runner's loop.
final class JobKind: @unchecked Sendable {
    typealias Handler = @Sendable (JobRun, JSONText) async throws -> Void

    /// One job under way.
    struct Active {
        var task: Task<Void, Never>?
        var timer: LoopTimer?
        var hasTimedOut = false
        var hasLostLease = false
    }

    let name: String
    let options: JobOptions
    let handler: Handler
    var active: [JobID: Active] = [:]
    var isTaking = false
    /// Woken while it was taking: there may be more.
    var isWokenAgain = false
    /// What wakes it for jobs that are not due yet, by the step in time.
    var wakes: [Int: LoopTimer] = [:]

    init(name: String, options: JobOptions, handler: @escaping Handler) {
        self.name = name
        self.options = options
        self.handler = handler
    }

    var free: Int { options.concurrency - active.count }
}
