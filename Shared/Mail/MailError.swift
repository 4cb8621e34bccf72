/// Why a message cannot be written.
package enum MailError: Error, Sendable, Equatable {
    /// A control character in a field would begin another one.
    case controlCharacter
}
