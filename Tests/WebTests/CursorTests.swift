import Models
import Testing

@testable import Web

struct CursorTests {
    private let digest: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    @Test(arguments: [0, -1, 253_402_300_799_999_999])
    func `an instant is found again in its cursor`(microseconds: Int64) {
        let position = CursorPosition(.timestamp(Timestamp(microseconds: microseconds)), CallID.make())
        #expect(CursorPosition(position.encoded(list: digest), list: digest) == position)
    }

    @Test(arguments: [Int64.min, Int64.max, 253_402_300_800_000_000])
    func `an instant that no row can have makes no cursor`(microseconds: Int64) {
        let position = CursorPosition(.timestamp(Timestamp(microseconds: microseconds)), CallID.make())
        #expect(CursorPosition(position.encoded(list: digest), list: digest) == nil)
    }
}
