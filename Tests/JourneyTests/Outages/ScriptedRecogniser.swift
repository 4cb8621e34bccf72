import HTTP
import IO
import Models
import Telemetry

/// An endpoint of OpenAI's protocol that hears the same words in every recording, at once.
///
/// Confined to the loop that it was made on.
final class ScriptedRecogniser: @unchecked Sendable {
    static let words = "I would like to know the price of the larger plan."

    private let server: HTTPServer
    private let port: Int

    init(_ loop: EventLoop) throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "recogniser", level: .error), metrics: Metrics()
        ) { request in
            do { while try await request.body.next() != nil {} } catch { return HTTPResponse(status: 400) }
            guard request.path == "/v1/audio/transcriptions" else { return HTTPResponse(status: 404) }
            let answer = """
                {"task":"transcribe","language":"english","duration":0.2,"text":"\(Self.words)",
                 "segments":[{"id":0,"start":0.0,"end":0.2,"text":"\(Self.words)","avg_logprob":-0.1,
                              "compression_ratio":1.0,"no_speech_prob":0.01}]}
                """
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: .bytes(Array(answer.utf8)))
        }
        try server.start()
    }

    func stop() async { await server.drain(within: .zero) }

    /// What `calls` is told, to transcribe here.
    var settings: [ServiceName: [String: String]] {
        [
            .calls: [
                "TRANSCRIBER": "openai", "OPENAI_BASE_URL": "http://127.0.0.1:\(port)/v1",
                "OPENAI_API_KEY": "planted-provider-key", "ALLOW_ADDRESSES_RECOGNISER": "127.0.0.1:\(port)",
                "RECOGNISERS": "2",
            ]
        ]
    }

    /// Runs a body beside an endpoint on a loop of its own.
    static func with(_ body: @escaping @Sendable (ScriptedRecogniser) async throws -> Void) async throws {
        let loop = EventLoop(name: "recogniser")
        loop.start()
        let recogniser = try await loop.spawn { () async -> Result<ScriptedRecogniser, any Error> in
            do { return .success(try ScriptedRecogniser(loop)) } catch { return .failure(error) }
        }.value.get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(recogniser)) } catch { result = .failure(error) }
        await loop.spawn { await recogniser.stop() }.value
        loop.stop()
        try result.get()
    }
}
