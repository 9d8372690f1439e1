#pragma once

#include <QSortFilterProxyModel>
#include <QString>

namespace birblens {

class FrameListModel;
struct FrameEntry;

/** Which frames the browser shows. */
struct FrameCriteria
{
    enum class Review { Any, Unreviewed, Reviewed, Confirmed, Corrected, Unsure, Problem };

    QString label; ///< a predicted class; empty: any; `none`: nothing predicted
    double minProbability = 0.0;
    Review review = Review::Any;

    bool isDefault() const { return *this == FrameCriteria(); }
    bool operator==(const FrameCriteria &) const = default;
};

/**
 * The frames that pass the filter, in the day's order. The pinned frame (the one being looked at)
 * stays in the list although its new label no longer fits, until another one is pinned.
 */
class FrameFilterModel : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit FrameFilterModel(FrameListModel *frames, QObject *parent = nullptr);

    const FrameCriteria &criteria() const { return m_criteria; }
    void setCriteria(const FrameCriteria &criteria); ///< unpins
    void pin(const QString &key);

    QModelIndex indexOf(const QString &key) const;
    QString keyAt(int row) const;
    const FrameEntry &entry(int row) const;
    /** Keys in order. */
    QStringList keys() const;

protected:
    bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;

private:
    bool matches(const FrameEntry &entry) const;

    FrameListModel *m_frames;
    FrameCriteria m_criteria;
    int m_classIndex = -1; ///< of the criteria's label in the open model's vocabulary
    QString m_pinned;
};

} // namespace birblens
