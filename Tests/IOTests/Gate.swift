import Glibc

/// Holds a thread until it is opened, and tells when the thread has come in.
///
/// Two POSIX semaphores, which are made for use from several threads.
final class Gate: @unchecked Sendable {
    private let entered = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let opened = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(entered, 0, 0)
        sem_init(opened, 0, 0)
    }

    func wait() {
        sem_post(entered)
        sem_wait(opened)
    }

    func waitUntilEntered() { sem_wait(entered) }

    func open() { sem_post(opened) }
}
