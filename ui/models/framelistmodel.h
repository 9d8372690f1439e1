// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/framefilter.h"
#include "core/review/framesort.h"
#include "core/review/lookqueue.h"

#include <QAbstractListModel>
#include <QHash>
#include <QSet>
#include <QString>

namespace birblens {

class ReviewSession;
class Thumbnailer;

/** What the badge of a frame says; each has its own shape and colour. */
enum class Badge {
    Unreviewed,
    Confirmed,
    Corrected,
    Unsure,
    Unreadable,
    Gone,
    PictureChanged,
    Waiting
};

Badge badgeOf(const FrameEntry &entry);
QString badgeText(Badge badge);

/**
 * The frames of the day that pass the filter, in the chosen order. A thin layer over Day: row
 * numbers only, no copies, no work in data().
 *
 * Frames that come to match are added where they belong. A frame that matches no longer, because it
 * was labelled or classified meanwhile, stays where it is until refresh(): nothing moves away under
 * the person's hand. Only a frame that goes to the trash leaves at once.
 *
 * Folded, frames of one visit share a cell with its best frame (the surest prediction, else the
 * middle one), in the order of time only; a visit can be opened. keys() names all frames all the
 * same.
 */
class FrameListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        KeyRole = Qt::UserRole + 1,
        TimeRole,          ///< QDateTime, wall clock
        LabelsRole,        ///< QStringList: the shown prediction
        ProbabilityRole,   ///< double; negative when nothing is known
        BadgeRole,         ///< int of Badge
        ThumbnailRole,     ///< QImage; null and queued while not decoded
        KnownRole,         ///< bool: there is a prediction at all
        FlagRole,          ///< bool: the person marked it
        VisitCountRole,    ///< int: frames of the visit that this one stands for; 0: none
        VisitSecondsRole,  ///< double: from its first frame to its last
        VisitOpenRole,     ///< bool: its frames are all shown
        UncertainTimeRole, ///< bool: the time is only the file's date
        TrueLabelRole,     ///< QString: what a person said, empty while unreviewed
        SimilarityRole     ///< double: in the order Similarity, with its frame; invalid: not known
    };

    /** Neither is owned; @p thumbnails may be null (no pictures). */
    FrameListModel(ReviewSession &session, Thumbnailer *thumbnails, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    const FrameFilter &filter() const { return m_filter; }
    void setFilter(const FrameFilter &filter);
    const FrameSort &sorting() const { return m_sort; }
    void setSorting(const FrameSort &sort);
    /** Frames less than this apart are one visit, see Event; 0: not folded. */
    void setFolding(double gapSeconds);
    double folding() const { return m_gap; }
    void toggleVisit(const QModelIndex &index); ///< opens or closes it
    /** Filters and sorts anew. */
    void refresh();
    /** Frames that are shown although they match no longer. */
    int staleCount() const { return static_cast<int>(m_stale.size()); }

    const FrameEntry &entry(int row) const;
    /** Why this frame stands where it stands, in the orders Look and Similarity. */
    QStringList reasons(const QString &key) const;
    int dayRow(int row) const { return m_rows.at(row); }
    QString keyAt(int row) const;                  ///< empty outside
    QModelIndex indexOf(const QString &key) const; ///< invalid when it is not shown
    /** Rows are about to go: where a view's selection moves to then is no choice of the person. */
    bool isRemoving() const { return m_removing; }
    /** Keys of what is shown, those in folded visits too, in order. */
    QStringList keys() const;

Q_SIGNALS:
    void staleCountChanged();

private:
    const ModelInfo *modelInfo() const;
    FrameMatcher matcher() const;
    void rebuild();
    void fold();
    void place();
    void dayInserted(int first, int last);
    void dayChanged(int first, int last);
    void add(const QList<int> &dayRows);
    void remove(QList<int> rows);
    void thumbnailReady(const QString &path, const QString &problem);
    QString toolTip(const FrameEntry &entry) const;

    ReviewSession &m_session;
    Thumbnailer *m_thumbnails = nullptr;
    FrameFilter m_filter;
    FrameSort m_sort;
    struct Visit
    {
        int count = 0;
        double seconds = 0.0;
        bool open = false;
    };
    double m_gap = 0.0;
    QSet<QString> m_open;       ///< keys of the first frames of visits that are open
    QHash<int, Visit> m_visits; ///< by the row of the day that shows it
    QList<int> m_matching;      ///< rows of the day that are shown or folded away, in order
    QList<int> m_rows;          ///< of the day, in the order shown
    std::vector<int> m_places;  ///< by row of the day: where it is shown, or -1
    QHash<int, Look> m_looks;   ///< by row of the day, in the order Look
    QSet<int> m_stale;          ///< rows of the day
    bool m_removing = false;
    mutable QHash<QString, QString> m_asked; ///< path -> key of requested thumbnails
};

} // namespace birblens
