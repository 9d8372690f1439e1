// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/leftout.h"
#include "core/filepath.h"
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
    QString utc;                      ///< with the file name the row's key; text as stored
    std::optional<QString> trueLabel; ///< text as stored; nothing for NULL
    QString prediction;               ///< labelsToText of what the camera predicted
    /** What of the frame's key is the row's file name: all from here... */
    int nameFrom = 0;
    /** ... unless it is written in another way: text as stored. A large day has many rows. */
    QString oddName = {};
    /** Another row has the same time and the same file name: neither is ever written. */
    bool ambiguous = false;

    /** The row's file name. @param key of the frame */
    QString fileName(const QString &key) const
    {
        return oddName.isNull() ? key.mid(nameFrom) : oddName;
    }
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
    LeftOut leftOut;                        ///< what is there and is no frame
    /** Key of a frame -> key of the second file of its picture, which is no frame (Frigate). */
    QHash<QString, QString> pairs;
    QSet<QString> names; ///< labels that the camera database knows
    /** Files as they were when their frames' times were read from them, by key. */
    QHash<QString, FileFacts> timesFrom;
};

struct ScanOptions
{
    /** Of an earlier listing: what was read from a file is not read again while it is the same. */
    QHash<QString, Frame> known;
    QHash<QString, FileFacts> timesFrom; ///< of the same listing
    /** Asked often, on the calling thread and on the one that walks the folders; may be null. */
    std::function<bool()> cancelled;
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
 * Sorted by Frame::earlier.
 *
 * No frames, and counted in leftOut: hidden folders and files, folders of systems, thumbnails, the
 * second file of a picture, folders that one of our exports made, `training` beside a camera
 * database, links to folders (but for `imgs` in the day's own), broken links, and what is no
 * regular file. Links to files are frames. Names need not be UTF-8: see pathFromNative().
 */
Result<DayListing> listDay(const DaySource &source, const ScanOptions &options = {});
Result<QList<Frame>> scanDay(const DaySource &source);

} // namespace birblens
