// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/exiv2library.h"

#include <exiv2/exiv2.hpp>

#include <mutex>

namespace birblens {

namespace {

std::recursive_mutex xmpMutex;

void lockXmp(void *, bool lock)
{
    if (lock)
        xmpMutex.lock();
    else
        xmpMutex.unlock();
}

} // namespace

void prepareExiv2()
{
    static std::once_flag once;
    std::call_once(once, [] {
        Exiv2::XmpParser::initialize(lockXmp, nullptr);
        Exiv2::XmpProperties::registerNs("http://birblens.org/xmp/1.0/", "birblens");
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
#if !EXIV2_TEST_VERSION(0, 28, 0) // newer ones need not be asked
        Exiv2::enableBMFF(true);  // HEIC and AVIF, where this build of Exiv2 can
#endif
    });
}

} // namespace birblens
