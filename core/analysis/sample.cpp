// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/sample.h"

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

constexpr int noneYet = -1; ///< `none`, while its index is not known

} // namespace

SampleGatherer::SampleGatherer(const QStringList &vocabulary)
{
    m_set.names = vocabulary;
    m_set.vocabulary = static_cast<int>(vocabulary.size());
    for (const QString &name : vocabulary)
        m_index.insert(name, static_cast<int>(m_index.size()));
}

QList<int> SampleGatherer::listOf(const QStringList &labels)
{
    if (const auto known = m_lists.constFind(labels); known != m_lists.cend())
        return *known;
    QList<int> list;
    for (const QString &name : labels) {
        if (!m_index.contains(name)) {
            if (orderedLabels({name}, {}) != QStringList{name}) // blank, `none`
                continue;
            m_index.insert(name, static_cast<int>(m_set.vocabulary + m_others.size()));
            m_others.append(name);
        }
        list.append(m_index.value(name));
    }
    if (list.isEmpty())
        list.append(noneYet);
    m_lists.insert(labels, list);
    return list;
}

void SampleGatherer::add(const FrameEntry &entry, int frame)
{
    Sample sample;
    sample.captureTime = entry.frame.captureTime;
    sample.state = entry.state();
    sample.reviewed = entry.label().kind != TrueLabel::Kind::Unreviewed;
    sample.frame = frame;
    if (entry.prediction) {
        // Indices already, ascending, each once.
        sample.predicted =
            entry.prediction->classes.isEmpty() ? listOf({}) : entry.prediction->classes;
        sample.probabilities = entry.prediction->probabilities;
        sample.confidence = static_cast<float>(entry.prediction->confidence);
    } else if (entry.frame.camera) {
        sample.predicted = listOf(entry.frame.camera->labels);
        sample.confidence = static_cast<float>(entry.frame.camera->confidence);
    }
    if (entry.label().isLabelled())
        sample.truth = listOf(entry.label().labels);
    m_set.samples.append(std::move(sample));
}

SampleSet SampleGatherer::finish()
{
    QStringList others = m_others;
    others.sort();
    const int none = static_cast<int>(m_set.vocabulary + others.size());
    // Names in their final order, so that lists of indices have theirs. A list is known by where
    // its numbers are: m_lists holds on to them.
    QHash<const int *, QList<int>> finals;
    for (const QList<int> &list : std::as_const(m_lists)) {
        QList<int> indices;
        for (const int index : list) {
            if (index == noneYet)
                indices.append(none);
            else if (index < m_set.vocabulary)
                indices.append(index);
            else
                indices.append(m_set.vocabulary + static_cast<int>(others.indexOf(
                                                      m_others.at(index - m_set.vocabulary))));
        }
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
        finals.insert(list.constData(), indices);
    }
    for (Sample &sample : m_set.samples) {
        for (QList<int> *list : {&sample.predicted, &sample.truth}) {
            if (const auto known = finals.constFind(list->constData()); known != finals.cend())
                *list = *known;
        }
    }
    m_set.names += others;
    m_set.names.append(QStringLiteral("none"));
    m_others.clear();
    m_index.clear();
    m_lists.clear();
    return std::exchange(m_set, {});
}

SampleSet samplesOf(const QList<const FrameEntry *> &frames, const QStringList &vocabulary)
{
    SampleGatherer gatherer(vocabulary);
    for (const FrameEntry *entry : frames)
        gatherer.add(*entry, static_cast<int>(gatherer.count()));
    return gatherer.finish();
}

} // namespace birblens
