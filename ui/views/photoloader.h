#pragma once

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QThreadPool>

namespace birblens {

/** A decoded frame and a copy of it that is at most about screen-sized. */
struct LoadedPhoto
{
    QImage photo;
    QImage preview;
};

/**
 * Decodes whole frames off the GUI thread and keeps the last ones. Only the newest wanted path is
 * ever announced; what was overtaken is kept in the cache silently. GUI thread only.
 */
class PhotoLoader : public QObject
{
    Q_OBJECT
public:
    explicit PhotoLoader(QObject *parent = nullptr);
    ~PhotoLoader() override; ///< drops what is queued and waits for what runs

    /** loaded or failed follows, at once when the photo is in the cache. Empty: nothing is wanted.
     */
    void request(const QString &path);
    /** Decodes these when there is nothing else to do; replaces the former list. */
    void prefetch(const QStringList &paths);
    /** The decoded frame when it is at hand, else null. */
    QImage cached(const QString &path) const;
    void forget(const QString &path);

Q_SIGNALS:
    void loaded(const QString &path, const birblens::LoadedPhoto &photo);
    void failed(const QString &path, const QString &problem);

private:
    struct Answer;
    void start(const QString &path, int priority);
    void arrived(const Answer &answer);
    void prefetchNext();

    QThreadPool m_pool;
    QCache<QString, LoadedPhoto> m_cache; ///< cost in KB
    QString m_wanted;
    QSet<QString> m_running;
    QStringList m_ahead;
};

} // namespace birblens
