// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/day.h"

#include <QDateTime>
#include <QHash>
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
    ReviewState state = ReviewState::Unreviewed;
    float confidence = 0.0F; ///< 0..1, of the shown prediction; 0 when there is none
    int frame = 0;           ///< whatever the caller counts frames by

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

/**
 * Makes a SampleSet of frames that are given one after the other. Copies a few values per frame, so
 * that the frames may change afterwards. add() belongs to the frames' thread; the gatherer may then
 * be moved to another one for finish().
 */
class SampleGatherer
{
public:
    explicit SampleGatherer(const QStringList &vocabulary = {});

    void reserve(qsizetype count) { m_set.samples.reserve(count); }
    /** @param frame becomes Sample::frame. */
    void add(const FrameEntry &entry, int frame);
    qsizetype count() const { return m_set.samples.size(); }
    /** All of them; the gatherer is empty afterwards. */
    SampleSet finish();

private:
    QList<int> listOf(const QStringList &labels);

    SampleSet m_set;
    // Until finish(): other labels by their first appearance, none -1. Equal lists are shared.
    QHash<QString, int> m_index;
    QStringList m_others;
    QHash<QStringList, QList<int>> m_lists;
};

SampleSet samplesOf(const QList<const FrameEntry *> &frames, const QStringList &vocabulary);

} // namespace birblens
