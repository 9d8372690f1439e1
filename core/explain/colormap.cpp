#include "core/explain/colormap.h"

#include <QHash>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <utility>

namespace birblens {

namespace {

constexpr int greyId = -1;

const QList<std::pair<QString, int>> &maps()
{
    static const QList<std::pair<QString, int>> list{
        {QStringLiteral("magma"), cv::COLORMAP_MAGMA},
        {QStringLiteral("viridis"), cv::COLORMAP_VIRIDIS},
        {QStringLiteral("inferno"), cv::COLORMAP_INFERNO},
        {QStringLiteral("cividis"), cv::COLORMAP_CIVIDIS},
        {QStringLiteral("turbo"), cv::COLORMAP_TURBO},
        {QStringLiteral("grey"), greyId},
    };
    return list;
}

ColorTable makeTable(int id)
{
    cv::Mat ramp(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i)
        ramp.at<uchar>(0, i) = static_cast<uchar>(i);
    cv::Mat colours;
    if (id == greyId)
        cv::cvtColor(ramp, colours, cv::COLOR_GRAY2BGR);
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
