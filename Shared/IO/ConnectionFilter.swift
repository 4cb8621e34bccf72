/// What stands between a socket and its connection's delegate, such as TLS.
///
/// The connection hands it what the socket brings and what the delegate writes; it hands on with `deliver`,
/// `deliverEnd` and `send`. Called on the connection's loop.
package protocol ConnectionFilter: AnyObject {
    /// Bytes came from the socket; they are the loop's and gone after the call.
    func connection(_ connection: TCPConnection, didReceive bytes: UnsafeRawBufferPointer)
    /// The peer's FIN came; the filter says `deliverEnd` once the delegate has all that came before it.
    func connectionDidReceiveEnd(_ connection: TCPConnection)
    /// The delegate reads again; true when the filter holds bytes, will deliver them and calls `readSocket` after it.
    func holdsBytes(for connection: TCPConnection) -> Bool
    /// The delegate writes.
    func connection(
        _ connection: TCPConnection, write first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer)
    /// Nothing more will be written: the last moment for a farewell.
    func connectionWillEnd(_ connection: TCPConnection)
    /// Whether nobody between the two ends can read along.
    var isSecure: Bool { get }
    /// What both ends have agreed to speak; nil while they have not.
    var negotiatedProtocol: String? { get }
}

extension TCPConnection {
    /// Whether nobody between the two ends can read along.
    package var isSecure: Bool { filter?.isSecure ?? false }

    /// The protocol that ALPN chose; nil in clear, or when the peer named none.
    package var negotiatedProtocol: String? { filter?.negotiatedProtocol }
}
