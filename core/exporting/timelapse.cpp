#include "core/exporting/timelapse.h"

#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"

#include <QDir>

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

QStringList timelapseColumns(const QStringList &labels)
{
    QStringList columns;
    for (const QString &label : labels) {
        const QString name = timelapseColumn(label);
        QString column = name;
        for (int i = 2; columns.contains(column, Qt::CaseInsensitive) ||
                        timelapseFixedColumns().contains(column, Qt::CaseInsensitive);
             ++i)
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

QString noteOf(const Finding &finding)
{
    if (finding.unsure)
        return timelapseUnsure;
    if (finding.by == Finding::By::Machine)
        return timelapseMachine + QLatin1Char(' ') + finding.machine;
    return finding.by == Finding::By::Person && finding.labels.isEmpty() ? timelapseNone
                                                                         : QString();
}

QString truth(bool value)
{
    return value ? QStringLiteral("true") : QStringLiteral("false");
}

} // namespace

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
    header += timelapseColumns(labels);
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
        fields += {truth(frame.entry->mark.flagged), frame.entry->mark.comment, noteOf(finding)};
        text += csvLine(fields).toUtf8() + "\r\n";
    }
    return finishExport(std::move(report),
                        QDir(job.folder).absoluteFilePath(QStringLiteral("timelapse.csv")), text,
                        frames.size(), progress);
}

} // namespace birblens
