import CCurl
import HTTP
import IO

/// One hop of a request, as curl is told of it.
struct CurlRequest: Sendable {
    var method: HTTPMethod
    var url: OutboundURL
    var headers: HTTPHeaders
    /// Bytes that are sent at once; nil when there is no body or it is streamed.
    var bytes: [UInt8]?
    /// A body that is asked for piece by piece.
    var upload: (any ByteSource)?
    var connectDeadline: Duration
    /// Until the last byte of the answer has been read.
    var deadline: Duration
    /// How long the connection may move less than a byte a second.
    var idleDeadline: Duration?
    var maximumResponseBytes: Int
    var addressGuard: AddressGuard
    /// PEM of the only authorities to trust instead of the system's.
    var trustedCertificates: [UInt8]?
    /// The only key that the host may prove, in the place of any authority and name.
    var pinnedKey: String?
    var signing: AWSSigning?
}

/// How to sign a request by AWS Signature Version 4, which S3 and its relatives ask for.
package struct AWSSigning: Sendable {
    package var accessKey: String
    package var secretKey: String
    package var region: String
    package var service: String

    package init(accessKey: String, secretKey: String, region: String, service: String) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.region = region
        self.service = service
    }
}

extension CurlTransfer {
    /// Sets every option of the handle, which is fresh or was reset.
    func configure() {
        text(CURLOPT_URL, request.url.text)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        // A proxy would resolve the name, and the guard would see only the proxy's address.
        text(CURLOPT_PROXY, "")
        text(CURLOPT_NOPROXY, "*")
        long(CURLOPT_NOSIGNAL, 1)
        // Without it, ending a transfer during a name lookup blocks the loop until the lookup ends.
        long(CURLOPT_QUICK_EXIT, 1)
        long(CURLOPT_FOLLOWLOCATION, 0)
        // For those who neither allow a large body nor refuse it before they have seen it.
        long(CURLOPT_EXPECT_100_TIMEOUT_MS, 100)
        // HTTP/2 brings nothing to single requests, and pausing its uploads is fragile in older libraries.
        long(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        long(CURLOPT_HTTP09_ALLOWED, 0)
        long(CURLOPT_SSL_VERIFYPEER, 1)
        long(CURLOPT_SSL_VERIFYHOST, 2)
        long(CURLOPT_CONNECTTIMEOUT_MS, request.connectDeadline.milliseconds)
        if let idle = request.idleDeadline {
            long(CURLOPT_LOW_SPEED_LIMIT, 1)
            long(CURLOPT_LOW_SPEED_TIME, max(1, idle.milliseconds / 1000))
        }
        text(CURLOPT_USERAGENT, configuration.userAgent)
        setBody()
        setHeaders()
        setSecurity()
        setCallbacks()
    }

    private func setBody() {
        let hasBody = request.bytes != nil || request.upload != nil
        if request.method == .head {
            long(CURLOPT_NOBODY, 1)
            return
        }
        if let bytes = request.bytes {
            long(CURLOPT_POST, 1)
            size(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
            bytes.withUnsafeBytes { raw in
                // An empty array has no address, and a null one would make curl ask the read callback.
                var nothing: UInt8 = 0
                if let start = raw.baseAddress {
                    _ = switchboard_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start)
                } else {
                    _ = switchboard_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, &nothing)
                }
            }
        } else if let upload = request.upload {
            long(CURLOPT_UPLOAD, 1)
            size(CURLOPT_INFILESIZE_LARGE, upload.length.map(Int.init) ?? -1)
        }
        if hasBody || request.method != .get { text(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    }

    private func setHeaders() {
        var list: UnsafeMutablePointer<curl_slist>?
        func add(_ line: String) { list = curl_slist_append(list, line) ?? list }
        // curl would wait a second for leave to send, and call any body a form. A field that is only taken out would
        // still be signed, so signed requests keep the first and bring a type of their own.
        if request.signing == nil {
            add("Expect:")
            if request.headers["content-type"] == nil { add("Content-Type:") }
        }
        for (name, value) in request.headers {
            // A value without text is written with a semicolon; with a colon curl would leave the header out.
            add(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        headerList = list
        _ = switchboard_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    }

    private func setSecurity() {
        if var trusted = request.trustedCertificates {
            trusted.withUnsafeMutableBytes { raw in
                _ = switchboard_curl_set_blob(handle, CURLOPT_CAINFO_BLOB, raw.baseAddress, raw.count)
            }
        }
        if let key = request.pinnedKey {
            // curl holds the key against the pin whether or not it looks at the chain, and refuses a host without one.
            text(CURLOPT_PINNEDPUBLICKEY, key)
            long(CURLOPT_SSL_VERIFYPEER, 0)
            long(CURLOPT_SSL_VERIFYHOST, 0)
        }
        guard let signing = request.signing else { return }
        text(CURLOPT_AWS_SIGV4, "aws:amz:\(signing.region):\(signing.service)")
        text(CURLOPT_USERNAME, signing.accessKey)
        text(CURLOPT_PASSWORD, signing.secretKey)
    }

    private func setCallbacks() {
        // Unretained: the multi handle holds the transfer until curl is done with it.
        let owner = Unmanaged.passUnretained(self).toOpaque()
        for option in [
            CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_OPENSOCKETDATA,
        ] { _ = switchboard_curl_set_pointer(handle, option, owner) }
        _ = switchboard_curl_set_bytes_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, owner in
            guard let owner else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return CurlTransfer.owner(owner).didReceiveHeader(line) ? line.count : 0
        }
        _ = switchboard_curl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, owner in
            guard let owner else { return 0 }
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            guard let isTaken = CurlTransfer.owner(owner).didReceiveBody(piece) else {
                return Int(CURL_WRITEFUNC_PAUSE)
            }
            return isTaken ? piece.count : 0
        }
        if request.upload != nil {
            _ = switchboard_curl_set_bytes_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, owner in
                guard let owner else { return Int(CURL_READFUNC_ABORT) }
                let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                return CurlTransfer.owner(owner).takeUpload(buffer) ?? Int(CURL_READFUNC_PAUSE)
            }
        }
        _ = switchboard_curl_set_open_socket_callback(handle) { owner, _, address in
            guard let owner, let address else { return -1 }
            return CurlTransfer.owner(owner).openSocket(address)
        }
    }

    private static func owner(_ pointer: UnsafeMutableRawPointer) -> CurlTransfer {
        Unmanaged<CurlTransfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func long(_ option: CURLoption, _ value: Int) { _ = switchboard_curl_set_long(handle, option, value) }
    private func size(_ option: CURLoption, _ value: Int) { _ = switchboard_curl_set_size(handle, option, value) }
    private func text(_ option: CURLoption, _ value: String) { _ = switchboard_curl_set_text(handle, option, value) }
}

extension Duration {
    /// Milliseconds, rounded up, at least 1: curl reads 0 as "no limit".
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
