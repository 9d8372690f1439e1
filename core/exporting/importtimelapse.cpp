// Labels from a table of Timelapse's: ours, or of a template that somebody made.

#include "core/counted.h"
#include "core/exporting/saidlabels.h"
#include "core/exporting/timelapse.h"

#include <QMap>

#include <algorithm>

namespace birblens {

namespace {

enum class Kind {
    Ignored, ///< says nothing about what is in the picture
    Flag,    ///< true or false
    Counter, ///< how many of what the column is named after
    Choice   ///< one name, or several joined by commas
};

bool isTruth(const QString &cell)
{
    return cell.compare(QLatin1String("true"), Qt::CaseInsensitive) == 0 ||
           cell.compare(QLatin1String("false"), Qt::CaseInsensitive) == 0;
}

bool isTrue(const QString &cell)
{
    return cell.trimmed().compare(QLatin1String("true"), Qt::CaseInsensitive) == 0;
}

/** What people call the column that names the animal. */
bool namesSpecies(const QString &column)
{
    static const QStringList words{
        QStringLiteral("species"),    QStringLiteral("animal"),  QStringLiteral("animals"),
        QStringLiteral("bird"),       QStringLiteral("birds"),   QStringLiteral("taxon"),
        QStringLiteral("label"),      QStringLiteral("labels"),  QStringLiteral("class"),
        QStringLiteral("commonname"), QStringLiteral("subject"), QStringLiteral("content")};
    QString plain = column.toLower();
    plain.remove(QLatin1Char(' ')).remove(QLatin1Char('_'));
    while (!plain.isEmpty() && plain.back().isDigit()) // Species1, Species2
        plain.chop(1);
    return words.contains(plain);
}

class Columns
{
public:
    Columns(const TableText &table, const LabelSpelling &spelling, const QStringList &vocabulary)
        : m_table(table)
        , m_spelling(spelling)
        , m_note(table.header.indexOf(QStringLiteral("Note")))
    {
        const QStringList columns = timelapseColumns(vocabulary);
        for (qsizetype i = 0; i < vocabulary.size(); ++i)
            m_names.insert(columns.at(i), vocabulary.at(i));
        for (const TableText::Row &row : table.rows)
            learnNames(noteOf(row));
        // Ours: the labels lie between DeleteFlag and what follows them there.
        const qsizetype first = table.header.indexOf(QStringLiteral("DeleteFlag"));
        const qsizetype last = table.header.indexOf(QStringLiteral("Flag"));
        const bool ours = first >= 0 && last > first && m_note == last + 2 &&
                          table.header.at(last + 1) == QLatin1String("Comment");
        for (qsizetype i = 0; i < table.header.size(); ++i)
            m_kinds.append(kindOf(i, ours && i > first && i < last));
    }

    bool known() const
    {
        return std::any_of(m_kinds.cbegin(), m_kinds.cend(),
                           [](Kind kind) { return kind != Kind::Ignored; });
    }

    std::optional<TrueLabel> label(const TableText::Row &row)
    {
        const QString note = noteOf(row);
        if (note.startsWith(timelapseMachine))
            return std::nullopt;
        if (note == timelapseUnsure)
            return TrueLabel::unsure();
        QStringList labels;
        bool none = note == timelapseNone;
        bool unsure = false;
        QStringList others; // true, and nobody knows what they say
        for (qsizetype i = 0; i < m_kinds.size(); ++i) {
            const QString cell = row.fields.value(i).trimmed();
            const QString &column = m_table.header.at(i);
            switch (m_kinds.at(i)) {
            case Kind::Ignored:
                break;
            case Kind::Flag:
                if (!isTrue(cell))
                    break;
                if (m_labels.contains(column))
                    labels.append(m_labels.value(column));
                else if (saysNone(column))
                    none = true;
                else
                    others.append(column);
                break;
            case Kind::Counter:
                if (cell.toInt() > 0)
                    labels.append(m_labels.value(column));
                break;
            case Kind::Choice:
                choose(cell, labels, none, unsure);
                break;
            }
        }
        labels.removeDuplicates();
        if (!labels.isEmpty())
            others.removeIf([](const QString &column) {
                return column.compare(QLatin1String("animal"), Qt::CaseInsensitive) == 0;
            });
        for (const QString &column : std::as_const(others))
            ++m_leftAlone[column];
        if (!labels.isEmpty())
            return TrueLabel::of(labels);
        if (none)
            return TrueLabel::none();
        return unsure ? std::optional(TrueLabel::unsure()) : std::nullopt;
    }

    QStringList notes() const
    {
        QStringList sentences;
        for (auto it = m_leftAlone.cbegin(); it != m_leftAlone.cend(); ++it)
            sentences.append(
                counted(it.value(),
                        QStringLiteral("\"%2\" is true for %1 frame, but is no known label: it was "
                                       "left alone."),
                        QStringLiteral("\"%2\" is true for %1 frames, but is no known label: it "
                                       "was left alone."))
                    .arg(it.key()));
        return sentences;
    }

private:
    QString noteOf(const TableText::Row &row) const
    {
        return m_note < 0 ? QString() : row.fields.value(m_note).trimmed();
    }

    /** `labels: chickadee, Gr_nfink=Grünfink`: what a column cannot spell. */
    void learnNames(const QString &note)
    {
        if (!note.startsWith(timelapseLabels))
            return;
        for (const QString &part : note.mid(timelapseLabels.size()).split(QLatin1Char(','))) {
            const QString column = part.section(QLatin1Char('='), 0, 0).trimmed();
            const QString name = part.section(QLatin1Char('='), 1).trimmed();
            if (!column.isEmpty())
                m_names.insert(column, name.isEmpty() ? column : name);
        }
    }

    Kind kindOf(qsizetype index, bool ours)
    {
        const QString &column = m_table.header.at(index);
        if (timelapseFixedColumns().contains(column, Qt::CaseInsensitive) || isFolderOrDate(column))
            return Kind::Ignored;
        bool truths = true;
        bool numbers = true;
        bool empty = true;
        bool knownValue = false;
        for (const TableText::Row &row : m_table.rows) {
            const QString cell = row.fields.value(index).trimmed();
            if (cell.isEmpty())
                continue;
            empty = false;
            bool number = false;
            cell.toUInt(&number);
            truths = truths && isTruth(cell);
            numbers = numbers && number;
            for (const QString &part : cell.split(QLatin1Char(',')))
                knownValue = knownValue || m_spelling.knows(part.trimmed());
        }
        if (empty)
            return Kind::Ignored;
        if (truths || numbers) {
            const QString label = m_names.value(column, timelapseLabelOf(column));
            if (ours || m_names.contains(column) || m_spelling.knows(label))
                m_labels.insert(column, m_spelling.of(label));
            if (truths)
                return Kind::Flag;
            return m_labels.contains(column) ? Kind::Counter : Kind::Ignored;
        }
        return knownValue || namesSpecies(column) ? Kind::Choice : Kind::Ignored;
    }

    static bool isFolderOrDate(const QString &column)
    {
        for (const char *name : {"Folder", "Date", "Time", "ImageQuality"}) {
            if (column.compare(QLatin1String(name), Qt::CaseInsensitive) == 0)
                return true;
        }
        return false;
    }

    void choose(const QString &cell, QStringList &labels, bool &none, bool &unsure)
    {
        for (const QString &part : cell.split(QLatin1Char(','))) {
            const QString name = part.trimmed();
            if (saysNothing(name))
                continue;
            if (saysNone(name))
                none = true;
            else if (name.compare(timelapseUnsure, Qt::CaseInsensitive) == 0 ||
                     name.compare(QLatin1String("unknown"), Qt::CaseInsensitive) == 0)
                unsure = true;
            else
                labels.append(m_spelling.of(name));
        }
    }

    const TableText &m_table;
    const LabelSpelling &m_spelling;
    qsizetype m_note;
    QHash<QString, QString> m_names;  ///< column -> label, as the vocabulary and the notes have it
    QHash<QString, QString> m_labels; ///< columns that stand for a label -> the label
    QList<Kind> m_kinds;              ///< by column
    QMap<QString, int> m_leftAlone;   ///< frames by column, in order of name
};

} // namespace

bool isTimelapseTable(const TableText &table)
{
    return table.header.contains(QStringLiteral("File"));
}

Result<SaidLabels> readTimelapseTable(const TableText &table, const LabelSpelling &spelling,
                                      const QStringList &vocabulary, const QString &path)
{
    Columns columns(table, spelling, vocabulary);
    if (!columns.known() && !table.rows.isEmpty() &&
        !table.header.contains(QStringLiteral("Note")))
        return Error{QStringLiteral("None of the columns can be understood as a label: %1")
                         .arg(table.header.join(QStringLiteral(", "))),
                     path,
                     QStringLiteral("Name the column of the animals Species, or a column after "
                                    "each class")};
    const qsizetype file = table.header.indexOf(QStringLiteral("File"));
    const qsizetype folder = table.header.indexOf(QStringLiteral("RelativePath"));
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        const QString below = folder < 0 ? QString() : row.fields.value(folder).trimmed();
        label.path = row.fields.value(file).trimmed();
        if (!below.isEmpty())
            label.path.prepend(below + QLatin1Char('/'));
        label.label = columns.label(row);
        said.labels.append(label);
    }
    said.notes = columns.notes();
    return said;
}

} // namespace birblens
