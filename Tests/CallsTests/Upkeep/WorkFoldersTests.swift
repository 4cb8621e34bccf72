import FoundationEssentials
import Glibc
import IO
import Testing

@testable import Calls

struct WorkFoldersTests {
    @Test func `what departed processes have left is removed, and what one that runs works on stays`() async throws {
        var template = Array(
            "\(FileManager.default.temporaryDirectory.path)/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = FileManager.default
        // No process has the highest number, and whoever started the tests runs.
        let (departed, running) = (Int32.max, getppid())
        let (uploads, work) = ("\(folder)/uploads", "\(folder)/work")
        for process in [departed, running] {
            try files.createDirectory(atPath: "\(uploads)/\(process)", withIntermediateDirectories: true)
            try files.createDirectory(atPath: "\(work)/\(process)/a/pieces", withIntermediateDirectories: true)
            for file in ["\(uploads)/\(process)/b", "\(work)/\(process)/a/c", "\(work)/\(process)/a/pieces/d"] {
                #expect(files.createFile(atPath: file, contents: Data([1])))
            }
        }
        let folders = WorkFolders(below: folder)
        try await folders.prepare(recordings: "\(folder)/recordings")
        try await folders.prepare(recordings: "\(folder)/recordings")
        for parent in [uploads, work] {
            let left = Set(try files.contentsOfDirectory(atPath: parent))
            #expect(left == ["\(running)", "\(getpid())"])
        }
        #expect(files.fileExists(atPath: "\(work)/\(running)/a/pieces/d"))
        #expect(files.fileExists(atPath: "\(uploads)/\(running)/b"))
        #expect(files.fileExists(atPath: WorkFolders.recogniser(below: folder)))
    }
}
