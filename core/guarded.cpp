// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/guarded.h"

#include <opencv2/core.hpp>

#include <atomic>
#include <mutex>
#include <new>

namespace birblens {

namespace {

constexpr qsizetype longest = 160; ///< characters of what an exception says

/** What tests throw. A task may be running while they change it. */
struct Faults
{
    std::mutex mutex;
    std::function<void(const char *)> call;
};

std::atomic<bool> armed = false;
Faults &faultsOfTests()
{
    static Faults faults;
    return faults;
}

Error noMemory()
{
    return {QStringLiteral("There is not enough free memory for this"),
            {},
            QStringLiteral("Close other programs and try again")};
}

Error internalError(const char *place, const QString &why)
{
    return {QStringLiteral("An internal error stopped this (%1: %2)")
                .arg(QString::fromLatin1(place), why),
            {},
            QStringLiteral("Please report this message")};
}

} // namespace

Error caughtError(const char *place)
{
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return noMemory();
    } catch (const cv::Exception &error) {
        if (error.code == cv::Error::StsNoMem)
            return noMemory();
        return internalError(place, QString::fromStdString(error.err).left(longest));
    } catch (const std::exception &error) {
        // libtorch's c10::Error and the errors of its interpreter go on for many lines.
        const QString why = QString::fromUtf8(error.what());
        if (why.contains(QLatin1String("can't allocate memory")) ||
            why.contains(QLatin1String("not enough memory")))
            return noMemory();
        return internalError(place, why.section(QLatin1Char('\n'), 0, 0).trimmed().left(longest));
    } catch (...) {
        return internalError(place, QStringLiteral("unknown exception"));
    }
}

void setFaults(std::function<void(const char *place)> faults)
{
    const std::lock_guard lock(faultsOfTests().mutex);
    armed = bool(faults);
    faultsOfTests().call = std::move(faults);
}

void throwFaults(const char *place)
{
    if (!armed)
        return;
    const std::lock_guard lock(faultsOfTests().mutex);
    if (faultsOfTests().call)
        faultsOfTests().call(place);
}

} // namespace birblens
