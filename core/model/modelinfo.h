// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/gridgeometry.h"
#include "core/result.h"

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QSize>
#include <QString>
#include <QStringList>

#include <array>
#include <optional>

namespace birblens {

enum class Task { MultiLabel, SingleLabel };
enum class Resize { Squish, Crop, Pad };
enum class PadMode { Zeros, Border, Reflection };

/**
 * fastai's presizing: the frame is first resized to whole grey levels, to this size, and the input
 * is then sampled in float from the middle of that picture, as fastai 2's batch transforms do on
 * validation data.
 */
struct Presize
{
    int height = 0; ///< 0, as the width then: the frame keeps its size in the first step
    int width = 0;
    double ratioLow = 0.0;  ///< smallest width per height of what is sampled; 0: all of it is
    double ratioHigh = 0.0; ///< largest one
    double scale = 1.0;     ///< of the sides that the ratio leaves, 0 < scale <= 1

    QSize size() const { return {width, height}; }
    bool operator==(const Presize &) const = default;
};

/** How a frame becomes the network's input tensor, 1 x 3 x height x width. */
struct InputSpec
{
    int height = 0;
    int width = 0;
    Resize resize = Resize::Squish;
    PadMode padMode = PadMode::Zeros;                  ///< for Resize::Pad only
    std::array<float, 3> mean{0.485F, 0.456F, 0.406F}; ///< of R, G, B in 0..1
    std::array<float, 3> std{0.229F, 0.224F, 0.225F};
    std::optional<Presize> presize{}; ///< where it is there, resize and padMode lead to its size

    QSize size() const { return {width, height}; }
    bool operator==(const InputSpec &) const = default;
};

/** The bundle's metadata (`birblens.json`). */
struct ModelInfo
{
    QString path;
    QString id; ///< see modelKey(): what decides the logits; predictions are stored per id
    QString name;
    QStringList vocabulary;
    Task task = Task::MultiLabel;
    QList<double> thresholds; ///< one per class, 0..1; unused for single-label
    InputSpec input;
    QString defaultLayer; ///< empty: the last layer larger than 1x1
    QString provenance;
    bool settingsInFile = false; ///< read from the file itself, whose hash then fixes them

    double threshold(int classIndex) const { return thresholds.value(classIndex, 0.5); }
};

/** A named 4-D tensor inside the network. */
struct LayerInfo
{
    int index = 0; ///< in execution order
    QString name;  ///< module path: "0.7.2.conv2"; a second call is "relu#2"
    QString type;  ///< module class: "Conv2d"
    int channels = 0;
    int height = 0;
    int width = 0;
    bool block = false; ///< end of a block: a large tick on the slider, one of a few
    bool channelsLast = false;
    GridGeometry grid; ///< where its cells lie over the input
};

/**
 * Reads `birblens.json`. Also understands the keys that other exporters write: `classes`, `labels`,
 * `input_size` ([height, width] or one number), `activation` (softmax, sigmoid).
 * @param where names the source in errors. Vocabulary and size must be there.
 */
Result<ModelInfo> modelInfoFromJson(const QByteArray &json, const QString &where);
QByteArray modelInfoToJson(const ModelInfo &info);

/** Where metadata of a bare model may lie beside it: `<name>.json`. */
QStringList sideCarPaths(const QString &modelPath);
/** Where they lie when that folder cannot be written: under XDG data, by fileHash(). */
Result<QString> keptSideCarPath(const QString &modelPath);
/** Stores an answer beside the model, or under XDG data when that folder is read-only. */
Result<QString> writeSideCar(const ModelInfo &info);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::ModelInfo)
Q_DECLARE_METATYPE(birblens::LayerInfo)
