/// Cuts one channel of 16 kHz into pieces at its silences, while it streams by.
///
/// Frames of 20 ms are silent or not by their energy against a threshold that follows the line's own noise. Silences
/// longer than ``collapse`` are left out (recognisers invent words in them), shorter ones stay, since pauses carry
/// punctuation. A piece ends at the first pause after ``PieceCutter/target``; speech without a pause is cut at its
/// quietest moment before ``limit``. Never more than one piece of one channel is in memory.
package final class PieceCutter {
    /// Samples in a frame of 20 ms.
    static let frame = 320
    /// Two seconds of silence are a gap between two spans.
    static let collapse = 100
    /// So much silence is left on both sides of a span: consonants are quieter than the threshold.
    static let margin = 20
    /// A pause of 0.3 s is good enough to end a piece that is long enough.
    static let pause = 15
    /// Less voice than 0.1 s in a span is a click of the line.
    static let least = 5

    private let channel: Int
    private let target: Int
    private let limit: Int

    private let pending = SampleBuffer(capacity: 2 * PieceCutter.frame)
    private var gate = NoiseGate()
    /// Frames seen in all.
    private var position = 0
    /// The last silent frames before a span begins.
    private let lead = SampleBuffer(capacity: (PieceCutter.margin + 1) * PieceCutter.frame)

    private var index = 0
    private let samples = SampleBuffer(capacity: Resampler.outputRate)
    private var levels: [Float] = []
    private var spans: [AudioSpan] = []
    private var isInSpan = false
    private var silentRun = 0
    private var voicedInSpan = 0

    /// Pieces of about so many seconds, and of a third more at most.
    package init(channel: Int, pieceSeconds: Int) {
        precondition(pieceSeconds >= 5)
        self.channel = channel
        target = pieceSeconds * Resampler.outputRate / PieceCutter.frame * 5 / 6
        limit = target * 7 / 5
    }

    package func add(
        _ block: UnsafeBufferPointer<Float>, emit: (AudioPiece) throws(AudioError) -> Void
    ) throws(AudioError) {
        pending.append(block)
        let waiting = pending.samples
        var start = 0
        while waiting.count - start >= PieceCutter.frame {
            try take(UnsafeBufferPointer(rebasing: waiting[start..<start + PieceCutter.frame]), emit: emit)
            start += PieceCutter.frame
        }
        pending.removeFirst(start)
    }

    package func finish(emit: (AudioPiece) throws(AudioError) -> Void) throws(AudioError) {
        if pending.count > 0 {
            // The last frame is filled up, so that every length below is a whole number of frames.
            pending.appendSilence(PieceCutter.frame - pending.count)
            try take(pending.samples, emit: emit)
            pending.truncate(to: 0)
        }
        if isInSpan { closeSpan() }
        try emitPiece(emit)
    }

    private func take(
        _ frame: UnsafeBufferPointer<Float>, emit: (AudioPiece) throws(AudioError) -> Void
    ) throws(AudioError) {
        let level = NoiseGate.level(of: frame)
        let isVoiced = gate.isVoiced(level)
        defer { position += 1 }
        guard isInSpan || isVoiced else {
            lead.append(frame)
            if lead.count > PieceCutter.margin * PieceCutter.frame { lead.removeFirst(PieceCutter.frame) }
            return
        }
        if !isInSpan { openSpan() }
        samples.append(frame)
        levels.append(level)
        silentRun = isVoiced ? 0 : silentRun + 1
        if isVoiced { voicedInSpan += 1 }
        if silentRun >= PieceCutter.collapse {
            closeSpan()
            if levels.count >= target { try emitPiece(emit) }
        } else if levels.count >= target, silentRun >= PieceCutter.pause {
            closeSpan()
            lead.truncate(to: 0)
            try emitPiece(emit)
        } else if levels.count >= limit {
            try splitAtQuietest(emit)
        }
    }

    private func openSpan() {
        let leadFrames = lead.count / PieceCutter.frame
        spans.append(
            AudioSpan(pieceStart: samples.count, start: (position - leadFrames) * PieceCutter.frame, count: 0))
        samples.append(lead.samples)
        levels.append(contentsOf: repeatElement(0, count: leadFrames))
        lead.truncate(to: 0)
        isInSpan = true
        silentRun = 0
        voicedInSpan = 0
    }

    /// Ends the span, gives its silent tail back but for the margin, and forgets a span that was but a click.
    private func closeSpan() {
        isInSpan = false
        guard var span = spans.popLast() else { return }
        let excess = max(0, silentRun - PieceCutter.margin)
        lead.truncate(to: 0)
        let leadLength = min(excess, PieceCutter.margin) * PieceCutter.frame
        lead.append(UnsafeBufferPointer(rebasing: samples.samples.suffix(leadLength)))
        truncate(to: levels.count - excess)
        guard voicedInSpan >= PieceCutter.least else {
            truncate(to: span.pieceStart / PieceCutter.frame)
            return
        }
        span.count = samples.count - span.pieceStart
        spans.append(span)
    }

    private func truncate(to frames: Int) {
        levels.removeLast(levels.count - frames)
        samples.truncate(to: frames * PieceCutter.frame)
    }

    /// Speech without a pause: the piece ends at the quietest tenth of a second of its last part, in mid-span.
    private func splitAtQuietest(_ emit: (AudioPiece) throws(AudioError) -> Void) throws(AudioError) {
        guard var span = spans.popLast() else { return }
        let earliest = max(target, span.pieceStart / PieceCutter.frame + 1)
        var best = levels.count - 1
        var quietest = Float.infinity
        for start in stride(from: earliest, to: levels.count - 5, by: 1) {
            let level = levels[start..<start + 5].reduce(0, +)
            if level < quietest { (quietest, best) = (level, start + 2) }
        }
        let tail = samples.array(best * PieceCutter.frame..<samples.count)
        let tailLevels = Array(levels[best...])
        truncate(to: best)
        span.count = samples.count - span.pieceStart
        spans.append(span)
        try emitPiece(emit)
        spans = [AudioSpan(pieceStart: 0, start: span.start + span.count, count: 0)]
        tail.withUnsafeBufferPointer { samples.append($0) }
        levels = tailLevels
    }

    private func emitPiece(_ emit: (AudioPiece) throws(AudioError) -> Void) throws(AudioError) {
        guard !spans.isEmpty else { return }
        let piece = AudioPiece(channel: channel, index: index, spans: spans, samples: samples.array(0..<samples.count))
        index += 1
        spans = []
        samples.truncate(to: 0)
        levels.removeAll(keepingCapacity: true)
        try emit(piece)
    }
}
