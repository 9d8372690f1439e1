#include "core/frames/dayscanner.h"

#include "core/frames/capturename.h"
#include "core/frames/imagebytes.h"
#include "core/frames/imageloader.h"
#include "core/review/birbcamdatabase.h"
#include "core/review/truelabel.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>
#include <future>
#include <vector>

namespace birblens {

namespace {

const QString databaseName = QStringLiteral("model_results.db");
const QString imagesName = QStringLiteral("imgs");

bool usableCameraDatabase(const QString &path)
{
    return QFileInfo(path).isFile() && BirbCamDatabase::open(path).ok();
}

QDateTime asWallClock(const QDateTime &local)
{
    return QDateTime(local.date(), local.time(), Qt::UTC);
}

/** Collects files folder by folder: a folder can be left out as a whole, no file is looked at. */
class Walker
{
public:
    Walker(const DaySource &source, const ScanOptions &options)
        : m_root(source.folder)
        , m_birbCam(!source.cameraDatabase.isEmpty())
        , m_options(options)
    {
    }

    bool walk(const QString &folder)
    {
        const QString canonical = QFileInfo(folder).canonicalFilePath();
        if (canonical.isEmpty() || m_seen.contains(canonical))
            return true; // a link in a circle
        m_seen.insert(canonical);
        m_folders.append({folder, QFileInfo(folder).lastModified()});

        QStringList below;
        QDirIterator files(folder, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot);
        while (files.hasNext()) {
            const QString path = files.next();
            const QString name = files.fileName();
            if (isImageName(name) && !files.fileInfo().isDir()) {
                m_paths.append(path);
                if (m_paths.size() % 1024 == 0 && cancelled())
                    return false;
            } else if (files.fileInfo().isDir() && isDayFolder(folder, path, name)) {
                below.append(path);
            }
        }
        for (const QString &path : std::as_const(below)) {
            if (cancelled() || !walk(path))
                return false;
        }
        return true;
    }

    const QStringList &paths() const { return m_paths; }
    const QList<ReadFolder> &folders() const { return m_folders; }

private:
    bool cancelled() const { return m_options.cancelled && m_options.cancelled(); }

    bool isDayFolder(const QString &parent, const QString &path, const QString &name) const
    {
        if (name.startsWith(QLatin1Char('.')))
            return false;
        if (m_birbCam && parent == m_root && name == QLatin1String("training"))
            return false;
        return !QFileInfo::exists(path + QLatin1Char('/') + QLatin1String(exportMarker));
    }

    QString m_root;
    bool m_birbCam;
    const ScanOptions &m_options;
    QSet<QString> m_seen;
    QStringList m_paths;
    QList<ReadFolder> m_folders;
};

void setTimeFromFile(Frame &frame, const ScanOptions &options)
{
    const auto known = options.known.constFind(frame.key);
    if (known != options.known.constEnd() && known->captureTime.isValid()) {
        frame.captureTime = known->captureTime;
        frame.utc = known->utc;
        return;
    }
    const ExifTime exif = readExifTime(frame.path);
    if (exif.captureTime.isValid()) {
        frame.captureTime = exif.captureTime;
        frame.utc = exif.utc;
        return;
    }
    const QDateTime modified = QFileInfo(frame.path).lastModified();
    frame.captureTime = asWallClock(modified);
    frame.utc = modified.toUTC();
}

Frame frameOfFile(const QString &path, const QString &key, const ScanOptions &options)
{
    Frame frame;
    frame.key = key;
    frame.path = path;
    if (const auto name = parseCaptureName(frame.fileName())) {
        frame.captureTime = name->captureTime;
        if (name->order == CaptureName::Order::TimeFirst)
            frame.camera = CameraPrediction{name->labels, 0.0};
    } else {
        setTimeFromFile(frame, options);
    }
    return frame;
}

/** The rows of the camera database, by the key of the frame they describe. */
struct Rows
{
    QList<BirbCamRow> list;
    QHash<QString, qsizetype> current; ///< the row that owns the file; row.frame.key is its key
    std::vector<bool> left;            ///< by row: describes a frame whose file was not found yet
};

Rows rowsByKey(QList<BirbCamRow> list, const DaySource &source)
{
    Rows rows;
    const QString prefix = QDir(source.folder).relativeFilePath(source.imageFolder);
    const QString base = prefix == QLatin1String(".") ? QString() : prefix + QLatin1Char('/');
    rows.list = std::move(list);
    rows.left.assign(static_cast<size_t>(rows.list.size()), false);
    rows.current.reserve(rows.list.size());
    for (qsizetype i = 0; i < rows.list.size(); ++i) {
        BirbCamRow &row = rows.list[i];
        QString key = base + row.fileName;
        if (key.contains(QLatin1String("//")) || key.contains(QLatin1String("./")) ||
            key.endsWith(QLatin1Char('.')))
            key = QDir::cleanPath(key);
        if (row.fileName.isEmpty() || key.startsWith(QLatin1String("..")) ||
            QDir::isAbsolutePath(key))
            continue; // outside of the day
        row.frame.key = key;
        rows.left[static_cast<size_t>(i)] = true;
        const auto owner = rows.current.find(key);
        if (owner == rows.current.end()) {
            rows.current.insert(key, i);
            continue;
        }
        // Of two rows that name one file, the later one owns it.
        const bool later = rows.list.at(*owner).utc < row.utc;
        BirbCamRow &earlier = later ? rows.list[*owner] : row;
        earlier.frame.path = source.folder + QLatin1Char('/') + key;
        earlier.frame.key = key + QStringLiteral("?utc=") + earlier.utc;
        if (later)
            *owner = i;
    }
    return rows;
}

Error cancelledError(const DaySource &source)
{
    return {QStringLiteral("Listing was cancelled"), source.folder, {}};
}

} // namespace

Result<DaySource> locateDay(const QString &path)
{
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
    Walker walker(source, options);
    auto walked = std::async(std::launch::async, [&] { return walker.walk(source.imageFolder); });
    Rows rows;
    if (!source.cameraDatabase.isEmpty()) {
        const auto database = BirbCamDatabase::open(source.cameraDatabase);
        if (!database)
            return database.error();
        auto list = (*database)->rows();
        if (!list)
            return list.error();
        rows = rowsByKey(std::move(*list), source);
    }
    const bool whole = walked.get();
    if (!QFileInfo(source.imageFolder).isDir())
        return Error{QStringLiteral("The folder is gone"), source.imageFolder,
                     QStringLiteral("Was a disk removed?")};
    if (!whole)
        return cancelledError(source);

    DayListing listing;
    listing.folders = walker.folders();
    listing.frames.reserve(walker.paths().size() + rows.list.size() / 4);
    listing.cameraRows.reserve(rows.list.size());
    const auto note = [&listing](const BirbCamRow &row, const Frame &frame) {
        const QString predicted = frame.camera ? labelsToText(frame.camera->labels) : QString();
        listing.cameraRows.insert(frame.key, CameraLabel{row.utc, row.trueLabel, predicted});
    };

    const qsizetype skip =
        source.folder.endsWith(QLatin1Char('/')) ? source.folder.size() : source.folder.size() + 1;
    int count = 0;
    for (const QString &path : walker.paths()) {
        if (++count % 256 == 0 && options.cancelled && options.cancelled())
            return cancelledError(source);
        const QString key = path.mid(skip);
        const auto owner = rows.current.constFind(key);
        if (owner == rows.current.constEnd()) {
            listing.frames.append(frameOfFile(path, key, options));
            continue;
        }
        BirbCamRow &row = rows.list[*owner];
        rows.left[static_cast<size_t>(*owner)] = false;
        Frame frame = std::move(row.frame);
        frame.path = path;
        if (!frame.captureTime.isValid()) {
            const Frame fromFile = frameOfFile(path, key, options);
            frame.captureTime = fromFile.captureTime;
        }
        note(row, frame);
        listing.frames.append(std::move(frame));
    }
    for (qsizetype i = 0; i < rows.list.size(); ++i) {
        if (!rows.left[static_cast<size_t>(i)])
            continue;
        BirbCamRow &row = rows.list[i];
        Frame frame = std::move(row.frame);
        frame.gone = true;
        if (frame.path.isEmpty())
            frame.path = source.folder + QLatin1Char('/') + frame.key;
        if (!frame.captureTime.isValid()) {
            if (const auto name = parseCaptureName(row.fileName))
                frame.captureTime = name->captureTime;
            else
                frame.captureTime = frame.utc; // better than nothing: hours off at most
        }
        note(row, frame);
        listing.frames.append(std::move(frame));
    }
    // Stable: unlike std::sort it stays safe when only some frames know their UTC.
    std::stable_sort(listing.frames.begin(), listing.frames.end(), Frame::earlier);
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
