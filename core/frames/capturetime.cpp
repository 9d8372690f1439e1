// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/capturetime.h"

#include "core/filepath.h"
#include "core/utctime.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <tuple>

namespace birblens {

namespace {

using Where = TimePattern::Where;

// Pieces of the expressions. Groups: y mo d h mi s are the parts of the time, f digits of the
// second's fraction, ap AM or PM, z an offset from UTC, u seconds since 1970.
#define YEAR "(?<y>199[0-9]|20[0-9][0-9])"
#define MONTH "(?<mo>[0-9]{2})"
#define DAY "(?<d>[0-9]{2})"
#define JOINT "(?: at |T|[ _@.,-]{0,3})"
#define HOUR "(?<h>[0-9]{2})"
#define MINUTE "(?<mi>[0-9]{2})"
#define SECOND "(?<s>[0-9]{2})"
#define FRACTION "(?:[.,](?<f>[0-9]{1,9})(?![0-9]))?"
// macOS writes a narrow space that does not break before AM and PM.
#define HALF "(?:[ _.\\x{A0}\\x{202F}-]?(?<ap>[AaPp])\\.?[Mm]\\.?(?![A-Za-z0-9]))"
// Behind the time: the offsets that exist, so that a counter is none. A dash and four digits may be
// a counter: west of UTC there are whole hours, and the half hours of Newfoundland and the
// Marquesas.
#define OFFSET                                                                                     \
    "(?<z>Z(?![A-Za-z0-9])|(?:\\+(?:0[0-9]|1[0-4]):?(?:00|15|30|45)|"                              \
    "-(?:0[0-9]|1[0-2]):(?:00|15|30|45)|-(?:0[1-9]|1[0-2])00|-0[239]30)(?![0-9]))"
// In folders: 2021-02-08, 20210208, 2021/02/08, also behind the name of a camera.
#define DATED_FOLDER "(?:^|.*[^0-9])" YEAR "[-_./]?" MONTH "[-_./]?" DAY "(?:[^0-9/][^/]*)?"

const QList<TimePattern> patterns{
    {"PXL_20210208_105658123.jpg", "2021-02-08T10:56:58.123Z",
     "Google's camera on Pixel phones, in UTC; https://github.com/simulot/immich-go/issues/397",
     "^PXL_" YEAR MONTH DAY "_" HOUR MINUTE SECOND "(?<f>[0-9]{3})(?![0-9])", Where::Name, true},
    {"2021-02-08T10:56:58_chickadee.jpg", "2021-02-08T10:56:58",
     "Birb Cam; Motion (%v-%Y%m%d%H%M%S-%q, https://motion-project.github.io/motion_config.html); "
     "Reolink (Cam_00_20210208105658); Hikvision and PXL-like names with glued milliseconds; "
     "Dropbox (2014-08-25 17.15.33, https://github.com/ente/photos-web/pull/491); ACTi "
     "(2009-06-05@225030, firmware manual, auto naming rules); Milestone "
     "(2024-10-04_06-29-49.755, https://github.com/MilestoneSystemsInc/PowerShellSamples/issues/"
     "155); zmNinja (2020-10-03 - 13_54_54, https://github.com/ZoneMinder/zmNinja/issues/989); "
     "GreenPiThumb (2017-04-03T105658Z, https://github.com/JeetShetty/GreenPiThumb/pull/119); "
     "macOS (Screenshot 2023-03-06 at 10.35.38 PM)",
     "(?<![0-9])" YEAR "(?<q>[-_.: ]?)" MONTH "\\k<q>" DAY JOINT HOUR "(?<c>[-_.:]?)" MINUTE
     "\\k<c>" SECOND "(?:(?<g>[0-9]{3})(?![0-9])|" FRACTION ")" HALF "?" OFFSET "?",
     Where::Name, false},
    {"Screenshot 2023-03-06 at 1.35.38 PM.png", "2023-03-06T13:35:38",
     "macOS; rpicam-apps with --timeformat \"%F %r\" "
     "(https://github.com/raspberrypi/rpicam-apps/pull/425); Frigate's exports "
     "(https://github.com/blakeblackshear/frigate/pull/7340)",
     "(?<![0-9])" YEAR "(?<q>[-_.: ]?)" MONTH "\\k<q>" DAY JOINT
     "(?<h>[0-9]{1,2})(?<c>[-_.:])" MINUTE "(?:\\k<c>" SECOND ")?" HALF,
     Where::Name, false},
    {"vlcsnap-2021-02-08-10h56m58s123.png", "2021-02-08T10:56:58.123",
     "VLC's snapshots: %Y-%m-%d-%Hh%Mm%Ss and milliseconds (src/video_output/snapshot.c in "
     "https://code.videolan.org/videolan/vlc), which are not always three digits",
     "(?<![0-9])" YEAR "-?" MONTH "-?" DAY "[-_ T]?" HOUR "h" MINUTE "m" SECOND
     "s(?:(?<f>[0-9]{3})|[0-9]{1,2})?(?![0-9])",
     Where::Name, false},
    {"2014-9-8-12-00-07.jpg", "2014-09-08T12:00:07",
     "node-rtsp-recorder; https://github.com/sahilchaddha/node-rtsp-recorder/issues/1",
     "(?<![0-9])" YEAR "(?<q>[-_])(?<mo>[0-9]{1,2})\\k<q>(?<d>[0-9]{1,2})\\k<q>"
     "(?<h>[0-9]{1,2})\\k<q>" MINUTE "\\k<q>" SECOND "(?![0-9])",
     Where::Name, false},
    {"02-08-2021 10-56-58 PM.jpg", "2021-02-08T22:56:58",
     "clocks with AM and PM write the month first: %D and %r of strftime in the American locale",
     "(?<![0-9])(?<mo>[0-9]{1,2})(?<q>[-_.])(?<d>[0-9]{1,2})\\k<q>" YEAR JOINT
     "(?<h>[0-9]{1,2})(?<c>[-_.:]?)" MINUTE "(?:\\k<c>" SECOND ")?" HALF,
     Where::Name, false},
    {"08.02.2021_10-56-58.jpg", "2021-02-08T10:56:58",
     "dates with dots, the day first (DIN 5008: 01.11.2011)",
     "(?<![0-9])(?<![0-9]\\.)" DAY "\\." MONTH "\\." YEAR JOINT HOUR "(?<c>[-_.:]?)" MINUTE
     "\\k<c>" SECOND "(?![0-9])",
     Where::Name, false},
    {"08-02-2021_10.56.58.jpg", "2021-02-08T10:56:58",
     "Xiaomi Dafang Hacks (%d-%m-%Y_%H.%M.%S); "
     "https://github.com/EliasKotlyar/Xiaomi-Dafang-Hacks/pull/737",
     "(?<![0-9])" DAY "-" MONTH "-" YEAR "_" HOUR "\\." MINUTE "\\." SECOND "(?![0-9])",
     Where::Name, false},
    {"2021-02-08_10-56.jpg", "2021-02-08T10:56:00",
     "scripts with date +%Y-%m-%d_%H-%M; four digits without a separator could be a counter",
     "(?<![0-9])" YEAR "(?<q>[-_.])" MONTH "\\k<q>" DAY "[ _T@-]" HOUR "[-.:h]" MINUTE
     "(?![-_.:]?[0-9])",
     Where::Name, false},
    {"front_yard-1612780618.123456-abc123.jpg", "2021-02-08T10:36:58.123Z",
     "Frigate (https://github.com/blakeblackshear/frigate/issues/2029), Home Assistant's "
     "as_timestamp(now()) (https://github.com/home-assistant/home-assistant.io/pull/4146), "
     "rpicam-still --timestamp; milliseconds too, as of Tapo "
     "(https://github.com/TheScubaDiver/camera-gallery-card/pull/141)",
     // 2005 to 2034: the years before digital cameras and far ahead would only catch numbers.
     // A second long number beside it (Facebook's names) says that these are identifiers.
     "^(?!.*[0-9]{8}.*[^0-9].*(?<!\\.)[0-9]{8})(?:.*(?<![A-Za-z0-9]))?"
     "(?<u>1(?:10[4-9]|1[1-9][0-9]|[2-9][0-9]{2})[0-9]{6}|20[0-4][0-9]{7})"
     "(?:\\.(?<f>[0-9]{1,9})|(?<g>[0-9]{3}))?(?![A-Za-z0-9])",
     Where::Name, true},
    {"2021Y02M08D10H/56M58S60.jpg", "2021-02-08T10:56:58",
     "Yi cameras; https://github.com/roleoroleo/yi-hack-MStar/issues/230",
     "(?:^|.*/)" YEAR "Y" MONTH "M" DAY "D" HOUR "H/(?:[^/]*[^0-9/])?" MINUTE "M" SECOND "S[^/]*$",
     Where::Path, false},
    {"2021-02-08/10-56-58.jpg", "2021-02-08T10:56:58",
     "motionEye (%Y-%m-%d/%H-%M-%S, also with a camera's name before either; "
     "https://github.com/motioneye-project/motioneye/issues/1631); Dahua's films "
     "(2021-02-08/001/dav/10/10.56.58-10.57.10)",
     DATED_FOLDER "(?:/[^/]*){0,4}/(?:[^/]*[^0-9/])?(?<![0-9][-.:])"
                  "(?<h>[0-9]{2})(?<c>[-_.:])" MINUTE "\\k<c>" SECOND "(?![0-9])" FRACTION HALF
                  "?[^/]*$",
     Where::Path, false},
    {"2021-02-08/1-56-58 PM.jpg", "2021-02-08T13:56:58", "the same with a 12-hour clock",
     DATED_FOLDER "(?:/[^/]*){0,4}/(?:[^/]*[^0-9/])?(?<![0-9][-.:])"
                  "(?<h>[0-9]{1,2})(?<c>[-_.:])" MINUTE "\\k<c>" SECOND HALF "[^/]*$",
     Where::Path, false},
    {"2021-02-08/001/jpg/10/56/58[M][0@0][0].jpg", "2021-02-08T10:56:58",
     "Dahua and Amcrest over FTP; Motion's older layout (%Y/%m/%d/%H/%M/%S-snapshot, "
     "https://github.com/Motion-Project/motion/issues/1113)",
     DATED_FOLDER "(?:/[^/]*){0,3}/" HOUR "/" MINUTE "/(?:[^/]*[^0-9/])?(?<![0-9][-.:])" SECOND
                  "(?![0-9])(?![-_.:][0-9]{2}[-_.:][0-9]{2})[^/]*$",
     Where::Path, false},
    {"2021-02-08/001/jpg/10/56.58[M][0@0][0].jpg", "2021-02-08T10:56:58",
     "Dahua with a folder per hour; Frigate's recordings (YYYY-MM-DD/HH/camera/MM.SS)",
     DATED_FOLDER "(?:/[^/]*){0,3}/" HOUR "(?:/[^/]*[^0-9/][^/]*)?/" MINUTE "[-_.:]" SECOND
                  "(?![-_.:]?[0-9])[^/]*$",
     Where::Path, false},
    {"events/1/21/02/08/10/56/58/00001-capture.jpg", "2021-02-08T10:56:58",
     "ZoneMinder's deep storage: the time its event began, %y/%m/%d/%H/%M/%S; Relative_Path() in "
     "https://github.com/ZoneMinder/zoneminder/blob/master/web/includes/Event.php",
     "(?:^|.*/)(?<y2>[0-9]{2})/" MONTH "/" DAY "/" HOUR "/" MINUTE "/" SECOND
     "/(?:.*/)?[0-9]+-(?:capture|analyse)$",
     Where::Path, false},
};

#undef YEAR
#undef MONTH
#undef DAY
#undef JOINT
#undef HOUR
#undef MINUTE
#undef SECOND
#undef FRACTION
#undef HALF
#undef OFFSET
#undef DATED_FOLDER

/** A row made ready: which number each named group has. */
struct Compiled
{
    enum Part { Y, Y2, Mo, D, H, Mi, S, F, G, Ap, Z, U, PartCount };

    QRegularExpression regex;
    std::array<int, PartCount> group{};
    Where where = Where::Name;
    bool utc = false;
};

QList<Compiled> compile(Where where)
{
    static const QStringList names{"y", "y2", "mo", "d", "h", "mi", "s", "f", "g", "ap", "z", "u"};
    QList<Compiled> list;
    for (const TimePattern &pattern : patterns) {
        if (pattern.where != where)
            continue;
        Compiled row;
        row.regex.setPattern(QString::fromUtf8(pattern.regex));
        row.regex.optimize();
        row.where = pattern.where;
        row.utc = pattern.utc;
        const QStringList groups = row.regex.namedCaptureGroups();
        for (qsizetype part = 0; part < names.size(); ++part)
            row.group[static_cast<size_t>(part)] = static_cast<int>(groups.indexOf(names.at(part)));
        list.append(row);
    }
    return list;
}

/** The parts of one match. */
class Match
{
public:
    Match(const Compiled &row, const QRegularExpressionMatch &match)
        : m_row(row)
        , m_match(match)
    {
    }

    QStringView text(Compiled::Part part) const
    {
        const int group = m_row.group[part];
        return group < 0 ? QStringView() : m_match.capturedView(group);
    }
    int number(Compiled::Part part) const
    {
        const QStringView digits = text(part);
        return digits.isEmpty() ? 0 : digits.toInt();
    }

    std::optional<NamedTime> time() const
    {
        NamedTime named;
        const QStringView fraction =
            text(Compiled::F).isEmpty() ? text(Compiled::G) : text(Compiled::F);
        const int ms = millisecondsOf(fraction);
        if (!text(Compiled::U).isEmpty()) {
            named.utc =
                QDateTime::fromMSecsSinceEpoch(text(Compiled::U).toLongLong() * 1000 + ms, asUtc);
            named.captureTime = wallClockHere(named.utc);
            return named;
        }
        const int year =
            text(Compiled::Y2).isEmpty() ? number(Compiled::Y) : 2000 + number(Compiled::Y2);
        const QStringView half = text(Compiled::Ap);
        const QDate date(year, number(Compiled::Mo), number(Compiled::D));
        const QTime clock(hourOf(number(Compiled::H), half.isEmpty() ? QChar() : half.front()),
                          number(Compiled::Mi), number(Compiled::S), ms);
        if (!date.isValid() || !clock.isValid())
            return std::nullopt;
        named.captureTime = QDateTime(date, clock, asUtc);
        const QStringView zone = text(Compiled::Z);
        if (m_row.utc || zone == QLatin1String("Z")) {
            named.utc = named.captureTime;
            named.captureTime = wallClockHere(named.utc);
        } else if (const auto offset = offsetFromText(zone); !zone.isEmpty() && offset) {
            named.utc = named.captureTime.addSecs(-*offset);
        }
        return named;
    }

    /** What the time begins and ends with in the name, not in the folders before it. */
    std::pair<qsizetype, qsizetype> extent() const
    {
        if (m_row.where == Where::Name && text(Compiled::U).isEmpty())
            return {m_match.capturedStart(), m_match.capturedEnd()};
        qsizetype begin = m_match.capturedEnd();
        qsizetype end = 0;
        const qsizetype name = m_match.captured().lastIndexOf(QLatin1Char('/'));
        for (const int group : m_row.group) {
            if (group < 0 || m_match.capturedStart(group) <= name)
                continue;
            begin = std::min(begin, m_match.capturedStart(group));
            end = std::max(end, m_match.capturedEnd(group));
        }
        return {begin - name - 1, std::max(begin, end) - name - 1};
    }

private:
    const Compiled &m_row;
    const QRegularExpressionMatch &m_match;
};

bool isHex(QChar c)
{
    const char16_t u = c.unicode();
    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'f') || (u >= 'A' && u <= 'F');
}

/** Digits that go on behind a time, or letters around glued digits, tell of another number. */
bool standsAlone(const QString &stem, qsizetype begin, qsizetype end)
{
    if (end < stem.size() && stem.at(end).isDigit()) {
        // A training file's time may carry digits that tell colliding names apart.
        const QStringView after = QStringView(stem).mid(end);
        const bool collision =
            after.size() <= 4 && begin > 0 && stem.at(begin - 1) == QLatin1Char('_') &&
            std::all_of(after.begin(), after.end(), [](QChar c) { return c.isDigit(); });
        return collision;
    }
    const QStringView time = QStringView(stem).mid(begin, end - begin);
    const bool glued = std::all_of(time.begin(), time.end(), [](QChar c) { return c.isDigit(); });
    return !glued || begin == 0 || end == stem.size() || !isHex(stem.at(begin - 1)) ||
           !isHex(stem.at(end));
}

std::optional<NamedTime> find(const QList<Compiled> &rows, const QString &text)
{
    for (const Compiled &row : rows) {
        QRegularExpressionMatchIterator matches = row.regex.globalMatch(text);
        while (matches.hasNext()) {
            const QRegularExpressionMatch found = matches.next();
            const Match match(row, found);
            auto named = match.time();
            if (!named)
                continue;
            std::tie(named->begin, named->end) = match.extent();
            named->inFolders = row.where == Where::Path;
            if (named->inFolders || standsAlone(text, named->begin, named->end))
                return named;
        }
    }
    return std::nullopt;
}

} // namespace

const QList<TimePattern> &timePatterns()
{
    return patterns;
}

std::optional<NamedTime> timeInStem(const QString &stem)
{
    static const QList<Compiled> rows = compile(Where::Name);
    const auto digits =
        std::count_if(stem.begin(), stem.end(), [](QChar c) { return c.isDigit(); });
    return digits < 9 ? std::nullopt : find(rows, stem);
}

std::optional<NamedTime> timeInPath(const QString &path)
{
    const qsizetype slash = path.lastIndexOf(QLatin1Char('/'));
    const QString stem = stemOf(QStringView(path).mid(slash + 1)).toString();
    if (auto named = timeInStem(stem))
        return named;
    static const QList<Compiled> rows = compile(Where::Path);
    const bool digits = std::any_of(stem.begin(), stem.end(), [](QChar c) { return c.isDigit(); });
    // Eight folders hold every layout that is known; the rest of a long path is only work.
    if (!digits || slash < 0)
        return std::nullopt;
    return find(rows, path.left(slash).section(QLatin1Char('/'), -9) + QLatin1Char('/') + stem);
}

QDateTime wallClockHere(const QDateTime &utc)
{
    const QDateTime local = utc.toLocalTime();
    return QDateTime(local.date(), local.time(), asUtc);
}

int hourOf(int hour, QChar half)
{
    if (half.isNull())
        return hour;
    const bool afternoon = half.toLower() == QLatin1Char('p');
    if (hour > 12)
        return afternoon ? hour : -1;
    return hour % 12 + (afternoon ? 12 : 0);
}

int millisecondsOf(QStringView digits)
{
    int ms = 0;
    for (qsizetype i = 0; i < 3; ++i)
        ms = ms * 10 + (i < digits.size() ? digits.at(i).digitValue() : 0);
    return ms;
}

std::optional<int> offsetFromText(QStringView text)
{
    text = text.trimmed();
    if (text == QLatin1String("Z") || text == QLatin1String("z") || text == QLatin1String("UTC") ||
        text == QLatin1String("GMT"))
        return 0;
    static const QRegularExpression pattern(
        QStringLiteral("^(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?::?00)?$"));
    const auto match = pattern.match(text.toString());
    if (!match.hasMatch())
        return std::nullopt;
    const int minutes = match.capturedView(3).isEmpty() ? 0 : match.capturedView(3).toInt();
    const int seconds = match.capturedView(2).toInt() * 3600 + minutes * 60;
    const bool west = match.capturedView(1) == QLatin1String("-");
    if (minutes >= 60 || seconds > (west ? 12 : 14) * 3600)
        return std::nullopt;
    return west ? -seconds : seconds;
}

} // namespace birblens
