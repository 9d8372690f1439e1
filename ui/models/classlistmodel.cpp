// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/models/classlistmodel.h"

#include "core/review/reviewsession.h"
#include "ui/theme.h"

#include <QLocale>

namespace birblens {

const Prediction *currentPrediction(const ReviewSession &session)
{
    const FrameEntry *entry = session.currentEntry();
    if (!entry || !session.explain().model())
        return nullptr;
    if (entry->prediction)
        return &*entry->prediction;
    const std::optional<Explanation> &explanation = session.explain().explanation();
    if (explanation && explanation->request.key == entry->frame.key &&
        explanation->modelId == session.explain().model()->info.id)
        return &explanation->prediction;
    return nullptr;
}

ClassListModel::ClassListModel(ReviewSession &session, QObject *parent)
    : QAbstractListModel(parent)
    , m_session(session)
{
    connect(&session.explain(), &ExplainState::modelChanged, this, &ClassListModel::reload);
    connect(&session, &ReviewSession::currentFrameChanged, this, &ClassListModel::refresh);
    connect(&session.explain(), &ExplainState::explanationChanged, this, &ClassListModel::refresh);
    connect(&session.explain(), &ExplainState::targetClassesChanged, this,
            &ClassListModel::refresh);
    connect(&session.day(), &Day::changed, this, [this](int first, int last) {
        const int row = m_session.day().rowOf(m_session.currentKey());
        if (row >= first && row <= last)
            refresh();
    });
    reload();
}

void ClassListModel::reload()
{
    beginResetModel();
    m_names =
        m_session.explain().model() ? m_session.explain().model()->info.vocabulary : QStringList();
    m_probabilities.clear();
    m_predicted.clear();
    m_targets.clear();
    endResetModel();
    refresh();
}

void ClassListModel::refresh()
{
    const Prediction *prediction = currentPrediction(m_session);
    const QList<float> probabilities = prediction ? prediction->probabilities : QList<float>();
    const QList<int> predicted = prediction ? prediction->classes : QList<int>();
    QList<int> targets = m_session.explain().targetClasses();
    if (targets.isEmpty() && prediction) {
        targets = predicted;
        if (targets.isEmpty())
            targets.append(prediction->mostProbable());
    }
    if (probabilities == m_probabilities && predicted == m_predicted && targets == m_targets)
        return;
    m_probabilities = probabilities;
    m_predicted = predicted;
    m_targets = targets;
    if (!m_names.isEmpty())
        Q_EMIT dataChanged(index(0), index(static_cast<int>(m_names.size()) - 1));
    Q_EMIT predictionChanged();
}

int ClassListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_names.size());
}

QVariant ClassListModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_names.size())
        return {};
    const int row = index.row();
    const double probability =
        row < m_probabilities.size() ? static_cast<double>(m_probabilities.at(row)) : -1.0;
    switch (role) {
    case Qt::DisplayRole:
        return m_names.at(row);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: {
        QString text = m_names.at(row);
        if (probability >= 0.0)
            text += tr(": probability %1").arg(QLocale().toString(probability, 'f', 4));
        if (m_predicted.contains(row))
            text += tr(", predicted");
        if (role == Qt::ToolTipRole)
            text += tr("\nClick to see what speaks for it; Ctrl+click adds it beside the others");
        return text;
    }
    case ClassIndexRole:
        return row;
    case ProbabilityRole:
        return probability;
    case ThresholdRole:
        return m_session.explain().model() &&
                       m_session.explain().model()->info.task == Task::MultiLabel
                   ? m_session.explain().model()->info.threshold(row)
                   : -1.0;
    case PredictedRole:
        return m_predicted.contains(row);
    case TargetRole:
        return m_targets.contains(row);
    case ColorRole:
        return classColor(row);
    default:
        return {};
    }
}

ClassSortModel::ClassSortModel(ClassListModel *classes, QObject *parent)
    : QSortFilterProxyModel(parent)
{
    // Sorted when the numbers of another frame are complete, not while they change.
    setDynamicSortFilter(false);
    setFilterCaseSensitivity(Qt::CaseInsensitive);
    setSourceModel(classes);
    connect(classes, &ClassListModel::predictionChanged, this, [this] {
        invalidate();
        sort(0);
    });
    connect(classes, &ClassListModel::modelReset, this, [this] { sort(0); });
    sort(0);
}

void ClassSortModel::setByProbability(bool on)
{
    if (on == m_byProbability)
        return;
    m_byProbability = on;
    invalidate();
    sort(0);
}

bool ClassSortModel::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    if (m_byProbability) {
        const double a = left.data(ClassListModel::ProbabilityRole).toDouble();
        const double b = right.data(ClassListModel::ProbabilityRole).toDouble();
        if (a != b)
            return a > b;
    }
    return left.row() < right.row();
}

} // namespace birblens
