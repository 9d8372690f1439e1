// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/commands/benchwindow.h"
#include "core/model/modelinfo.h"
#include "core/result.h"

#include <QJsonObject>

#include <optional>

namespace birblens {

// The figures of `bench --day` that need a network.

/** What the figures of a day with a model need to know of the network itself. */
struct BenchedModel
{
    ModelInfo info;
    qsizetype features = 0;
    double forwardMs = 0.0;
    double residentMb = 0.0; ///< libtorch, the network, and what explaining a frame keeps
};

/** The network is gone again when this has returned and returnFreeMemory() was called. */
Result<BenchedModel> benchedModel(const QString &path);
/**
 * Predictions and features of every frame into the store of the copy, as a camera's nights give
 * them: nearly all `none`, one in a hundred surely something, one in fifty near a threshold.
 */
Result<void> makeUpPredictions(const QString &folder, const BenchedModel &model);
/** The model opens on the open day, whose store knows what it says of every frame. */
std::optional<Error> modelFigures(Bench &bench, const QString &model, QJsonObject &json);
/** From the key to the sorted list; the first time the features are read from the store. */
void similarFigures(Bench &bench, QJsonObject &json);
/** The right arrow held for three seconds, or pressed once: how long until the frame is explained.
 */
void releaseFigures(Bench &bench, QJsonObject &json);

} // namespace birblens
