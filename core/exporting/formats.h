// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/csvtext.h"
#include "core/exporting/exporter.h"

#include <QByteArray>
#include <QStringList>

namespace birblens {

Result<ExportReport> exportAnnotated(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportTraining(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportFolders(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportCsv(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportMegaDetector(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportCoco(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportCamtrap(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportTimelapse(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportInaturalist(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportXmp(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportHtml(const ExportJob &job, const ExportProgress &progress);
Result<ExportReport> exportFilm(const ExportJob &job, const ExportProgress &progress);

/**
 * Makes the folder. One that is new or empty is marked as ours, so that pictures exported into a
 * day are not listed as its frames. What a killed export left there goes.
 */
Result<void> prepareExportFolder(const QString &folder);

/** The image's bytes in @p format ("png", "jpg"); its text keys go along. @p quality of JPEG. */
Result<QByteArray> encodePicture(const QImage &image, const QByteArray &format, int quality = 92);

/** The job's image format; an Error when the exporter @p name has none such. */
Result<QString> imageFormatOf(const ExportJob &job, const QString &name);

/** Writes the one file of a format, says that @p total frames are done, and returns the report. */
Result<ExportReport> finishExport(ExportReport report, const QString &path, const QByteArray &bytes,
                                  qsizetype total, const ExportProgress &progress);

} // namespace birblens
