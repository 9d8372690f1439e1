// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDateTime>
#include <QList>
#include <QString>

#include <optional>

namespace birblens {

/** A time that a file's name, or the folders above it, tell. */
struct NamedTime
{
    QDateTime captureTime;  ///< wall clock, Qt::UTC as "no zone"
    QDateTime utc;          ///< Qt::UTC; invalid where the name does not tell it
    qsizetype begin = 0;    ///< where the time begins in the file's stem
    qsizetype end = 0;      ///< behind its last character, including milliseconds and AM or PM
    bool inFolders = false; ///< the date is that of the folders
};

/** One kind of name, for documentation and tests. */
struct TimePattern
{
    const char *example; ///< a path that it reads
    const char *time;    ///< what it reads there, ISO 8601; with a `Z` where UTC is known
    const char *source;  ///< who names files like that, and where that is published
    const char *regex;   ///< groups by name: see capturetime.cpp
    enum class Where { Name, Path } where;
    bool utc; ///< the digits are UTC, not the camera's wall clock
};

/** All of them, in the order in which they are tried. */
const QList<TimePattern> &timePatterns();

/** Years that a camera's clock may sensibly say: one that lost its battery begins at 1970 or 1980,
 * and then nothing is known. */
inline constexpr int firstPlausibleYear = 1990;
inline constexpr int lastPlausibleYear = 2099;

/**
 * Time in the file's name, else date in the folders and time in the name. @p path is '/' separated;
 * only its last part is needed for most cameras. Times that do not exist (February 30, 24:61) and
 * years outside of the plausible ones are none. Where the name tells UTC (Unix time, a `Z`), the
 * wall clock is the local time of this computer.
 *
 * Not read, because counters look the same: four digits as hour and minute, six digits alone as a
 * time; days and months that could be either, as in 02-08-2021, unless AM or PM or dots tell.
 */
std::optional<NamedTime> timeInPath(const QString &path);

/** Same, of the name alone. @p stem has no ending. */
std::optional<NamedTime> timeInStem(const QString &stem);

/** Wall clock of this computer at @p utc, with Qt::UTC as "no zone". */
QDateTime wallClockHere(const QDateTime &utc);

/**
 * Hour of a 24-hour clock. @p half: `a` for AM, `p` for PM. Some cameras write 13:05 PM: taken as
 * it stands. @return -1 for what no clock shows.
 */
int hourOf(int hour, QChar half);

/** Digits after the decimal point of a second, as milliseconds: `5` is 500, `123456` is 123. */
int millisecondsOf(QStringView digits);

/**
 * Seconds east of UTC: `+01:00`, `-5:00`, `+0100`, `+01`, `Z`, `UTC`; nothing for what is no offset
 * of a clock on earth, which is from -12 to +14 hours.
 */
std::optional<int> offsetFromText(QStringView text);

} // namespace birblens
