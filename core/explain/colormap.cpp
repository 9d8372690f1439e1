// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/colormap.h"

#include <QHash>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <utility>

namespace birblens {

namespace {

constexpr int greyId = -1;
constexpr int divergingId = -2;

const QList<std::pair<QString, int>> &maps()
{
    static const QList<std::pair<QString, int>> list{
        {QStringLiteral("magma"), cv::COLORMAP_MAGMA},
        {QStringLiteral("viridis"), cv::COLORMAP_VIRIDIS},
        {QStringLiteral("inferno"), cv::COLORMAP_INFERNO},
        {QStringLiteral("cividis"), cv::COLORMAP_CIVIDIS},
        {QStringLiteral("turbo"), cv::COLORMAP_TURBO},
        {QStringLiteral("grey"), greyId},
        {QStringLiteral("blue-red"), divergingId},
    };
    return list;
}

/** Ends and middle of ColorBrewer's RdBu, straight lines between them in CIE L*a*b*. */
cv::Mat diverging()
{
    const cv::Mat ends = (cv::Mat_<cv::Vec3f>(1, 3) << cv::Vec3f(172, 102, 33) / 255.0F,
                          cv::Vec3f(247, 247, 247) / 255.0F, cv::Vec3f(43, 24, 178) / 255.0F);
    cv::Mat lab;
    cv::cvtColor(ends, lab, cv::COLOR_BGR2Lab);
    cv::Mat ramp(1, 256, CV_32FC3);
    for (int i = 0; i < 256; ++i) {
        const float at = static_cast<float>(i) / 127.5F;
        const int first = at < 1.0F ? 0 : 1;
        const float share = at - static_cast<float>(first);
        ramp.at<cv::Vec3f>(0, i) =
            lab.at<cv::Vec3f>(0, first) * (1.0F - share) + lab.at<cv::Vec3f>(0, first + 1) * share;
    }
    cv::Mat bgr;
    cv::cvtColor(ramp, bgr, cv::COLOR_Lab2BGR);
    cv::Mat bytes;
    bgr.convertTo(bytes, CV_8UC3, 255.0);
    return bytes;
}

ColorTable makeTable(int id)
{
    cv::Mat ramp(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i)
        ramp.at<uchar>(0, i) = static_cast<uchar>(i);
    cv::Mat colours;
    if (id == greyId)
        cv::cvtColor(ramp, colours, cv::COLOR_GRAY2BGR);
    else if (id == divergingId)
        colours = diverging();
    else
        cv::applyColorMap(ramp, colours, id);
    ColorTable table{};
    for (int i = 0; i < 256; ++i) {
        const auto bgr = colours.at<cv::Vec3b>(0, i);
        table[static_cast<size_t>(i)] = qRgb(bgr[2], bgr[1], bgr[0]);
    }
    return table;
}

} // namespace

QStringList colorMapNames()
{
    QStringList names;
    for (const auto &[name, id] : maps())
        names.append(name);
    return names;
}

bool isDiverging(const QString &name)
{
    return name == QLatin1String("blue-red");
}

const ColorTable &colorTable(const QString &name)
{
    static const QHash<QString, ColorTable> tables = [] {
        QHash<QString, ColorTable> made;
        for (const auto &[known, id] : maps())
            made.insert(known, makeTable(id));
        return made;
    }();
    const auto found = tables.constFind(name);
    return found != tables.constEnd() ? *found : *tables.constFind(maps().first().first);
}

} // namespace birblens
