// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framenames.h"

#include <QFileInfo>

namespace birblens {

namespace {

constexpr qsizetype mostListed = 10;

Error ambiguous(const QString &name, const QStringList &keys)
{
    QStringList listed = keys.mid(0, mostListed);
    if (keys.size() > mostListed)
        listed.append(QStringLiteral("%1 more").arg(keys.size() - mostListed));
    return {QStringLiteral("This name fits %1 frames: %2")
                .arg(keys.size())
                .arg(listed.join(QStringLiteral(", "))),
            name, QStringLiteral("Give one of these paths")};
}

bool endsWithPath(const QString &path, const QString &end)
{
    return path == end || path.endsWith(QLatin1Char('/') + end);
}

/** Composed and in one case. */
QString likeName(const QString &name)
{
    return name.normalized(QString::NormalizationForm_C).toCaseFolded();
}

} // namespace

FrameNames::FrameNames(const QList<Frame> &frames)
    : m_frames(frames)
{
    for (qsizetype i = 0; i < frames.size(); ++i) {
        m_places.insert(frames.at(i).key, i);
        m_keys[frames.at(i).fileName()].append(frames.at(i).key);
        m_likeKeys[likeName(frames.at(i).fileName())].append(frames.at(i).key);
    }
}

Result<QString> FrameNames::find(const QString &name) const
{
    QString slashes = name;
    slashes.replace(QLatin1Char('\\'), QLatin1Char('/'));
    for (const QString &key : {name, slashes}) {
        if (m_places.contains(key))
            return key;
    }
    const QStringList named = m_keys.value(name);
    if (named.size() == 1)
        return named.constFirst();
    if (named.size() > 1)
        return ambiguous(name, named);
    const QFileInfo file(name);
    const QString wanted = file.canonicalFilePath();
    if (!wanted.isEmpty()) {
        // The link by its own name, else the file that it leads to.
        QStringList keys = m_keys.value(file.fileName());
        keys += m_keys.value(QFileInfo(wanted).fileName());
        for (const QString &key : std::as_const(keys)) {
            if (QFileInfo(m_frames.at(m_places.value(key)).path()).canonicalFilePath() == wanted)
                return key;
        }
    }
    return Error{QStringLiteral("The day has no such frame"), name,
                 QStringLiteral("Give the file name or the path of one of its frames")};
}

Result<QString> FrameNames::findInTable(const QString &path) const
{
    QString wanted = path;
    wanted.replace(QLatin1Char('\\'), QLatin1Char('/'));
    if (m_places.contains(wanted))
        return wanted;
    const QString name = wanted.section(QLatin1Char('/'), -1);
    QStringList fitting;
    for (const QString &key : m_keys.value(name)) {
        if (endsWithPath(key, wanted) || endsWithPath(wanted, key))
            fitting.append(key);
    }
    if (fitting.isEmpty()) { // Windows and macOS write names in other ways
        const QString like = likeName(wanted);
        for (const QString &key : m_likeKeys.value(likeName(name))) {
            if (endsWithPath(likeName(key), like) || endsWithPath(like, likeName(key)))
                fitting.append(key);
        }
    }
    if (fitting.size() == 1)
        return fitting.constFirst();
    if (fitting.isEmpty())
        return Error{QStringLiteral("the day has no frame %1").arg(path), {}, {}};
    return Error{QStringLiteral("%1 fits %2 frames: %3")
                     .arg(path)
                     .arg(fitting.size())
                     .arg(fitting.mid(0, mostListed).join(QStringLiteral(", "))),
                 {},
                 {}};
}

} // namespace birblens
