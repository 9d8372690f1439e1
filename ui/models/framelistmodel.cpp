#include "ui/models/framelistmodel.h"

#include "core/frames/thumbnailer.h"
#include "core/review/reviewsession.h"

#include <QImage>
#include <QLocale>

namespace birblens {

Badge badgeOf(const FrameEntry &entry)
{
    switch (entry.state()) {
    case ReviewState::Confirmed:
        return Badge::Confirmed;
    case ReviewState::Corrected:
        return Badge::Corrected;
    case ReviewState::Unsure:
        return Badge::Unsure;
    case ReviewState::Unreviewed:
        break;
    }
    if (entry.frame.gone)
        return Badge::Gone;
    return entry.problem.isEmpty() ? Badge::Unreviewed : Badge::Unreadable;
}

QString badgeText(Badge badge)
{
    switch (badge) {
    case Badge::Unreviewed:
        return FrameListModel::tr("unreviewed");
    case Badge::Confirmed:
        return FrameListModel::tr("confirmed");
    case Badge::Corrected:
        return FrameListModel::tr("corrected");
    case Badge::Unsure:
        return FrameListModel::tr("unsure");
    case Badge::Unreadable:
        return FrameListModel::tr("unreadable");
    case Badge::Gone:
        return FrameListModel::tr("gone");
    }
    return {};
}

double shownProbability(const FrameEntry &entry)
{
    if (entry.prediction)
        return entry.prediction->confidence;
    // A confidence of 0 means that only the file name is known.
    if (entry.frame.camera && entry.frame.camera->confidence > 0.0)
        return entry.frame.camera->confidence;
    return -1.0;
}

FrameListModel::FrameListModel(ReviewSession &session, Thumbnailer *thumbnails, QObject *parent)
    : QAbstractListModel(parent)
    , m_session(session)
    , m_thumbnails(thumbnails)
{
    const Day *day = &session.day();
    connect(day, &Day::aboutToReset, this, [this] {
        beginResetModel();
        m_asked.clear();
    });
    connect(day, &Day::wasReset, this, [this] { endResetModel(); });
    connect(day, &Day::aboutToInsert, this,
            [this](int first, int last) { beginInsertRows({}, first, last); });
    connect(day, &Day::inserted, this, [this] { endInsertRows(); });
    connect(day, &Day::changed, this,
            [this](int first, int last) { Q_EMIT dataChanged(index(first), index(last)); });
    if (m_thumbnails)
        connect(m_thumbnails, &Thumbnailer::ready, this, &FrameListModel::thumbnailReady);
}

int FrameListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_session.day().size();
}

const FrameEntry &FrameListModel::entry(int row) const
{
    return m_session.day().at(row);
}

QModelIndex FrameListModel::indexOf(const QString &key) const
{
    const int row = m_session.day().rowOf(key);
    return row < 0 ? QModelIndex() : index(row);
}

void FrameListModel::touch(const QString &key)
{
    const QModelIndex found = indexOf(key);
    if (found.isValid())
        Q_EMIT dataChanged(found, found);
}

QVariant FrameListModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_session.day().size())
        return {};
    const FrameEntry &e = entry(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return QLocale().toString(e.frame.captureTime.time(), QStringLiteral("HH:mm:ss"));
    case Qt::ToolTipRole:
        return toolTip(e);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2, %3")
            .arg(QLocale().toString(e.frame.captureTime, QStringLiteral("HH:mm:ss")),
                 labelsToText(m_session.shownPrediction(e)), badgeText(badgeOf(e)));
    case KeyRole:
        return e.frame.key;
    case TimeRole:
        return e.frame.captureTime;
    case LabelsRole:
        return m_session.shownPrediction(e);
    case ProbabilityRole:
        return shownProbability(e);
    case BadgeRole:
        return static_cast<int>(badgeOf(e));
    case ThumbnailRole:
        if (!m_thumbnails || e.frame.gone)
            return QImage();
        m_asked.insert(e.frame.path, e.frame.key);
        return m_thumbnails->thumbnail(e.frame.path);
    case KnownRole:
        return e.prediction.has_value() || e.frame.camera.has_value();
    case TrueLabelRole:
        return e.label().isLabelled() ? labelsToText(e.label().labels) : QString();
    default:
        return {};
    }
}

QString FrameListModel::toolTip(const FrameEntry &e) const
{
    const QString time = QLocale().toString(e.frame.captureTime, QLocale::LongFormat);
    QString text = QStringLiteral("%1\n%2\n%3").arg(e.frame.key, time, badgeText(badgeOf(e)));
    if (e.label().isLabelled())
        text += tr("\nTrue label: %1").arg(labelsToText(e.label().labels));
    if (!e.problem.isEmpty())
        text += QLatin1Char('\n') + e.problem;
    return text;
}

void FrameListModel::thumbnailReady(const QString &path, const QString &problem)
{
    const QString key = m_asked.take(path);
    const QModelIndex found = indexOf(key);
    if (!found.isValid())
        return;
    if (entry(found.row()).problem != problem)
        m_session.day().setProblem(key, problem);
    Q_EMIT dataChanged(found, found, {ThumbnailRole});
}

} // namespace birblens
