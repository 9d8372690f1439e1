// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QSet>
#include <QString>
#include <QStringList>

#include <optional>

namespace birblens {

/**
 * `labels.csv` of a training set: `fname,labels,is_valid`; what others wrote into it is kept as it
 * is, and an older table without is_valid gets that column as its last.
 */
class LabelsCsv
{
public:
    /** An absent file is an empty table. An error when it has other columns: it is not ours to
     * change. */
    static Result<LabelsCsv> read(const QString &path);

    bool contains(const QString &fileName) const { return m_rows.contains(fileName); }
    /** Adds the row or replaces its labels; further columns stay. */
    void set(const QString &fileName, const QStringList &labels);
    void remove(const QString &fileName);
    void rename(const QString &from, const QString &to, const QStringList &labels);

    QStringList fileNames() const; ///< in the table's order
    /** Whether the file is for validation; nothing while the table does not say so. */
    std::optional<bool> isValid(const QString &fileName) const;
    QSet<QString> labels(const QString &fileName) const; ///< as they are written; none: empty
    void setValid(const QString &fileName, bool valid);

    bool changed() const { return m_changed; }
    QByteArray text() const; ///< the whole file

private:
    struct Line
    {
        QString raw; ///< as read, with its quotes; empty for one of ours
        QStringList fields;
        bool removed = false;
    };
    QStringList m_header{QStringLiteral("fname"), QStringLiteral("labels"),
                         QStringLiteral("is_valid")};
    qsizetype m_validColumn = 2;
    QList<Line> m_lines;
    QHash<QString, int> m_rows; ///< file name -> line
    QString m_lineEnd = QStringLiteral("\n");
    bool m_mark = false; ///< the file began with a byte order mark
    bool m_changed = false;
};

} // namespace birblens
