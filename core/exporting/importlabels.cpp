// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/importlabels.h"

#include "core/counted.h"
#include "core/exporting/saidlabels.h"
#include "core/exporting/trainingpictures.h"
#include "core/filepath.h"
#include "core/review/framenames.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QMultiHash>
#include <QRegularExpression>
#include <QSet>

#include <cmath>

namespace birblens {

namespace {

Result<SaidLabels> readSaid(const QByteArray &bytes, const LabelSpelling &spelling,
                            const QStringList &vocabulary, const QString &path)
{
    QStringList notes;
    if (const auto text = tableText(bytes, path, notes);
        text && (text->trimmed().startsWith(QLatin1Char('{')) ||
                 text->trimmed().startsWith(QLatin1Char('['))))
        return readMegaDetector(text->toUtf8(), spelling, path);
    const Result<TableText> table = readTable(bytes, path);
    if (!table)
        return table.error();
    for (const char *name : {"frame", "true_label", "File", "RelativePath", "fname", "labels"}) {
        if (table->header
                .filter(QRegularExpression(QStringLiteral("^%1$").arg(QLatin1String(name)),
                                           QRegularExpression::CaseInsensitiveOption))
                .size() > 1)
            return Error{
                QStringLiteral("It has two columns with the name %1").arg(QLatin1String(name)),
                path, QStringLiteral("Remove one of them")};
    }
    Result<SaidLabels> said = SaidLabels();
    if (isFramesTable(*table))
        said = readFramesTable(*table, spelling);
    else if (isTimelapseTable(*table))
        said = readTimelapseTable(*table, spelling, vocabulary, path);
    else if (isTrainingTable(*table))
        said = readTrainingTable(*table, spelling);
    else
        return Error{table->header.isEmpty()
                         ? QStringLiteral("The table is empty")
                         : QStringLiteral("Its columns are none that Birblens knows: %1")
                               .arg(listedColumns(*table)),
                     path,
                     QStringLiteral("Give a table with frame and true_label, with File (Timelapse) "
                                    "or with fname and labels, or a MegaDetector JSON")};
    if (said) {
        said->notes = table->notes + said->notes;
        said->problems = table->problems + said->problems;
    }
    return said;
}

/** The frames of the day that pictures of a training set may be of. */
class TrainingPictures
{
public:
    TrainingPictures(const QList<Frame> &frames, const QString &table)
        : m_folder(QFileInfo(table).absolutePath())
    {
        for (const Frame &frame : frames)
            m_frames.insert(frame.captureTime.toSecsSinceEpoch(), &frame);
    }

    Result<QString> find(const SaidLabel &said) const
    {
        const QList<const Frame *> frames = m_frames.values(said.time.toSecsSinceEpoch());
        // The one whose picture lies beside the table; a clock may have been corrected since.
        const std::optional<QByteArray> picture = bytesOf(m_folder + QLatin1Char('/') + said.path);
        if (frames.size() == 1 && (!picture || shows(*frames.constFirst(), *picture)))
            return frames.constFirst()->key;
        if (frames.size() == 1)
            return Error{QStringLiteral("the frame of the time that %1 says shows another picture")
                             .arg(said.path),
                         {},
                         {}};
        if (frames.isEmpty())
            return Error{
                QStringLiteral("the day has no frame of the time that %1 says").arg(said.path),
                {},
                {}};
        QStringList same;
        for (const Frame *frame : frames) {
            if (picture && shows(*frame, *picture))
                same.append(frame->key);
        }
        if (same.size() == 1)
            return same.constFirst();
        return Error{QStringLiteral("%1 frames were taken in the second that %2 says")
                         .arg(frames.size())
                         .arg(said.path),
                     {},
                     {}};
    }

private:
    /** A frame that is gone is taken for what its time says. */
    static bool shows(const Frame &frame, const QByteArray &picture)
    {
        const auto bytes = bytesOf(frame.path());
        if (!bytes || *bytes == picture)
            return true;
        const auto exported = trainingBytes(frame.path());
        return exported && *exported == picture;
    }

    static std::optional<QByteArray> bytesOf(const QString &path)
    {
        QFile file;
        return openForReading(file, path) ? std::optional(file.readAll()) : std::nullopt;
    }

    QString m_folder;
    QMultiHash<qint64, const Frame *> m_frames;
};

/**
 * Frames by the paths that a table has, which may begin above the day's folder. Where it names
 * several folders above, it is about several days: then only lines of this day's own folder count.
 */
class FoldersAbove
{
public:
    FoldersAbove(const SaidLabels &said, const FrameNames &names, const QList<Frame> &frames)
        : m_names(names)
        , m_dayFolder(frames.isEmpty() ? QString() : frames.constFirst().folder)
    {
        for (const Frame &frame : frames)
            m_times.insert(frame.key, frame.captureTime);
        for (const SaidLabel &one : said.labels) {
            if (const auto key = names.findInTable(one.path))
                m_above.insert(above(one.path, *key));
        }
    }

    Result<QString> find(const SaidLabel &one)
    {
        const Result<QString> key = m_names.findInTable(one.path);
        if (!key)
            return key;
        const QString folder = above(one.path, *key);
        if (folder.isEmpty() || isDays(folder))
            return key;
        if (m_above.size() > 1)
            return Error{QStringLiteral("%1 is in the folder %2, and the table names others above "
                                        "this day: which one the day is, is not known")
                             .arg(one.path, folder),
                         {},
                         {}};
        constexpr qint64 aDay = 24 * 3600;
        const QDateTime time = m_times.value(*key);
        if (one.when.isValid() && time.isValid() &&
            std::abs(one.when.toSecsSinceEpoch() - time.toSecsSinceEpoch()) > aDay)
            return Error{
                QStringLiteral("%1 is of %2, and the day's frame of %3")
                    .arg(one.path, one.when.toString(Qt::ISODate), time.toString(Qt::ISODate)),
                {},
                {}};
        m_taken.insert(folder);
        return key;
    }

    QStringList notes() const
    {
        QStringList notes;
        for (const QString &folder : m_taken)
            notes.append(
                QStringLiteral("The folder %1 of the table was taken for this day's.").arg(folder));
        return notes;
    }

private:
    /** What of @p path lies above the day's folder. */
    static QString above(const QString &path, const QString &key)
    {
        QString wanted = path.normalized(QString::NormalizationForm_C);
        wanted = QDir::cleanPath(wanted.replace(QLatin1Char('\\'), QLatin1Char('/')));
        const qsizetype size = key.normalized(QString::NormalizationForm_C).size();
        return wanted.size() > size ? wanted.chopped(size + 1) : QString();
    }

    bool isDays(const QString &folder) const
    {
        return m_dayFolder == folder || m_dayFolder.endsWith(QLatin1Char('/') + folder) ||
               folder.endsWith(QLatin1Char('/') + QDir(m_dayFolder).dirName());
    }

    const FrameNames &m_names;
    QString m_dayFolder;
    QHash<QString, QDateTime> m_times; ///< by key, of the camera's clock
    QSet<QString> m_above;
    QSet<QString> m_taken;
};

QString textOf(const TrueLabel &label)
{
    return label.isLabelled() ? labelsToText(label.labels) : QStringLiteral("unsure");
}

/** So that a slip of the pen, or a wrong encoding, is seen. */
QStringList notesOnNewLabels(const QList<ImportedLabel> &labels, const QStringList &vocabulary)
{
    constexpr qsizetype most = 10;
    const QSet<QString> known(vocabulary.cbegin(), vocabulary.cend());
    QStringList fresh;
    for (const ImportedLabel &one : labels) {
        for (const QString &label : one.label.labels) {
            if (!known.contains(label) && !fresh.contains(label))
                fresh.append(label);
        }
    }
    if (fresh.isEmpty() || vocabulary.isEmpty())
        return {};
    fresh.sort();
    QString list = QStringList(fresh.mid(0, most)).join(QStringLiteral(", "));
    if (fresh.size() > most)
        list += QStringLiteral(" and %1 more").arg(fresh.size() - most);
    return {QStringLiteral("Labels that the day did not have: %1.").arg(list)};
}

} // namespace

Result<LabelImport> importLabels(const QString &path, const QList<Frame> &frames,
                                 const QStringList &vocabulary)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    const QByteArray bytes = file.readAll();
    if (file.error() != QFileDevice::NoError)
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    LabelSpelling spelling(vocabulary);
    const Result<SaidLabels> said = readSaid(bytes, spelling, vocabulary, path);
    if (!said)
        return said.error();

    const FrameNames names(frames);
    const TrainingPictures pictures(frames, path);
    FoldersAbove folders(*said, names, frames);
    LabelImport result;
    result.notes = said->notes;
    result.problems = said->problems;
    QHash<QString, int> places; // frame -> in result.labels
    QHash<QString, int> lines;  // frame -> the line that named it first
    int joined = 0;
    for (const SaidLabel &one : said->labels) {
        const auto problem = [&](const QString &what) {
            result.problems.append(
                one.line > 0 ? QStringLiteral("line %1: %2").arg(one.line).arg(what) : what);
        };
        const Result<QString> key = one.time.isValid() ? pictures.find(one) : folders.find(one);
        if (!key) {
            problem(one.path.isEmpty() ? QStringLiteral("no frame is named") : key.error().what);
            continue;
        }
        if (!one.label) {
            ++result.silent;
            continue;
        }
        const auto before = places.constFind(*key);
        if (before == places.cend()) {
            places.insert(*key, static_cast<int>(result.labels.size()));
            lines.insert(*key, one.line);
            result.labels.append({*key, *one.label});
            continue;
        }
        // Programs write a line for each animal of a picture.
        TrueLabel &earlier = result.labels[*before].label;
        if (earlier == *one.label)
            continue;
        if (earlier.labels.isEmpty() || one.label->labels.isEmpty()) {
            problem(QStringLiteral("%1 was named in line %2 already, with %3: that was kept")
                        .arg(*key)
                        .arg(lines.value(*key))
                        .arg(textOf(earlier)));
            continue;
        }
        const qsizetype known = earlier.labels.size();
        earlier.labels += one.label->labels;
        earlier.labels.removeDuplicates();
        joined += earlier.labels.size() > known ? 1 : 0;
    }
    if (joined > 0)
        result.notes.append(
            counted(joined,
                    QStringLiteral("%1 line names a frame that a line before it names: the "
                                   "labels of both were joined."),
                    QStringLiteral("%1 lines name frames that lines before them name: their labels "
                                   "were joined.")));
    result.notes += folders.notes();
    result.notes += notesOnNewLabels(result.labels, vocabulary);
    return result;
}

} // namespace birblens
