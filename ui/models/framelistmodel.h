#pragma once

#include "core/review/framefilter.h"
#include "core/review/framesort.h"

#include <QAbstractListModel>
#include <QHash>
#include <QSet>
#include <QString>

namespace birblens {

class ReviewSession;
class Thumbnailer;

/** What the badge of a frame says; each has its own shape and colour. */
enum class Badge { Unreviewed, Confirmed, Corrected, Unsure, Unreadable, Gone };

Badge badgeOf(const FrameEntry &entry);
QString badgeText(Badge badge);

/**
 * The frames of the day that pass the filter, in the chosen order. A thin layer over Day: row
 * numbers only, no copies, no work in data().
 *
 * Frames that come to match are added where they belong. A frame that matches no longer, because it
 * was labelled or classified meanwhile, stays where it is until refresh(): nothing moves away under
 * the person's hand.
 */
class FrameListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        KeyRole = Qt::UserRole + 1,
        TimeRole,        ///< QDateTime, wall clock
        LabelsRole,      ///< QStringList: the shown prediction
        ProbabilityRole, ///< double; negative when nothing is known
        BadgeRole,       ///< int of Badge
        ThumbnailRole,   ///< QImage; null and queued while not decoded
        KnownRole,       ///< bool: there is a prediction at all
        FlagRole,        ///< bool: the person marked it
        TrueLabelRole    ///< QString: what a person said, empty while unreviewed
    };

    /** Neither is owned; @p thumbnails may be null (no pictures). */
    FrameListModel(ReviewSession &session, Thumbnailer *thumbnails, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    const FrameFilter &filter() const { return m_filter; }
    void setFilter(const FrameFilter &filter);
    const FrameSort &sorting() const { return m_sort; }
    void setSorting(const FrameSort &sort);
    /** Filters and sorts anew. */
    void refresh();
    /** Frames that are shown although they match no longer. */
    int staleCount() const { return static_cast<int>(m_stale.size()); }

    const FrameEntry &entry(int row) const;
    int dayRow(int row) const { return m_rows.at(row); }
    QString keyAt(int row) const;                  ///< empty outside
    QModelIndex indexOf(const QString &key) const; ///< invalid when it is not shown
    /** Keys of what is shown, in order. */
    QStringList keys() const;

Q_SIGNALS:
    void staleCountChanged();

private:
    const ModelInfo *modelInfo() const;
    FrameMatcher matcher() const;
    void rebuild();
    void place();
    void dayInserted(int first, int last);
    void dayChanged(int first, int last);
    void add(const QList<int> &dayRows);
    void thumbnailReady(const QString &path, const QString &problem);
    QString toolTip(const FrameEntry &entry) const;

    ReviewSession &m_session;
    Thumbnailer *m_thumbnails = nullptr;
    FrameFilter m_filter;
    FrameSort m_sort;
    QList<int> m_rows;                       ///< of the day, in the order shown
    std::vector<int> m_places;               ///< by row of the day: where it is shown, or -1
    QSet<int> m_stale;                       ///< rows of the day
    mutable QHash<QString, QString> m_asked; ///< path -> key of requested thumbnails
};

} // namespace birblens
