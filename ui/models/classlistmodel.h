// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractListModel>
#include <QColor>
#include <QSortFilterProxyModel>

#include <optional>

namespace birblens {

class ReviewSession;
struct Prediction;

/**
 * What the open model says of the current frame: from the day's classification, else from the
 * newest explanation when it is of that frame. Null when neither is there.
 */
const Prediction *currentPrediction(const ReviewSession &session);

/** The open model's classes in vocabulary order with what it says of the current frame. */
class ClassListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        ClassIndexRole = Qt::UserRole + 1,
        ProbabilityRole, ///< double 0..1; negative while unknown
        ThresholdRole,   ///< double; negative for single-label models, which have none
        PredictedRole,   ///< bool
        TargetRole,      ///< bool: explained now
        ColorRole        ///< QColor
    };

    explicit ClassListModel(ReviewSession &session, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /** Probabilities of another frame or model are shown; after dataChanged. */
    void predictionChanged();

private:
    void reload();
    void refresh();

    ReviewSession &m_session;
    QStringList m_names;
    QList<float> m_probabilities;
    QList<int> m_predicted;
    QList<int> m_targets;
};

/** Sorted by probability (else vocabulary order), searched by name. */
class ClassSortModel : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ClassSortModel(ClassListModel *classes, QObject *parent = nullptr);

    bool byProbability() const { return m_byProbability; }
    void setByProbability(bool on);

protected:
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    bool m_byProbability = true;
};

} // namespace birblens
