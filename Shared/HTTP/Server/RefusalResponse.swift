import IO

/// The answers that the server gives by itself; their bodies are constant and tell nothing of the request.
enum RefusalResponse {
    /// Appends a whole response that closes the connection.
    static func append(_ status: Int, _ server: HTTPServer, to output: OutputBuffer) {
        let body = body(status)
        output.append("HTTP/1.1 ")
        output.append(decimal: status)
        output.append(" ")
        output.append(HTTPStatus.reason(status))
        output.append("\r\n")
        server.date.append(to: output, at: server.loop.now)
        output.append("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n")
        output.append("X-Content-Type-Options: nosniff\r\nContent-Length: ")
        output.append(decimal: body.utf8CodeUnitCount)
        output.append("\r\nConnection: close\r\n\r\n")
        output.append(body)
    }

    static func body(_ status: Int) -> StaticString {
        switch status {
        case 400:
            #"{"type":"about:blank","title":"The request is malformed.","status":400,"code":"bad_request"}"#
        case 408:
            #"{"type":"about:blank","title":"The request took too long.","status":408,"code":"request_timeout"}"#
        case 413:
            #"{"type":"about:blank","title":"The body is larger than allowed.","status":413,"code":"body_too_large"}"#
        case 414:
            #"{"type":"about:blank","title":"The request target is too long.","status":414,"code":"target_too_long"}"#
        case 417:
            #"{"type":"about:blank","title":"The expectation is not known.","status":417,"code":"expectation_failed"}"#
        case 431:
            #"{"type":"about:blank","title":"The head is too large.","status":431,"code":"headers_too_large"}"#
        case 501:
            #"{"type":"about:blank","title":"The method is not implemented.","status":501,"code":"not_implemented"}"#
        case 503:
            #"{"type":"about:blank","title":"Too many connections.","status":503,"code":"overloaded"}"#
        case 505:
            #"{"type":"about:blank","title":"The HTTP version is unknown.","status":505,"code":"version_unknown"}"#
        default:
            #"{"type":"about:blank","title":"Something went wrong","status":500,"code":"internal"}"#
        }
    }
}
