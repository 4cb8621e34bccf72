import Models

extension Setting {
    /// What a form needs to ask for the setting.
    var wire: TenancyAPI.SettingDescription {
        var wire = TenancyAPI.SettingDescription(
            name: name, group: group, default: fallback, levels: levels, setBy: writer, title: title, help: help)
        switch type {
        case .flag: wire.type = .flag
        case .integer(let range, let unit): wire.setNumber(.integer, range, unit)
        case .integers(let range, let unit, let count):
            wire.setNumber(.integers, range, unit)
            wire.minimumCount = count.lowerBound
            wire.maximumCount = count.upperBound
        case .choice(let words):
            wire.type = .choice
            wire.choices = words
        case .language: wire.type = .language
        case .timeZone: wire.type = .timeZone
        case .country: wire.type = .country
        }
        return wire
    }
}

extension TenancyAPI.SettingDescription {
    fileprivate mutating func setNumber(
        _ type: TenancyAPI.SettingKind, _ range: ClosedRange<Int64>, _ unit: SettingUnit
    ) {
        self.type = type
        self.unit = unit
        minimum = range.lowerBound
        maximum = range.upperBound
    }
}
