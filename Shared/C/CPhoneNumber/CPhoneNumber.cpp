#include "CPhoneNumber.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

extern "C" int switchboard_phone_e164(
    const char *text, size_t length, const char *region, char *buffer, size_t capacity) {
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    const std::string raw(text, length);
    if (util->Parse(raw, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return 0;
    if (!util->IsPossibleNumber(number)) return 0;
    std::string formatted;
    util->Format(number, PhoneNumberUtil::E164, &formatted);
    if (formatted.size() + 1 > capacity) return -1;
    std::memcpy(buffer, formatted.c_str(), formatted.size() + 1);
    return static_cast<int>(formatted.size());
}

extern "C" int switchboard_phone_national(const char *e164, size_t length, char *buffer, size_t capacity) {
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    if (util->Parse(std::string(e164, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return 0;
    std::string national;
    util->GetNationalSignificantNumber(number, &national);
    if (national.size() + 1 > capacity) return -1;
    std::memcpy(buffer, national.c_str(), national.size() + 1);
    return static_cast<int>(national.size());
}

static int kind_of(PhoneNumberUtil::PhoneNumberType type) {
    switch (type) {
        case PhoneNumberUtil::FIXED_LINE: return SWITCHBOARD_PHONE_ORDINARY;
        case PhoneNumberUtil::MOBILE:
        case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return SWITCHBOARD_PHONE_MOBILE;
        case PhoneNumberUtil::TOLL_FREE: return SWITCHBOARD_PHONE_TOLL_FREE;
        case PhoneNumberUtil::PREMIUM_RATE: return SWITCHBOARD_PHONE_PREMIUM;
        case PhoneNumberUtil::SHARED_COST: return SWITCHBOARD_PHONE_SHARED_COST;
        case PhoneNumberUtil::UNKNOWN: return SWITCHBOARD_PHONE_INVALID;
        default: return SWITCHBOARD_PHONE_OTHER;
    }
}

extern "C" int switchboard_phone_region(
    const char *e164, size_t length, char *buffer, size_t capacity, int *kind) {
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    *kind = SWITCHBOARD_PHONE_INVALID;
    if (util->Parse(std::string(e164, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return 0;
    *kind = kind_of(util->GetNumberType(number));
    std::string region;
    util->GetRegionCodeForNumber(number, &region);
    // A number that is not assigned yet has its country's code at least.
    if (region == "ZZ") util->GetRegionCodeForCountryCode(number.country_code(), &region);
    if (region == "ZZ") return 0;
    if (region.size() + 1 > capacity) return -1;
    std::memcpy(buffer, region.c_str(), region.size() + 1);
    return static_cast<int>(region.size());
}

extern "C" int switchboard_phone_is_emergency(const char *text, size_t length, const char *region) {
    static const ShortNumberInfo info;
    return info.IsEmergencyNumber(std::string(text, length), region) ? 1 : 0;
}
