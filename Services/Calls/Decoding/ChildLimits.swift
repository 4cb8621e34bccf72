import Audio
import Glibc

/// What a child process takes from itself before it touches anything of a stranger.
struct ChildLimits: Sendable {
    var memoryBytes: UInt
    var cpuSeconds: UInt
    /// Of each file that it writes.
    var fileBytes: UInt

    /// Decoding keeps one piece a channel; two hours of stereo take a minute of processor time in a release build, and
    /// debug builds some twenty times that.
    static let decoding = ChildLimits(memoryBytes: 1 << 30, cpuSeconds: 1_800, fileBytes: 64 << 20)

    /// Limits cannot be raised again by this process; the system's refusal of one leaves the others standing.
    func apply() {
        // Everything beyond the three standard streams was meant for the parent.
        var highest = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &highest) == 0 {
            for descriptor in 3..<Int32(min(highest.rlim_cur, 4_096)) { close(descriptor) }
        }
        _ = nice(10)
        set(RLIMIT_CORE, 0)
        set(RLIMIT_NOFILE, 32)
        set(RLIMIT_FSIZE, fileBytes)
        set(RLIMIT_CPU, cpuSeconds)
        set(RLIMIT_AS, memoryBytes)
        SocketRefusal.apply()
    }

    private func set(_ resource: __rlimit_resource, _ value: UInt) {
        var limit = rlimit(rlim_cur: value, rlim_max: value)
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
}
