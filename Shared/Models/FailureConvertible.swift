/// An error of a shared module that knows how its failure is told to a caller.
package protocol FailureConvertible: Error {
    /// What the caller is told.
    var failure: Failure { get }
}
