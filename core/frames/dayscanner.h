#pragma once

#include "core/frames/frame.h"
#include "core/result.h"

#include <QList>
#include <QPromise>
#include <QString>

namespace birblens
{

/** What kind of folder was opened for review. */
struct DaySource
{
    QString folder;           ///< absolute, canonical
    QString cameraDatabase;   ///< absolute path of model_results.db; empty for a plain folder
    QString imageFolder;      ///< where the images are: folder/imgs for a Birb Cam folder
    QString speciesMap;       ///< species_map.json if there
};

/** Accepts a folder of images, a Birb Cam data folder, or the path of its model_results.db. */
Result<DaySource> locateDay(const QString &path);

/**
 * Lists the frames of a day: every image below the folder, joined with the camera database's rows;
 * capture time from the row, else the name, else EXIF, else the file's modification time. Rows
 * without a file are listed as gone. Sorted by Frame::earlier.
 */
Result<QList<Frame>> scanDay(const DaySource &source);

} // namespace birblens
