// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

#include <QString>
#include <QStringList>

namespace birblens {

/**
 * The first part of a report: how many frames there are and what became of them, and per class what
 * was predicted and how often that is right. @p set is samplesOf(@p frames, @p vocabulary).
 */
QString summaryHtml(const QList<const FrameEntry *> &frames, const SampleSet &set,
                    const QStringList &vocabulary, int visits);

} // namespace birblens
