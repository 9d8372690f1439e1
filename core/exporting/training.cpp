#include "core/exporting/formats.h"

#include "core/exporting/labelscsv.h"
#include "core/frames/capturename.h"
#include "core/frames/imageloader.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QImageWriter>
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
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    QByteArray bytes = file.readAll();
    if (bytes.startsWith("\xFF\xD8"))
        return bytes;
    QByteArray encoded;
    QBuffer buffer(&encoded);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "jpg");
    writer.setQuality(jpegQuality);
    if (!writer.write(*image))
        return Error{QStringLiteral("Cannot be encoded: %1").arg(writer.errorString()), path, {}};
    return encoded;
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
        const QString earlier = exportedBefore(labels, time, bytes, report);

        QString name;
        for (int collision = 0;; ++collision) {
            name = trainingName(labels, time, m_colonFree, collision);
            const QString path = m_dir.absoluteFilePath(name);
            if (!QFile::exists(path))
                break;
            if (hasContent(path, bytes)) {
                m_table.set(name, labels);
                if (!earlier.isEmpty() && earlier != name && QFile::remove(m_dir.filePath(earlier)))
                    forget(earlier, name, labels);
                return QString();
            }
        }
        const QString path = m_dir.absoluteFilePath(name);
        if (!earlier.isEmpty()) {
            if (!QFile::rename(m_dir.filePath(earlier), path))
                return Error{QStringLiteral("The earlier export cannot be renamed to %1").arg(name),
                             m_dir.filePath(earlier),
                             {}};
            forget(earlier, name, labels);
        } else if (auto written = writeExportFile(path, bytes); !written) {
            return written.error();
        }
        m_table.set(name, labels);
        note(name);
        return path;
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

    void forget(const QString &earlier, const QString &name, const QStringList &labels)
    {
        m_table.rename(earlier, name, labels);
        const auto parsed = parseCaptureName(earlier);
        if (parsed)
            m_byTime.remove(timeKey(parsed->captureTime), earlier);
        ++m_renamed;
    }

    /** The name under which our earlier export of this frame says another label; empty: none. */
    QString exportedBefore(const QStringList &labels, const QDateTime &time,
                           const QByteArray &bytes, ExportReport &report) const
    {
        QString ours;
        const QStringList names = m_byTime.values(timeKey(time));
        for (const QString &name : names) {
            if (saysLabels(name, labels) || !hasContent(m_dir.filePath(name), bytes))
                continue;
            if (m_table.contains(name))
                ours = name;
            else
                report.notes.append(
                    QStringLiteral(
                        "%1 shows a frame that is labelled %2 now; labels.csv does not list "
                        "it, so it was left as it is")
                        .arg(name, labelsToText(labels)));
        }
        return ours;
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
        const auto bytes = trainingBytes(entry.frame.path);
        const auto put =
            bytes ? training.put(entry, *bytes, report) : Result<QString>(bytes.error());
        if (!put)
            report.failures.append({entry.frame.key, put.error()});
        else if (put->isEmpty())
            ++report.unchanged;
        else
            report.written.append(*put);
    }
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
