// swift-tools-version: 6.2
import PackageDescription

// Every target is made by one of the functions below, so a setting is written once.

let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    // docs/decisions/0011-exclusivity-in-tests.md
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func library(_ name: String, path: String? = nil, exclude: [String] = [], _ dependencies: [Target.Dependency] = [])
    -> Target
{
    .target(
        name: name, dependencies: dependencies, path: path ?? "Shared/\(name)", exclude: exclude, swiftSettings: swift)
}

func service(
    _ name: String, exclude: [String] = [], embed: [String] = [], _ dependencies: [Target.Dependency]
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Services/\(name)", exclude: ["README.md"] + exclude,
        resources: (["Migrations"] + embed).map { .embedInCode($0) }, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: swift)
}

func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Benchmarks/\(name)", swiftSettings: swift)
}

/// A C library of the system.
///
/// `Shared/C/<name>` holds `module.modulemap` and `shim.h`.
func system(_ name: String, pkgConfig: String? = nil, apt: String...) -> Target {
    .systemLibrary(name: name, path: "Shared/C/\(name)", pkgConfig: pkgConfig, providers: [.apt(apt)])
}

/// A C++ library of the system behind a C header: `include/<name>.h` and one `.cpp` file.
func shim(_ name: String, links libraries: String...) -> Target {
    .target(
        name: name, path: "Shared/C/\(name)",
        cxxSettings: [.treatAllWarnings(as: .error)],
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

let systemLibraries: [Target] = [
    system("CLibuv", pkgConfig: "libuv", apt: "libuv1-dev"),
    system("CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
    system("CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
    system("CCrypt", pkgConfig: "libcrypt", apt: "libcrypt-dev"),
    system("CSndfile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
    system("CSamplerate", pkgConfig: "samplerate", apt: "libsamplerate0-dev"),
    system("CZxcvbn", apt: "libzxcvbn-dev"),
    system("CResolver", apt: "libc6-dev"),
    system("CPango", pkgConfig: "pangocairo", apt: "libpango1.0-dev"),
    system("CSeccomp", apt: "linux-libc-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    system("CBrotli", pkgConfig: "libbrotlienc", apt: "libbrotli-dev"),
    shim("CPhoneNumber", links: "phonenumber"),
    shim("CICU", links: "icuuc"),
    shim("CCLD2", links: "cld2"),
]

let shared: [Target] = [
    library("JSON"),
    library("Telemetry"),
    library("Models", ["JSON"]),
    library("IO", ["Telemetry", "CLibuv"]),
    library("Crypto", ["Telemetry", "Models", "COpenSSL", "CArgon2", "CCrypt"]),
    library("Audio", ["Telemetry", "Models", "CSndfile", "CSamplerate"]),
    library("PDF", ["CPango"]),
    library("PhoneNumbers", ["Models", "CPhoneNumber"]),
    library("TLS", ["IO", "Telemetry", "COpenSSL"]),
    library("HTTP", ["IO", "JSON", "Telemetry", "CNghttp2", "CZlib", "CBrotli"]),
    library("Postgres", ["IO", "JSON", "Models", "Telemetry", "CLibpq"]),
    library("HTTPClient", ["HTTP", "IO", "JSON", "Telemetry", "CCurl"]),
    library("Archive", ["CArchive"]),
    library("Mail", ["HTTPClient", "IO", "Models", "Telemetry"]),
    library("ServiceKit", ["IO", "HTTP", "HTTPClient", "Postgres", "Crypto", "JSON", "Models", "Telemetry"]),
    library("BlobStore", ["HTTPClient", "HTTP", "IO", "Models", "Crypto", "ServiceKit", "Telemetry"]),
    library("Auth", ["IO", "Crypto", "JSON", "Models", "Telemetry"]),
    library("Web", ["JSON", "Models", "HTTP", "IO", "Postgres", "Auth", "Crypto", "ServiceKit", "Telemetry"]),
    library("Jobs", ["JSON", "Models", "IO", "Postgres", "ServiceKit", "Telemetry"]),
    library("Clients", ["JSON", "Models", "HTTP", "HTTPClient", "IO", "Auth", "Telemetry"]),
    library("Events", ["JSON", "Models", "IO", "Postgres", "HTTP", "Clients", "ServiceKit", "Web", "Telemetry"]),
    library("Suite", ["JSON", "Models", "IO", "HTTPClient", "Auth", "Clients", "ServiceKit", "Telemetry"]),
    library(
        "LifeCycle",
        [
            "JSON", "Models", "IO", "Postgres", "HTTP", "BlobStore", "Clients", "ServiceKit", "Web", "Jobs", "Events",
            "Telemetry",
        ]),
    library("Idempotency", ["JSON", "Models", "Postgres", "HTTP", "Crypto", "Web", "Telemetry"]),
]

let kit: [Target.Dependency] = [
    "JSON", "Models", "Telemetry", "IO", "Crypto", "HTTP", "Postgres", "HTTPClient", "BlobStore", "ServiceKit", "Auth",
    "Web", "Jobs", "Events", "LifeCycle", "Idempotency", "Clients", "Suite",
]

let services: [Target] = [
    .executableTarget(
        name: "Gateway",
        dependencies: [
            "JSON", "Models", "IO", "TLS", "HTTP", "HTTPClient", "Crypto", "Postgres", "Auth", "Clients",
            "LifeCycle", "ServiceKit", "Suite", "Telemetry", "Web",
        ],
        path: "gateway", exclude: ["README.md", "Console", "Inbox/README.md"], resources: [.embedInCode("Migrations")],
        swiftSettings: swift),
    service("Tenancy", kit + ["Archive", "PhoneNumbers", "CZxcvbn", "CResolver"]),
    service(
        "Calls", exclude: ["Recognition/requirements.txt"], embed: ["Recognition/recognise.py"],
        kit + ["PhoneNumbers", "Audio", "PDF", "CICU", "CCLD2", "CSeccomp"]),
    service("Sessions", kit),
    service("Messaging", kit + ["Mail"]),
    service("Calendar", kit),
    service("Billing", kit),
]

// Not test targets: they may be imported by all of them.
let support: [Target] = [
    library("TestSupport", path: "Tests/Support/TestSupport", ["IO", "Telemetry"]),
    library(
        "DatabaseTestSupport", path: "Tests/Support/DatabaseTestSupport",
        ["TestSupport", "IO", "Models", "Postgres", "Telemetry"]),
    library(
        "WebTestSupport", path: "Tests/Support/WebTestSupport",
        [
            "TestSupport", "Web", "Auth", "Clients", "Crypto", "HTTP", "HTTPClient", "IO", "JSON", "Models",
            "Telemetry",
        ]),
]

let loop: [Target.Dependency] = ["TestSupport", "IO", "Telemetry"]
let database: [Target.Dependency] = loop + ["DatabaseTestSupport", "Postgres", "JSON", "Models"]

let testTargets: [Target] = [
    tests("JSONTests", ["JSON"]),
    tests("TelemetryTests", ["Telemetry"]),
    tests("ModelsTests", ["Models", "JSON"]),
    tests("IOTests", loop),
    tests("CryptoTests", ["Crypto", "Models"]),
    tests("AudioTests", ["Audio"]),
    tests("PDFTests", ["PDF"]),
    tests("PhoneNumbersTests", ["PhoneNumbers", "Models"]),
    tests("TLSTests", loop + ["TLS", "HTTP"]),
    tests("HTTPTests", loop + ["HTTP"]),
    tests("PostgresTests", database),
    tests("HTTPClientTests", loop + ["HTTPClient", "HTTP", "Crypto"]),
    tests("BlobStoreTests", loop + ["BlobStore", "HTTPClient", "HTTP", "Models", "Crypto"]),
    tests("ServiceKitTests", database + ["ServiceKit", "HTTP", "HTTPClient"]),
    tests("AuthTests", loop + ["Auth", "Crypto", "JSON", "Models"]),
    tests("WebTests", database + ["Web", "WebTestSupport", "Auth", "Crypto", "HTTP", "ServiceKit"]),
    tests("JobsTests", database + ["Jobs"]),
    tests(
        "ClientsTests", loop + ["Clients", "Crypto", "HTTP", "HTTPClient", "Auth", "JSON", "Models", "WebTestSupport"]),
    tests("EventsTests", database + ["Events", "Web", "WebTestSupport", "HTTP"]),
    tests("IdempotencyTests", database + ["Idempotency", "Web", "WebTestSupport", "HTTP"]),
    tests("TenancyTests", kit + ["TestSupport", "DatabaseTestSupport", "WebTestSupport", "Tenancy"]),
    tests(
        "CallsTests", kit + ["TestSupport", "DatabaseTestSupport", "WebTestSupport", "Calls", "Audio", "PhoneNumbers"]),
    tests("MailTests", loop + ["Mail", "HTTPClient", "JSON", "Models"]),
    tests(
        "MessagingTests",
        kit + ["TestSupport", "DatabaseTestSupport", "WebTestSupport", "Messaging", "Mail"]),
    tests(
        "LifeCycleTests",
        kit + [
            "TestSupport", "DatabaseTestSupport", "WebTestSupport", "Tenancy", "Calls", "Sessions", "Messaging",
            "Calendar", "Billing",
        ]),
    tests("GatewayTests", kit + ["TestSupport", "DatabaseTestSupport", "WebTestSupport", "Gateway", "TLS"]),
    // The executables are started and not imported; naming them has them built.
    tests(
        "JourneyTests",
        kit + [
            "TestSupport", "DatabaseTestSupport", "Gateway", "Tenancy", "Calls", "Sessions", "Messaging", "Calendar",
            "Billing",
        ]),
    tests("TidyTests", []),
]

let benchmarks: [Target] = [
    benchmark("BenchJSON", ["JSON"]),
    benchmark("BenchEndpoint", ["HTTP", "IO", "Telemetry"]),
    benchmark("BenchWebSocket", ["HTTP", "HTTPClient", "IO", "Telemetry"]),
    benchmark("BenchProxy", ["HTTP", "HTTPClient", "IO", "Telemetry"]),
]

/// `ONLY=HTTPTests,IOTests` in the environment leaves out what those targets do not need: a quick build of one part.
func chosen(_ all: [Target]) -> [Target] {
    guard let only = Context.environment["ONLY"], !only.isEmpty else { return all }
    var wanted = Set<String>()
    var queue = only.split(separator: ",").map(String.init)
    while let name = queue.popLast() {
        guard wanted.insert(name).inserted, let target = all.first(where: { $0.name == name }) else { continue }
        for dependency in target.dependencies {
            switch dependency {
            case .byNameItem(let name, _), .targetItem(let name, _): queue.append(name)
            default: break
            }
        }
    }
    return all.filter { wanted.contains($0.name) }
}

let all = chosen(systemLibraries + shared + services + support + testTargets + benchmarks)

let package = Package(
    name: "Switchboard",
    products: ["Gateway", "Tenancy", "Calls", "Sessions", "Messaging", "Calendar", "Billing"].filter { name in
        all.contains { $0.name == name }
    }.map {
        .executable(name: $0.lowercased(), targets: [$0])
    },
    targets: all,
    cxxLanguageStandard: .cxx17
)
