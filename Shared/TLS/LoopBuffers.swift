import COpenSSL
import Glibc

/// The memory between OpenSSL and the sockets of one loop: what comes in is read where it lies, what goes out is
/// gathered and leaves in one write.
///
/// One for all connections of a loop, because OpenSSL is inside one call at a time there: after every call the output
/// is sent and this is empty again. A connection that waits has no buffer of its own. Confined to its loop.
final class LoopBuffers {
    private static let ordinaryOutput = 131_072
    /// Whole records are gathered into it, so that the delegate is called about as often as in clear.
    static let plainSize = 65_536

    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var output: UnsafeMutableRawPointer
    private var capacity = LoopBuffers.ordinaryOutput
    private var outputCount = 0
    /// What has been decrypted, until the delegate has seen it.
    let plain = UnsafeMutableRawPointer.allocate(byteCount: LoopBuffers.plainSize, alignment: 64)

    init() { output = .allocate(byteCount: Self.ordinaryOutput, alignment: 64) }

    deinit {
        output.deallocate()
        plain.deallocate()
    }

    /// Lets OpenSSL read these bytes; they must outlive its calls.
    func begin(_ bytes: UnsafeRawBufferPointer) { input = bytes }

    /// The bytes that OpenSSL has not taken.
    var rest: UnsafeRawBufferPointer { input }

    /// What is to be sent.
    var outgoing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: output, count: outputCount) }

    /// Forgets what was sent, and gives back what an unusual write needed.
    func clearOutgoing() {
        outputCount = 0
        guard capacity > Self.ordinaryOutput * 4 else { return }
        output.deallocate()
        capacity = Self.ordinaryOutput
        output = .allocate(byteCount: capacity, alignment: 64)
    }

    fileprivate func take(_ target: UnsafeMutablePointer<CChar>, _ wanted: Int) -> Int {
        let count = min(wanted, input.count)
        guard count > 0, let start = input.baseAddress else { return 0 }
        memcpy(target, start, count)
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    fileprivate func append(_ bytes: UnsafePointer<CChar>, _ count: Int) {
        if outputCount + count > capacity {
            capacity = max(capacity * 2, outputCount + count)
            let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
            memcpy(grown, output, outputCount)
            output.deallocate()
            output = grown
        }
        memcpy(output + outputCount, bytes, count)
        outputCount += count
    }

    // OpenSSL's side.

    /// Made once and never changed after, which OpenSSL's threads may read.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loop buffers")
        BIO_meth_set_read(method) { bio, target, count in
            guard let bio, let target, let data = BIO_get_data(bio) else { return -1 }
            switchboard_bio_done(bio)
            // The acceptor holds the buffers as long as there are connections of its loop.
            let taken = Unmanaged<LoopBuffers>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.take(target, Int(count)) }
            if taken == 0 {
                switchboard_bio_retry_read(bio)
                return -1
            }
            return Int32(taken)
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, let data = BIO_get_data(bio) else { return -1 }
            switchboard_bio_done(bio)
            Unmanaged<LoopBuffers>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.append(bytes, Int(count)) }
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    /// Makes the buffers a connection's source and sink.
    func attach(to ssl: OpaquePointer) {
        let bio = BIO_new(Self.method)
        // Not counted: whoever owns the SSL holds the buffers.
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        // The one reference stands for both directions.
        SSL_set_bio(ssl, bio, bio)
    }
}
