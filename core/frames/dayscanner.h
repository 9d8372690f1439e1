#pragma once

#include "core/frames/frame.h"
#include "core/result.h"

#include <QDateTime>
#include <QHash>
#include <QList>
#include <QSet>
#include <QString>

#include <functional>
#include <optional>

namespace birblens {

/** What kind of folder was opened for review. */
struct DaySource
{
    QString folder;         ///< absolute, canonical
    QString cameraDatabase; ///< absolute path of model_results.db; empty for a plain folder
    QString imageFolder;    ///< where the images are: folder/imgs for a Birb Cam folder
    QString speciesMap;     ///< species_map.json if there

    bool operator==(const DaySource &) const = default;
};

/** A row of the camera database as far as labels are concerned. */
struct CameraLabel
{
    QString utc;                      ///< the row's key, text as stored
    std::optional<QString> trueLabel; ///< text as stored; nothing for NULL
    QString prediction;               ///< labelsToText of what the camera predicted

    bool operator==(const CameraLabel &) const = default;
};

/** A folder that was read. */
struct ReadFolder
{
    QString path;       ///< absolute
    QDateTime modified; ///< when it had changed last before it was read

    bool operator==(const ReadFolder &) const = default;
};

/** What listing a day finds. */
struct DayListing
{
    QList<Frame> frames;                    ///< sorted by Frame::earlier
    QHash<QString, CameraLabel> cameraRows; ///< by frame key; empty without a camera database
    QList<ReadFolder> folders;              ///< every folder that was read
    QSet<QString> names;                    ///< labels that the camera database knows
};

struct ScanOptions
{
    QHash<QString, Frame> known;     ///< of an earlier listing: their EXIF is not read again
    std::function<bool()> cancelled; ///< asked often, on the calling thread; may be null
};

/** Marks a folder that one of our exports made: its pictures are not frames of the day. */
inline constexpr auto exportMarker = ".birblens-export";

/**
 * Accepts a folder of images, a Birb Cam data folder, its imgs/ folder, or the path of its
 * model_results.db.
 */
Result<DaySource> locateDay(const QString &path);

/**
 * Lists the frames of a day: every image below the folder, joined with the camera database's rows;
 * capture time from the row, else the name and the folders above it, else EXIF or a maker note,
 * else the file's modification time. Rows without a file are listed as gone. A file without a row
 * has a camera prediction when its name is a capture's (`<datetime>_<label>.jpg`) and its labels
 * are known (predictionInName(), with the labels of the database's rows), with confidence 0. When
 * two rows name one file (the autumn hour), the later row owns it and the earlier one is gone.
 * Hidden folders, folders that one of our exports made, and `training` beside a camera database are
 * left out. Sorted by Frame::earlier.
 */
Result<DayListing> listDay(const DaySource &source, const ScanOptions &options = {});
Result<QList<Frame>> scanDay(const DaySource &source);

} // namespace birblens
