#include "core/exporting/formats.h"

#include "core/exporting/labelscsv.h"
#include "core/exporting/trainingsplit.h"
#include "core/frames/capturename.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QFile>
#include <QMultiHash>

namespace birblens {

namespace {

constexpr int jpegQuality = 95;

/** The frame as a JPEG that can be decoded: its own bytes when it is one. */
Result<QByteArray> trainingBytes(const QString &path)
{
    const auto image = loadImage(path);
    if (!image)
        return image.error();
    auto bytes = readImageFile(path);
    if (!bytes)
        return bytes.error();
    const ImageHeader header = inspectImage(*bytes);
    if (header.format == ImageFormat::Jpeg) {
        if (header.noEnd) // the end marker is all that is missing
            *bytes += bytes->endsWith('\xFF') ? "\xD9" : "\xFF\xD9";
        return bytes;
    }
    return encodePicture(*image, "jpg", jpegQuality);
}

bool hasContent(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.size() == bytes.size() && file.open(QIODevice::ReadOnly) && file.readAll() == bytes;
}

/** Seconds since 1970 of the wall clock: the time as a training file's name can say it. */
qint64 timeKey(const QDateTime &time)
{
    return time.toSecsSinceEpoch();
}

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

    /** Puts the frame there under its label's name. @return the path; empty when it was there. */
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
                if (!QFile::rename(m_dir.filePath(old), path))
                    return Error{
                        QStringLiteral("The earlier export cannot be renamed to %1").arg(name),
                        m_dir.filePath(old),
                        {}};
                m_table.rename(old, name, labels);
                forget(old, time);
            } else if (auto written = writeExportFile(path, bytes); !written) {
                return written.error();
            }
            note(name);
        }
        m_table.set(name, labels);
        for (const QString &old : std::as_const(stale)) {
            if (!QFile::remove(m_dir.filePath(old)))
                return Error{
                    QStringLiteral("This earlier export has another label and cannot be removed"),
                    m_dir.filePath(old),
                    {}};
            m_table.remove(old);
            forget(old, time);
        }
        return earlier.same.isEmpty() ? m_dir.absoluteFilePath(name) : QString();
    }

    LabelsCsv &table() { return m_table; }
    int renamed() const { return m_renamed; }

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

    QString freeName(const QStringList &labels, const QDateTime &time) const
    {
        for (int collision = 0;; ++collision) {
            QString name = trainingName(labels, time, m_colonFree, collision);
            if (!QFile::exists(m_dir.filePath(name)))
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
            if (!hasContent(m_dir.filePath(name), bytes))
                continue;
            if (saysLabels(name, labels))
                earlier.same = name;
            else if (m_table.contains(name))
                earlier.stale.append(name);
            else
                report.notes.append(
                    QStringLiteral(
                        "%1 shows a frame that is labelled %2 now; labels.csv does not list "
                        "it, so it was left as it is")
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
};

} // namespace

Result<ExportReport> exportTraining(const ExportJob &job, const ExportProgress &progress)
{
    const QString folder = QDir(job.folder).absoluteFilePath(QStringLiteral("training"));
    if (auto ready = prepareExportFolder(folder); !ready)
        return ready.error();
    const QString tablePath = folder + QStringLiteral("/labels.csv");
    auto table = LabelsCsv::read(tablePath);
    if (!table)
        return table.error();

    TrainingFolder training(folder, job.colonFree, std::move(*table));
    ExportReport report;
    const int total = static_cast<int>(job.frames.size());
    for (int i = 0; i < total && !report.cancelled; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            break;
        }
        const FrameEntry &entry = job.frames.at(i);
        if (!entry.label().isLabelled() || entry.frame.gone) {
            ++report.skipped;
            continue;
        }
        const auto bytes = trainingBytes(entry.frame.path());
        const auto put =
            bytes ? training.put(entry, *bytes, report) : Result<QString>(bytes.error());
        if (!put)
            report.failures.append({entry.frame.key, put.error()});
        else if (put->isEmpty())
            ++report.unchanged;
        else
            report.written.append(*put);
    }
    if (const QStringList mixed = splitByEvent(training.table(), job); !mixed.isEmpty())
        report.notes.append(
            QStringLiteral("%1 and frames beside it are one event now, but were put on both sides "
                           "of is_valid earlier; labels.csv was left as it is")
                .arg(mixed.first()));
    // Also after a cancel: what was written is listed.
    if (training.table().changed() || !QFile::exists(tablePath)) {
        if (auto written = training.table().write(tablePath); !written)
            return written.error();
    }
    if (training.renamed() > 0)
        report.notes.append(
            QStringLiteral(
                "%1 frames exported earlier were renamed: their labels have changed since")
                .arg(training.renamed()));
    if (progress && !report.cancelled)
        progress(total, total);
    return report;
}

} // namespace birblens
