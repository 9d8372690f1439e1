#pragma once

#include "core/review/day.h"

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

namespace birblens {

/** One frame as analysis sees it. Labels are indices into SampleSet::names. */
struct Sample
{
    QDateTime captureTime; ///< the camera's wall clock; may be invalid
    /** The shown prediction (the opened model's, else the camera's), ascending; `none` for an
     * empty one; empty when nobody predicted anything. */
    QList<int> predicted;
    QList<int> truth;           ///< a person's label likewise; empty unless labelled
    bool reviewed = false;      ///< labelled or unsure
    QList<float> probabilities; ///< of the opened model, by class; empty when it has not said yet

    bool labelled() const { return !truth.isEmpty(); }
    /** Can be right or wrong: predicted and labelled. */
    bool judged() const { return !truth.isEmpty() && !predicted.isEmpty(); }
    /** A person's word before a machine's. */
    const QList<int> &shownLabels() const { return labelled() ? truth : predicted; }
};

/** Frames of a day with what was predicted and what is true, as values. */
struct SampleSet
{
    QStringList names;  ///< the vocabulary, other labels of these frames alphabetically, `none`
    int vocabulary = 0; ///< how many of the names the model has probabilities for
    QList<Sample> samples;

    int none() const { return static_cast<int>(names.size()) - 1; }
};

SampleSet samplesOf(const QList<const FrameEntry *> &frames, const QStringList &vocabulary);

} // namespace birblens
