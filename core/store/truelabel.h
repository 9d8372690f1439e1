// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QMetaType>
#include <QString>
#include <QStringList>

namespace birblens {

enum class ReviewState { Unreviewed, Confirmed, Corrected, Unsure };

/** A person's label of a frame. */
struct TrueLabel
{
    enum class Kind { Unreviewed, Unsure, Labelled };

    Kind kind = Kind::Unreviewed;
    QStringList labels; ///< for Labelled; empty is `none`; names need not be in the vocabulary

    static TrueLabel unreviewed() { return {}; }
    static TrueLabel unsure() { return {Kind::Unsure, {}}; }
    static TrueLabel of(QStringList names) { return {Kind::Labelled, std::move(names)}; }
    static TrueLabel none() { return {Kind::Labelled, {}}; }

    bool isLabelled() const { return kind == Kind::Labelled; }
    bool operator==(const TrueLabel &) const = default;
};

/** Vocabulary order first, then other names alphabetically; duplicates, blanks and `none` removed.
 */
QStringList orderedLabels(QStringList labels, const QStringList &vocabulary);

/** Birb Cam's text: comma-joined, `none` when empty. A comma inside a name becomes ';'. */
QString labelsToText(const QStringList &labels);
/** Inverse of labelsToText; `none` and the empty text give an empty list. */
QStringList labelsFromText(const QString &text);
/** Both texts name the same labels, in whatever order. */
bool sameLabels(const QString &a, const QString &b);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::TrueLabel)
