// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/timelapse.h"

#include "core/counted.h"
#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/labelwords.h"

#include <QDir>
#include <QRegularExpression>

namespace birblens {

QString timelapseColumn(const QString &label)
{
    QString name;
    for (const QChar c : label)
        name += c.isLetterOrNumber() && c.unicode() < 0x80 ? c : QLatin1Char('_');
    if (name.isEmpty() || !name.at(0).isLetter())
        name.prepend(QLatin1Char('L'));
    return name;
}

namespace {

/** SQLite's keywords and Timelapse's own columns, which it takes for no column's name. */
bool isReserved(const QString &name)
{
    static const QStringList words =
        QStringLiteral(
            "abort action add after all alter analyze and as asc attach autoincrement before "
            "begin between by cascade case cast check collate column commit conflict constraint "
            "create cross current_date current_time current_timestamp datetime database default "
            "deferrable deferred delete desc detach distinct drop each else end escape except "
            "exclusive exists explain fail for foreign from full glob group having id if ignore "
            "immediate in index indexed initially inner insert instead intersect into is isnull "
            "join key left like limit match natural no not nothing notnull null of offset on or "
            "order outer plan pragma primary query raise recursive references regexp reindex "
            "release rename replace restrict right rollback row savepoint select set table temp "
            "temporary then to transaction trigger union unique update using vacuum values view "
            "virtual when where with without date time "
            "folder imagequality")
            .split(QLatin1Char(' '));
    return words.contains(name, Qt::CaseInsensitive) ||
           timelapseFixedColumns().contains(name, Qt::CaseInsensitive);
}

} // namespace

QString timelapseLabelOf(const QString &column)
{
    const QString stem = column.chopped(1);
    return column.endsWith(QLatin1Char('2')) && isReserved(stem) ? stem : column;
}

QStringList timelapseColumns(const QStringList &labels)
{
    QStringList columns;
    for (const QString &label : labels) {
        const QString name = timelapseColumn(label);
        QString column = name;
        for (int i = 2; columns.contains(column, Qt::CaseInsensitive) || isReserved(column); ++i)
            column = name + QString::number(i);
        columns.append(column);
    }
    return columns;
}

const QStringList &timelapseFixedColumns()
{
    static const QStringList columns{QStringLiteral("RootFolder"),   QStringLiteral("File"),
                                     QStringLiteral("RelativePath"), QStringLiteral("DateTime"),
                                     QStringLiteral("DeleteFlag"),   QStringLiteral("Flag"),
                                     QStringLiteral("Comment"),      QStringLiteral("Note")};
    return columns;
}

namespace {

/** Labels are spelled out: a column's name has nothing but ASCII letters. */
QString noteOf(const Finding &finding, const QHash<QString, QString> &columns)
{
    if (finding.unsure)
        return timelapseUnsure;
    if (finding.by == Finding::By::Nobody)
        return {};
    const bool machine = finding.by == Finding::By::Machine;
    if (finding.labels.isEmpty() && !machine)
        return timelapseNone;
    QStringList words;
    for (const QString &label : finding.labels) {
        const QString column = columns.value(label);
        words.append(column == label ? label : column + QLatin1Char('=') + labelsToText({label}));
    }
    const QString labels = timelapseLabels + QLatin1Char(' ') + words.join(QStringLiteral(", "));
    // With the labels, so that a person's corrections in the columns can be told from them.
    return machine ? QStringLiteral("%1 %2; %3")
                         .arg(timelapseMachine, QString(finding.machine).remove(timelapseLabels),
                              labels)
                         .trimmed()
                   : labels;
}

QString truth(bool value)
{
    return value ? QStringLiteral("true") : QStringLiteral("false");
}

} // namespace

QString noteOnWindowsNames(const QList<ExportFrame> &frames)
{
    static const QRegularExpression forbidden(QStringLiteral("[<>:\"|?*\\\\]"));
    const auto count = std::count_if(frames.cbegin(), frames.cend(), [](const ExportFrame &frame) {
        return frame.entry->frame.key.contains(forbidden);
    });
    if (count == 0)
        return {};
    return counted(count, QStringLiteral("%1 file has a name"),
                   QStringLiteral("%1 files have names")) +
           QStringLiteral(" that Windows, where Timelapse runs, does not allow (such as ':'): "
                          "rename them there, and in the exported file.");
}

Result<ExportReport> exportTimelapse(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    ExportReport report;
    const QList<ExportFrame> frames = framesInEvents(job);
    report.skipped = static_cast<int>(job.frames.size() - frames.size());
    if (progress && !progress(0, static_cast<int>(frames.size()))) {
        report.cancelled = true;
        return report;
    }
    const QStringList labels = allLabels(job);
    QStringList header{QStringLiteral("File"), QStringLiteral("RelativePath"),
                       QStringLiteral("DateTime"), QStringLiteral("DeleteFlag")};
    const QStringList columns = timelapseColumns(labels);
    QHash<QString, QString> columnOf; // by label
    for (qsizetype i = 0; i < labels.size(); ++i)
        columnOf.insert(labels.at(i), columns.at(i));
    header += columns;
    header += {QStringLiteral("Flag"), QStringLiteral("Comment"), QStringLiteral("Note")};
    QByteArray text = csvLine(header).toUtf8() + "\r\n";
    for (const ExportFrame &frame : frames) {
        const Frame &file = frame.entry->frame;
        const Finding finding = findingOf(*frame.entry, job.model);
        QStringList fields{
            file.fileName(),
            // Timelapse runs on Windows.
            file.key.section(QLatin1Char('/'), 0, -2).replace(QLatin1Char('/'), QLatin1Char('\\')),
            file.captureTime.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")), truth(false)};
        for (const QString &label : labels)
            fields.append(truth(finding.labels.contains(label)));
        fields += {truth(frame.entry->mark.flagged), frame.entry->mark.comment,
                   noteOf(finding, columnOf)};
        text += csvLine(fields).toUtf8() + "\r\n";
    }
    report.notes += notesOnJoined(personsLabels(job));
    if (const QString note = noteOnWindowsNames(frames); !note.isEmpty())
        report.notes.append(note);
    return finishExport(std::move(report),
                        QDir(job.folder).absoluteFilePath(QStringLiteral("timelapse.csv")), text,
                        frames.size(), progress);
}

} // namespace birblens
