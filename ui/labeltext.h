// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/truelabel.h"

#include <QCoreApplication>

namespace birblens {

/** `sparrow, squirrel`, or `none`: for people; labelsToText() is for files. */
inline QString labelsInWords(const QStringList &labels)
{
    return labels.isEmpty() ? labelsToText(labels) : labels.join(QStringLiteral(", "));
}

/** For menus, buttons and boxes, which take an ampersand for the mark of a key. */
inline QString asCaption(QString text)
{
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

/** A true label in words, also where there is none. */
inline QString trueLabelText(const TrueLabel &label)
{
    switch (label.kind) {
    case TrueLabel::Kind::Unreviewed:
        return QCoreApplication::translate("TrueLabel", "unreviewed");
    case TrueLabel::Kind::Unsure:
        return QCoreApplication::translate("TrueLabel", "unsure");
    case TrueLabel::Kind::Labelled:
        break;
    }
    return labelsInWords(label.labels);
}

} // namespace birblens
