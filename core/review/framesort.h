// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"
#include "core/review/day.h"
#include "core/review/lookqueue.h"

#include <QList>
#include <QString>

#include <optional>

namespace birblens {

enum class FrameOrder {
    Time,        ///< as captured
    Probability, ///< of a class, the most probable first
    Uncertainty, ///< nearest to a threshold first
    Loss,        ///< of the prediction against the true label, the largest first
    Look,        ///< what is worth a person's time first, see needsALook()
    Similarity   ///< with one frame, the most alike first, see core/review/similarity.h
};

struct FrameSort
{
    FrameOrder order = FrameOrder::Time;
    QString label; ///< for Probability and Uncertainty; empty: what is shown, any class
    bool reversed = false;
    double gapSeconds = 30.0; ///< of visits, for Look
    QString reference = {}; ///< key of the frame that the others are compared with, for Similarity

    bool operator==(const FrameSort &) const = default;
};

/**
 * By what a frame is sorted; small comes first. Nothing when it is not known: such frames come
 * last, whatever the direction.
 *
 * Probability: minus the probability of the class. Uncertainty: |p - threshold|, of the class or of
 * the class nearest to its threshold; for single-label models without a class the lead of the most
 * probable over the second. Loss: minus the mean binary cross-entropy over classes (multi-label) or
 * the cross-entropy of the true class (single-label), in nats, of reviewed frames that are not
 * unsure, as in fastai's top losses; true labels outside the vocabulary count for nothing, and a
 * single-label frame whose true label is not one class of the vocabulary has no loss. Look depends
 * on the whole day: sortedRows() only. Similarity: minus FrameEntry::similarity.
 */
std::optional<double> sortValue(const FrameEntry &entry, const FrameSort &sort,
                                const ModelInfo *model);

/**
 * @p rows, any order, sorted; equals stay in capture order. @p model null: none is open.
 * @param looks of the day, see needsALook(), for that order; null: found out here.
 */
QList<int> sortedRows(const Day &day, QList<int> rows, const FrameSort &sort,
                      const ModelInfo *model, const QHash<int, Look> *looks = nullptr);

} // namespace birblens
