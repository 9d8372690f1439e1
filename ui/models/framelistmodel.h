#pragma once

#include <QAbstractListModel>
#include <QHash>
#include <QString>

namespace birblens {

class ReviewSession;
class Thumbnailer;
struct FrameEntry;

/** What the badge of a frame says; each has its own shape and colour. */
enum class Badge { Unreviewed, Confirmed, Corrected, Unsure, Unreadable, Gone };

Badge badgeOf(const FrameEntry &entry);
QString badgeText(Badge badge);

/** The day's frames as a list model. A thin layer over Day: no copies, no work in data(). */
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
        TrueLabelRole    ///< QString: what a person said, empty while unreviewed
    };

    /** Neither is owned; @p thumbnails may be null (no pictures). */
    FrameListModel(ReviewSession &session, Thumbnailer *thumbnails, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    const FrameEntry &entry(int row) const;
    QModelIndex indexOf(const QString &key) const;
    /** Views and filters look at the frame again. */
    void touch(const QString &key);

    ReviewSession &session() const { return m_session; }

private:
    void thumbnailReady(const QString &path, const QString &problem);
    QString toolTip(const FrameEntry &entry) const;

    ReviewSession &m_session;
    Thumbnailer *m_thumbnails = nullptr;
    mutable QHash<QString, QString> m_asked; ///< path -> key of requested thumbnails
};

/** Probability that goes with the shown prediction: 0..1, negative when nothing is known. */
double shownProbability(const FrameEntry &entry);

} // namespace birblens
