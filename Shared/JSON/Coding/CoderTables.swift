import Glibc

/// What the coders of one thread have learnt of types; never freed, since it grows with the program's types alone.
struct CoderTables {
    let traits: TypeTable<TypeTraits>
    let slots: TypeTable<KeySlots>

    /// The table of the calling thread.
    static var ofThisThread: CoderTables {
        if let pointer = pthread_getspecific(key) {
            return pointer.assumingMemoryBound(to: CoderTables.self).pointee
        }
        let tables = UnsafeMutablePointer<CoderTables>.allocate(capacity: 1)
        tables.initialize(to: CoderTables(traits: TypeTable(), slots: TypeTable()))
        pthread_setspecific(key, tables)
        return tables.pointee
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key, nil)
        precondition(status == 0, "the system gives no thread-local storage")
        return key
    }()

    @inline(__always)
    func traits<Value>(of type: Value.Type) -> TypeTraits { traits.entry(of: type) { TypeTraits(of: type) } }

    /// The slots of a key type, nil for keys that do not fit into a byte.
    @inline(__always)
    func slots<Key: CodingKey>(of type: Key.Type) -> KeySlots? {
        KeySlots.serve(type) ? slots.entry(of: type) { KeySlots() } : nil
    }
}
