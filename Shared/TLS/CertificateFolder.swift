import Glibc
package import Telemetry
import Synchronization

/// What is known of one certificate, for the operator.
package struct CertificateReport: Sendable {
    /// The name of its files.
    package let name: String
    package let hosts: [String]
    package let issuer: String
    /// Seconds since 1970.
    package let expires: Int
    /// Whether browsers accept it.
    package let isTrusted: Bool
    /// Why the files as they are now are not in use; nil when they are.
    package let fault: String?
}

/// The certificates of a folder, as they are in use.
///
/// `reload` looks at the files again. A pair that cannot be used keeps the one that was loaded before it; connections
/// keep the certificate that they began with. Any thread may ask, one at a time reloads.
package final class CertificateFolder: Sendable {
    private struct Entry: Sendable {
        var files: CertificateFiles
        var pair: CertificatePair?
        var fault: String?
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        var index = CertificateIndex()
        var folderFault: String?
    }

    package let path: String
    private let preferredDomain: String
    private let logger: Logger
    private let state = Mutex(State())
    /// Spares every request the lookup where no certificate is trusted.
    private let hasTrusted = Atomic(false)

    /// A folder that has not been read; `preferredDomain` is the suite's own, whose wildcard is the default.
    package init(path: String, preferredDomain: String, logger: Logger) {
        self.path = path
        self.preferredDomain = preferredDomain
        self.logger = logger
    }

    var index: CertificateIndex { state.withLock { $0.index } }

    /// Whether browsers accept a connection to this host, in lower case and without a port.
    package func isTrusted(_ host: String) -> Bool {
        hasTrusted.load(ordering: .relaxed) && index.isTrusted(host)
    }

    /// What is in use and what is wrong, by name.
    package var reports: [CertificateReport] {
        state.withLock { state in
            var reports = state.entries.values.map { entry in
                CertificateReport(
                    name: entry.files.name, hosts: entry.pair?.hosts ?? [], issuer: entry.pair?.issuer ?? "",
                    expires: entry.pair?.expires ?? 0, isTrusted: entry.pair?.isTrusted ?? false, fault: entry.fault)
            }
            if let fault = state.folderFault {
                reports.append(
                    CertificateReport(name: "", hosts: [], issuer: "", expires: 0, isTrusted: false, fault: fault))
            }
            return reports.sorted { $0.name < $1.name }
        }
    }

    /// Reads what has changed, or all of it; blocks, so not for a loop that serves.
    package func reload(all: Bool = false) {
        let known = state.withLock { $0.entries }
        let listed: [CertificateFiles]
        do throws(TLSError) { listed = try CertificateFiles.list(in: path) } catch {
            state.withLock { $0.folderFault = error.description }
            return logger.warning("Certificates could not be listed", [.string("reason", error.description)])
        }
        var entries: [String: Entry] = [:]
        var roots: TrustedRoots?
        var hasChanged = false
        for files in listed {
            if !all, let entry = known[files.name], entry.files == files {
                entries[files.name] = entry
                continue
            }
            hasChanged = true
            let current = roots ?? TrustedRoots()
            roots = current
            entries[files.name] = load(files, known[files.name], current)
        }
        for name in known.keys where entries[name] == nil {
            hasChanged = true
            logger.info("Certificate was removed", [.string("certificate", name)])
        }
        let index =
            hasChanged ? CertificateIndex(entries.values.compactMap(\.pair), preferredDomain: preferredDomain) : nil
        hasTrusted.store(entries.values.contains { $0.pair?.isTrusted ?? false }, ordering: .relaxed)
        state.withLock { state in
            state.folderFault = nil
            state.entries = entries
            if let index { state.index = index }
        }
    }

    private func load(_ files: CertificateFiles, _ known: Entry?, _ roots: TrustedRoots) -> Entry {
        if files.keyIsOpen {
            logger.warning("Private key can be read by every account", [.string("certificate", files.name)])
        }
        do throws(TLSError) {
            let pair = try files.load(roots)
            let now = time(nil)
            if let old = known?.pair, pair.expires <= now, old.expires > now {
                throw TLSError("the certificate has ended, and the one in use has not")
            }
            logger.info(
                "Certificate is in use",
                [
                    .string("certificate", files.name), .string("hosts", pair.hosts.prefix(10).joined(separator: " ")),
                    .int("expires_in_days", (pair.expires - now) / 86_400), .bool("is_trusted", pair.isTrusted),
                ])
            return Entry(files: files, pair: pair, fault: nil)
        } catch {
            logger.warning(
                "Certificate cannot be used",
                [
                    .string("certificate", files.name), .string("reason", error.description),
                    .bool("keeps_the_one_before", known?.pair != nil),
                ])
            return Entry(files: files, pair: known?.pair, fault: error.description)
        }
    }
}
