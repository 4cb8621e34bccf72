import HTTPClient
import IO
import ServiceKit

/// The engines of one loop, as the configuration chose them.
struct Engines: Sendable {
    let transcriber: any Transcriber
    let analyzer: any Analyzer

    init(loop: EventLoop, configuration: EnginesConfiguration, ownPorts: Set<Int>) throws {
        let client = try OutboundHTTPClient(
            loop: loop,
            guard: AddressGuard(
                setting: "ALLOW_ADDRESSES_RECOGNISER", exceptions: configuration.allowedAddresses, ownPorts: ownPorts))
        transcriber =
            switch configuration.transcriber {
            case .local: LocalTranscriber(loop: loop, configuration: configuration.local)
            case .openAI: OpenAITranscriber(client: client, configuration: configuration.remote)
            }
        analyzer =
            switch configuration.analyzer {
            case .local: LocalAnalyzer()
            case .openAI: OpenAIAnalyzer(client: client, configuration: configuration.remote)
            }
    }

    init(transcriber: any Transcriber, analyzer: any Analyzer) {
        self.transcriber = transcriber
        self.analyzer = analyzer
    }
}

extension ProcessConfiguration {
    /// The listeners of this installation, which no engine's address may name.
    var ownPorts: Set<Int> {
        Set([port, internalPort ?? 0, operatorPort, baseURL.port] + internalURLs.values.map(\.port))
    }
}
