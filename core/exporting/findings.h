// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exporter.h"

namespace birblens {

/** What is known of what a frame shows: a person's word before a network's. */
struct Finding
{
    enum class By { Nobody, Person, Machine };

    By by = By::Nobody;
    bool unsure = false;     ///< a person looked and could not tell; there are no labels then
    QStringList labels;      ///< empty where somebody has looked: nothing there
    QString machine;         ///< name of the network, or "Birb Cam" for what the camera predicted
    double confidence = 0.0; ///< 0..1, of a machine; 0 when it is not known

    bool known() const { return by != By::Nobody && !unsure; }
};

/** The true label, else unsure, else the prediction that is shown: the model's, else the camera's.
 */
Finding findingOf(const FrameEntry &entry, const std::optional<ModelInfo> &model);

/** Same without the person's part. */
Finding machineFinding(const FrameEntry &entry, const std::optional<ModelInfo> &model);

/** For a person to read: `chickadee, magpie`, else `none`. */
QString listedLabels(const QStringList &labels);

/** `unreviewed`, `confirmed`, `corrected` or `unsure`. */
QString stateText(ReviewState state);

/** Probability that the machine gave to @p label: the model's own, else its confidence. */
double probabilityOf(const QString &label, const FrameEntry &entry,
                     const std::optional<ModelInfo> &model);

/** `chickadee (98.23%)` of the model; of the camera `chickadee (87.50%) by Birb Cam`. */
QString describeMachine(const FrameEntry &entry, const std::optional<ModelInfo> &model);

/** Vocabulary first, then what else was found in the frames; never `none`. */
QStringList allLabels(const ExportJob &job);

/** What a person said of the frames, each label once. */
QStringList personsLabels(const ExportJob &job);

/** Name of the camera's place: as it was given, else the day's folder. */
QString placeOf(const ExportJob &job);

/** Wall clock with its offset, `2021-02-08T10:56:58-07:00`; where UTC is not known, with the one
 * that assumeOffsets() found. */
QString isoTime(const Frame &frame);

} // namespace birblens
