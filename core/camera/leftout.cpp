// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/leftout.h"

#include "core/filepath.h"

#include <QLocale>

#include <numeric>

namespace birblens {

namespace {

constexpr qsizetype mostNamed = 20;

struct Text
{
    const char *one;
    const char *many;
    const char *detail; ///< null for a kind whose places are not told
};

constexpr std::array<Text, LeftOut::KindCount> texts{{
    {"thumbnail", "thumbnails", nullptr},
    {"second file of a picture", "second files of a picture", nullptr},
    {"hidden file", "hidden files", nullptr},
    {"system folder", "system folders", nullptr},
    {"hidden folder", "hidden folders", nullptr},
    {"folder of an export", "folders of exports", nullptr},
    {"training set", "training sets", nullptr},
    {"link to a folder", "links to folders", "this link to a folder is not followed"},
    {"broken link", "broken links", "this link leads nowhere"},
    {"device or pipe", "devices or pipes", "this is a device or a pipe, not a file"},
    {"folder that cannot be read", "folders that cannot be read", "this folder cannot be read"},
    {"raw picture", "raw pictures", nullptr},
    {"film", "films", nullptr},
}};

} // namespace

void LeftOut::add(Kind kind, const QString &path)
{
    ++m_counts[kind];
    if (texts[kind].detail != nullptr && m_named.size() < mostNamed) {
        m_named.append(path);
        m_kinds.append(kind);
    }
}

int LeftOut::notable() const
{
    const int all = std::accumulate(m_counts.begin(), m_counts.end(), 0);
    return all - m_counts[ExportFolder] - m_counts[TrainingFolder] - m_counts[HiddenFolder];
}

QString LeftOut::summary() const
{
    QStringList parts;
    int all = 0;
    for (size_t kind = 0; kind < m_counts.size(); ++kind) {
        const int count = m_counts[kind];
        all += count;
        if (count > 0)
            parts.append(QLocale().toString(count) + QLatin1Char(' ') +
                         QLatin1String(count == 1 ? texts[kind].one : texts[kind].many));
    }
    if (parts.isEmpty())
        return {};
    const QString last = parts.takeLast();
    return (parts.isEmpty() ? last
                            : parts.join(QStringLiteral(", ")) + QStringLiteral(" and ") + last) +
           (all == 1 ? QStringLiteral(" is left out") : QStringLiteral(" are left out"));
}

QStringList LeftOut::details() const
{
    QStringList lines;
    for (qsizetype i = 0; i < m_named.size(); ++i)
        lines.append(readablePath(m_named[i]) + QStringLiteral(": ") +
                     QLatin1String(texts[static_cast<size_t>(m_kinds[i])].detail));
    return lines;
}

} // namespace birblens
