// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/models/labeluses.h"

#include "core/review/reviewsession.h"

#include <vector>

namespace birblens {

LabelUses countLabelUses(const ReviewSession &session)
{
    LabelUses uses;
    const QStringList vocabulary =
        session.explain().model() ? session.explain().model()->info.vocabulary : QStringList();
    std::vector<int> classes(static_cast<size_t>(vocabulary.size()), 0);
    const Day &day = session.day();
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        if (entry.prediction) {
            for (const int index : entry.prediction->classes)
                ++classes.at(static_cast<size_t>(index));
        }
        if (entry.frame.camera) {
            for (const QString &label : entry.frame.camera->labels) {
                ++uses.camera[label];
                if (!entry.prediction)
                    ++uses.predicted[label];
            }
        }
        for (const QString &label : entry.label().labels)
            ++uses.truth[label];
    }
    for (size_t i = 0; i < classes.size(); ++i) {
        if (classes[i] > 0)
            uses.predicted[vocabulary.at(static_cast<qsizetype>(i))] += classes[i];
    }
    return uses;
}

} // namespace birblens
