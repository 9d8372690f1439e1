// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/formats.h"

#include "core/counted.h"
#include "core/exporting/findings.h"
#include "core/exporting/labelscsv.h"
#include "core/exporting/labelwords.h"
#include "core/exporting/packagefolder.h"
#include "core/exporting/trainingpictures.h"
#include "core/exporting/trainingsplit.h"
#include "core/filewriter.h"
#include "core/frames/capturename.h"

#include <QDir>
#include <QFile>
#include <QMultiHash>

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

class TrainingFolder
{
public:
    TrainingFolder(const QString &folder, bool colonFree, LabelsCsv table)
        : m_dir(folder)
        , m_colonFree(colonFree)
        , m_table(std::move(table))
    {
        const QStringList names = m_dir.entryList(QDir::Files);
        for (const QString &name : names)
            note(name);
    }

    /** Puts the frame there under its label's name. @return the name; empty when it was there. */
    Result<QString> put(const FrameEntry &entry, const QByteArray &bytes, ExportReport &report)
    {
        const QStringList labels = entry.label().labels;
        const QDateTime time = entry.frame.captureTime;
        const Earlier earlier = exportedBefore(labels, time, bytes, report);
        QStringList stale = earlier.stale;
        QString name = earlier.same;
        if (name.isEmpty()) {
            name = freeName(labels, time);
            const QString path = m_dir.absoluteFilePath(name);
            if (!stale.isEmpty()) {
                const QString old = stale.takeFirst();
                m_renames.append({old, name});
                m_oldNames.insert(name, old);
                m_table.rename(old, name, labels);
                forget(old, time);
            } else if (auto written = writeWholeFile(path, bytes); !written) {
                return written.error();
            } else {
                m_added.append(name);
            }
            note(name);
        }
        m_current.insert(name);
        m_table.set(name, labels);
        for (const QString &old : std::as_const(stale)) {
            m_removals.append(old);
            m_table.remove(old);
            forget(old, time);
        }
        return earlier.same.isEmpty() ? name : QString();
    }

    /** The frame has no label any more: an earlier export of it goes, where it is ours. */
    void withdraw(const FrameEntry &entry, ExportReport &report)
    {
        const QDateTime time = entry.frame.captureTime;
        const QStringList names = m_byTime.values(timeKey(time));
        const auto bytes =
            names.isEmpty() ? Result<QByteArray>(Error{}) : trainingBytes(entry.frame.path());
        if (!bytes)
            return;
        for (const QString &name : names) {
            // A frame of the same second may show the very same and have a label.
            if (m_current.contains(name) || !hasContent(m_dir.filePath(presentName(name)), *bytes))
                continue;
            if (!m_table.contains(name)) {
                report.notes.append(QStringLiteral("%1 shows a frame that has no label any more; "
                                                   "labels.csv does not list it, so it was left "
                                                   "as it is.")
                                        .arg(name));
                continue;
            }
            m_removals.append(presentName(name));
            m_table.remove(name);
            m_byTime.remove(timeKey(time), name);
            ++m_withdrawn;
        }
    }

    /**
     * Renames and removes what has another label now, and writes the table: in this order, but only
     * when the table is on the disk, so that a full one leaves files and table as they were.
     */
    Result<void> finish()
    {
        const QString tablePath = m_dir.filePath(QStringLiteral("labels.csv"));
        if (!m_table.changed() && QFile::exists(tablePath))
            return {};
        FileWriter writer(tablePath);
        writer.write(m_table.text());
        if (auto prepared = writer.prepare(); !prepared) {
            for (const QString &name : std::as_const(m_added)) // no table says what they show
                QFile::remove(m_dir.filePath(name));
            return prepared;
        }
        for (qsizetype i = 0; i < m_renames.size(); ++i) {
            const auto &[old, name] = m_renames.at(i);
            if (QFile::rename(m_dir.filePath(old), m_dir.filePath(name)))
                continue;
            while (--i >= 0)
                QFile::rename(m_dir.filePath(m_renames.at(i).second),
                              m_dir.filePath(m_renames.at(i).first));
            return Error{QStringLiteral("The earlier export cannot be renamed to %1").arg(name),
                         m_dir.filePath(old), QStringLiteral("Check that it may be changed")};
        }
        if (auto written = writer.commit(); !written)
            return written;
        for (const QString &old : std::as_const(m_removals)) {
            if (!QFile::remove(m_dir.filePath(old)))
                return Error{
                    QStringLiteral("The label of this earlier export is another one now, or was "
                                   "taken back, and the file cannot be removed"),
                    m_dir.filePath(old), QStringLiteral("Remove it")};
        }
        return {};
    }

    LabelsCsv &table() { return m_table; }
    int renamed() const { return m_renamed; }
    int withdrawn() const { return m_withdrawn; }

private:
    void note(const QString &name)
    {
        const auto parsed = parseCaptureName(name);
        if (parsed && parsed->order == CaptureName::Order::LabelsFirst)
            m_byTime.insert(timeKey(parsed->captureTime), name);
    }

    void forget(const QString &name, const QDateTime &time)
    {
        m_byTime.remove(timeKey(time), name);
        ++m_renamed;
    }

    /** What finish() is going to call @p name. */
    QString presentName(const QString &name) const { return m_oldNames.value(name, name); }

    QString freeName(const QStringList &labels, const QDateTime &time) const
    {
        for (int collision = 0;; ++collision) {
            QString name = trainingName(labels, time, m_colonFree, collision);
            if (presentName(name) == name && !QFile::exists(m_dir.filePath(name)))
                return name;
        }
    }

    /** Files that show the very picture of a frame. */
    struct Earlier
    {
        QString same;      ///< under the label it has now
        QStringList stale; ///< under another label, and ours by labels.csv
    };

    Earlier exportedBefore(const QStringList &labels, const QDateTime &time,
                           const QByteArray &bytes, ExportReport &report) const
    {
        Earlier earlier;
        const QStringList names = m_byTime.values(timeKey(time));
        for (const QString &name : names) {
            if (!hasContent(m_dir.filePath(presentName(name)), bytes))
                continue;
            if (saysLabels(name, labels))
                earlier.same = name;
            else if (m_table.contains(name))
                earlier.stale.append(name);
            else
                report.notes.append(
                    QStringLiteral(
                        "%1 shows a frame that is labelled %2 now; labels.csv does not list "
                        "it, so it was left as it is.")
                        .arg(name, labelsToText(labels)));
        }
        return earlier;
    }

    bool saysLabels(const QString &name, const QStringList &labels) const
    {
        const auto parsed = parseCaptureName(name);
        const auto wanted =
            parseCaptureName(trainingName(labels, parsed->captureTime, m_colonFree));
        return wanted && wanted->labels == parsed->labels;
    }

    QDir m_dir;
    bool m_colonFree;
    LabelsCsv m_table;
    QMultiHash<qint64, QString> m_byTime;
    int m_renamed = 0;
    int m_withdrawn = 0;
    QSet<QString> m_current;                      ///< files of frames that have a label now
    QList<std::pair<QString, QString>> m_renames; ///< old and new name, in finish()
    QHash<QString, QString> m_oldNames;           ///< by the new ones
    QStringList m_removals;
    QStringList m_added; ///< files that were not there before
};

} // namespace

Result<ExportReport> exportTraining(const ExportJob &job, const ExportProgress &progress)
{
    const QString folder = QDir(job.folder).absoluteFilePath(QStringLiteral("training"));
    auto package = PackageFolder::open(folder);
    if (!package)
        return package.error();
    auto table = LabelsCsv::read(package->place() + QStringLiteral("/labels.csv"));
    if (!table)
        return table.error();

    TrainingFolder training(package->place(), job.colonFree, std::move(*table));
    ExportReport report;
    QList<const FrameEntry *> unlabelled;
    const int total = static_cast<int>(job.frames.size());
    for (int i = 0; i < total && !report.cancelled; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            break;
        }
        const FrameEntry &entry = job.frames.at(i);
        if (!entry.label().isLabelled() || entry.frame.gone) {
            ++report.skipped;
            if (!entry.frame.gone)
                unlabelled.append(&entry);
            continue;
        }
        const auto bytes = trainingBytes(entry.frame.path());
        const auto put =
            bytes ? training.put(entry, *bytes, report) : Result<QString>(bytes.error());
        if (!put && package->isNew() && isDiskFailure(put.error()))
            return Error{put.error().what, folder, put.error().hint}; // and no part of a set
        if (!put)
            report.failures.append({entry.frame.key, put.error()});
        else if (put->isEmpty())
            ++report.unchanged;
        else
            report.written.append(package->path(*put));
    }
    if (!report.cancelled) {
        for (const FrameEntry *entry : std::as_const(unlabelled))
            training.withdraw(*entry, report);
        if (training.withdrawn() > 0)
            report.notes.append(counted(
                training.withdrawn(),
                QStringLiteral("%1 picture was removed: its frame has no label any more."),
                QStringLiteral("%1 pictures were removed: their frames have no label any more.")));
    }
    const Split split = splitByEvent(training.table(), job);
    if (!split.mixed.isEmpty())
        report.notes.append(
            QStringLiteral("%1 and frames beside it are one event now, but were put on both sides "
                           "of is_valid earlier; labels.csv was left as it is.")
                .arg(split.mixed.first()));
    for (const QString &name : split.moved)
        report.notes.append(QStringLiteral("The visit of %1 is for training now, since no other "
                                           "there shows what it does.")
                                .arg(name));
    report.notes += notesOnJoined(personsLabels(job));
    report.notes += notesOnCells(personsLabels(job), false);
    // Also after a cancel: what was written is listed.
    if (auto written = training.finish(); !written) {
        const QString name = written.error().where.section(QLatin1Char('/'), -1);
        return Error{written.error().what, package->path(name), written.error().hint};
    }
    if (auto published = package->publish(); !published)
        return published.error();
    if (training.renamed() > 0)
        report.notes.append(
            QStringLiteral(
                "%1 frames exported earlier were renamed: their labels have changed since.")
                .arg(training.renamed()));
    if (progress && !report.cancelled)
        progress(total, total);
    return report;
}

} // namespace birblens
