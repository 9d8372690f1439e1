#include "core/analysis/sample.h"

#include <QHash>

#include <algorithm>

namespace birblens {

namespace {

class Names
{
public:
    Names(const QList<const FrameEntry *> &frames, const QStringList &vocabulary)
        : m_names(vocabulary)
    {
        for (const QString &name : vocabulary)
            m_index.insert(name, static_cast<int>(m_index.size()));
        QStringList others;
        const auto look = [&](const QStringList &labels) {
            for (const QString &label : labels) {
                if (!m_index.contains(label))
                    others.append(label);
            }
        };
        for (const FrameEntry *entry : frames) {
            look(entry->label().labels);
            if (!entry->prediction && entry->frame.camera)
                look(entry->frame.camera->labels);
        }
        for (const QString &name : orderedLabels(others, {})) {
            m_index.insert(name, static_cast<int>(m_names.size()));
            m_names.append(name);
        }
        m_none = static_cast<int>(m_names.size());
        m_names.append(QStringLiteral("none"));
    }

    const QStringList &names() const { return m_names; }

    QList<int> indices(const QStringList &labels) const
    {
        QList<int> result;
        for (const QString &label : labels) {
            if (const auto found = m_index.constFind(label); found != m_index.cend())
                result.append(*found);
        }
        return orNone(std::move(result));
    }
    QList<int> orNone(QList<int> indices) const
    {
        if (indices.isEmpty())
            return {m_none};
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
        return indices;
    }

private:
    QStringList m_names;
    QHash<QString, int> m_index;
    int m_none = 0;
};

} // namespace

SampleSet samplesOf(const QList<const FrameEntry *> &frames, const QStringList &vocabulary)
{
    const Names names(frames, vocabulary);
    SampleSet set;
    set.names = names.names();
    set.vocabulary = static_cast<int>(vocabulary.size());
    set.samples.reserve(frames.size());
    for (const FrameEntry *entry : frames) {
        Sample sample;
        sample.captureTime = entry->frame.captureTime;
        sample.reviewed = entry->label().kind != TrueLabel::Kind::Unreviewed;
        if (entry->prediction) {
            sample.predicted = names.orNone(entry->prediction->classes);
            sample.probabilities = entry->prediction->probabilities;
        } else if (entry->frame.camera) {
            sample.predicted = names.indices(entry->frame.camera->labels);
        }
        if (entry->label().isLabelled())
            sample.truth = names.indices(entry->label().labels);
        set.samples.append(std::move(sample));
    }
    return set;
}

} // namespace birblens
