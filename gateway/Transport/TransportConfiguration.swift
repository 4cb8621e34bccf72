import Models
import ServiceKit
import TLS

/// The settings of TLS and of what stands around it.
struct TransportConfiguration: Sendable {
    /// Pairs of certificate and key; without it there is no TLS here.
    let certificates: String?
    let port: Int
    let minimumVersion: TLSVersion
    /// ALPN's names, the preferred one first.
    let protocols: [String]
    /// Where an ACME client puts its answers.
    let challenges: String?

    init(_ environment: inout Environment, gatewayPort: Int) {
        certificates = Self.folder(
            &environment, "TLS_CERTIFICATES", "the folder of certificates; none means no TLS here",
            example: "/etc/switchboard/certificates")
        port = environment.port(
            "TLS_PORT", "the port of TLS", default: gatewayPort == 0 ? 0 : min(65_535, gatewayPort + 363))
        minimumVersion = environment.choice("TLS_MIN", "the oldest version of TLS", default: TLSVersion.v12)
        protocols =
            environment.read(
                "TLS_ALPN", "the protocols that TLS offers, the preferred one first", example: "h2,http/1.1",
                default: Self.offered.joined(separator: ","), Self.protocols) ?? Self.offered
        challenges = Self.folder(
            &environment, "ACME_CHALLENGES", "the webroot of an ACME client", example: "/var/lib/switchboard/acme")
    }

    private static let offered = ["h2", "http/1.1"]

    private static func protocols(_ text: String) throws(EnvironmentFault) -> [String] {
        let names = text.split(separator: ",").map(String.init)
        guard !names.isEmpty, names.allSatisfy(offered.contains), Set(names).count == names.count else {
            throw EnvironmentFault("must be some of \(offered.joined(separator: ", ")), separated by commas")
        }
        return names
    }

    private static func folder(
        _ environment: inout Environment, _ name: String, _ help: String, example: String
    ) -> String? {
        environment.read(name, help, example: example) { text throws(EnvironmentFault) in
            guard text.hasPrefix("/"), !text.utf8.contains(0) else {
                throw EnvironmentFault("must be an absolute path")
            }
            return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }
}
