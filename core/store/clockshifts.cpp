// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/clockshifts.h"

#include "core/store/storevalues.h"

#include <QRegularExpression>

namespace birblens {

void ClockShifts::take(const QList<ClockStep> &steps)
{
    for (const ClockStep &step : steps) {
        if (step.key.isEmpty()) {
            day = step.after.value_or(0);
            continue;
        }
        QHash<QString, qint64> &shifts = isKeptAside(step.key) ? aside : frames;
        if (step.after)
            shifts.insert(step.key, *step.after);
        else
            shifts.remove(step.key);
    }
}

std::optional<qint64> shiftFromText(const QString &text)
{
    constexpr qint64 most = qint64(36525) * 86400 * 1000;
    QString rest = text.simplified().remove(QLatin1Char(' '));
    rest.replace(QChar(0x2212), QLatin1Char('-')); // as it is shown
    const bool back = rest.startsWith(QLatin1Char('-'));
    if (back || rest.startsWith(QLatin1Char('+')))
        rest.remove(0, 1);
    static const QRegularExpression clock(
        QStringLiteral("^(?:([0-9]{1,6})d)?([0-9]{1,7}):([0-5]?[0-9])(?::([0-5]?[0-9]))?$"));
    static const QRegularExpression units(QStringLiteral(
        "^(?:([0-9]{1,6})d)?(?:([0-9]{1,7})h)?(?:([0-9]{1,9})m(?:in)?)?(?:([0-9]{1,10})s)?$"));
    auto match = clock.match(rest);
    if (!match.hasMatch())
        match = units.match(rest);
    if (rest.isEmpty() || !match.hasMatch())
        return std::nullopt;
    const auto part = [&match](int group) { return match.captured(group).toLongLong(); };
    const qint64 seconds = ((part(1) * 24 + part(2)) * 60 + part(3)) * 60 + part(4);
    const qint64 milliseconds = seconds * 1000;
    if (milliseconds > most)
        return std::nullopt;
    return back ? -milliseconds : milliseconds;
}

} // namespace birblens
