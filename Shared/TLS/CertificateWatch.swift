import Glibc
package import IO
package import Telemetry

/// Keeps a folder of certificates in step with its files, and warns before one ends.
///
/// Files are looked at after the system tells of a change, after `reloadSoon` (SIGHUP), and every minute besides, for
/// file systems and links that tell nothing. Confined to its loop, hence `@unchecked Sendable`.
package final class CertificateWatch: @unchecked Sendable {
    /// Both files of a pair are replaced one after the other.
    private static let settling = Duration.milliseconds(300)
    private static let interval = Duration.seconds(60)
    private static let warningDays = 14
    private static let warningInterval = 24 * 3600

    private let folder: CertificateFolder
    private let loop: EventLoop
    private let logger: Logger
    private let metrics: Metrics
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private var descriptor: Int32 = -1
    private var watcher: FileWatcher?
    private var gauges: [String: Gauge] = [:]
    private let faults: Gauge
    private var readsAll = false
    /// When each certificate was last warned of.
    private var warned: [String: Int] = [:]

    package init(folder: CertificateFolder, loop: EventLoop, logger: Logger, metrics: Metrics) {
        self.folder = folder
        self.loop = loop
        self.logger = logger
        self.metrics = metrics
        faults = metrics.gauge("tls_certificate_faults", "Certificates whose files cannot be used as they are.")
        (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has every file read again, whether or not it has changed: what the system trusts may have.
    package func reloadSoon() {
        readsAll = true
        change.yield()
    }

    /// Looks, warns and waits for changes until cancelled.
    package func run() async {
        openNotifications()
        let timer = loop.timer(every: Self.interval) { [self] in change.yield() }
        defer {
            timer.cancel()
            closeNotifications()
        }
        report()
        watchFolders()
        for await _ in changes {
            // What has changed meanwhile is looked at in one go.
            do { try await loop.sleep(for: Self.settling) } catch { return }
            await look()
        }
    }

    private func look() async {
        let (folder, readsAll) = (folder, readsAll)
        self.readsAll = false
        do {
            // Reading files and checking keys takes milliseconds that connections would wait for.
            try await WorkerPool.files.run { folder.reload(all: readsAll) }
        } catch {
            logger.warning("Certificates were not looked at", [.error("error", error)])
        }
        watchFolders()
        report()
    }

    // What the system tells.

    private func openNotifications() {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return }
        do {
            let watcher = try FileWatcher(loop: loop, fileDescriptor: descriptor)
            watcher.start(.readable) { [self] _ in drainNotifications() }
            self.watcher = watcher
        } catch {
            logger.warning("Certificates are looked at every minute only", [.error("error", error)])
        }
    }

    private func drainNotifications() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &bytes, bytes.count) > 0 {}
        change.yield()
    }

    /// Adding a folder that is watched already changes nothing; one that has gone leaves by itself.
    private func watchFolders() {
        guard descriptor >= 0 else { return }
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB)
        for path in CertificateFiles.folders(of: folder.path) { inotify_add_watch(descriptor, path, events) }
    }

    private func closeNotifications() {
        watcher?.close()
        watcher = nil
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    // What the operator sees.

    private func report() {
        let now = time(nil)
        let reports = folder.reports
        faults.set(reports.count { $0.fault != nil })
        for report in reports where report.expires > 0 {
            let gauge =
                gauges[report.name]
                ?? metrics.gauge(
                    "tls_certificate_expires_seconds", "How long a certificate is still good.",
                    labels: [("name", report.name)])
            gauges[report.name] = gauge
            gauge.set(report.expires - now)
            let left = report.expires - now
            guard left < Self.warningDays * 86_400, now - (warned[report.name] ?? 0) >= Self.warningInterval else {
                continue
            }
            warned[report.name] = now
            logger.warning(
                left > 0 ? "Certificate ends soon" : "Certificate has ended",
                [.string("certificate", report.name), .int("expires_in_days", left / 86_400)])
        }
        let names = Set(reports.map(\.name))
        // One that was removed has no end that anybody should be woken for.
        for (name, gauge) in gauges where !names.contains(name) { gauge.set(.nan) }
        warned = warned.filter { names.contains($0.key) }
    }
}
