#include "core/exporting/importlabels.h"

#include "core/exporting/csvtext.h"
#include "core/exporting/timelapse.h"
#include "core/review/framenames.h"

#include <QFile>
#include <QHash>

namespace birblens {

namespace {

/** What one line says; nothing when no person said anything. */
using LineLabel = std::optional<TrueLabel>;

/** How the columns of a table are to be understood. */
class Columns
{
public:
    Columns(const QStringList &header, const QStringList &vocabulary)
        : m_header(header)
        , m_own(header.contains(QStringLiteral("frame")) &&
                header.contains(QStringLiteral("true_label")))
        , m_timelapse(!m_own && header.contains(QStringLiteral("File")))
    {
        for (const QString &label : vocabulary)
            m_spelling.insert(labelsToText({label}), label);
        if (!m_timelapse)
            return;
        const QStringList columns = timelapseColumns(vocabulary);
        for (qsizetype i = 0; i < vocabulary.size(); ++i)
            m_spelling.insert(columns.at(i), vocabulary.at(i));
    }

    bool known() const { return m_own || m_timelapse; }

    QString path(const QStringList &fields) const
    {
        if (m_own)
            return value(fields, "frame");
        const QString folder = value(fields, "RelativePath");
        return (folder.isEmpty() ? folder : folder + QLatin1Char('/')) + value(fields, "File");
    }

    LineLabel label(const QStringList &fields) const
    {
        return m_own ? ownLabel(fields) : timelapseLabel(fields);
    }

private:
    QString value(const QStringList &fields, const char *column) const
    {
        return fields.value(m_header.indexOf(QLatin1String(column))).trimmed();
    }

    LineLabel ownLabel(const QStringList &fields) const
    {
        const QString text = value(fields, "true_label");
        if (value(fields, "state") == QLatin1String("unsure"))
            return TrueLabel::unsure();
        if (text.isEmpty())
            return std::nullopt;
        QStringList labels = labelsFromText(text);
        for (QString &label : labels)
            label = m_spelling.value(label, label);
        return TrueLabel::of(labels);
    }

    LineLabel timelapseLabel(const QStringList &fields) const
    {
        const QString note = value(fields, "Note");
        if (note.startsWith(timelapseMachine))
            return std::nullopt;
        if (note == timelapseUnsure)
            return TrueLabel::unsure();
        QStringList labels;
        for (qsizetype i = 0; i < m_header.size(); ++i) {
            const bool is =
                fields.at(i).trimmed().compare(QLatin1String("true"), Qt::CaseInsensitive) == 0;
            if (is && !timelapseFixedColumns().contains(m_header.at(i)))
                labels.append(m_spelling.value(m_header.at(i), timelapseLabelOf(m_header.at(i))));
        }
        if (labels.isEmpty() && note != timelapseNone)
            return std::nullopt;
        return TrueLabel::of(labels);
    }

    QStringList m_header;
    bool m_own;
    bool m_timelapse;
    QHash<QString, QString> m_spelling; ///< as a table writes a label -> the label
};

} // namespace

Result<LabelImport> importLabels(const QString &path, const QList<Frame> &frames,
                                 const QStringList &vocabulary)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    QByteArray bytes = file.readAll();
    if (bytes.startsWith("\xEF\xBB\xBF"))
        bytes.remove(0, 3);
    const QString text = QString::fromUtf8(bytes);
    QStringView rest(text);
    QString raw;
    QStringList header;
    if (!rest.isEmpty())
        header = takeCsvRecord(rest, raw);
    for (QString &name : header)
        name = name.trimmed();
    const Columns columns(header, vocabulary);
    if (!columns.known())
        return Error{QStringLiteral("Its columns are neither those of frames.csv nor Timelapse's"),
                     path, QStringLiteral("Give a table with frame and true_label, or with File")};

    const FrameNames names(frames);
    LabelImport result;
    QHash<QString, int> lines; // frame -> line
    int line = 1;
    for (int next = line + 1 + static_cast<int>(raw.count(QLatin1Char('\n'))); !rest.isEmpty();) {
        line = next;
        const QStringList fields = takeCsvRecord(rest, raw);
        next += 1 + static_cast<int>(raw.count(QLatin1Char('\n')));
        const auto problem = [&result, line](const QString &what) {
            result.problems.append(QStringLiteral("line %1: %2").arg(line).arg(what));
        };
        if (raw.trimmed().isEmpty())
            continue;
        if (fields.size() != header.size()) {
            problem(QStringLiteral("%1 fields where the header has %2")
                        .arg(fields.size())
                        .arg(header.size()));
            continue;
        }
        const Result<QString> key = names.findInTable(columns.path(fields));
        if (!key) {
            problem(key.error().what);
            continue;
        }
        const LineLabel label = columns.label(fields);
        if (!label) {
            ++result.silent;
            continue;
        }
        if (lines.contains(*key)) {
            problem(QStringLiteral("%1 was in line %2 already").arg(*key).arg(lines.value(*key)));
            continue;
        }
        lines.insert(*key, line);
        result.labels.append({*key, *label});
    }
    return result;
}

} // namespace birblens
