/// The states of ZIP codes by their first three digits, as the Postal Service's Labeling List L002 has them.
enum PostalCodes {
    private static let table = """
        005 005 US-NY
        006 009 US-PR
        010 027 US-MA
        028 029 US-RI
        030 038 US-NH
        039 049 US-ME
        050 054 US-VT
        055 055 US-MA
        056 059 US-VT
        060 069 US-CT
        070 089 US-NJ
        100 149 US-NY
        150 196 US-PA
        197 199 US-DE
        200 200 US-DC
        201 201 US-VA
        202 205 US-DC
        206 219 US-MD
        220 246 US-VA
        247 268 US-WV
        270 289 US-NC
        290 299 US-SC
        300 319 US-GA
        320 349 US-FL
        350 369 US-AL
        370 385 US-TN
        386 397 US-MS
        398 399 US-GA
        400 427 US-KY
        430 459 US-OH
        460 479 US-IN
        480 499 US-MI
        500 528 US-IA
        530 549 US-WI
        550 567 US-MN
        570 577 US-SD
        580 588 US-ND
        590 599 US-MT
        600 629 US-IL
        630 658 US-MO
        660 679 US-KS
        680 693 US-NE
        700 714 US-LA
        716 729 US-AR
        730 732 US-OK
        733 733 US-TX
        734 749 US-OK
        750 799 US-TX
        800 816 US-CO
        820 831 US-WY
        832 838 US-ID
        840 847 US-UT
        850 865 US-AZ
        870 884 US-NM
        885 885 US-TX
        889 898 US-NV
        900 961 US-CA
        967 968 US-HI
        970 979 US-OR
        980 994 US-WA
        995 999 US-AK
        """

    private static let states: [(range: ClosedRange<Int>, state: String)] = table.split(separator: "\n").compactMap {
        let words = $0.split(separator: " ")
        guard words.count == 3, let first = Int(words[0]), let last = Int(words[1]) else { return nil }
        return (first...last, String(words[2]))
    }

    /// The state of a ZIP code of the United States, with or without its last four digits; nil for what is none.
    static func state(of code: String) -> String? {
        let digits = code.split(separator: "-", omittingEmptySubsequences: false)[0]
        guard digits.utf8.count == 5, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let prefix = Int(digits.prefix(3))
        else { return nil }
        return states.first { $0.range.contains(prefix) }?.state
    }
}
