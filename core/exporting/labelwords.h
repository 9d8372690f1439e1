#pragma once

#include "core/review/truelabel.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>

namespace birblens {

// How labels are written into the files of other programs, and read from them: for all formats.

/** A cell that holds no label: empty, or `NA`, `N/A`, `#N/A`, `nan`, `NULL` in any case. */
bool saysNothing(const QString &cell);
/** `none`, or `empty` and `blank`, as lists of species have it; in any case. */
bool saysNone(const QString &cell);

/** Gives a label back the spelling that it has in the day, whatever case a table writes it in. */
class LabelSpelling
{
public:
    explicit LabelSpelling(const QStringList &vocabulary);

    bool knows(const QString &written) const;
    QString of(const QString &written) const; ///< the known spelling; else as it is written

private:
    void learn(const QString &written, const QString &label);
    static QString plain(const QString &written);

    QHash<QString, QString> m_exact;
    QHash<QString, QString> m_anyCase; ///< empty where several labels differ in case only
};

/** Labels joined by commas, `none` or `unsure`. Nothing where the cell says nothing. */
std::optional<TrueLabel> labelFromCell(const QString &cell, const LabelSpelling &spelling);

/** A sentence for each of @p labels that does not come back as it was from labelsToText(). */
QStringList notesOnJoined(const QStringList &labels);

/**
 * For a cell of a spreadsheet, which would take text that begins with `=`, `+`, `-`, `@`, a tab or a
 * carriage return for a formula (https://owasp.org/www-community/attacks/CSV_Injection): with an
 * apostrophe before it, as before text that begins with one.
 */
QString guardedCell(const QString &text);
QString unguardedCell(const QString &cell); ///< the inverse

} // namespace birblens
