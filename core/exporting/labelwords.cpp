#include "core/exporting/labelwords.h"

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
    for (const char *word : words) {
        if (text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

} // namespace

bool saysNothing(const QString &cell)
{
    return isOneOf(cell, {"", "NA", "N/A", "#N/A", "nan", "NULL"});
}

bool saysNone(const QString &cell)
{
    return isOneOf(cell, {"none", "empty", "blank"});
}

LabelSpelling::LabelSpelling(const QStringList &vocabulary)
{
    for (const QString &label : vocabulary) {
        learn(label, label);
        learn(labelsToText({label}), label);
    }
}

QString LabelSpelling::plain(const QString &written)
{
    return written.normalized(QString::NormalizationForm_C).toCaseFolded();
}

void LabelSpelling::learn(const QString &written, const QString &label)
{
    m_exact.insert(written, label);
    const QString key = plain(written);
    const auto other = m_anyCase.constFind(key);
    m_anyCase.insert(key, other == m_anyCase.cend() || *other == label ? label : QString());
}

bool LabelSpelling::knows(const QString &written) const
{
    return m_exact.contains(written) || !m_anyCase.value(plain(written)).isEmpty();
}

QString LabelSpelling::of(const QString &written) const
{
    if (const auto exact = m_exact.constFind(written); exact != m_exact.cend())
        return *exact;
    const QString known = m_anyCase.value(plain(written));
    return known.isEmpty() ? written : known;
}

std::optional<TrueLabel> labelFromCell(const QString &cell, const LabelSpelling &spelling)
{
    if (saysNothing(cell))
        return std::nullopt;
    if (isOneOf(cell, {"unsure"}))
        return TrueLabel::unsure();
    QStringList labels;
    for (const QString &part : cell.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QString name = part.trimmed();
        if (name.isEmpty() || isOneOf(name, {"none"}))
            continue;
        if (const QString label = spelling.of(name); !labels.contains(label))
            labels.append(label);
    }
    return TrueLabel::of(labels);
}

QStringList notesOnJoined(const QStringList &labels)
{
    QStringList notes;
    for (const QString &label : labels) {
        if (const QString written = labelsToText({label}); written != label)
            notes.append(QStringLiteral("\"%1\" is written as \"%2\": commas join labels.")
                             .arg(label, written));
    }
    return notes;
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
