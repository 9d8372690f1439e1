// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/labelwords.h"

#include <QRegularExpression>

#include <algorithm>

namespace birblens {

namespace {

const QLatin1Char apostrophe('\'');

bool isGuarded(QChar first)
{
    return QStringLiteral("=+-@\t\r").contains(first) || first == apostrophe;
}

bool isOneOf(const QString &cell, std::initializer_list<const char *> words)
{
    const QString text = cell.trimmed();
    return std::any_of(words.begin(), words.end(), [&text](const char *word) {
        return text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
    });
}

/** Composed, with plain blanks, and without what is not seen: as people mean a label. */
QString tidy(const QString &written)
{
    QString text = written.normalized(QString::NormalizationForm_C);
    text.removeIf([](QChar c) {
        return c.isNull() || c.category() == QChar::Other_Format || c == QChar::ByteOrderMark;
    });
    for (QChar &c : text) {
        if (c.category() == QChar::Separator_Space)
            c = QLatin1Char(' ');
    }
    return text.trimmed();
}

QString folded(const QString &written)
{
    return tidy(written).toCaseFolded();
}

QString loosened(const QString &written)
{
    return folded(written).remove(QLatin1Char(' ')).remove(QLatin1Char('_'));
}

template <class Written>
QStringList notesOnChanged(const QStringList &labels, const Written &written,
                           const QString &sentence)
{
    QStringList notes;
    for (const QString &label : labels) {
        if (const QString text = written(label); text != label)
            notes.append(sentence.arg(label, text));
    }
    return notes;
}

} // namespace

bool saysNothing(const QString &cell)
{
    static const QRegularExpression spreadsheetError(QStringLiteral("^#[\\p{Lu}/0]+[!?]$"));
    return isOneOf(cell, {"", "-", "--", "NA", "N/A", "<NA>", "nan", "NULL", "#N/A", "#NV", "#N/D",
                          "#N/V"}) ||
           spreadsheetError.match(cell.trimmed()).hasMatch();
}

bool saysNone(const QString &cell)
{
    return isOneOf(cell, {"none", "empty", "blank"});
}

bool saysUnsure(const QString &cell)
{
    return isOneOf(cell, {"unsure", "unknown", "?"});
}

LabelSpelling::LabelSpelling(const QStringList &vocabulary)
{
    for (const QString &label : vocabulary) {
        learn(label, label);
        learn(labelsToText({label}), label);
    }
}

void LabelSpelling::learn(const QString &written, const QString &label)
{
    m_exact.insert(written, label);
    const auto learnAs = [&label](QHash<QString, QString> &words, const QString &key) {
        const auto other = words.constFind(key);
        words.insert(key, other == words.cend() || *other == label ? label : QString());
    };
    learnAs(m_anyCase, folded(written));
    learnAs(m_loose, loosened(written));
}

QString LabelSpelling::known(const QString &written) const
{
    if (const auto exact = m_exact.constFind(written); exact != m_exact.cend())
        return *exact;
    if (const auto found = m_anyCase.constFind(folded(written)); found != m_anyCase.cend())
        return *found; // empty: which one of several is not known
    return m_loose.value(loosened(written));
}

bool LabelSpelling::knows(const QString &written) const
{
    return !known(written).isEmpty();
}

QString LabelSpelling::of(const QString &written) const
{
    const QString label = known(written);
    return label.isEmpty() ? tidy(written) : label;
}

void CellWords::add(const QString &cell, const LabelSpelling &spelling)
{
    static const QRegularExpression joints(QStringLiteral("[,\\r\\n]"));
    static const QRegularExpression otherJoints(QStringLiteral("[;|/+&]"));
    const auto addLabel = [&](const QString &written) {
        if (const QString label = spelling.of(written); !labels.contains(label))
            labels.append(label);
    };
    for (const QString &part : cell.split(joints)) {
        const QString word = tidy(part);
        if (spelling.knows(word)) {
            addLabel(word);
        } else if (saysNothing(word)) {
            continue;
        } else if (saysNone(word)) {
            none = true;
        } else if (saysUnsure(word)) {
            unsure = true;
        } else {
            const QStringList pieces = word.split(otherJoints, Qt::SkipEmptyParts);
            const bool joined = pieces.size() > 1 && std::all_of(pieces.cbegin(), pieces.cend(),
                                                                 [&](const QString &one) {
                                                                     return spelling.knows(one);
                                                                 });
            for (const QString &one : joined ? pieces : QStringList{word})
                addLabel(one);
        }
    }
}

std::optional<TrueLabel> CellWords::label() const
{
    if (!labels.isEmpty())
        return TrueLabel::of(labels);
    if (none)
        return TrueLabel::none();
    return unsure ? std::optional(TrueLabel::unsure()) : std::nullopt;
}

std::optional<TrueLabel> labelFromCell(const QString &cell, const LabelSpelling &spelling)
{
    CellWords words;
    words.add(cell, spelling);
    return words.label();
}

QStringList notesOnCells(const QStringList &labels, bool guarded)
{
    const LabelSpelling nothingKnown({});
    QStringList notes;
    for (const QString &label : labels) {
        const QString text = labelsToText({label});
        const auto read =
            labelFromCell(unguardedCell(guarded ? guardedCell(text) : text), nothingKnown);
        if (read == TrueLabel::of({text})) // but for a comma, which notesOnJoined() tells of
            continue;
        const QString back = !read                ? QStringLiteral("no label")
                             : read->isLabelled() ? labelsToText(read->labels)
                                                  : QStringLiteral("unsure");
        notes.append(QStringLiteral("The label \"%1\" comes back from this table as %2, unless "
                                    "the day knows it.")
                         .arg(label, back));
    }
    return notes;
}

QStringList notesOnJoined(const QStringList &labels)
{
    return notesOnChanged(
        labels, [](const QString &label) { return labelsToText({label}); },
        QStringLiteral("\"%1\" is written as \"%2\": commas join labels."));
}

QString withoutBars(const QString &label)
{
    return QString(label).replace(QLatin1Char('|'), QLatin1Char('/'));
}

QStringList notesOnBars(const QStringList &labels)
{
    return notesOnChanged(labels, withoutBars,
                          QStringLiteral("\"%1\" is written as \"%2\": bars separate words."));
}

QString guardedCell(const QString &text)
{
    return !text.isEmpty() && isGuarded(text.front()) ? apostrophe + text : text;
}

QString unguardedCell(const QString &cell)
{
    return cell.size() > 1 && cell.front() == apostrophe && isGuarded(cell.at(1)) ? cell.mid(1)
                                                                                  : cell;
}

} // namespace birblens
