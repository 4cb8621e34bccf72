/// Is told when nobody waits for the answer to a request any more.
package protocol RequestLossListener: AnyObject {
    /// The number is the one with which it began to listen.
    func requestWasLost(_ number: UInt64)
}

/// Says that a request's client is gone, to the one that works for it just now.
///
/// The request's task is cancelled besides; to hear of that through a cancellation handler costs as much as to write a head.
/// Confined to its loop, hence `@unchecked Sendable`.
package final class RequestLoss: @unchecked Sendable {
    private var listener: (any RequestLossListener)?
    private var number: UInt64 = 0
    /// Whether it was said.
    package private(set) var hasHappened = false

    /// Has the listener told, until it forgets.
    package func listen(_ listener: any RequestLossListener, _ number: UInt64) {
        self.listener = listener
        self.number = number
    }

    /// Lets go of the listener.
    package func forget() { listener = nil }

    func happen() {
        hasHappened = true
        guard let listener else { return }
        self.listener = nil
        listener.requestWasLost(number)
    }
}
