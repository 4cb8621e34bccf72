import CSeccomp

/// Takes from this process, for good, the right to make sockets: a decoder that a recording took over reaches nobody.
enum SocketRefusal {
    /// False where the kernel has no filters of system calls; the other limits hold all the same.
    @discardableResult
    static func apply() -> Bool { seccomp_refuse_sockets() == 0 }
}
