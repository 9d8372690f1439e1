// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/dayscanner.h"

#include "core/camera/birbcamdatabase.h"
#include "core/camera/daywalker.h"
#include "core/filepath.h"
#include "core/frames/cameranames.h"
#include "core/frames/capturename.h"
#include "core/frames/capturetime.h"
#include "core/frames/exiftime.h"
#include "core/frames/utcoffset.h"
#include "core/store/truelabel.h"
#include "core/utctime.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <future>
#include <limits>
#include <vector>

namespace birblens {

namespace {

const QString databaseName = QStringLiteral("model_results.db");
const QString imagesName = QStringLiteral("imgs");

bool usableCameraDatabase(const QString &path)
{
    return QFileInfo(path).isFile() && BirbCamDatabase::open(path).ok();
}

bool sameFile(const FileFacts &a, const FileFacts &b)
{
    return a.bytes == b.bytes && a.modified == b.modified;
}

/** Notes in @p timesFrom what the file was then. */
void setTimeFromFile(Frame &frame, const ScanOptions &options, QHash<QString, FileFacts> &timesFrom)
{
    const QString path = frame.path();
    const auto facts = fileFacts(path); // before its content: written meanwhile, it is read again
    if (facts)
        timesFrom.insert(frame.key, *facts);
    const auto known = options.known.constFind(frame.key);
    const auto before = options.timesFrom.constFind(frame.key);
    if (known != options.known.constEnd() && known->captureTime.isValid() && facts &&
        before != options.timesFrom.constEnd() && sameFile(*before, *facts)) {
        frame.captureTime = known->captureTime;
        frame.utc = known->utc;
        frame.timeSource = known->timeSource;
        return;
    }
    const ExifTime exif = readExifTime(path);
    if (exif.captureTime.isValid()) {
        frame.captureTime = exif.captureTime;
        frame.utc = exif.utc;
        frame.timeSource = exif.source;
        return;
    }
    frame.utc = facts ? QDateTime::fromMSecsSinceEpoch(facts->modified, asUtc) : QDateTime();
    frame.captureTime = wallClockHere(frame.utc);
    frame.timeSource = TimeSource::FileDate;
}

/** @p names: what cameras of this day are known to call things. */
Frame frameOfFile(const QString &folder, const QString &key, const ScanOptions &options,
                  const QSet<QString> &names, QHash<QString, FileFacts> &timesFrom)
{
    Frame frame;
    frame.key = key;
    frame.folder = folder;
    // The opened folder may be that of the date.
    const auto time = timeInPath(frame.path());
    if (!time) {
        setTimeFromFile(frame, options, timesFrom);
        return frame;
    }
    frame.captureTime = time->captureTime;
    frame.utc = time->utc;
    const qsizetype nameAt = key.lastIndexOf(QLatin1Char('/')) + 1;
    const qsizetype suffixAt = nameAt + time->end + 1;
    const bool first = time->begin == 0 && !time->inFolders;
    if (!first || suffixAt >= key.size() || key.at(suffixAt - 1) != QLatin1Char('_') ||
        suffixAt > std::numeric_limits<quint16>::max())
        return frame;
    frame.suffixAt = static_cast<quint16>(suffixAt);
    frame.camera = predictionInName(frame, names);
    if (frame.camera)
        frame.suffixAt = 0;
    return frame;
}

/** Behind the time, at the end of the name: `-0100`, an offset or the hundredth of a counter. */
bool endsLikeCounter(const QString &key)
{
    const qsizetype dot = key.lastIndexOf(QLatin1Char('.'));
    if (dot < 6 || key.at(dot - 5) != QLatin1Char('-') || !key.at(dot - 6).isDigit())
        return false;
    const QStringView digits = QStringView(key).mid(dot - 4, 4);
    return std::all_of(digits.begin(), digits.end(), [](QChar c) { return c.isDigit(); });
}

/** Where some such endings of a day can be no offsets, none of them is one. */
void takeCountersForWhatTheyAre(QList<Frame> &frames)
{
    QList<Frame *> doubtful;
    bool counters = false;
    for (Frame &frame : frames) {
        if (frame.timeSource != TimeSource::Name || !endsLikeCounter(frame.key))
            continue;
        if (frame.utc.isValid())
            doubtful.append(&frame);
        else
            counters = true;
    }
    for (Frame *frame : std::as_const(doubtful)) {
        if (counters)
            frame->utc = QDateTime();
    }
}

/** The rows of the camera database, by the key of the frame they describe. */
class Rows
{
public:
    struct Row
    {
        Frame frame;
        QString utc;
        std::optional<QString> trueLabel;
        QString oddName;        ///< see CameraLabel
        bool ambiguous = false; ///< see CameraLabel
        bool found = false;     ///< there is a file
    };

    explicit Rows(const DaySource &source)
        : m_folder(source.folder)
    {
        const QString base = QDir(source.folder).relativeFilePath(source.imageFolder);
        if (base != QLatin1String("."))
            m_base = base + QLatin1Char('/');
    }

    void add(BirbCamRow &&row)
    {
        QString key = m_base % row.fileName;
        if (key.contains(QLatin1String("//")) || key.contains(QLatin1String("./")) ||
            key.endsWith(QLatin1Char('.')))
            key = QDir::cleanPath(key);
        if (row.fileName.isEmpty() || key.startsWith(QLatin1String("..")) ||
            QDir::isAbsolutePath(key))
            return; // outside of the day
        const auto index = m_list.size();
        Row &added = m_list.emplace_back();
        added.frame = std::move(row.frame);
        added.frame.key = key;
        added.frame.folder = m_folder;
        added.frame.timeSource = TimeSource::CameraDatabase;
        noteNames(added.frame.camera, row.trueLabel);
        added.utc = std::move(row.utc);
        added.trueLabel = std::move(row.trueLabel);
        if (!key.endsWith(row.fileName) || key.size() != m_base.size() + row.fileName.size())
            added.oddName = row.fileName;
        const auto owner = m_current.find(key);
        if (owner == m_current.end()) {
            m_current.insert(key, index);
            return;
        }
        if (m_list[*owner].utc == added.utc && m_list[*owner].oddName == added.oddName)
            m_list[*owner].ambiguous = added.ambiguous = true;
        // Of two rows that name one file, the later one owns it.
        const bool later = m_list[*owner].utc < added.utc;
        const size_t place = later ? *owner : index;
        Row &earlier = m_list[place];
        earlier.frame.key = key + QStringLiteral("?utc=") + earlier.utc;
        if (earlier.oddName.isNull())
            earlier.oddName = key.mid(m_base.size());
        if (later)
            *owner = index;
        const auto same = m_earlier.constFind(earlier.frame.key);
        if (same == m_earlier.cend())
            m_earlier.insert(earlier.frame.key, place);
        else
            m_list[*same].ambiguous = earlier.ambiguous = true;
    }

    /** The row that owns the file; null when there is none. */
    Row *find(const QString &key)
    {
        const auto owner = m_current.constFind(key);
        return owner == m_current.constEnd() ? nullptr : &m_list[*owner];
    }

    std::vector<Row> &all() { return m_list; }
    /** See CameraLabel. */
    int nameFrom() const { return static_cast<int>(m_base.size()); }
    const QSet<QString> &names() const { return m_names; } ///< labels in any row

private:
    /** Few texts, many rows: each is looked at once. */
    void noteNames(const std::optional<CameraPrediction> &camera,
                   const std::optional<QString> &trueLabel)
    {
        const void *list = camera ? camera->labels.constData() : nullptr; // equal texts share one
        if (list != nullptr && !m_seenLists.contains(list)) {
            m_seenLists.insert(list);
            for (const QString &label : camera->labels)
                m_names.insert(label);
        }
        if (trueLabel && !m_seenTexts.contains(*trueLabel)) {
            m_seenTexts.insert(*trueLabel);
            for (const QString &label : labelsFromText(*trueLabel))
                m_names.insert(label);
        }
    }

    QSet<QString> m_names;
    QSet<const void *> m_seenLists;
    QSet<QString> m_seenTexts;
    QString m_folder;
    QString m_base;
    std::vector<Row> m_list;
    QHash<QString, size_t> m_current;
    QHash<QString, size_t> m_earlier; ///< rows whose file belongs to a later one
};

Error cancelledError(const DaySource &source)
{
    return {QStringLiteral("Listing was cancelled"), source.folder, {}};
}

} // namespace

Result<DaySource> locateDay(const QString &path)
{
    if (hasForeignBytes(path) && fileFacts(path))
        return Error{QStringLiteral("The name of this folder is not UTF-8"), readablePath(path),
                     QStringLiteral("Rename the folder; what is in it may be named in any way")};
    const QFileInfo given(path);
    if (path.isEmpty() || !given.exists())
        return Error{QStringLiteral("There is no such folder"), path,
                     QStringLiteral("Choose a folder of images or a Birb Cam data folder")};

    DaySource source;
    if (given.isFile()) {
        if (given.suffix() != QLatin1String("db"))
            return Error{QStringLiteral("This is a file, not a day"), path,
                         QStringLiteral("Open the folder it is in")};
        if (given.fileName() == QLatin1String("birblens.db"))
            return Error{QStringLiteral("This is where Birblens keeps its own notes"), path,
                         QStringLiteral("Open the folder it is in")};
        source.folder = QFileInfo(given.canonicalFilePath()).path();
        source.cameraDatabase = given.canonicalFilePath();
    } else {
        source.folder = given.canonicalFilePath();
        const QString parent = QFileInfo(source.folder).path();
        const QString own = source.folder + QLatin1Char('/') + databaseName;
        const QString above = parent + QLatin1Char('/') + databaseName;
        if (QFileInfo(own).isFile()) {
            source.cameraDatabase = own;
        } else if (QFileInfo(source.folder).fileName() == imagesName &&
                   usableCameraDatabase(above)) {
            source.folder = parent;
            source.cameraDatabase = above;
        }
    }
    if (!QFileInfo(source.folder).isReadable())
        return Error{QStringLiteral("The folder cannot be read"), source.folder,
                     QStringLiteral("Check its permissions")};

    source.imageFolder = source.folder;
    const QString images = source.folder + QLatin1Char('/') + imagesName;
    if (!source.cameraDatabase.isEmpty() && QFileInfo(images).isDir())
        source.imageFolder = images;
    const QString species = source.folder + QStringLiteral("/species_map.json");
    if (QFileInfo(species).isFile())
        source.speciesMap = species;
    return source;
}

Result<DayListing> listDay(const DaySource &source, const ScanOptions &options)
{
    // The folder is walked while the rows are read.
    DayWalker walker(source, options);
    auto walked = std::async(std::launch::async, [&] { return walker.walk(); });
    Rows rows(source);
    if (!source.cameraDatabase.isEmpty()) {
        const auto database = BirbCamDatabase::open(source.cameraDatabase);
        if (!database)
            return database.error();
        const auto read =
            (*database)->readRows([&rows](BirbCamRow row) { rows.add(std::move(row)); });
        if (!read)
            return read.error();
    }
    const bool whole = walked.get();
    if (!QFileInfo(source.imageFolder).isDir())
        return Error{QStringLiteral("The folder is gone"), source.imageFolder,
                     QStringLiteral("Was a disk removed?")};
    if (!whole)
        return cancelledError(source);

    DayListing listing;
    listing.folders = walker.folders();
    listing.leftOut = walker.leftOut();
    listing.pairs = walker.pairs();
    listing.frames.reserve(walker.keys().size() + static_cast<qsizetype>(rows.all().size()) / 4);
    listing.cameraRows.reserve(static_cast<qsizetype>(rows.all().size()));
    QSet<QString> texts; // few texts, many rows
    const auto note = [&](const Rows::Row &row) {
        QString predicted;
        if (row.frame.camera)
            predicted = *texts.insert(labelsToText(row.frame.camera->labels));
        listing.cameraRows.insert(row.frame.key,
                                  CameraLabel{row.utc, row.trueLabel, predicted, rows.nameFrom(),
                                              row.oddName, row.ambiguous});
    };

    int count = 0;
    for (const QString &key : walker.keys()) {
        if (++count % 256 == 0 && options.cancelled && options.cancelled())
            return cancelledError(source);
        Rows::Row *row = rows.find(key);
        if (row == nullptr) {
            listing.frames.append(
                frameOfFile(source.folder, key, options, rows.names(), listing.timesFrom));
            continue;
        }
        row->found = true;
        if (!row->frame.captureTime.isValid()) {
            const Frame file =
                frameOfFile(source.folder, key, options, rows.names(), listing.timesFrom);
            row->frame.captureTime = file.captureTime;
            row->frame.timeSource = file.timeSource;
        }
        note(*row);
        listing.frames.append(std::move(row->frame));
    }
    for (Rows::Row &row : rows.all()) {
        if (row.found)
            continue;
        Frame &frame = row.frame;
        frame.gone = true;
        if (!frame.captureTime.isValid()) {
            const QString fileName = frame.fileName().section(QLatin1String("?utc="), 0, 0);
            frame.timeSource = TimeSource::Name;
            if (const auto name = timeInPath(fileName))
                frame.captureTime = name->captureTime;
            else
                frame.captureTime = wallClockHere(frame.utc); // better than nothing
        }
        note(row);
        listing.frames.append(std::move(frame));
    }
    listing.names = rows.names();
    takeCountersForWhatTheyAre(listing.frames);
    assumeOffsets(listing.frames);
    std::sort(listing.frames.begin(), listing.frames.end(), Frame::earlier);
    return listing;
}

Result<QList<Frame>> scanDay(const DaySource &source)
{
    auto listing = listDay(source);
    if (!listing)
        return listing.error();
    return std::move(listing->frames);
}

} // namespace birblens
