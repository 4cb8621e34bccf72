import Glibc
import HTTPClient
import IO
import Models
import ServiceKit
import Telemetry

/// Which engines transcribe and analyse, and how they are reached.
struct EnginesConfiguration: Sendable {
    let transcriber: Engine
    let analyzer: Engine
    let local: LocalRecogniserConfiguration
    let remote: OpenAIConfiguration
    /// Addresses that are not public and may be asked all the same.
    let allowedAddresses: [AddressGuard.Exception]
    /// Children that decode or recognise at once.
    let children: Int

    init(_ environment: inout Environment, dataFolder: String) {
        transcriber = environment.choice("TRANSCRIBER", "the engine of transcripts", default: Engine.local)
        analyzer = environment.choice("ANALYZER", "the engine of analyses", default: Engine.local)
        local = EnginesConfiguration.local(&environment, dataFolder: dataFolder)
        remote = EnginesConfiguration.remote(&environment)
        allowedAddresses = EnginesConfiguration.allowedAddresses(&environment)
        let half = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)
        children = environment.integer(
            "RECOGNISERS", "recognising and decoding processes at once", default: half, in: 1...256)
    }

    private static func allowedAddresses(_ environment: inout Environment) -> [AddressGuard.Exception] {
        let name = "ALLOW_ADDRESSES_RECOGNISER"
        let listed = environment.list(
            name, "host:port or CIDR of engines on private addresses", example: "10.0.0.7:8000")
        let allowed = listed.compactMap(AddressGuard.Exception.init)
        if allowed.count < listed.count {
            environment.fault(name, "takes host:port and CIDR blocks", example: "10.0.0.7:8000")
        }
        return allowed
    }

    private static func local(_ environment: inout Environment, dataFolder: String) -> LocalRecogniserConfiguration {
        let folder = environment.folder(
            "LOCAL_RECOGNISER", "the local recogniser's folder", default: "/nonexistent", example: "/opt/recogniser")
        let model = environment.optionalText(
            "LOCAL_WHISPER_MODEL", "a folder with another model than tiny.en", example: "/opt/whisper-small")
        var configuration = LocalRecogniserConfiguration(
            python: folder + "/bin/python", script: WorkFolders.recogniser(below: dataFolder), model: model)
        configuration.memoryBytes =
            environment.integer(
                "RECOGNISER_MEMORY_MB", "address space of one recogniser", default: 3_072, in: 1_024...1_048_576)
            << 20
        return configuration
    }

    private static func remote(_ environment: inout Environment) -> OpenAIConfiguration {
        var configuration = OpenAIConfiguration(
            baseURL: environment.url(
                "OPENAI_BASE_URL", "an endpoint of OpenAI's protocol", default: OpenAIConfiguration.publicEndpoint,
                example: "http://127.0.0.1:8000/v1"
            ).description,
            apiKey: environment.optionalSecret("OPENAI_API_KEY", "its key", example: "sk-..."),
            transcriptionModel: environment.text(
                "OPENAI_TRANSCRIPTION_MODEL", "its model for speech", default: "whisper-1", example: "whisper-1"),
            analysisModel: environment.text(
                "OPENAI_ANALYSIS_MODEL", "its model for analysis", default: "gpt-4o-mini", example: "gpt-4o-mini"))
        configuration.timeout = environment.duration(
            "OPENAI_TIMEOUT", "how long one request to it may take", default: 300, in: 5...3_600)
        func price(_ name: String, _ help: String) -> Int {
            environment.integer(name, "\(help), in millionths of a dollar", default: 0, in: 0...1_000_000_000)
        }
        configuration.prices = OpenAIPrices(
            audioMinuteMicros: price("OPENAI_PRICE_AUDIO_MINUTE", "a minute of speech"),
            millionInputTokensMicros: price("OPENAI_PRICE_INPUT_TOKENS", "a million tokens read"),
            millionCachedInputTokensMicros: price("OPENAI_PRICE_CACHED_TOKENS", "a million tokens read again"),
            millionOutputTokensMicros: price("OPENAI_PRICE_OUTPUT_TOKENS", "a million tokens written"))
        return configuration
    }
}

/// The engines of one loop: both of each kind, and those that the configuration chose for everybody.
struct Engines: Sendable {
    let transcriber: any Transcriber
    let analyzer: any Analyzer
    let pricing: EnginePricing
    private let transcribers: [any Transcriber]
    private let analyzers: [any Analyzer]

    init(loop: EventLoop, configuration: EnginesConfiguration, ownPorts: Set<Int>) throws {
        let client = try OutboundHTTPClient(
            loop: loop,
            guard: AddressGuard(
                setting: "ALLOW_ADDRESSES_RECOGNISER", exceptions: configuration.allowedAddresses, ownPorts: ownPorts))
        let localTranscriber = LocalTranscriber(loop: loop, configuration: configuration.local)
        let remoteTranscriber = OpenAITranscriber(client: client, configuration: configuration.remote)
        let remoteAnalyzer = OpenAIAnalyzer(client: client, configuration: configuration.remote)
        transcribers = [localTranscriber, remoteTranscriber]
        analyzers = [LocalAnalyzer(), remoteAnalyzer]
        transcriber = configuration.transcriber == .local ? localTranscriber : remoteTranscriber
        analyzer = configuration.analyzer == .local ? LocalAnalyzer() : remoteAnalyzer
        pricing = EnginePricing(configuration)
    }

    /// The first of each kind is the one for everybody.
    init(
        transcriber: any Transcriber, analyzer: any Analyzer, others: [any Analyzer] = [],
        prices: OpenAIPrices = OpenAIPrices()
    ) {
        self.transcriber = transcriber
        self.analyzer = analyzer
        transcribers = [transcriber]
        analyzers = [analyzer] + others
        pricing = EnginePricing(transcriber: transcriber.engine, analyzer: analyzer.engine, prices: prices)
    }

    func transcriber(_ choice: EngineChoice) -> any Transcriber {
        transcribers.first { choice.names($0.engine) } ?? transcriber
    }

    func analyzer(_ choice: EngineChoice) -> any Analyzer {
        analyzers.first { choice.names($0.engine) } ?? analyzer
    }
}

extension EngineChoice {
    /// Whether it is this engine by name; the standard one has none.
    fileprivate func names(_ engine: Engine) -> Bool {
        switch self {
        case .standard: false
        case .local: engine == .local
        case .openAI: engine == .openAI
        }
    }
}

extension ProcessConfiguration {
    /// The listeners of this installation, which no engine's address may name.
    var ownPorts: Set<Int> {
        Set([port, internalPort, operatorPort, baseURL.port] + internalURLs.values.map(\.port))
    }
}
