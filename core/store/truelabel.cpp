// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/truelabel.h"

#include <QSet>

#include <algorithm>

namespace birblens {

namespace {

const QLatin1String noneText("none");

} // namespace

QStringList orderedLabels(QStringList labels, const QStringList &vocabulary)
{
    QSet<QString> seen;
    QStringList names;
    for (const QString &label : std::as_const(labels)) {
        const QString name = label.trimmed();
        if (!name.isEmpty() && name != noneText && !seen.contains(name)) {
            seen.insert(name);
            names.append(name);
        }
    }
    QStringList ordered;
    for (const QString &name : vocabulary) {
        if (seen.remove(name))
            ordered.append(name);
    }
    QStringList others(seen.cbegin(), seen.cend());
    others.sort();
    return ordered + others;
}

QString labelsToText(const QStringList &labels)
{
    if (labels.isEmpty())
        return noneText;
    QStringList names = labels;
    for (QString &name : names)
        name.replace(QLatin1Char(','), QLatin1Char(';'));
    return names.join(QLatin1Char(','));
}

QStringList labelsFromText(const QString &text)
{
    QStringList labels;
    for (const QString &part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QString name = part.trimmed();
        if (!name.isEmpty() && name != noneText && !labels.contains(name))
            labels.append(name);
    }
    return labels;
}

bool sameLabels(const QString &a, const QString &b)
{
    QStringList left = labelsFromText(a);
    QStringList right = labelsFromText(b);
    left.sort();
    right.sort();
    return left == right;
}

} // namespace birblens
