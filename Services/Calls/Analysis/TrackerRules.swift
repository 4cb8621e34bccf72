import Models

/// Finds the phrases of a tenant's trackers, word by word as the search cuts them, in any script.
struct TrackerRules: Sendable {
    private static let segmentLimit = 100

    static func hits(of trackers: [Tracker], in transcript: Transcript) -> [Analysis.TrackerHit] {
        guard !trackers.isEmpty else { return [] }
        let segments = transcript.segments.map { ($0, WordCutter.cut($0.text).map(\.text)) }
        return trackers.compactMap { tracker in
            let phrases = tracker.phrases.map { WordCutter.cut($0).map(\.text) }.filter { !$0.isEmpty }
            var count = 0
            var ids: [Int] = []
            for (segment, words) in segments {
                if let speaker = tracker.speaker, segment.speaker != speaker { continue }
                let found = phrases.reduce(0) { $0 + occurrences(of: $1, in: words) }
                guard found > 0 else { continue }
                count += found
                if ids.count < segmentLimit { ids.append(segment.id) }
            }
            guard count > 0 else { return nil }
            return Analysis.TrackerHit(
                trackerID: tracker.id, version: tracker.version, name: tracker.name, count: count, segmentIDs: ids)
        }
    }

    private static func occurrences(of phrase: [String], in words: [String]) -> Int {
        guard words.count >= phrase.count else { return 0 }
        return (0...words.count - phrase.count).count { words[$0..<$0 + phrase.count].elementsEqual(phrase) }
    }
}
