import IO
import Testing

@testable import HTTP

@Suite struct MessageTests {
    @Test func `fields are set, added and removed in any case`() {
        var headers: HTTPHeaders = ["A": "1", "b": "2", "a": "3"]
        #expect(headers.all(named: "A") == ["1", "3"])
        #expect(headers.count(of: "a") == 2 && headers.count(of: "b") == 1 && headers.count(of: "z") == 0)
        headers["B"] = "4"
        headers.add("C", "")
        #expect(headers.map { "\($0.name)=\($0.value)" } == ["A=1", "a=3", "B=4", "C="])
        headers["a"] = nil
        #expect(headers.map(\.name) == ["B", "C"])
        headers.removeAll { $0 == "b" }
        #expect(headers.map(\.name) == ["C"] && headers.contains("c") && !headers.contains("b"))
    }

    @Test func `a control character is found wherever it stands in a value`() {
        for length in [1, 7, 8, 9, 16, 23] {
            for place in 0..<length {
                for code in Array(0..<9) + Array(10..<32) + [127] as [UInt8] {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = code
                    #expect(!bytes.withUnsafeBytes(ByteClass.areFieldValue))
                }
                for code in [9, 0x20, 0x7e, 0x80, 0xff] as [UInt8] {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = code
                    #expect(bytes.withUnsafeBytes(ByteClass.areFieldValue))
                }
            }
        }
    }

    @Test func `no value or name with a control character is ever stored`() {
        for code in Array(0..<9) + Array(10..<32) + [127] as [UInt8] {
            var headers = HTTPHeaders()
            headers.add("X", "a\(Character(UnicodeScalar(code)))b")
            #expect(headers.isEmpty && headers.hasForbiddenField)
        }
        for name in ["", "a b", "a:b", "a\r\nb", "\u{e4}", "a\0"] {
            var headers: HTTPHeaders = ["Ok": "1"]
            headers[name] = "v"
            #expect(headers.map(\.name) == ["Ok"] && headers.hasForbiddenField)
        }
    }

    private static func range(_ range: String?, _ condition: String? = nil, length: Int64 = 1000) -> ByteRange {
        var headers = HTTPHeaders()
        headers["Range"] = range
        headers["If-Range"] = condition
        return ByteRange(
            headers: headers, length: length, etag: "\"tag\"", lastModified: "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test func `a single byte range is a part, out of bounds or ignored`() {
        for (text, expected) in [
            (nil, .whole), ("bytes=0-", .part(0..<1000)), ("bytes=0-0", .part(0..<1)), ("Bytes=10-19", .part(10..<20)),
            ("bytes=990-2000", .part(990..<1000)), ("bytes=-5", .part(995..<1000)), ("bytes=-5000", .part(0..<1000)),
            ("bytes=1000-", .unsatisfiable), ("bytes=5000-6000", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=5-4", .whole), ("bytes=-", .whole), ("bytes=", .whole), ("bytes=0-1,3-4", .whole),
            ("lines=0-1", .whole), ("bytes=a-b", .whole), ("bytes=+1-2", .whole), ("bytes=1--2", .whole),
            ("bytes=99999999999999999999-", .whole), ("bytes = 0-1", .whole),
        ] as [(String?, ByteRange)] {
            #expect(Self.range(text) == expected, "\(text ?? "none")")
        }
        #expect(Self.range("bytes=0-", length: 0) == .unsatisfiable)
        #expect(Self.range("bytes=-1", length: 0) == .unsatisfiable)
    }

    @Test func `a range counts only for the version that the client has`() {
        #expect(Self.range("bytes=0-0", "\"tag\"") == .part(0..<1))
        #expect(Self.range("bytes=0-0", "Sun, 06 Nov 1994 08:49:37 GMT") == .part(0..<1))
        #expect(Self.range("bytes=0-0", "\"other\"") == .whole)
        #expect(Self.range("bytes=0-0", "W/\"tag\"") == .whole)
        #expect(Self.range("bytes=0-0", "Sun, 06 Nov 1994 08:49:38 GMT") == .whole)
    }

    @Test func `a range names its status and Content-Range`() {
        #expect(ByteRange.part(5..<10).status == 206)
        #expect(ByteRange.part(5..<10).contentRange(of: 20) == "bytes 5-9/20")
        #expect(ByteRange.unsatisfiable.status == 416)
        #expect(ByteRange.unsatisfiable.contentRange(of: 20) == "bytes */20")
        #expect(ByteRange.whole.status == 200 && ByteRange.whole.contentRange(of: 20) == nil)
        #expect(ByteRange.whole.bytes(of: 20) == 0..<20)
    }

    @Test func `dates are written as HTTP wants them`() {
        #expect(HTTPDate.text(of: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(of: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(of: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    }

    @Test func `methods keep their names`() {
        for name in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
            #expect(HTTPMethod(name).rawValue == name)
        }
        #expect(HTTPMethod("get") == .other("get"))
    }

    @Test func `numbers are written in decimal and hexadecimal`() {
        let output = OutputBuffer()
        for value in [0, 7, 10, 999, 1000, 65_535, Int.max] {
            output.reset()
            output.append(decimal: value)
            #expect(String(decoding: output.bytes, as: UTF8.self) == String(value))
            output.reset()
            output.append(hexadecimal: value)
            #expect(String(decoding: output.bytes, as: UTF8.self) == String(value, radix: 16))
        }
    }

    @Test func `a body made of bytes is read once and bounded`() async throws {
        let body = HTTPBody(bytes: [1, 2, 3])
        #expect(body.declaredLength == 3)
        await #expect(throws: HTTPBodyError.tooLarge) { try await body.collect(upTo: 2) }
        let all = try await body.collect(upTo: 3)
        #expect(all == [1, 2, 3])
        let rest = try await body.next()
        #expect(rest == nil)
        let none = try await HTTPBody.empty.collect(upTo: 0)
        #expect(none.isEmpty)
    }
}
