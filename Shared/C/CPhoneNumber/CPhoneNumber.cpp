#include "CPhoneNumber.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

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
