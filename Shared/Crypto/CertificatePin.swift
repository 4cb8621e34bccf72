import COpenSSL

/// Knows one certificate again by its public key, as curl's `CURLOPT_PINNEDPUBLICKEY` names it.
package enum CertificatePin {
    private static let longestText = 16_384

    /// `sha256//<base 64>` of the key in the first certificate of a PEM text; nil when there is none.
    package static func key(ofPEM text: String) -> String? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= longestText else { return nil }
        return bytes.withUnsafeBytes { raw in
            // The memory stays where it is until the certificate has been read out of it.
            guard let memory = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return nil }
            defer { BIO_free(memory) }
            guard let certificate = PEM_read_bio_X509(memory, nil, nil, nil) else {
                ERR_clear_error()
                return nil
            }
            defer { X509_free(certificate) }
            let key = X509_get_X509_PUBKEY(certificate)
            let length = i2d_X509_PUBKEY(key, nil)
            guard length > 0 else { return nil }
            var encoded = [UInt8](repeating: 0, count: Int(length))
            let written = encoded.withUnsafeMutableBufferPointer { buffer in
                // OpenSSL moves the pointer on by what it has written.
                var end = buffer.baseAddress
                return i2d_X509_PUBKEY(key, &end)
            }
            guard written == length else { return nil }
            return "sha256//" + Base64.standard.encode(SHA256.digest(encoded))
        }
    }
}
