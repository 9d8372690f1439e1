#pragma once

#include "core/review/truelabel.h"

#include <QCoreApplication>

namespace birblens {

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
    return labelsToText(label.labels);
}

} // namespace birblens
