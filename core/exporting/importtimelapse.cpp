// SPDX-License-Identifier: GPL-3.0-or-later

// Labels from a table of Timelapse's: ours, or of a template that somebody made.

#include "core/counted.h"
#include "core/exporting/saidlabels.h"
#include "core/exporting/timelapse.h"

#include <QMap>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

enum class Kind {
    Ignored, ///< says nothing about what is in the picture
    Flag,    ///< true or false
    Counter, ///< how many of what the column is named after
    Choice   ///< one name, or several joined by commas
};

/** Spreadsheets write true and false in the language that they speak. */
std::optional<bool> truthOf(const QString &cell)
{
    static const QSet<QString> yes{QStringLiteral("true"), QStringLiteral("wahr"),
                                   QStringLiteral("vrai"), QStringLiteral("verdadero"),
                                   QStringLiteral("vero"), QStringLiteral("yes"),
                                   QStringLiteral("ja"),   QStringLiteral("oui")};
    static const QSet<QString> no{QStringLiteral("false"), QStringLiteral("falsch"),
                                  QStringLiteral("faux"),  QStringLiteral("falso"),
                                  QStringLiteral("no"),    QStringLiteral("nein"),
                                  QStringLiteral("non")};
    const QString word = cell.toLower();
    if (yes.contains(word))
        return true;
    return no.contains(word) ? std::optional(false) : std::nullopt;
}

/** A count: a whole number, also as `2.0` or `2,0`. */
std::optional<int> countOf(const QString &cell)
{
    QString text = cell;
    bool number = false;
    const double count = text.replace(QLatin1Char(','), QLatin1Char('.')).toDouble(&number);
    if (!number || count < 0.0 || count != std::floor(count) || count > 1e6)
        return std::nullopt;
    return static_cast<int>(count);
}

/** What people call the column that names the animal. */
bool namesSpecies(const QString &column)
{
    static const QSet<QString> words{
        QStringLiteral("species"),        QStringLiteral("animal"),
        QStringLiteral("animals"),        QStringLiteral("bird"),
        QStringLiteral("birds"),          QStringLiteral("taxon"),
        QStringLiteral("label"),          QStringLiteral("labels"),
        QStringLiteral("class"),          QStringLiteral("commonname"),
        QStringLiteral("subject"),        QStringLiteral("content"),
        QStringLiteral("speciesname"),    QStringLiteral("scientificname"),
        QStringLiteral("vernacularname"), QStringLiteral("art"),
        QStringLiteral("tierart"),        QStringLiteral("vogelart"),
        QStringLiteral("espece"),         QStringLiteral("especie"),
        QStringLiteral("specie"),         QStringLiteral("soort")};
    // Without accents, what stands in parentheses, blanks, and numbers such as those of Species2.
    QString plain;
    for (const QChar c : column.section(QLatin1Char('('), 0, 0)
                             .normalized(QString::NormalizationForm_D)
                             .toLower()) {
        if (c.isLetter())
            plain += c;
    }
    return words.contains(plain);
}

bool isAnimal(const QString &column)
{
    return column.compare(QLatin1String("animal"), Qt::CaseInsensitive) == 0;
}

/** What our Note says; see timelapse.h. */
struct OurNote
{
    bool machine = false;
    bool none = false;
    bool unsure = false;
    bool hasLabels = false;         ///< the labels that were exported are spelled out
    QHash<QString, QString> labels; ///< by column
};

OurNote parsedNote(const QString &text)
{
    OurNote note;
    note.none = text == timelapseNone;
    note.unsure = text == timelapseUnsure;
    note.machine = text.startsWith(timelapseMachine);
    const qsizetype at = text.indexOf(timelapseLabels);
    note.hasLabels = at == 0 || (note.machine && at > 0);
    if (!note.hasLabels)
        return note;
    for (const QString &part : text.mid(at + timelapseLabels.size()).split(QLatin1Char(','))) {
        const QString column = part.section(QLatin1Char('='), 0, 0).trimmed();
        const QString name = part.section(QLatin1Char('='), 1).trimmed();
        if (!column.isEmpty())
            note.labels.insert(column, name.isEmpty() ? column : name);
    }
    return note;
}

class Columns
{
public:
    Columns(const TableText &table, const LabelSpelling &spelling, const QStringList &vocabulary)
        : m_table(table)
        , m_spelling(spelling)
        , m_note(table.column(QLatin1String("Note")))
    {
        const QStringList columns = timelapseColumns(vocabulary);
        for (qsizetype i = 0; i < vocabulary.size(); ++i)
            m_names.insert(columns.at(i), vocabulary.at(i));
        for (const TableText::Row &row : table.rows)
            m_names.insert(noteOf(row).labels);
        // Ours: the labels lie between DeleteFlag and what follows them there.
        const qsizetype first = table.column(QLatin1String("DeleteFlag"));
        const qsizetype last = table.column(QLatin1String("Flag"));
        const bool ours = first >= 0 && last > first && m_note == last + 2 &&
                          table.column(QLatin1String("Comment")) == last + 1;
        QList<qsizetype> guesses;
        for (qsizetype i = 0; i < table.header.size(); ++i)
            m_kinds.append(kindOf(i, ours && i > first && i < last, guesses));
        const bool named = m_kinds.contains(Kind::Choice);
        for (const qsizetype i : std::as_const(guesses)) {
            m_kinds[i] = named ? Kind::Ignored : Kind::Choice;
            (named ? m_ignored : m_guessed).append(table.header.at(i));
        }
    }

    bool known() const
    {
        return std::any_of(m_kinds.cbegin(), m_kinds.cend(),
                           [](Kind kind) { return kind != Kind::Ignored; });
    }

    std::optional<TrueLabel> label(const TableText::Row &row)
    {
        const OurNote note = noteOf(row);
        CellWords words;
        bool animal = false;
        QStringList others; // true, and nobody knows what they say
        for (qsizetype i = 0; i < m_kinds.size(); ++i) {
            const QString cell = row.fields.value(i).trimmed();
            const QString &column = m_table.header.at(i);
            if (m_kinds.at(i) == Kind::Choice)
                words.add(cell, m_spelling);
            const bool isTrue = (m_kinds.at(i) == Kind::Flag && truthOf(cell).value_or(false)) ||
                                (m_kinds.at(i) == Kind::Counter && countOf(cell).value_or(0) > 0);
            if (!isTrue)
                continue;
            if (m_labels.contains(column))
                words.labels.append(m_labels.value(column));
            else if (saysNone(column))
                words.none = true;
            else if (isAnimal(column))
                animal = true;
            else
                others.append(column);
        }
        words.labels.removeDuplicates();
        if (animal && words.labels.isEmpty())
            others.append(QStringLiteral("animal"));
        const QStringList noted = note.labels.values();
        const bool unchanged = QSet<QString>(noted.cbegin(), noted.cend()) ==
                               QSet<QString>(words.labels.cbegin(), words.labels.cend());
        if (note.machine && (unchanged || !note.hasLabels)) {
            // A table of before the predictions were in the Note does not tell what was changed.
            m_machines += !note.hasLabels && !words.labels.isEmpty() ? 1 : 0;
            return std::nullopt;
        }
        for (const QString &column : std::as_const(others))
            ++m_leftAlone[column];
        if (words.labels.isEmpty() && note.hasLabels && !noted.isEmpty() && !words.none) {
            ++m_emptied;
            return std::nullopt;
        }
        if (words.labels.isEmpty() && words.none && animal) {
            ++m_contradictory;
            return std::nullopt;
        }
        words.none = words.none || note.none;
        words.unsure = words.unsure || note.unsure;
        return words.label();
    }

    QStringList notes() const
    {
        QStringList sentences;
        const auto add = [&sentences](int number, const QString &one, const QString &many) {
            if (number > 0)
                sentences.append(counted(number, one, many));
        };
        for (auto it = m_leftAlone.cbegin(); it != m_leftAlone.cend(); ++it)
            add(it.value(),
                QStringLiteral("\"%2\" is true for %1 frame, but is no known label: it was left "
                               "alone.")
                    .arg(QStringLiteral("%1"), it.key()),
                QStringLiteral("\"%2\" is true for %1 frames, but is no known label: it was left "
                               "alone.")
                    .arg(QStringLiteral("%1"), it.key()));
        add(m_contradictory,
            QStringLiteral("%1 frame is empty and has an animal: it was left alone."),
            QStringLiteral("%1 frames are empty and have an animal: they were left alone."));
        add(m_emptied,
            QStringLiteral("%1 frame has none of the labels any more that its Note says: write "
                           "none, or unsure, into the Note if that is meant."),
            QStringLiteral("%1 frames have none of the labels any more that their Notes say: write "
                           "none, or unsure, into the Notes if that is meant."));
        add(m_machines,
            QStringLiteral("%1 frame has labels of a machine, by its Note: empty the Note if a "
                           "person gave them."),
            QStringLiteral("%1 frames have labels of a machine, by their Notes: empty the Notes "
                           "where a person gave them."));
        if (!m_guessed.isEmpty())
            sentences.append(QStringLiteral("Labels were taken from %1, whose words are labels "
                                            "of the day.")
                                 .arg(m_guessed.join(QStringLiteral(", "))));
        if (!m_ignored.isEmpty())
            sentences.append(
                QStringLiteral("These columns were left alone: %1. A column that says what is in "
                               "the picture is called Species, or like a label of the day.")
                    .arg(m_ignored.join(QStringLiteral(", "))));
        return sentences;
    }

private:
    OurNote noteOf(const TableText::Row &row) const
    {
        return m_note < 0 ? OurNote() : parsedNote(row.fields.value(m_note).trimmed());
    }

    /** @param guesses gets the column where most of its words are labels of the day. */
    Kind kindOf(qsizetype index, bool ours, QList<qsizetype> &guesses)
    {
        const QString &column = m_table.header.at(index);
        if (column.isEmpty() || isTimelapses(column))
            return Kind::Ignored;
        bool truths = true;
        bool numbers = true;
        qsizetype cells = 0;
        qsizetype known = 0;
        for (const TableText::Row &row : m_table.rows) {
            const QString cell = row.fields.value(index).trimmed();
            if (saysNothing(cell))
                continue;
            ++cells;
            truths = truths && truthOf(cell);
            numbers = numbers && countOf(cell);
            const QStringList parts = cell.split(QLatin1Char(','));
            known += std::any_of(parts.cbegin(), parts.cend(),
                                 [this](const QString &part) { return m_spelling.knows(part); })
                         ? 1
                         : 0;
        }
        if (cells == 0)
            return Kind::Ignored;
        if (truths || numbers) {
            const QString label = m_names.value(column, timelapseLabelOf(column));
            if (ours || m_names.contains(column) || m_spelling.knows(label))
                m_labels.insert(column, m_spelling.of(label));
            if (truths)
                return Kind::Flag;
            if (m_labels.contains(column) || saysNone(column))
                return Kind::Counter;
        } else if (namesSpecies(column)) {
            return Kind::Choice;
        } else if (known * 2 > cells) {
            guesses.append(index);
            return Kind::Ignored;
        }
        m_ignored.append(column);
        return Kind::Ignored;
    }

    static bool isTimelapses(const QString &column)
    {
        if (timelapseFixedColumns().contains(column, Qt::CaseInsensitive))
            return true;
        for (const char *name : {"Folder", "Date", "Time", "ImageQuality"}) {
            if (column.compare(QLatin1String(name), Qt::CaseInsensitive) == 0)
                return true;
        }
        return false;
    }

    const TableText &m_table;
    const LabelSpelling &m_spelling;
    qsizetype m_note;
    QHash<QString, QString> m_names;  ///< column -> label, as the vocabulary and the notes have it
    QHash<QString, QString> m_labels; ///< columns that stand for a label -> the label
    QList<Kind> m_kinds;              ///< by column
    QMap<QString, int> m_leftAlone;   ///< frames by column, in order of name
    QStringList m_ignored;            ///< columns
    QStringList m_guessed;
    int m_machines = 0;
    int m_emptied = 0;
    int m_contradictory = 0;
};

} // namespace

QString listedColumns(const TableText &table)
{
    constexpr qsizetype most = 12;
    constexpr qsizetype longest = 40; // of a name: it may be a page of HTML
    QStringList names;
    for (const QString &name : table.header.mid(0, most))
        names.append(name.size() > longest ? name.left(longest) + QStringLiteral("...") : name);
    if (table.header.size() > most)
        names.append(QStringLiteral("and %1 more").arg(table.header.size() - most));
    return names.join(QStringLiteral(", "));
}

bool isTimelapseTable(const TableText &table)
{
    return table.column(QLatin1String("File")) >= 0;
}

Result<SaidLabels> readTimelapseTable(const TableText &table, const LabelSpelling &spelling,
                                      const QStringList &vocabulary, const QString &path)
{
    Columns columns(table, spelling, vocabulary);
    if (!columns.known() && !table.rows.isEmpty() && table.column(QLatin1String("Note")) < 0)
        return Error{QStringLiteral("None of the columns can be understood as a label: %1")
                         .arg(listedColumns(table)),
                     path,
                     QStringLiteral("Name the column of the animals Species, or a column after "
                                    "each class")};
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        const QString folder = table.cell(row, QLatin1String("RelativePath"));
        label.path = table.cell(row, QLatin1String("File"));
        if (!folder.isEmpty())
            label.path.prepend(folder + QLatin1Char('/'));
        label.when = QDateTime::fromString(
            table.cell(row, QLatin1String("DateTime")).replace(QLatin1Char(' '), QLatin1Char('T')),
            Qt::ISODate);
        label.label = columns.label(row);
        said.labels.append(label);
    }
    said.notes = columns.notes();
    return said;
}

} // namespace birblens
