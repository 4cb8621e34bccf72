/// Requests that must be refused or taken; one a line: the expected status or `ok`, a tab, the bytes.
///
/// In the bytes `\r`, `\n`, `\t`, `\0`, `\s` (a blank), `\xHH` and `\\` are written as in Swift or C, and `{N*x}` is
/// N times x.
enum RequestCases {
    static let all: [(expected: String, text: String, bytes: [UInt8])] =
        table.split(separator: "\n").map { line in
            let columns = line.split(separator: "\t", maxSplits: 1)
            return (String(columns[0]), String(columns[1]), bytes(columns[1]))
        }

    static func bytes(_ text: Substring) -> [UInt8] {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "{"), let star = rest.firstIndex(of: UInt8(ascii: "*")),
                let count = Int(String(decoding: rest[..<star], as: UTF8.self)),
                let end = rest[star...].firstIndex(of: UInt8(ascii: "}"))
            {
                let unit = bytes(Substring(decoding: rest[(star + 1)..<end], as: UTF8.self))
                for _ in 0..<count { output += unit }
                rest = rest[(end + 1)...]
            } else if byte == UInt8(ascii: "\\"), let escape = rest.popFirst() {
                switch escape {
                case UInt8(ascii: "r"): output.append(13)
                case UInt8(ascii: "n"): output.append(10)
                case UInt8(ascii: "t"): output.append(9)
                case UInt8(ascii: "0"): output.append(0)
                case UInt8(ascii: "s"): output.append(32)
                case UInt8(ascii: "x"):
                    output.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                    rest = rest.dropFirst(2)
                default: output.append(escape)
                }
            } else {
                output.append(byte)
            }
        }
        return output
    }

    private static let table = #"""
        ok	GET / HTTP/1.1\r\nHost: a\r\n\r\n
        ok	GET / HTTP/1.1\r\nHost:a\r\n\r\n
        ok	\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n
        ok	GET /a/b?c=d&e=%20|f HTTP/1.1\r\nhOsT: a.example:8080\r\n\r\n
        ok	GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n
        ok	GET / HTTP/1.0\r\n\r\n
        ok	GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n
        ok	GET http://a.example:80/x?y HTTP/1.1\r\nHost: A.example:80\r\n\r\n
        ok	OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n
        ok	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc
        ok	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n
        ok	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t 3 \t\r\n\r\nabc
        ok	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n
        ok	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n00a\r\n0123456789\r\n0\r\n\r\n
        ok	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a;b=c;d="e \\"f"\r\nabc\r\n0\r\nX-Sum: 1\r\nY: \r\n\r\n
        ok	PATCH / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx
        ok	GET / HTTP/1.1\r\nHost: a\r\nX: \x80\xff\r\nA_b: c\r\n\r\n
        ok	GET / HTTP/1.1\r\nHost: a\r\nConnection: , keep-alive ,x-y,\r\n\r\n
        ok	GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        ok	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        ok	GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        ok	POST /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc
        ok	POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
        ok	GET /h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        ok	GET /{8000*a} HTTP/1.1\r\nHost: a\r\n\r\n
        ok	GET / HTTP/1.1\r\nHost: a\r\n{99*X: 1\r\n}\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551619\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\t\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3 x\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{1000*0}3\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\n\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\0\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3; a\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;{100000*a}\r\nabc\r\n0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{2000*1;abcdefgh\r\na\r\n}0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \0\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX{9000*y}: a\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\rX
        400	GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n
        400	GET / HTTP/1.1\r\n Host: a\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\n\tX: b\r\n\r\n
        400	GET / HTTP/1.1\nHost: a\n\n
        400	GET / HTTP/1.1\r\nHost: a\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\n\n
        400	GET / HTTP/1.1\r\nHost: a\r\n\rX\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc
        400	GET / HTTP/1.1\r\nHost: a\r\nX\t: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX Y: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\n: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX(: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX\x80: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX\0: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX\x7f: 3\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n
        400	\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n
        400	\nGET / HTTP/1.1\r\nHost: a\r\n\r\n
        400	 GET / HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.1\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n
        400	GET / HTTP/1.1\r\nHost:\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a/b\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: u@a\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a, b\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a:port\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a:\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: [::1\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: {256*a}\r\n\r\n
        400	GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET http://u:p@a/ HTTP/1.1\r\nHost: u:p@a\r\n\r\n
        400	GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET http://a/ HTTP/1.0\r\n\r\n
        400	GET http:// HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET * HTTP/1.1\r\nHost: a\r\n\r\n
        501	CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n
        501	CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n
        501	QUERY / HTTP/1.1\r\nHost: a\r\n\r\n
        501	TRACE / HTTP/1.1\r\nHost: a\r\n\r\n
        501	get / HTTP/1.1\r\nHost: a\r\n\r\n
        501	GETT / HTTP/1.1\r\nHost: a\r\n\r\n
        501	PEST / HTTP/1.1\r\nHost: a\r\n\r\n
        505	GET / HTTP/2.0\r\nHost: a\r\n\r\n
        505	GET / HTTP/0.9\r\nHost: a\r\n\r\n
        505	GET / HTTP/1.2\r\nHost: a\r\n\r\n
        505	PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
        400	GET / ICE/1.0\r\nHost: a\r\n\r\n
        400	GET / HTTP/01.1\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.10\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.\r\nHost: a\r\n\r\n
        400	GET / http/1.1\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.1 \r\nHost: a\r\n\r\n
        400	GET  / HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /  HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /a b HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\r\n\r\n
        400	GET a HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /#a HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /" HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /< HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /> HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\\ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /^ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /{ HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /} HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /` HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET /\t HTTP/1.1\r\nHost: a\r\n\r\n
        400	\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03
        400	GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        400	GET / HTTP/1.0\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n
        400	POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\nabc
        400	GET / HTTP/1.1\r\nHost: a\r\nConnection: close host\r\n\r\n
        400	GET / HTTP/1.1\r\nHost: a\r\nConnection: Host\r\n\r\n
        417	POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 3\r\n\r\nabc
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\0
        400	POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n\r\nGET / HTTP/1.1\r\n
        414	GET /{8192*a} HTTP/1.1\r\nHost: a\r\n\r\n
        414	GET /{70000*a} HTTP/1.1\r\nHost: a\r\n\r\n
        431	GET / HTTP/1.1\r\nHost: a\r\nX: {100000*a}\r\n\r\n
        431	GET / HTTP/1.1\r\nHost: a\r\n{100*X: 1\r\n}\r\n
        431	GET / HTTP/1.1\r\nHost: a\r\n{5000*X: 1\r\n}\r\n
        """#
}
