/// The memory in which a client writes the heads of its requests, one after the other.
///
/// Confined to its loop.
package final class RequestRoom {
    private static let ordinaryCapacity = 4096

    private var base: UnsafeMutableRawPointer
    private var capacity = RequestRoom.ordinaryCapacity

    package init() { base = .allocate(byteCount: capacity, alignment: 16) }

    deinit { base.deallocate() }

    /// Memory for so many bytes, which the next call takes back; an unusual head's is given up with it.
    func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
        let wanted = max(bytes, Self.ordinaryCapacity)
        guard bytes > capacity || capacity > 2 * wanted else { return base }
        base.deallocate()
        capacity = wanted
        base = .allocate(byteCount: capacity, alignment: 16)
        return base
    }
}
