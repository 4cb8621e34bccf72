import COpenSSL
import Glibc
package import Telemetry

/// The oldest version that is spoken.
package enum TLSVersion: String, Sendable, CaseIterable {
    case v12 = "1.2"
    case v13 = "1.3"

    fileprivate var number: Int32 { self == .v12 ? TLS1_2_VERSION : TLS1_3_VERSION }
}

/// What an operator may choose; ciphers and curves are not among it.
package struct TLSSettings: Sendable {
    package var minimumVersion = TLSVersion.v12
    /// ALPN's names, the preferred one first.
    package var protocols = ["http/1.1"]
    /// Written to who speaks HTTP in clear to the port of TLS.
    package var answerInClear: [UInt8] = []

    package init() {}
}

/// TLS could not be set up.
package struct TLSError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
        // What OpenSSL noted of it would be taken for the next connection's fault.
        ERR_clear_error()
    }
}

/// The server's side of TLS, for all loops of a process: settings, certificates, ticket keys.
///
/// Soundness of `@unchecked Sendable`: OpenSSL's context is not changed after `init`, and is made to be shared.
package final class TLSServer: @unchecked Sendable {
    /// Mozilla's intermediate list without finite-field Diffie-Hellman: AEAD and forward secrecy only.
    private static let ciphers = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """
    private static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let groups = "X25519:P-256:P-384"

    let context: OpaquePointer
    let settings: TLSSettings
    let certificates: CertificateFolder
    let meters: HandshakeMeters
    private let tickets: TicketKeys
    /// ALPN's names as the protocol writes them.
    private let protocols: [[UInt8]]

    /// `ticketSecret` opens the tickets of every process that has it; 32 bytes or more.
    package init(
        _ settings: TLSSettings, certificates: CertificateFolder, ticketSecret: [UInt8], metrics: Metrics,
        clock: @escaping @Sendable () -> Int = { time(nil) }
    ) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw TLSError("OpenSSL gives no context") }
        self.context = context
        self.settings = settings
        self.certificates = certificates
        meters = HandshakeMeters(metrics)
        tickets = TicketKeys(secret: ticketSecret, clock: clock)
        protocols = settings.protocols.map { Array($0.utf8) }
        switchboard_tls_harden(context)
        guard switchboard_tls_set_minimum(context, settings.minimumVersion.number) == 1,
            SSL_CTX_set_cipher_list(context, Self.ciphers) == 1, SSL_CTX_set_ciphersuites(context, Self.suites) == 1,
            switchboard_tls_set_groups(context, Self.groups) == 1
        else { throw TLSError("OpenSSL knows no modern ciphers") }
        // Tickets are good for any of our certificates: which tenant a request is for is told by its host alone.
        let name = Array("switchboard".utf8)
        SSL_CTX_set_session_id_context(context, name, UInt32(name.count))
        SSL_CTX_set_timeout(context, TicketKeys.lifetimeSeconds)
        // Not counted: this object owns the context, and every connection holds this object.
        let own = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_cert_cb(
            context,
            { ssl, own in
                guard let ssl, let own else { return 0 }
                return Unmanaged<TLSServer>.fromOpaque(own)._withUnsafeGuaranteedRef { $0.chooseCertificate(ssl) }
            }, own)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenLength, offered, offeredLength, own in
                guard let own, let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                return Unmanaged<TLSServer>.fromOpaque(own)._withUnsafeGuaranteedRef { server in
                    let offer = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
                    guard let found = server.chooseProtocol(offer) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                    chosen.pointee = offered + found.lowerBound
                    chosenLength.pointee = UInt8(found.count)
                    return SSL_TLSEXT_ERR_OK
                }
            }, own)
        tickets.install(on: context)
    }

    deinit { SSL_CTX_free(context) }

    /// The server's first protocol that the client offers; no overlap ends the handshake (RFC 7301, 3.2).
    private func chooseProtocol(_ offer: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for wanted in protocols {
            var at = 0
            while at < offer.count {
                let end = at + 1 + Int(offer[at])
                guard end <= offer.count else { return nil }
                if offer[(at + 1)..<end].elementsEqual(wanted) { return (at + 1)..<end }
                at = end
            }
        }
        return nil
    }

    /// Gives the connection the certificates of the name that it asks for, one of each kind of key.
    private func chooseCertificate(_ ssl: OpaquePointer) -> Int32 {
        let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0).lowercased() }
        let pairs = certificates.index.pairs(for: name)
        guard !pairs.isEmpty else { return 0 }
        for pair in pairs {
            guard SSL_use_cert_and_key(ssl, pair.leaf, pair.key, pair.chain, 1) == 1 else { return 0 }
        }
        return 1
    }
}
