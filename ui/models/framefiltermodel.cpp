#include "ui/models/framefiltermodel.h"

#include "core/review/reviewsession.h"
#include "ui/models/framelistmodel.h"

namespace birblens {

FrameFilterModel::FrameFilterModel(FrameListModel *frames, QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_frames(frames)
{
    setSourceModel(frames);
    connect(&frames->session(), &ReviewSession::modelChanged, this, [this] {
        m_classIndex = static_cast<int>(m_frames->session().vocabulary().indexOf(m_criteria.label));
        if (!m_criteria.isDefault())
            invalidateFilter();
    });
}

void FrameFilterModel::setCriteria(const FrameCriteria &criteria)
{
    if (criteria == m_criteria)
        return;
    m_criteria = criteria;
    m_classIndex = static_cast<int>(m_frames->session().vocabulary().indexOf(criteria.label));
    m_pinned.clear();
    invalidateFilter();
}

void FrameFilterModel::pin(const QString &key)
{
    if (key == m_pinned)
        return;
    const QString before = m_pinned;
    m_pinned = key;
    if (m_criteria.isDefault())
        return;
    // The frame that was pinned may have to leave now; the new one is in the list already.
    m_frames->touch(before);
}

QModelIndex FrameFilterModel::indexOf(const QString &key) const
{
    return mapFromSource(m_frames->indexOf(key));
}

const FrameEntry &FrameFilterModel::entry(int row) const
{
    return m_frames->entry(mapToSource(index(row, 0)).row());
}

QString FrameFilterModel::keyAt(int row) const
{
    return row >= 0 && row < rowCount() ? entry(row).frame.key : QString();
}

QStringList FrameFilterModel::keys() const
{
    QStringList result;
    const int count = rowCount();
    result.reserve(count);
    for (int row = 0; row < count; ++row)
        result.append(entry(row).frame.key);
    return result;
}

bool FrameFilterModel::filterAcceptsRow(int sourceRow, const QModelIndex &) const
{
    const FrameEntry &entry = m_frames->entry(sourceRow);
    return matches(entry) || (!m_pinned.isEmpty() && entry.frame.key == m_pinned);
}

bool FrameFilterModel::matches(const FrameEntry &e) const
{
    using Review = FrameCriteria::Review;
    const ReviewState state = e.state();
    switch (m_criteria.review) {
    case Review::Any:
        break;
    case Review::Unreviewed:
        if (state != ReviewState::Unreviewed)
            return false;
        break;
    case Review::Reviewed:
        if (state == ReviewState::Unreviewed)
            return false;
        break;
    case Review::Confirmed:
        if (state != ReviewState::Confirmed)
            return false;
        break;
    case Review::Corrected:
        if (state != ReviewState::Corrected)
            return false;
        break;
    case Review::Unsure:
        if (state != ReviewState::Unsure)
            return false;
        break;
    case Review::Problem:
        if (e.problem.isEmpty() && !e.frame.gone)
            return false;
        break;
    }

    const bool wantsNone = m_criteria.label == QLatin1String("none");
    double probability = shownProbability(e);
    if (!m_criteria.label.isEmpty()) {
        if (e.prediction) {
            const QList<int> &classes = e.prediction->classes;
            if (wantsNone ? !classes.isEmpty() : !classes.contains(m_classIndex))
                return false;
            if (!wantsNone)
                probability = static_cast<double>(e.prediction->probabilities.value(m_classIndex));
        } else if (e.frame.camera) {
            const QStringList &labels = e.frame.camera->labels;
            if (wantsNone ? !labels.isEmpty() : !labels.contains(m_criteria.label))
                return false;
        } else {
            return false;
        }
    }
    return m_criteria.minProbability <= 0.0 || probability >= m_criteria.minProbability;
}

} // namespace birblens
