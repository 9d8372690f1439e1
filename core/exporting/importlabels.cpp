#include "core/exporting/importlabels.h"

#include "core/exporting/saidlabels.h"
#include "core/frames/filepath.h"
#include "core/review/framenames.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QMultiHash>

namespace birblens {

namespace {

Result<SaidLabels> readSaid(const QByteArray &bytes, const LabelSpelling &spelling,
                            const QStringList &vocabulary, const QString &path)
{
    if (bytes.trimmed().startsWith('{'))
        return readMegaDetector(bytes, spelling, path);
    const Result<TableText> table = readTable(bytes, path);
    if (!table)
        return table.error();
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
                               .arg(table->header.join(QStringLiteral(", "))),
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
        if (frames.size() == 1)
            return frames.constFirst()->key;
        if (frames.isEmpty())
            return Error{QStringLiteral("The day has no frame of the time that %1 says")
                             .arg(said.path),
                         {},
                         {}};
        // Of one second: the one whose bytes lie beside the table.
        const std::optional<QByteArray> picture =
            bytesOf(m_folder + QLatin1Char('/') + said.path);
        QStringList same;
        for (const Frame *frame : frames) {
            if (picture && bytesOf(frame->path()) == picture)
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
    static std::optional<QByteArray> bytesOf(const QString &path)
    {
        QFile file;
        return openForReading(file, path) ? std::optional(file.readAll()) : std::nullopt;
    }

    QString m_folder;
    QMultiHash<qint64, const Frame *> m_frames;
};

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
    LabelImport result;
    result.notes = said->notes;
    result.problems = said->problems;
    QHash<QString, int> places; // frame -> in said
    for (int i = 0; i < said->labels.size(); ++i) {
        const SaidLabel &one = said->labels.at(i);
        const auto problem = [&](const QString &what) {
            result.problems.append(
                one.line > 0 ? QStringLiteral("line %1: %2").arg(one.line).arg(what) : what);
        };
        const Result<QString> key =
            one.time.isValid() ? pictures.find(one) : names.findInTable(one.path);
        if (!key) {
            problem(one.path.isEmpty() ? QStringLiteral("no frame is named") : key.error().what);
            continue;
        }
        if (!one.label) {
            ++result.silent;
            continue;
        }
        if (const auto before = places.constFind(*key); before != places.cend()) {
            const SaidLabel &earlier = said->labels.at(*before);
            problem(earlier.line > 0
                        ? QStringLiteral("%1 was in line %2 already").arg(*key).arg(earlier.line)
                        : QStringLiteral("%1 is named twice").arg(*key));
            continue;
        }
        places.insert(*key, i);
        result.labels.append({*key, *one.label});
    }
    return result;
}

} // namespace birblens
