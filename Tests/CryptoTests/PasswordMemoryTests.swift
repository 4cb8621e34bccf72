import Crypto
import Glibc
import Testing

@Suite struct PasswordMemoryTests {
    // In a process of its own: in one whose heap has grown, a large block may come from the heap all the same.
    @Test func `the memory of a hash goes back to the system`() async {
        await #expect(processExitsWith: .success) {
            _ = try PasswordHash.make("a phrase")
            try PasswordHash.checkNothing("a phrase")
            let block = try #require(malloc(19 << 20))
            defer { free(block) }
            // glibc's chunk header: bit 1 says that the block is a mapping of its own, which `free` unmaps.
            let header = (block - MemoryLayout<UInt>.size).load(as: UInt.self)
            #expect(header & 2 != 0)
        }
    }
}
