import Testing

/// Each rule of the house, held against every file of the checkout.
///
/// What breaks one is named as file:line.
struct TidyTests {
    private func clean(_ offences: [Offence], _ location: SourceLocation = #_sourceLocation) {
        guard !offences.isEmpty else { return }
        let list = offences.prefix(50).map(\.description).joined(separator: "\n")
        Issue.record("\(offences.count) offences:\n\(list)", sourceLocation: location)
    }

    private func eachSwiftFile(_ rule: (SourceFile) -> [Offence]) -> [Offence] { Checkout.swift.flatMap(rule) }

    @Test func `the checkout was found`() {
        #expect(Checkout.files.contains { $0.path == "Package.swift" })
        #expect(Checkout.swift.count > 50)
    }

    @Test func `a target imports only what stands below it`() { clean(eachSwiftFile(ImportRules.layers)) }

    @Test func `a C library is imported by its wrapper alone`() { clean(eachSwiftFile(ImportRules.wrappersAlone)) }

    @Test func `SQL stands in stores and migrations`() { clean(eachSwiftFile(FolderRules.sqlInStores)) }

    @Test func `HTTP stands in routes, services and clients`() { clean(eachSwiftFile(FolderRules.httpInRoutes)) }

    @Test func `rules name no store`() { clean(eachSwiftFile(FolderRules.rulesWithoutStores)) }

    @Test func `the names of files say something`() { clean(eachSwiftFile(NameRules.fileNames)) }

    @Test func `the names of types say something`() { clean(eachSwiftFile(NameRules.typeNames)) }

    @Test func `no banned construct is used`() { clean(eachSwiftFile(ConstructRules.banned)) }

    @Test func `nothing is left to be done later`() { clean(Checkout.files.flatMap(ConstructRules.unfinished)) }

    @Test func `a dropped failure has its reason beside it`() { clean(eachSwiftFile(ConstructRules.droppedFailures)) }

    @Test func `an unsafe construct has its reason beside it`() {
        clean(eachSwiftFile(ConstructRules.unsafeWithoutReason))
    }

    @Test func `only configurations read the environment`() { clean(eachSwiftFile(ConstructRules.environment)) }

    @Test func `files are short`() { clean(Checkout.files.flatMap(FileRules.length)) }

    @Test func `no placeholder stands beside real files`() { clean(FileRules.placeholders(Checkout.files)) }

    @Test func `nothing is about one machine`() { clean(Checkout.files.flatMap(FileRules.machinePaths)) }

    @Test func `what the package links is installed`() throws {
        let manifest = try #require(Checkout.files.first { $0.path == "Package.swift" })
        let list = try #require(Checkout.files.first { $0.path == "scripts/packages" })
        clean(FileRules.packages(manifest: manifest, list: list))
    }

    @Test func `migrations are numbered without a gap`() { clean(MigrationRules.numbering(Checkout.files)) }

    @Test func `a migration says why on its first line`() { clean(Checkout.files.flatMap(MigrationRules.reason)) }

    @Test func `a migration takes nothing from the previous release`() {
        clean(Checkout.files.flatMap(UpgradeRules.lossless))
    }

    @Test func `every migration is listed`() { clean(MigrationRules.listed(Checkout.files)) }

    @Test func `every table stands behind both walls or is on the list`() {
        clean(MigrationRules.walls(Checkout.files))
    }
}
