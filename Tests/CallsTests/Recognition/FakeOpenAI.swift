import Foundation
import HTTP
import HTTPClient
import IO
import Telemetry
import Testing

@testable import Calls

/// An endpoint that speaks OpenAI's protocol as a test scripts it, and checks every exchange by the specification.
///
/// Confined to the test's loop.
final class FakeOpenAI: @unchecked Sendable {
    struct Upload {
        var fields: [(name: String, value: [UInt8])]

        func values(_ name: String) -> [String] {
            fields.filter { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        var file: [UInt8] { fields.first { $0.name == "file" }?.value ?? [] }
    }

    private(set) var uploads: [Upload] = []
    private(set) var chats: [String] = []
    private(set) var authorizations: [String?] = []
    private var answers: [HTTPResponse]
    private var server: HTTPServer?
    private let socket: ListeningSocket
    let client: OutboundHTTPClient

    var baseURL: String { "http://127.0.0.1:\(socket.port)/v1" }

    /// Gives the answers one after another, and the last again and again.
    init(_ loop: EventLoop, _ answers: [HTTPResponse]) throws {
        self.answers = answers
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        client = try OutboundHTTPClient(
            loop: loop,
            guard: AddressGuard(
                setting: "ALLOW_ADDRESSES_RECOGNISER", exceptions: [.endpoint(host: "127.0.0.1", port: socket.port)]))
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "fake", level: .error), metrics: Metrics()
        ) { [unowned self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    func configuration(key: String? = "sk-test", model: String = "whisper-1") -> OpenAIConfiguration {
        var configuration = OpenAIConfiguration(
            baseURL: baseURL + "/", apiKey: key.map { Secret($0) }, transcriptionModel: model)
        configuration.firstDelay = .milliseconds(1)
        return configuration
    }

    func stop() async { await server?.drain(within: .seconds(1)) }

    static func json(_ text: String, status: Int = 200, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        headers.set("Content-Type", "application/json")
        return HTTPResponse(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }

    static func error(_ status: Int, code: String?, type: String = "requests", _ headers: HTTPHeaders = [:])
        -> HTTPResponse
    {
        let code = code.map { "\"\($0)\"" } ?? "null"
        return json(
            "{\"error\":{\"message\":\"secret text of the provider\",\"type\":\"\(type)\",\"param\":null,\"code\":\(code)}}",
            status: status, headers)
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        authorizations.append(request.headers["authorization"])
        do {
            let body = try await request.body.collect(upTo: 30 << 20)
            switch (request.method, request.path) {
            case (.post, "/v1/audio/transcriptions"): try take(upload: body, request.headers["content-type"] ?? "")
            case (.post, "/v1/chat/completions"): try take(chat: body)
            default:
                Issue.record("\(request.method) \(request.path) is no operation of the protocol")
                return FakeOpenAI.error(404, code: nil)
            }
        } catch {
            Issue.record(error)
        }
        return answers.count > 1 ? answers.removeFirst() : answers[0]
    }

    private func take(upload body: [UInt8], _ contentType: String) throws {
        let boundary = try #require(contentType.components(separatedBy: "boundary=").last)
        let upload = Upload(fields: try FakeOpenAI.parts(of: body, boundary: boundary))
        uploads.append(upload)
        #expect(body.count < 25 << 20)
        // On the wire lists carry brackets, which the specification leaves out.
        var value: [String: Any] = [:]
        for field in upload.fields {
            let text = String(decoding: field.value, as: UTF8.self)
            if field.name.hasSuffix("[]") {
                value[String(field.name.dropLast(2)), default: [String]()] =
                    (value[String(field.name.dropLast(2))] as? [String] ?? []) + [text]
            } else {
                value[field.name] = field.name == "temperature" ? Double(text) ?? text : text
            }
        }
        if let specification = OpenAISpecification.shared {
            #expect(specification.faults(value, in: "CreateTranscriptionRequest") == [])
        }
    }

    private func take(chat body: [UInt8]) throws {
        chats.append(String(decoding: body, as: UTF8.self))
        let value = try JSONSerialization.jsonObject(with: Data(body))
        if let specification = OpenAISpecification.shared {
            #expect(specification.faults(value, in: "CreateChatCompletionRequest", isStrict: false) == [])
        }
    }

    /// The parts of a form (RFC 7578): boundary, head, empty line, bytes.
    private static func parts(of body: [UInt8], boundary: String) throws -> [(String, [UInt8])] {
        let data = Data(body)
        let delimiter = Data("--\(boundary)\r\n".utf8)
        var parts: [(String, [UInt8])] = []
        var position = try #require(data.range(of: delimiter)).upperBound
        let last = try #require(data.range(of: Data("--\(boundary)--\r\n".utf8))).lowerBound
        while position < last {
            let next = data.range(of: delimiter, in: position..<last)
            let part = data[position..<(next?.lowerBound ?? last)]
            let head = try #require(part.range(of: Data("\r\n\r\n".utf8)))
            let text = String(decoding: part[..<head.lowerBound], as: UTF8.self)
            let name = try #require(
                text.components(separatedBy: "name=\"").dropFirst().first?.components(separatedBy: "\"").first)
            parts.append((name, [UInt8](part[head.upperBound...].dropLast(2))))
            position = next?.upperBound ?? last
        }
        return parts
    }
}
