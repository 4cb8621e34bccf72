import HTTP
import IO
import Models
import Synchronization
import Telemetry

/// The console's and the widget's files: held by all loops together, and read again when they change.
final class StaticSites: Sendable {
    /// How often the folders are looked at.
    private static let interval = Duration.seconds(2)
    /// How long a widget's file may be kept whose name does not tell its content.
    private static let widgetLife = "public, max-age=300, stale-while-revalidate=86400"
    private static let firstPage = "index.html"
    /// First segments that are no places of the console: nothing there is answered by its page.
    private static let apart: Set<Substring> = ["api", "hooks", "internal", "widget", ".well-known", "live", "ready"]

    private struct State {
        var console = StaticFolder.empty
        var widget = StaticFolder.empty
    }

    private let consoleRoot: String?
    private let widgetRoot: String?
    private let logger: Logger
    private let state = Mutex(State())

    init(console: String?, widget: String?, logger: Logger) {
        consoleRoot = console
        widgetRoot = widget
        self.logger = logger
    }

    // Reading.

    /// Reads what has changed; a folder that cannot be read keeps what was read of it before.
    func refresh() async {
        let (console, widget) = state.withLock { ($0.console, $0.widget) }
        if let changed = await changed(consoleRoot, console) { state.withLock { $0.console = changed } }
        if let changed = await changed(widgetRoot, widget) { state.withLock { $0.widget = changed } }
    }

    private func changed(_ root: String?, _ known: StaticFolder) async -> StaticFolder? {
        guard let root else { return nil }
        do {
            return try await WorkerPool.files.run {
                try known.isCurrent(root) ? nil : try StaticFolder.read(root, previous: known)
            }
        } catch {
            if known.files.isEmpty {
                logger.warning("Static files not read", [.string("file.folder", root), .error("error", error)])
            }
            return nil
        }
    }

    /// Looks again and again until cancelled.
    func run(on loop: EventLoop) async {
        guard consoleRoot != nil || widgetRoot != nil else { return }
        while !Task.isCancelled {
            do { try await loop.sleep(for: Self.interval) } catch { return }
            await refresh()
        }
    }

    // Answering.

    /// The file at a path, or the console's page for a person; nil when there is neither.
    func answer(_ path: NormalisedPath, _ visit: Visit) async throws -> HTTPResponse? {
        let (request, segments) = (visit.request, path.segments)
        let isWidget = segments.first == "widget"
        guard let file = isWidget ? widgetFile(segments) : consoleFile(segments) ?? fallback(segments, request) else {
            return nil
        }
        guard request.method == .get || request.method == .head else {
            throw Failure(.methodNotAllowed, headers: [("Allow", "GET, HEAD")])
        }
        visit.edge.isNegotiated = true
        visit.edge.isEmbeddable = isWidget
        return try await StaticAnswer.make(file, for: request, life: isWidget ? Self.widgetLife : nil)
    }

    private func widgetFile(_ segments: [Substring]) -> StaticFile? {
        let path = segments.dropFirst().joined(separator: "/")
        return state.withLock { $0.widget[path] }
    }

    private func consoleFile(_ segments: [Substring]) -> StaticFile? {
        let path: String
        switch segments.first {
        case nil: path = Self.firstPage
        case "console": path = segments.count == 1 ? Self.firstPage : segments.dropFirst().joined(separator: "/")
        case "favicon.ico", "robots.txt":
            guard segments.count == 1 else { return nil }
            path = String(segments[0])
        default: return nil
        }
        return state.withLock { $0.console[path] }
    }

    /// The console finds its own way within the page: any place is answered by it, but to a browser's GET alone.
    private func fallback(_ segments: [Substring], _ request: HTTPRequest) -> StaticFile? {
        guard request.method == .get, PeoplePages.areWanted(by: request), let first = segments.first,
            !Self.apart.contains(first)
        else { return nil }
        return state.withLock { $0.console[Self.firstPage] }
    }
}
