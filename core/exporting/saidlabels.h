// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/csvtext.h"
#include "core/exporting/labelwords.h"

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace birblens {

/** What a file says of one frame, before anybody has looked which frame that is. */
struct SaidLabel
{
    int line = 0; ///< in a table, from 1; 0 in other files
    QString path; ///< of the frame, as the file has it
    /** Of a training set: the time that the file's name says; then `path` is not the frame's. */
    QDateTime time;
    QDateTime when;                 ///< the frame's time as the file has it, where it has one
    std::optional<TrueLabel> label; ///< nothing: no person said anything
};

struct SaidLabels
{
    QList<SaidLabel> labels; ///< in the order of the file
    QStringList notes;       ///< sentences for the person
    QStringList problems;    ///< what could not be read, likewise
};

/** The names of the columns for a sentence; not of all where they are many. */
QString listedColumns(const TableText &table);

// One reader for each kind of file; see importLabels().

bool isFramesTable(const TableText &table);
SaidLabels readFramesTable(const TableText &table, const LabelSpelling &spelling);

bool isTrainingTable(const TableText &table);
SaidLabels readTrainingTable(const TableText &table, const LabelSpelling &spelling);

bool isTimelapseTable(const TableText &table);
/** An Error when no column can be understood as a label. */
Result<SaidLabels> readTimelapseTable(const TableText &table, const LabelSpelling &spelling,
                                      const QStringList &vocabulary, const QString &path);

/** An Error when it is no JSON of MegaDetector's, or holds no person's word. */
Result<SaidLabels> readMegaDetector(const QByteArray &bytes, const LabelSpelling &spelling,
                                    const QString &path);

} // namespace birblens
