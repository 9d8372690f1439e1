// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/outputnames.h"

#include <QDir>
#include <QFileInfo>

namespace birblens {

namespace {

QString folded(const QString &name, bool foldCase)
{
    return foldCase ? name.normalized(QString::NormalizationForm_C).toCaseFolded() : name;
}

QString withoutEnding(const QString &name)
{
    const qsizetype dot = name.lastIndexOf(QLatin1Char('.'));
    return dot > name.lastIndexOf(QLatin1Char('/')) + 1 ? name.left(dot) : name;
}

QStringList numbered(const QStringList &texts, bool foldCase)
{
    QList<QStringList> candidates;
    for (const QString &text : texts)
        candidates.append({fileNamePart(text)});
    return distinctNames(candidates, foldCase);
}

} // namespace

QString fileNamePart(const QString &text)
{
    QString name = text;
    for (QChar &c : name) {
        if (c == QLatin1Char('/') || c == QLatin1Char('\\') || c.unicode() < 0x20)
            c = QLatin1Char('_');
    }
    return name;
}

QStringList distinctNames(const QList<QStringList> &candidates, bool foldCase)
{
    const qsizetype count = candidates.size();
    QList<int> chosen(count, 0);
    const auto nameOf = [&](qsizetype i) { return candidates.at(i).value(chosen.at(i)); };
    for (bool moved = true; moved;) {
        moved = false;
        QHash<QString, QList<qsizetype>> users;
        for (qsizetype i = 0; i < count; ++i)
            users[folded(nameOf(i), foldCase)].append(i);
        for (const QList<qsizetype> &group : std::as_const(users)) {
            for (const qsizetype i : group) {
                if (group.size() > 1 && chosen.at(i) + 1 < candidates.at(i).size()) {
                    ++chosen[i];
                    moved = true;
                }
            }
        }
    }
    QSet<QString> used;
    for (qsizetype i = 0; i < count; ++i)
        used.insert(folded(nameOf(i), foldCase));
    QSet<QString> given;
    QStringList names;
    for (qsizetype i = 0; i < count; ++i) {
        QString name = nameOf(i);
        if (given.contains(folded(name, foldCase))) {
            for (int number = 2; used.contains(folded(name, foldCase)); ++number)
                name = nameOf(i) + QLatin1Char('-') + QString::number(number);
        }
        used.insert(folded(name, foldCase));
        given.insert(folded(name, foldCase));
        names.append(name);
    }
    return names;
}

MapNames::MapNames(const QStringList &frames, const ModelInfo &model, const QStringList &layers,
                   bool foldCase)
    : m_model(model)
    , m_foldCase(foldCase)
{
    QList<QStringList> candidates;
    for (const QString &frame : frames) {
        const QString file = frame.section(QLatin1Char('/'), -1);
        candidates.append({fileNamePart(withoutEnding(file)), fileNamePart(withoutEnding(frame)),
                           fileNamePart(file), fileNamePart(frame)});
    }
    const QStringList stems = distinctNames(candidates, foldCase);
    for (qsizetype i = 0; i < frames.size(); ++i)
        m_frames.insert(frames.at(i), stems.at(i));
    const QStringList parts = numbered(layers, foldCase);
    for (qsizetype i = 0; i < layers.size(); ++i)
        m_layers.insert(layers.at(i), parts.at(i));
    m_model.vocabulary = numbered(model.vocabulary, foldCase);
}

QString MapNames::map(const QString &frame, const ClassMap &map)
{
    const QString layer = m_layers.value(map.layer, fileNamePart(map.layer));
    const QString target = fileNamePart(targetName(m_model, map.target));
    const QString wanted =
        QStringList{m_frames.value(frame), target, layer, map.method}.join(QLatin1Char('.'));
    const QString what = QStringLiteral("%1\n%2 %3 %4\n%5\n%6")
                             .arg(frame)
                             .arg(int(map.target.kind))
                             .arg(map.target.classIndex)
                             .arg(map.target.other)
                             .arg(map.layer, map.method);
    // A `.` inside of one part can still make two of them alike.
    QString name = wanted;
    for (int number = 2;; ++number) {
        const auto known = m_given.constFind(folded(name, m_foldCase));
        if (known == m_given.cend())
            break;
        if (*known == what)
            return name;
        name = wanted + QLatin1Char('-') + QString::number(number);
    }
    m_given.insert(folded(name, m_foldCase), what);
    return name;
}

QStringList belowCommonFolder(const QStringList &paths)
{
    QString common;
    for (const QString &path : paths) {
        const QString folder = QFileInfo(path).absolutePath() + QLatin1Char('/');
        if (common.isEmpty())
            common = folder;
        while (!folder.startsWith(common))
            common.truncate(common.chopped(1).lastIndexOf(QLatin1Char('/')) + 1);
    }
    QStringList below;
    for (const QString &path : paths)
        below.append(QFileInfo(path).absoluteFilePath().mid(common.size()));
    return below;
}

} // namespace birblens
