import COpenSSL
import Glibc

/// A certificate with its chain and private key, as read from two files.
///
/// Soundness of `@unchecked Sendable`: nothing is changed after `init`, and OpenSSL counts references atomically.
final class CertificatePair: @unchecked Sendable {
    /// Certificates in one chain that are read.
    private static let longestChain = 20
    /// The organisation that `make run` names in the certificates it makes.
    private static let developmentIssuer = "Switchboard development"

    let name: String
    /// DNS names of the certificate in lower case; a wildcard begins with `*.`.
    let hosts: [String]
    let leaf: OpaquePointer
    let key: OpaquePointer
    let chain: OpaquePointer
    /// The kind of key, as OpenSSL numbers it.
    let kind: Int32
    /// Who signed it, by common name or organisation.
    let issuer: String
    /// Seconds since 1970.
    let validFrom: Int
    let expires: Int
    /// Whether the system's own roots vouch for it and it was not made by `make run`.
    let isTrusted: Bool

    /// Reads PEM; `roots` is the system's store.
    init(name: String, certificates: [UInt8], key keyBytes: [UInt8], roots: TrustedRoots) throws(TLSError) {
        var read = try Self.certificates(certificates)
        guard let key = Self.privateKey(keyBytes) else {
            for certificate in read { X509_free(certificate) }
            throw TLSError("the private key cannot be read; it must be PEM without a passphrase")
        }
        let leaf = read.removeFirst()
        guard let chain = switchboard_chain_new() else {
            EVP_PKEY_free(key)
            for certificate in [leaf] + read { X509_free(certificate) }
            throw TLSError("no memory for the chain")
        }
        for certificate in read { _ = switchboard_chain_push(chain, certificate) }
        self.name = name
        self.leaf = leaf
        self.key = key
        self.chain = chain
        kind = EVP_PKEY_get_base_id(key)
        hosts = Self.hosts(of: leaf)
        issuer = Self.text(of: X509_get_issuer_name(leaf))
        validFrom = Self.seconds(X509_get0_notBefore(leaf))
        expires = Self.seconds(X509_get0_notAfter(leaf))
        isTrusted = !issuer.contains(Self.developmentIssuer) && roots.vouch(for: leaf, chain)
        // Every stored property is set, so that `deinit` frees what was read.
        guard X509_check_private_key(leaf, key) == 1 else {
            throw TLSError("the private key is not that of the certificate")
        }
        ERR_clear_error()
    }

    deinit {
        X509_free(leaf)
        EVP_PKEY_free(key)
        switchboard_chain_free(chain)
    }

    private static func certificates(_ bytes: [UInt8]) throws(TLSError) -> [OpaquePointer] {
        var found: [OpaquePointer] = []
        bytes.withUnsafeBytes { raw in
            guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return }
            defer { BIO_free(bio) }
            while found.count < longestChain, let next = PEM_read_bio_X509(bio, nil, { _, _, _, _ in -1 }, nil) {
                found.append(next)
            }
        }
        // The end of the file is an error to OpenSSL too.
        ERR_clear_error()
        guard !found.isEmpty else { throw TLSError("there is no certificate in PEM in the file") }
        return found
    }

    private static func privateKey(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes { raw in
            guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return nil }
            defer { BIO_free(bio) }
            // Without an answer for a passphrase OpenSSL would ask at the terminal.
            return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
        }
    }

    private static func hosts(of leaf: OpaquePointer) -> [String] {
        guard let names = X509_get_ext_d2i(leaf, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(names)
        defer { switchboard_names_free(list) }
        return (0..<switchboard_names_count(list)).compactMap { index in
            var length: Int32 = 0
            guard let text = switchboard_dns_name(list, index, &length), length > 0, length <= 253 else { return nil }
            let bytes = UnsafeBufferPointer(start: text, count: Int(length))
            // A name with anything else in it matches no host; a NUL in the middle was an attack once.
            guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
            return String(decoding: bytes, as: UTF8.self).lowercased()
        }
    }

    private static func text(of name: OpaquePointer?) -> String {
        var parts: [String] = []
        for field in [NID_organizationName, NID_commonName] {
            var buffer = [CChar](repeating: 0, count: 256)
            guard X509_NAME_get_text_by_NID(name, field, &buffer, Int32(buffer.count)) > 0 else { continue }
            parts.append(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return parts.joined(separator: ", ")
    }

    private static func seconds(_ moment: UnsafePointer<ASN1_TIME>?) -> Int {
        var parts = tm()
        guard let moment, ASN1_TIME_to_tm(moment, &parts) == 1 else { return 0 }
        return timegm(&parts)
    }
}

/// The roots that this system trusts.
///
/// Soundness of `@unchecked Sendable`: not changed after `init`; OpenSSL's store has its own lock.
final class TrustedRoots: @unchecked Sendable {
    private let store: OpaquePointer?

    init() {
        store = X509_STORE_new()
        if X509_STORE_set_default_paths(store) != 1 { ERR_clear_error() }
    }

    deinit { X509_STORE_free(store) }

    /// Whether a server with this certificate and chain is believed at this moment.
    func vouch(for leaf: OpaquePointer, _ chain: OpaquePointer) -> Bool {
        guard let store, let context = X509_STORE_CTX_new() else { return false }
        defer {
            X509_STORE_CTX_free(context)
            ERR_clear_error()
        }
        guard X509_STORE_CTX_init(context, store, leaf, chain) == 1,
            X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1
        else { return false }
        return X509_verify_cert(context) == 1
    }
}
