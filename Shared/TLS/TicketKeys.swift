import COpenSSL
import Glibc
import Synchronization

/// The keys of session tickets: made from one secret and the time, so that all loops, processes and restarts that share
/// the secret open one another's tickets, and each key is used for one period only.
///
/// A ticket of the period before is taken and renewed; one of the next, too, as clocks differ. The tickets of TLS 1.3
/// carry no key of the connection's data, since each resumption makes a new exchange.
final class TicketKeys: Sendable {
    /// A key's period; a session ends when its second key does at the latest.
    static let periodSeconds = 6 * 3600
    static let lifetimeSeconds = 6 * 3600

    struct Key: Sendable {
        let period: Int
        let name: [UInt8]
        let cipher: [UInt8]
        let mac: [UInt8]
    }

    private let secret: [UInt8]
    private let clock: @Sendable () -> Int
    private let known = Mutex<[Key]>([])

    init(secret: [UInt8], clock: @escaping @Sendable () -> Int = { time(nil) }) {
        self.secret = secret
        self.clock = clock
    }

    /// The key for new tickets, then the others that are taken.
    func keys() -> [Key] {
        let period = clock() / Self.periodSeconds
        return known.withLock { known in
            if known.first?.period != period { known = [period, period - 1, period + 1].map(derive) }
            return known
        }
    }

    private func derive(_ period: Int) -> Key {
        func part(_ use: UInt8) -> [UInt8] {
            var message = Array("switchboard tls ticket".utf8)
            message += withUnsafeBytes(of: Int64(period).bigEndian) { Array($0) }
            message.append(use)
            var digest = [UInt8](repeating: 0, count: 32)
            var count: UInt32 = 0
            HMAC(EVP_sha256(), secret, Int32(secret.count), message, message.count, &digest, &count)
            return digest
        }
        return Key(period: period, name: Array(part(0).prefix(16)), cipher: part(1), mac: part(2))
    }

    /// Lets a context seal and open its tickets with these keys; the context's owner holds them.
    func install(on context: OpaquePointer) {
        // Index 0 is the application's own. Not counted: the context's owner holds these keys.
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { ssl, name, vector, cipher, mac, isSealing in
            guard let ssl, let name, let vector, let data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0) else {
                return -1
            }
            let keys = Unmanaged<TicketKeys>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.keys() }
            if isSealing != 0 {
                guard let key = keys.first, RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 else {
                    return -1
                }
                name.update(from: key.name, count: key.name.count)
                return prepare(key, vector, cipher, mac, EVP_EncryptInit_ex) ? 1 : -1
            }
            let wanted = UnsafeBufferPointer(start: name, count: 16)
            guard let at = keys.firstIndex(where: { $0.name.elementsEqual(wanted) }) else { return 0 }
            guard prepare(keys[at], vector, cipher, mac, EVP_DecryptInit_ex) else { return -1 }
            return at == 0 ? 1 : 2
        }
    }
}

private typealias CipherStart = (
    OpaquePointer?, OpaquePointer?, OpaquePointer?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?
) -> Int32

private func prepare(
    _ key: TicketKeys.Key, _ vector: UnsafePointer<UInt8>, _ cipher: OpaquePointer?, _ mac: OpaquePointer?,
    _ start: CipherStart
) -> Bool {
    guard start(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1 else { return false }
    var digest = Array("SHA256".utf8CString)
    return digest.withUnsafeMutableBufferPointer { digest in
        let parameters = [
            OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_init(mac, key.mac, key.mac.count, parameters) == 1
    }
}
