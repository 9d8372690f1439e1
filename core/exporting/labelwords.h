// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/truelabel.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>

namespace birblens {

// How labels are written into the files of other programs, and read from them: for all formats.

/**
 * A cell that holds no label: empty, `-`, `NA`, `N/A`, `nan`, `NULL` in any case, or the error
 * words of spreadsheets such as `#N/A`, `#NV`, `#NAME?`.
 */
bool saysNothing(const QString &cell);
/** `none`, or `empty` and `blank`, as lists of species have it; in any case. */
bool saysNone(const QString &cell);
/** `unsure`, `unknown` or `?`, in any case. */
bool saysUnsure(const QString &cell);

/** Gives a label back the spelling that it has in the day, whatever way a table writes it. */
class LabelSpelling
{
public:
    explicit LabelSpelling(const QStringList &vocabulary);

    /** Also in another case, or with `_` for a blank, where just one label is meant. */
    bool knows(const QString &written) const;
    /** The known spelling; else as it is written, composed (NFC), with plain blanks. */
    QString of(const QString &written) const;

private:
    void learn(const QString &written, const QString &label);
    QString known(const QString &written) const; ///< empty when it is not

    QHash<QString, QString> m_exact;
    QHash<QString, QString> m_anyCase; ///< empty where several labels differ in case only
    QHash<QString, QString> m_loose;   ///< likewise, of labels without blanks and `_`
};

/** What a cell, or several cells of one row, say of what is in the picture. */
struct CellWords
{
    QStringList labels; ///< each once
    bool none = false;
    bool unsure = false;

    /**
     * Adds what @p cell says: labels joined by commas or line breaks, or by `;`, `|`, `/`, `+` or
     * `&` where every part is known. A word that is a known label is that label, whatever it says
     * otherwise.
     */
    void add(const QString &cell, const LabelSpelling &spelling);
    /** Labels before `none` before `unsure`; nothing where nothing was said. */
    std::optional<TrueLabel> label() const;
};

std::optional<TrueLabel> labelFromCell(const QString &cell, const LabelSpelling &spelling);

/**
 * A sentence for each of @p labels that does not come back as it was from a table, where a cell
 * holds labelsToText(). @param guarded the cell is a guardedCell(), and is read as one.
 */
QStringList notesOnCells(const QStringList &labels, bool guarded = true);

/** A sentence for each of @p labels that has a comma, where commas join labels. */
QStringList notesOnJoined(const QStringList &labels);

/** Where `|` separates the words of a list or its levels: it becomes `/` inside of one. */
QString withoutBars(const QString &label);
/** A sentence for each of @p labels that it changes. */
QStringList notesOnBars(const QStringList &labels);

/**
 * For a cell of a spreadsheet, which would take text that begins with `=`, `+`, `-`, `@`, a tab or
 * a carriage return for a formula (https://owasp.org/www-community/attacks/CSV_Injection): with an
 * apostrophe before it, as before text that begins with one.
 */
QString guardedCell(const QString &text);
QString unguardedCell(const QString &cell); ///< the inverse

} // namespace birblens
