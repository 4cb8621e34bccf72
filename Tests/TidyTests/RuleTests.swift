import Testing

/// Each rule, seen failing on a text that breaks it and passing on its neighbour that does not.
struct RuleTests {
    private func file(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

    private func lines(_ offences: [Offence]) -> [Int] { offences.map(\.line) }

    @Test func `comments and strings are no code`() {
        let text =
            "a /* b /* c */ d */ e // f\nlet s = \"try! \\(g(\"h\")) i\"; j\nlet l = \"\"\"\n  k \" l\n  \"\"\"; m\nlet r = #\"n\"o\"#; p"
        let code = SwiftCode.code(of: text)
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
        #expect(code.filter { $0.isLetter && $0.isASCII } == "aelets" + "jletl" + "mletrp")
        #expect(SwiftCode.strings(in: text).map(\.line) == [2, 3, 6])
    }

    @Test func `an import of a higher layer is found`() {
        let text = "import JSON\nimport Web\npackage import struct Models.TenantID\n// import Calls\n"
        #expect(lines(ImportRules.layers(file("Shared/Postgres/X.swift", text))) == [2])
        #expect(lines(ImportRules.layers(file("Services/Calls/X.swift", "import Tenancy\n"))) == [1])
        #expect(lines(ImportRules.layers(file("Shared/Unheard/X.swift", "import JSON\n"))) == [1])
    }

    @Test func `Foundation and visible C modules are found`() {
        #expect(lines(ImportRules.layers(file("Shared/JSON/X.swift", "import Foundation\n"))) == [1])
        #expect(lines(ImportRules.layers(file("Benchmarks/B/X.swift", "import Foundation\n"))) == [])
        #expect(lines(ImportRules.layers(file("Shared/IO/X.swift", "package import CLibuv\n"))) == [1])
        #expect(lines(ImportRules.layers(file("Shared/IO/X.swift", "import CLibuv\n"))) == [])
        #expect(
            lines(ImportRules.wrappersAlone(file("Tests/IOTests/X.swift", "import CLibuv\nimport Crypto\n"))) == [1])
        #expect(lines(ImportRules.layers(file("Tests/IOTests/X.swift", "import Foundation\n"))) == [])
    }

    @Test func `SQL outside a store is found`() {
        let text =
            "let a = \"Select one\"\nlet q = \"\"\"\n    SELECT id FROM calls\n    \"\"\"\nlet d = \"DELETE FROM calls\"\n"
        #expect(lines(FolderRules.sqlInStores(file("Services/Calls/Call.swift", text))) == [2, 5])
        #expect(lines(FolderRules.sqlInStores(file("Services/Calls/CallStore.swift", text))) == [])
        #expect(lines(FolderRules.sqlInStores(file("Services/Calls/CallStore+Search.swift", text))) == [])
    }

    @Test func `HTTP outside routes is found`() {
        #expect(lines(FolderRules.httpInRoutes(file("Services/Calls/CallStore.swift", "import Web\n"))) == [1])
        #expect(lines(FolderRules.httpInRoutes(file("Services/Calls/CallRoutes.swift", "import Web\n"))) == [])
    }

    @Test func `rules that name a store are found`() {
        let text = "// CallStore\nlet store: CallStore\nimport Postgres\nlet blobs: BlobStore\n"
        #expect(lines(FolderRules.rulesWithoutStores(file("Services/Calls/Call.swift", text))) == [2, 3])
        #expect(lines(FolderRules.rulesWithoutStores(file("Services/Calls/CallRoutes.swift", text))) == [])
    }

    @Test func `names that say nothing are found`() {
        #expect(NameRules.words(of: "HTTPCallList2") == ["HTTP", "Call", "List2"])
        #expect(lines(NameRules.fileNames(file("Shared/IO/SocketHelper.swift", ""))) == [1])
        #expect(lines(NameRules.fileNames(file("Shared/IO/Call+Utils.swift", ""))) == [1])
        let text =
            "struct CallManager {}\nenum Base64 {}\nstruct CallData {}\nstruct DataSubject {}\nlet info: class\nfinal class CallV2 {}\n"
        #expect(lines(NameRules.typeNames(file("Shared/IO/X.swift", text))) == [1, 3, 6])
    }

    @Test func `banned constructs are found`() {
        let text = """
            Task { await x() }
            loop.spawn { }
            try! x()
            y as! Z
            fatalError("no")
            let a = "try! in a string"
            try await Task.sleep(for: .seconds(1))
            @MainActor func f() {}
            recursiveTask { }
            logger.print("x")
            """
        #expect(lines(ConstructRules.banned(file("Shared/IO/X.swift", text))) == [1, 3, 4, 5, 7, 8])
        #expect(lines(ConstructRules.banned(file("Tests/IOTests/X.swift", text))) == [3, 4, 5, 7, 8])
    }

    @Test func `what is left to be done is found`() {
        #expect(
            lines(ConstructRules.unfinished(file("Shared/IO/X.swift", "a\n// TO" + "DO: b\n// FIX" + "ME\n"))) == [
                2, 3,
            ])
        #expect(lines(ConstructRules.unfinished(file("Shared/IO/X.swift", "mktemp XXXX" + "XX\n"))) == [])
    }

    @Test func `a failure dropped in silence is found`() {
        let text = "// The file may be gone.\ntry? remove()\n\ntry? remove()\ntry? close() // It ends anyway.\n"
        #expect(lines(ConstructRules.droppedFailures(file("Shared/IO/X.swift", text))) == [4])
        #expect(lines(ConstructRules.droppedFailures(file("Shared/IO/X.swift", "if let a = try? b() {}\n"))) == [])
        #expect(lines(ConstructRules.droppedFailures(file("Tests/IOTests/X.swift", text))) == [])
    }

    @Test func `an unsafe construct without its reason is found`() {
        let text =
            "/// Confined to its loop.\nfinal class A: @unchecked Sendable {}\n\nfinal class B: @unchecked Sendable {}\n"
        #expect(lines(ConstructRules.unsafeWithoutReason(file("Shared/IO/X.swift", text))) == [4])
    }

    @Test func `a read of the environment is found`() {
        let text = "let a = getenv(\"A\")\nlet environment = 1\n"
        #expect(lines(ConstructRules.environment(file("Services/Calls/Call.swift", text))) == [1])
        #expect(lines(ConstructRules.environment(file("Services/Calls/CallsConfiguration.swift", text))) == [])
    }

    @Test func `long files are found`() {
        let long = String(repeating: "a\n", count: 501)
        #expect(lines(FileRules.length(file("Shared/IO/X.swift", long))) == [501])
        #expect(lines(FileRules.length(file("Tests/IOTests/X.swift", long))) == [])
        #expect(lines(FileRules.length(file("Shared/IO/X.swift", String(long.dropLast(2))))) == [])
    }

    @Test func `a placeholder beside real files is found`() {
        let placeholder = file("Shared/IO/Placeholder.swift", "")
        #expect(FileRules.placeholders([placeholder, file("Shared/IOX/A.swift", "")]).isEmpty)
        #expect(FileRules.placeholders([placeholder, file("Shared/IO/A/B.swift", "")]).count == 1)
    }

    @Test func `a path of one machine is found`() {
        let text = "cd /wor" + "k/x\ncd data/wor" + "k/x\nindex https://pypi" + ".org/simple\n"
        #expect(lines(FileRules.machinePaths(file("docs/a.md", text))) == [1, 3])
    }

    @Test func `a library that nobody installs is found`() {
        let manifest = file("Package.swift", "a\nsystem(\"CX\", pkgConfig: \"x\", apt: \"libx-dev\"),\n")
        #expect(lines(FileRules.packages(manifest: manifest, list: file("scripts/packages", "libxx-dev\n"))) == [2])
        #expect(lines(FileRules.packages(manifest: manifest, list: file("scripts/packages", "# x\nlibx-dev\n"))) == [])
    }

    private func migration(_ name: String, _ text: String) -> SourceFile {
        file("Services/Calls/Migrations/\(name)", text)
    }

    @Test func `a gap in the migrations is found`() {
        let first = migration("0001_a.sql", "")
        #expect(MigrationRules.numbering([first, migration("0002_b.sql", "")]).isEmpty)
        #expect(MigrationRules.numbering([first, migration("0003_b.sql", "")]).map(\.path).count == 1)
        #expect(MigrationRules.numbering([first, migration("0001_b.sql", "")]).count == 1)
        #expect(MigrationRules.numbering([migration("001_a.sql", "")]).count == 1)
    }

    @Test(arguments: [
        ("ALTER TABLE a ADD COLUMN b text;", true), ("ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;", true),
        ("ALTER TABLE a ADD COLUMN b int NOT NULL;", false), ("ALTER TABLE a DROP COLUMN b;", false),
        ("ALTER TABLE a RENAME TO b;", false), ("ALTER TABLE a ALTER COLUMN b SET NOT NULL;", false),
        ("ALTER TABLE ONLY a ALTER COLUMN b TYPE bigint;", false), ("DROP TABLE a;", false),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", false), ("DROP INDEX a_b_idx;", true),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID;", true),
        ("CREATE TABLE a (b int); ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", true),
        ("-- Safe for the previous release: it never read b.\nALTER TABLE a DROP COLUMN b;", true),
    ])
    func `a migration adds and does not take away`(sql: String, isFine: Bool) {
        #expect(UpgradeRules.lossless(migration("0002_b.sql", sql)).isEmpty == isFine)
    }

    @Test func `a migration without a reason, or not listed, is found`() {
        #expect(lines(MigrationRules.reason(migration("0001_a.sql", "CREATE TABLE a ()"))) == [1])
        #expect(lines(MigrationRules.reason(migration("0001_a.sql", "-- Calls have notes.\n"))) == [])
        let list = file("Services/Calls/Migrations.swift", "(\"0001_a\", PackageResources._001_a_sql)")
        #expect(MigrationRules.listed([migration("0001_a.sql", ""), list]).isEmpty)
        #expect(MigrationRules.listed([migration("0001_b.sql", ""), list]).count == 1)
    }

    @Test func `a table without its walls is found`() {
        let wall = """
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
            CREATE POLICY notes_tenant ON notes USING (tenant_id = current_setting('app.tenant_id')::uuid);
            """
        let good =
            "-- why; not\nCREATE TABLE notes (\n tenant_id uuid NOT NULL, id uuid, t text DEFAULT ';',\n PRIMARY KEY (tenant_id, id)\n);\n"
        #expect(MigrationRules.walls([migration("0001_a.sql", good + wall)]).isEmpty)
        #expect(MigrationRules.walls([migration("0001_a.sql", good), migration("0002_b.sql", wall)]).isEmpty)
        let bare = MigrationRules.walls([migration("0001_a.sql", good)])
        #expect(lines(bare) == [2, 2, 2])
        let wrongKey = "CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);\n"
        #expect(MigrationRules.walls([migration("0001_a.sql", wrongKey + wall)]).count == 1)
        let alone = "CREATE TABLE IF NOT EXISTS notes (tenant_id uuid CONSTRAINT notes_pk PRIMARY KEY, a int);\n"
        #expect(MigrationRules.walls([migration("0001_a.sql", alone + wall)]).isEmpty)
        #expect(MigrationRules.walls([migration("0001_a.sql", "CREATE TABLE jobs (id uuid PRIMARY KEY);")]).isEmpty)
    }
}
