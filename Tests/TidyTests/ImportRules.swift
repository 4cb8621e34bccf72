/// Which target may import which: the layers, lowest first.
///
/// A row names only what stands above it.
enum ImportRules {
    private static let table = """
        JSON:
        Telemetry:
        Models: JSON
        IO: Telemetry CLibuv
        Crypto: Telemetry Models COpenSSL CArgon2 CCrypt
        Audio: Telemetry Models CSndfile CSamplerate
        PDF: CPango
        PhoneNumbers: Models CPhoneNumber
        Archive: CArchive
        TLS: IO Telemetry COpenSSL
        HTTP: IO JSON Telemetry CNghttp2 CZlib CBrotli
        Postgres: IO JSON Models Telemetry CLibpq
        HTTPClient: HTTP IO JSON Telemetry CCurl
        Mail: HTTPClient IO Models Telemetry
        ServiceKit: IO HTTP HTTPClient Postgres Crypto JSON Models Telemetry
        BlobStore: HTTPClient HTTP IO Models Crypto ServiceKit Telemetry
        Auth: IO Crypto JSON Models Telemetry
        Web: JSON Models HTTP IO Postgres Crypto Auth ServiceKit Telemetry
        Jobs: JSON Models IO Postgres ServiceKit Telemetry
        Clients: JSON Models HTTP HTTPClient IO Auth Telemetry
        Events: JSON Models IO Postgres HTTP Jobs Clients Web ServiceKit Telemetry
        LifeCycle: JSON Models IO Postgres HTTP BlobStore Clients ServiceKit Web Jobs Events Telemetry
        Suite: JSON Models IO HTTPClient Auth Clients ServiceKit Telemetry
        Idempotency: JSON Models Postgres HTTP Crypto Web Telemetry
        Gateway: JSON Models IO TLS HTTP HTTPClient Crypto Postgres Auth Clients LifeCycle ServiceKit Suite Telemetry Web
        Tenancy: KIT Archive PhoneNumbers CZxcvbn CResolver
        Calls: KIT PhoneNumbers Audio PDF CICU CCLD2 CSeccomp
        Sessions: KIT
        Messaging: KIT Mail
        Calendar: KIT
        Billing: KIT
        """
    private static let kit = """
        JSON Models Telemetry IO Crypto HTTP Postgres HTTPClient BlobStore ServiceKit Auth Web Jobs Events LifeCycle Idempotency Clients Suite
        """
    /// What comes with the toolchain.
    private static let everywhere: Set<Substring> = ["Glibc", "FoundationEssentials", "Synchronization"]

    private static let allowed: [Substring: Set<Substring>] = {
        var allowed: [Substring: Set<Substring>] = [:]
        for row in table.split(separator: "\n") {
            let parts = row.split(separator: ":")
            let names = parts.count > 1 ? parts[1].split(separator: " ") : []
            allowed[parts[0]] = Set(names.flatMap { $0 == "KIT" ? kit.split(separator: " ") : [$0] })
        }
        return allowed
    }()

    /// The modules that a file imports, each with its line and the words before `import`.
    static func imports(in file: SourceFile) -> [(line: Int, modifiers: [Substring], module: Substring)] {
        var found: [(line: Int, modifiers: [Substring], module: Substring)] = []
        for (index, line) in file.codeLines.enumerated() where line.contains("import ") {
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                words[..<at].allSatisfy({
                    $0.first == "@" || ["package", "internal", "private", "public", "fileprivate"].contains($0)
                })
            else { continue }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
            let named = kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
            found.append((index + 1, Array(words[..<at]), named.prefix { $0 != "." && $0 != ";" }))
        }
        return found
    }

    /// A layer reaches only for what stands below it; Foundation is too large for what ships.
    static func layers(_ file: SourceFile) -> [Offence] {
        imports(in: file).compactMap { line, modifiers, module in
            func offence(_ reason: String) -> Offence { Offence(path: file.path, line: line, reason: reason) }
            if module == "Foundation", !file.isBenchmark, !file.isTest {
                return offence("import FoundationEssentials, not Foundation")
            }
            if isC(module), modifiers.contains(where: { $0 != "internal" && $0 != "private" && $0 != "fileprivate" }) {
                return offence("no type of \(module) leaves its wrapper: import it plainly")
            }
            guard let target = file.target else { return nil }
            guard let row = allowed[target[...]] else { return offence("\(target) has no row in the table of layers") }
            return row.contains(module) || everywhere.contains(module)
                ? nil : offence("\(target) may not import \(module)")
        }
    }

    /// Tests reach a C library through its wrapper like everybody else.
    static func wrappersAlone(_ file: SourceFile) -> [Offence] {
        guard file.target == nil, file.path != "Package.swift" else { return [] }
        return imports(in: file).filter { isC($0.module) }.map {
            Offence(path: file.path, line: $0.line, reason: "\($0.module) is imported by its wrapper alone")
        }
    }

    /// `CLibuv` and its like: a C, then the library's name with a capital.
    private static func isC(_ module: Substring) -> Bool {
        module.first == "C" && module.dropFirst().first?.isUppercase == true
    }
}
