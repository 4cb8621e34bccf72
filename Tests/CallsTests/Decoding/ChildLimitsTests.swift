import Glibc
import Testing

@testable import Calls

@Suite struct ChildLimitsTests {
    @Test func `a child that gave up sockets gets none, and still reads and writes`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            guard SocketRefusal.apply() else { exit(0) }
            guard socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) == -1, errno == EACCES else { exit(1) }
            guard socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) == -1, errno == EACCES else { exit(2) }
            exit(open("/dev/null", O_WRONLY) >= 0 ? 0 : 3)
        }
    }

    @Test func `limits hold and nothing inherited stays open`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let inherited = open("/dev/null", O_RDONLY)
            ChildLimits(memoryBytes: 1 << 40, cpuSeconds: 777, fileBytes: 1_000).apply()
            guard fcntl(inherited, F_GETFD) == -1 else { exit(1) }
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
            guard limit.rlim_cur == 777, limit.rlim_max == 777 else { exit(2) }
            getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
            guard limit.rlim_max == 1 << 40 else { exit(3) }
            exit(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) >= 10 ? 0 : 4)
        }
    }
}
