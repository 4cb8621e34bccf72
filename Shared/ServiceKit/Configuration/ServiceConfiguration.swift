/// All settings of one program, read once at its start.
///
/// One field per variable. Nothing but a configuration's `init` reads the environment.
package protocol ServiceConfiguration: Sendable {
    /// Reads every variable; faults are noted in the environment, so nothing is thrown.
    init(_ environment: inout Environment)
    /// The part that every program has.
    var process: ProcessConfiguration { get }
}
