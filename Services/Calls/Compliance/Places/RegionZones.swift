/// Which time zones there are in a state, a province or a country.
///
/// Of zones whose clocks have agreed since 2024 one stands for all. Made of the IANA database (zone1970.tab) for
/// countries; states that have two zones have both unless an area code lies in one alone.
enum RegionZones {
    static let table = """
        US-AL America/Chicago
        US-AK America/Anchorage America/Adak
        US-AZ America/Phoenix America/Denver
        US-AR America/Chicago
        US-CA America/Los_Angeles
        US-CO America/Denver
        US-CT America/New_York
        US-DE America/New_York
        US-DC America/New_York
        US-FL America/New_York America/Chicago
        US-GA America/New_York
        US-HI Pacific/Honolulu
        US-ID America/Denver America/Los_Angeles
        US-IL America/Chicago
        US-IN America/New_York America/Chicago
        US-IA America/Chicago
        US-KS America/Chicago America/Denver
        US-KY America/New_York America/Chicago
        US-LA America/Chicago
        US-ME America/New_York
        US-MD America/New_York
        US-MA America/New_York
        US-MI America/New_York America/Chicago
        US-MN America/Chicago
        US-MS America/Chicago
        US-MO America/Chicago
        US-MT America/Denver
        US-NE America/Chicago America/Denver
        US-NV America/Los_Angeles America/Denver
        US-NH America/New_York
        US-NJ America/New_York
        US-NM America/Denver
        US-NY America/New_York
        US-NC America/New_York
        US-ND America/Chicago America/Denver
        US-OH America/New_York
        US-OK America/Chicago
        US-OR America/Los_Angeles America/Denver
        US-PA America/New_York
        US-RI America/New_York
        US-SC America/New_York
        US-SD America/Chicago America/Denver
        US-TN America/New_York America/Chicago
        US-TX America/Chicago America/Denver
        US-UT America/Denver
        US-VT America/New_York
        US-VA America/New_York
        US-WA America/Los_Angeles
        US-WV America/New_York
        US-WI America/Chicago
        US-WY America/Denver
        CA-AB America/Edmonton
        CA-BC America/Vancouver America/Edmonton America/Dawson_Creek
        CA-MB America/Winnipeg
        CA-NB America/Halifax
        CA-NL America/St_Johns America/Halifax
        CA-NS America/Halifax
        CA-PE America/Halifax
        CA-ON America/Toronto America/Winnipeg America/Panama
        CA-QC America/Toronto America/Puerto_Rico
        CA-SK America/Regina America/Edmonton
        CA-NT America/Edmonton America/Whitehorse America/Winnipeg America/Toronto America/Panama
        CA-NU America/Edmonton America/Winnipeg America/Toronto America/Panama
        CA-YT America/Whitehorse
        +1850 America/New_York America/Chicago
        +1448 America/New_York America/Chicago
        +1239 +1305 +1321 +1324 +1352 +1386 +1407 +1561 +1645 +1656 +1689 +1727 +1728 +1754 America/New_York
        +1772 +1786 +1813 +1863 +1904 +1941 +1954 America/New_York
        +1260 +1317 +1463 +1765 America/New_York
        +1219 America/Chicago
        +1316 +1913 America/Chicago
        +1502 +1859 America/New_York
        +1231 +1248 +1269 +1313 +1517 +1586 +1616 +1679 +1734 +1810 +1947 +1989 America/New_York
        +1402 +1531 America/Chicago
        +1702 +1725 America/Los_Angeles
        +1503 +1971 America/Los_Angeles
        +1615 +1629 +1731 +1901 America/Chicago
        +1865 America/New_York
        +1210 +1214 +1254 +1281 +1325 +1346 +1361 +1409 +1430 +1469 +1512 +1621 +1682 +1713 +1726 +1737 America/Chicago
        +1806 +1817 +1830 +1832 +1903 +1936 +1940 +1945 +1956 +1972 +1979 America/Chicago
        +1915 America/Denver
        +1480 +1602 +1623 America/Phoenix
        +1604 America/Vancouver
        +1416 +1437 +1647 +1905 +1289 +1365 +1742 +1226 +1519 +1548 +1382 America/Toronto
        +1613 +1343 +1753 +1705 +1249 +1683 +1942 America/Toronto
        +1514 +1438 +1263 +1450 +1579 +1354 America/Toronto
        +612 Australia/Sydney Australia/Broken_Hill
        +613 Australia/Melbourne
        +617 Australia/Brisbane
        +618 Australia/Adelaide Australia/Darwin Australia/Perth Australia/Eucla
        +5511 +5512 +5513 +5514 +5515 +5516 +5517 +5518 +5519 +5521 +5522 +5524 +5527 +5528 America/Sao_Paulo
        +5531 +5532 +5533 +5534 +5535 +5537 +5538 +5541 +5542 +5543 +5544 +5545 +5546 +5547 America/Sao_Paulo
        +5548 +5549 +5551 +5553 +5554 +5555 +5561 +5562 +5563 +5564 +5571 +5573 +5574 +5575 America/Sao_Paulo
        +5577 +5579 +5582 +5583 +5584 +5585 +5586 +5588 +5589 +5591 +5593 +5594 +5596 +5598 America/Sao_Paulo
        +5599 America/Sao_Paulo
        +5581 +5587 America/Sao_Paulo America/Noronha
        +5565 +5566 +5567 +5569 +5595 America/Manaus
        +5592 +5597 America/Manaus America/Rio_Branco
        +5568 America/Rio_Branco
        """

    private static let zones: [Substring: [String]] = {
        var zones: [Substring: [String]] = [:]
        for line in (table + "\n" + CountryZones.table).split(separator: "\n") {
            let words = line.split(separator: " ")
            let names = words.filter { $0.contains("/") }.map(String.init)
            for place in words where !place.contains("/") { zones[place, default: []] += names }
        }
        return zones
    }()

    /// The zones where the number's first digits belong, if they say more than the region does.
    static func zones(ofNumber number: String) -> [String]? {
        (3...5).lazy.compactMap { zones[number.prefix($0 + 1)] }.first
    }

    /// The zones of `US-FL` or `FR`; nil for a place that the table does not have.
    static func zones(of region: String) -> [String]? { zones[region[...]] }
}
