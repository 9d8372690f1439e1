// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/formats.h"

#include "core/counted.h"
#include "core/exporting/findings.h"
#include "core/exporting/labelscsv.h"
#include "core/exporting/labelwords.h"
#include "core/exporting/outputnames.h"
#include "core/exporting/packagefolder.h"
#include "core/exporting/trainingpictures.h"
#include "core/exporting/trainingsplit.h"
#include "core/filewriter.h"
#include "core/frames/capturename.h"

#include <QDir>
#include <QFile>
#include <QMap>
#include <QMultiHash>

#include <utility>

namespace birblens {

namespace {

const QString tableName = QStringLiteral("pictures.csv");
const QString trainSide = QStringLiteral("train");
const QString validSide = QStringLiteral("val");

QString classFolder(const QString &label)
{
    QString name = fileNamePart(label);
    if (name.startsWith(QLatin1Char('.'))) // neither hidden nor the folder above
        name[0] = QLatin1Char('_');
    return name;
}

/** The frame's classes, each a folder; empty when no picture of it belongs into the set. */
QStringList foldersOf(const FrameEntry &entry, bool copySeveral)
{
    if (entry.frame.gone || !entry.label().isLabelled())
        return {};
    QStringList labels = entry.label().labels;
    if (labels.isEmpty())
        return {QStringLiteral("none")};
    if (labels.size() > 1 && !copySeveral)
        return {};
    for (QString &label : labels)
        label = classFolder(label);
    labels.removeDuplicates();
    return labels;
}

/** `chickadee` of `train/chickadee/chickadee_2021-02-08T10:56:58.jpg`. */
QString folderOf(const QString &name)
{
    return name.section(QLatin1Char('/'), 1, 1);
}

/** The sides of pictures, true for validation. */
struct Sides
{
    QHash<int, bool> frames;       ///< that are going to be in the set, by their numbers in the job
    QHash<QString, bool> pictures; ///< that are in it, by name
};

Sides sidesOf(const ExportJob &job, const LabelsCsv &table, QStringList &notes)
{
    // Folders stand for the labels here, so that `none` is one of the classes to be trained.
    LabelsCsv plan;
    const auto add = [&plan](const QString &name, const QStringList &folders) {
        QStringList classes;
        for (const QString &folder : folders)
            classes.append(QStringLiteral("in ") + folder);
        plan.set(name, classes);
    };
    const QStringList names = table.fileNames();
    for (const QString &name : names) {
        add(name, {folderOf(name)});
        if (const auto valid = table.isValid(name))
            plan.setValid(name, *valid);
    }
    const auto planned = [&job](int frame) {
        const FrameEntry &entry = job.frames.at(frame);
        return QStringLiteral("%1/%2").arg(frame).arg(
            trainingName(entry.label().labels, entry.frame.captureTime, job.colonFree));
    };
    for (int i = 0; i < job.frames.size(); ++i) {
        if (const QStringList folders = foldersOf(job.frames.at(i), job.copySeveral);
            !folders.isEmpty())
            add(planned(i), folders);
    }
    const Split split = splitByEvent(plan, job);
    if (!split.mixed.isEmpty())
        notes.append(QStringLiteral("%1 and frames beside it are one event now, but were put into "
                                    "train and val earlier; they were left there.")
                         .arg(split.mixed.first().section(QLatin1Char('/'), -1)));
    for (const QString &name : split.moved)
        notes.append(QStringLiteral("The visit of %1 is for training now, since no other there "
                                    "shows what it does.")
                         .arg(name.section(QLatin1Char('/'), -1)));
    Sides sides;
    for (int i = 0; i < job.frames.size(); ++i) {
        if (const auto valid = plan.isValid(planned(i)))
            sides.frames.insert(i, *valid);
    }
    for (const QString &name : names)
        sides.pictures.insert(name, plan.isValid(name).value_or(false));
    return sides;
}

/** Labels that are the same as names of folders. */
QStringList notesOnShared(const QStringList &labels)
{
    QMap<QString, QStringList> users;
    for (const QString &label : labels)
        users[classFolder(label)].append(label);
    QStringList notes;
    for (auto one = users.cbegin(); one != users.cend(); ++one) {
        if (one->size() > 1)
            notes.append(QStringLiteral("%1 share the folder %2.")
                             .arg(one->join(QStringLiteral(" and ")), one.key()));
    }
    return notes;
}

class ClassFolders
{
public:
    ClassFolders(const QString &place, const ExportJob &job, LabelsCsv table, QStringList &notes)
        : m_dir(place)
        , m_colonFree(job.colonFree)
        , m_sides(sidesOf(job, table, notes))
        , m_table(std::move(table))
    {
        const QStringList names = m_table.fileNames();
        for (const QString &name : names) {
            if (const auto parsed = parseCaptureName(name))
                m_earlier.insert(timeKey(parsed->captureTime), name);
        }
    }

    bool mayHold(const Frame &frame) const
    {
        return m_earlier.contains(timeKey(frame.captureTime));
    }

    /**
     * Puts the picture of the job's frame @p number into @p folders, and marks what an earlier
     * export put elsewhere for removal.
     * @return the names of the files that were written.
     */
    Result<QStringList> put(const FrameEntry &entry, int number, const QByteArray &bytes,
                            const QStringList &folders)
    {
        QStringList earlier;
        const QStringList sameTime = m_earlier.values(timeKey(entry.frame.captureTime));
        for (const QString &name : sameTime) {
            if (hasContent(m_dir.filePath(name), bytes))
                earlier.append(name);
        }
        const bool valid = earlier.isEmpty() ? m_sides.frames.value(number)
                                             : m_sides.pictures.value(earlier.first());
        QStringList written;
        const QStringList labels = entry.label().labels;
        for (const QString &folder : folders) {
            const QString place =
                QStringLiteral("%1/%2/").arg(valid ? validSide : trainSide, folder);
            const auto there =
                std::find_if(earlier.cbegin(), earlier.cend(), [&place](const QString &name) {
                    return name.startsWith(place) && name.count(QLatin1Char('/')) == 2;
                });
            const QString name =
                there != earlier.cend() ? *there : freeName(place, labels, entry.frame.captureTime);
            if (there == earlier.cend()) {
                if (auto done = write(name, bytes); !done)
                    return done.error();
                written.append(name);
            }
            m_table.set(name, labels);
            if (m_table.isValid(name) != valid)
                m_table.setValid(name, valid);
            m_current.insert(name);
        }
        for (const QString &name : std::as_const(earlier))
            m_stale.insert(name);
        return written;
    }

    /** Writes the table, then removes what it does not list any more. */
    Result<void> finish()
    {
        // A picture that two frames show is stale only if neither has it there.
        m_stale.subtract(m_current);
        for (const QString &name : std::as_const(m_stale))
            m_table.remove(name);
        const QString path = m_dir.filePath(tableName);
        if (!m_table.changed() && QFile::exists(path))
            return {};
        FileWriter writer(path);
        writer.write(m_table.text());
        auto written = writer.prepare();
        if (written)
            written = writer.commit();
        if (!written) {
            for (const QString &name : std::as_const(m_added)) // no table says what they show
                QFile::remove(m_dir.filePath(name));
            return written;
        }
        for (const QString &name : std::as_const(m_stale)) {
            if (!QFile::remove(m_dir.filePath(name)) && QFile::exists(m_dir.filePath(name)))
                return Error{QStringLiteral("The label of this earlier export is another one now, "
                                            "or was taken back, and the file cannot be removed"),
                             m_dir.filePath(name), QStringLiteral("Remove it")};
        }
        return {};
    }

    qsizetype removed() const { return m_stale.size(); }

    /**
     * A folder for every class on both sides, since training programs number classes by their
     * folders, and none for a class that has gone. @return the classes that have pictures on the
     * training side only.
     */
    QStringList evenOut() const
    {
        QMap<QString, bool> validated;
        const QStringList names = m_table.fileNames();
        for (const QString &name : names)
            validated[folderOf(name)] |= name.startsWith(validSide + QLatin1Char('/'));
        QStringList trainedOnly;
        for (auto one = validated.cbegin(); one != validated.cend(); ++one) {
            for (const QString &side : {trainSide, validSide})
                m_dir.mkpath(side + QLatin1Char('/') + one.key());
            if (!one.value())
                trainedOnly.append(one.key());
        }
        for (const QString &name : m_stale) {
            if (!validated.contains(folderOf(name))) {
                for (const QString &side : {trainSide, validSide})
                    m_dir.rmdir(side + QLatin1Char('/') + folderOf(name)); // an empty one only
            }
        }
        return trainedOnly;
    }

private:
    QString freeName(const QString &place, const QStringList &labels, const QDateTime &time) const
    {
        for (int collision = 0;; ++collision) {
            QString name = place + trainingName(labels, time, m_colonFree, collision);
            if (!QFile::exists(m_dir.filePath(name)))
                return name;
        }
    }

    Result<void> write(const QString &name, const QByteArray &bytes)
    {
        const QString folder = name.section(QLatin1Char('/'), 0, 1);
        if (!m_prepared.contains(folder)) {
            m_dir.mkpath(folder);
            clearLeftovers(m_dir.filePath(folder));
            m_prepared.insert(folder);
        }
        if (auto written = writeWholeFile(m_dir.filePath(name), bytes); !written)
            return written;
        m_added.append(name);
        return {};
    }

    QDir m_dir;
    bool m_colonFree;
    Sides m_sides; ///< before m_table, which they are made of
    LabelsCsv m_table;
    QMultiHash<qint64, QString> m_earlier; ///< of earlier exports, by the times in their names
    QSet<QString> m_current;               ///< files of frames that belong there
    QSet<QString> m_stale;                 ///< files that show frames of this export
    QSet<QString> m_prepared;
    QStringList m_added;
};

} // namespace

Result<ExportReport> exportFolders(const ExportJob &job, const ExportProgress &progress)
{
    const QString folder = QDir(job.folder).absoluteFilePath(QStringLiteral("folders"));
    auto package = PackageFolder::open(folder);
    if (!package)
        return package.error();
    auto table = LabelsCsv::read(package->place() + QLatin1Char('/') + tableName);
    if (!table)
        return table.error();

    ExportReport report;
    ClassFolders set(package->place(), job, std::move(*table), report.notes);
    int several = 0;
    const int total = static_cast<int>(job.frames.size());
    for (int i = 0; i < total && !report.cancelled; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            break;
        }
        const FrameEntry &entry = job.frames.at(i);
        const QStringList folders = foldersOf(entry, job.copySeveral);
        several +=
            folders.isEmpty() && !entry.frame.gone && entry.label().labels.size() > 1 ? 1 : 0;
        report.skipped += folders.isEmpty() ? 1 : 0;
        if (entry.frame.gone || (folders.isEmpty() && !set.mayHold(entry.frame)))
            continue;
        const auto bytes = trainingBytes(entry.frame.path());
        if (!bytes && folders.isEmpty())
            continue; // nothing to put there, and nothing to compare with
        const auto put =
            bytes ? set.put(entry, i, *bytes, folders) : Result<QStringList>(bytes.error());
        if (!put && package->isNew() && isDiskFailure(put.error()))
            return Error{put.error().what, folder, put.error().hint}; // and no part of a set
        if (!put) {
            report.failures.append({entry.frame.key, put.error()});
            continue;
        }
        report.unchanged += put->isEmpty() && !folders.isEmpty() ? 1 : 0;
        for (const QString &name : *put)
            report.written.append(package->path(name));
    }
    // Also after a cancel: what was written is listed.
    if (auto written = set.finish(); !written) {
        const QString name = written.error().where.mid(package->place().size() + 1);
        return Error{written.error().what, package->path(name), written.error().hint};
    }
    const QStringList trainedOnly = set.evenOut();
    if (auto published = package->publish(); !published)
        return published.error();
    report.notes += notesOnShared(personsLabels(job));
    report.notes += notesOnJoined(personsLabels(job));
    report.notes += notesOnCells(personsLabels(job), false);
    if (several > 0)
        report.notes.append(
            counted(several,
                    QStringLiteral("%1 frame has several labels and was left out; by option a copy "
                                   "goes into the folder of each label."),
                    QStringLiteral("%1 frames have several labels and were left out; by option "
                                   "copies go into the folder of each label.")));
    if (set.removed() > 0)
        report.notes.append(counted(
            set.removed(),
            QStringLiteral("%1 picture of an earlier export was removed: its frame has another "
                           "label now, or none."),
            QStringLiteral("%1 pictures of an earlier export were removed: their frames have other "
                           "labels now, or none.")));
    if (!trainedOnly.isEmpty())
        report.notes.append(
            QStringLiteral("For validation there is no picture of %1 yet, because their frames are "
                           "all of visits that are trained with: those folders in val are empty.")
                .arg(trainedOnly.join(QStringLiteral(", "))));
    if (progress && !report.cancelled)
        progress(total, total);
    return report;
}

} // namespace birblens
