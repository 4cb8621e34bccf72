import Glibc
import IO
import Telemetry
import TestSupport

@testable import Gateway

/// A folder of a test's own with files to serve.
struct TestFolder: Sendable {
    let path: String

    static func with<Value>(_ body: (TestFolder) async throws -> Value) async throws -> Value {
        var template = Array("/tmp/switchboard-files-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw IOError.lastError("mkdtemp") }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = TestFolder(path: path)
        defer { remove(path) }
        return try await body(folder)
    }

    private static func remove(_ path: String) {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                        String(cString: $0)
                    }
                }
                guard name != ".", name != ".." else { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    remove("\(path)/\(name)")
                } else {
                    unlink("\(path)/\(name)")
                }
            }
            closedir(stream)
        }
        rmdir(path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        var at = name.startIndex
        while let slash = name[at...].firstIndex(of: "/") {
            mkdir("\(path)/\(name[..<slash])", 0o700)
            at = name.index(after: slash)
        }
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw IOError.lastError("write") }
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

    func delete(_ name: String) { unlink("\(path)/\(name)") }

    /// Sites whose console is this folder, and whose widget is its `widget` folder when it has one.
    func sites() async -> StaticSites {
        let sites = StaticSites(
            console: path, widget: "\(path)/widget", logger: Logger(service: "test", level: .error))
        await sites.refresh()
        return sites
    }
}
