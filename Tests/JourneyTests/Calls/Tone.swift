import Glibc

/// Recordings that are quickly made, each of its own.
enum Tone {
    /// PCM in WAV, 8 kHz, 16 bit, one channel: a sine whose pitch tells the number.
    static func wave(_ number: Int, seconds: Double = 0.2) -> [UInt8] {
        let count = Int(seconds * 8000)
        let hertz = 300 + Double(number % 2000)
        var samples: [UInt8] = []
        samples.reserveCapacity(count * 2)
        for index in 0..<count {
            // The first samples are the number itself, so that no two recordings are the same.
            let value =
                index < 4
                ? Int16(truncatingIfNeeded: number >> (index * 8) & 0xff)
                : Int16(12_000 * sin(2 * Double.pi * hertz * Double(index) / 8000))
            samples += little(UInt16(bitPattern: value))
        }
        return header(bytes: samples.count) + samples
    }

    private static func header(bytes: Int) -> [UInt8] {
        var header = Array("RIFF".utf8) + little(UInt32(36 + bytes)) + Array("WAVEfmt ".utf8) + little(UInt32(16))
        header += little(UInt16(1)) + little(UInt16(1)) + little(UInt32(8000)) + little(UInt32(16_000))
        header += little(UInt16(2)) + little(UInt16(16))
        return header + Array("data".utf8) + little(UInt32(bytes))
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
