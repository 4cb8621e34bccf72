import COpenSSL

/// AES-256-GCM with a nonce of 12 bytes; the tag of 16 bytes follows the ciphertext.
enum AESGCM {
    private static let tagSize = 16

    static func seal(
        _ value: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard key.count == 32, nonce.count == 12 else { throw .invalidKey }
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: value.count + tagSize)
        var count: Int32 = 0
        let isSealed = sealed.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress,
                EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
                EVP_EncryptUpdate(context, nil, &count, additionalData, Int32(additionalData.count)) == 1,
                EVP_EncryptUpdate(context, output, &count, value, Int32(value.count)) == 1,
                EVP_EncryptFinal_ex(context, output + value.count, &count) == 1,
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), output + value.count) == 1
            else { return false }
            return true
        }
        guard isSealed else {
            ERR_clear_error()
            throw .failed(operation: "seal")
        }
        return sealed
    }

    static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard key.count == 32, nonce.count == 12 else { throw .invalidKey }
        guard sealed.count >= tagSize else { throw .invalidEncoding }
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        let length = sealed.count - tagSize
        var tag = Array(sealed.suffix(tagSize))
        // One byte more than needed, so that there is an address even for an empty value.
        var value = [UInt8](repeating: 0, count: length + 1)
        var count: Int32 = 0
        let isAuthentic = value.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress,
                EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
                EVP_DecryptUpdate(context, nil, &count, additionalData, Int32(additionalData.count)) == 1,
                EVP_DecryptUpdate(context, output, &count, sealed, Int32(length)) == 1,
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag) == 1,
                EVP_DecryptFinal_ex(context, output + length, &count) == 1
            else { return false }
            return true
        }
        // What was decrypted before the tag was checked must not leave this function.
        guard isAuthentic else {
            ERR_clear_error()
            throw .notAuthentic
        }
        value.removeLast()
        return value
    }
}
